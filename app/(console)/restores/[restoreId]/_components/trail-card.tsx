import { StatusGlyph } from "@/components/status/glyph";
import { Card, CardRow } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";

type Entry = { id: string; at: string; action: string; outcome: string; sentence: string };

/** Every step of a restore as the audit log holds it, oldest first. */
export function TrailCard({ entries }: { entries: readonly Entry[] }) {
  return (
    <Card title="What happened" more={`${entries.length} entries of the audit log`}>
      {entries.map(({ id, at, outcome, sentence }) => (
        <CardRow
          key={id}
          lead={
            <StatusGlyph
              kind={outcome === "success" ? "ok" : "bad"}
              label={outcome === "success" ? "done" : outcome}
              className="mt-1"
            />
          }
          end={<Moment at={at} precision="second" local={false} className="num text-ink-3 max-md:hidden" />}
        >
          <NameText text={sentence} className="text-ink-2" />
        </CardRow>
      ))}
    </Card>
  );
}
