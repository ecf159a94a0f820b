import { StatusGlyph } from "@/components/status/glyph";
import type { Verdict } from "@/lib/restores/rules";

const words = { ok: "in order", warn: "to know", bad: "stops this" } as const;

/** What the pre-flight found, line by line: shape, subject, finding, remedy. */
export function VerdictList({ verdicts }: { verdicts: readonly Verdict[] }) {
  return (
    <ul className="grid">
      {verdicts.map(({ id, title, verdict, detail, remedy }) => (
        <li
          key={id}
          className="grid gap-x-3 border-b py-2.5 last:border-b-0 max-md:grid-cols-[16px_1fr] md:grid-cols-[16px_170px_1fr]"
        >
          <StatusGlyph kind={verdict} label={words[verdict]} className="mt-1" />
          <span className="font-medium">{title}</span>
          <span className="text-ink-2 max-md:col-start-2">
            {detail} {remedy ? <b className="font-medium text-ink">{remedy}</b> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}
