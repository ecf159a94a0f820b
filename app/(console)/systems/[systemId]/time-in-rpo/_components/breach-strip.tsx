import { utcText } from "@/components/ui/moment-text";
import { durationText, plural } from "@/lib/core/words";
import type { TimeInRpoView } from "@/lib/service-levels/view";

const width = 1_000;

/** The period as one bar: when data was too old, when nothing was judged, and the rest. */
export function BreachStrip({ view }: { view: TimeInRpoView }) {
  const [from, to] = [Date.parse(view.from), Date.parse(view.to)];
  const x = (ms: number) => ((Math.min(Math.max(ms, from), to) - from) / Math.max(1, to - from)) * width;
  const bar = (start: string, end: string | null) => {
    const [left, right] = [x(Date.parse(start)), x(end === null ? to : Date.parse(end))];
    return { x: left, width: Math.max(1.5, right - left) };
  };
  const excluded = view.exclusions.filter(({ from: start }) => Date.parse(start) < to);
  const label = `${plural(view.breachCount, "breach", "breaches")} between ${utcText(view.from, "minute")} and ${utcText(view.judgedTo, "minute")}; each is listed below.`;
  return (
    <figure className="grid gap-1">
      <svg role="img" aria-label={label} viewBox={`0 0 ${width} 28`} preserveAspectRatio="none" className="h-7 w-full">
        <rect x={0} y={6} width={width} height={16} className="fill-line" />
        <rect x={0} y={6} width={x(Date.parse(view.judgedTo))} height={16} className="fill-ok" opacity={0.55} />
        {excluded.map(({ id, from: start, to: end }) => (
          <rect key={id} y={6} height={16} {...bar(start, end)} className="fill-absent" />
        ))}
        {view.breaches.map(({ from: start, to: end, seconds }) => (
          <rect key={start} y={0} height={28} {...bar(start, end)} className="fill-bad">
            <title>{`${utcText(start, "minute")}, ${durationText(seconds)}`}</title>
          </rect>
        ))}
      </svg>
      <figcaption className="flex flex-wrap justify-between gap-x-4 text-sm text-ink-3">
        <span>{utcText(view.from, "minute")}</span>
        <span>Red and tall: older than the RPO. Grey: not judged. Green: within.</span>
        <span>{utcText(view.to, "minute")}</span>
      </figcaption>
    </figure>
  );
}
