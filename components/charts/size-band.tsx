import { StatusGlyph } from "@/components/status/glyph";
import { utcText } from "@/components/ui/moment-text";
import { DataTable } from "@/components/ui/table";
import { type BandPoint, robustBand, type Trifle } from "@/lib/core/robust";
import { bytesText, countText, durationText, plural } from "@/lib/core/words";
import { shareOf, timeTicks } from "./time-axis";
import { type ValueUnit, valueTicks } from "./value-axis";

export type BandSample = { id: string; at: string; value: number };

type Props = {
  /** The question it answers, such as "Size of each backup". */
  title: string;
  /** Oldest first. */
  samples: readonly BandSample[];
  unit: ValueUnit;
  /** What is too small a change to be called one. */
  trifle: Trifle;
  /** What the values may reach, such as the RTO. */
  objective?: { value: number; label: string };
};

const words: Record<ValueUnit, (value: number) => string> = {
  bytes: bytesText,
  seconds: durationText,
  count: countText,
};

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

type Placed = BandSample & BandPoint & { x: number };

function verdictOf(samples: readonly Placed[], say: (value: number) => string): string {
  const newest = samples.at(-1);
  if (newest === undefined) return "Nothing was measured yet.";
  const outliers = samples.filter((sample) => sample.outlier).length;
  const now = newest.outlier
    ? `The newest, ${say(newest.value)}, lies outside what is usual (${say(newest.low)} to ${say(newest.high)}).`
    : `The newest, ${say(newest.value)}, is as usual.`;
  return outliers === 0 ? now : `${now} ${plural(outliers, "outlier")} of ${countText(samples.length)}.`;
}

function BandTable({
  title,
  samples,
  say,
}: {
  title: string;
  samples: readonly Placed[];
  say: (value: number) => string;
}) {
  return (
    <details className="mt-2">
      <summary className="w-fit rounded-xs text-ink-3 hover:text-ink-2">As a table</summary>
      <div className="mt-2 max-h-80 overflow-y-auto rounded-md border [--top-h:0px]">
        <DataTable
          caption={title}
          rows={[...samples].reverse()}
          rowKey={(sample) => sample.id}
          columns={[
            { key: "at", header: "Moment", cell: (sample) => utcText(sample.at) },
            { key: "value", header: "Value", align: "end", cell: (sample) => say(sample.value) },
            {
              key: "usual",
              header: "Usual",
              align: "end",
              cell: (sample) => `${say(sample.low)} to ${say(sample.high)}`,
            },
            { key: "verdict", header: "Verdict", cell: (sample) => (sample.outlier ? "outlier" : "as usual") },
          ]}
        />
      </div>
    </details>
  );
}

/** A size or a duration over time, with the band its past makes usual (median and its deviation) and what strays from it. */
export function SizeBand({ title, samples, unit, trifle, objective }: Props) {
  const say = words[unit];
  if (samples.length === 0) return <p className="text-ink-3">Nothing was measured yet.</p>;
  const fromMs = Date.parse(samples[0]?.at ?? "");
  const lastMs = Date.parse(samples.at(-1)?.at ?? "");
  const toMs = lastMs > fromMs ? lastMs : fromMs + 1;
  const band = robustBand(
    samples.map((sample) => sample.value),
    trifle,
  );
  const placed = samples.flatMap((sample, index): Placed[] => {
    const point = band[index];
    return point ? [{ ...sample, ...point, x: shareOf(Date.parse(sample.at), fromMs, toMs) }] : [];
  });
  const ticks = valueTicks(
    Math.max(...placed.map((point) => Math.max(point.high, point.value)), objective?.value ?? 0),
    unit,
  );
  const top = ticks.at(-1) ?? 1;
  const y = (value: number) => 1 - value / top;
  const at = (point: Placed, value: number) => `${(point.x * 100).toFixed(2)} ${(y(value) * 100).toFixed(2)}`;
  const path = (value: (point: Placed) => number) => placed.map((point) => at(point, value(point))).join("L");
  const area = `M${path((point) => point.high)}L${placed
    .toReversed()
    .map((point) => at(point, point.low))
    .join("L")}Z`;
  const verdict = verdictOf(placed, say);

  return (
    <figure className="min-w-0">
      <figcaption className="mb-3 flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{title}</span>
        <span className="text-ink-2">{verdict}</span>
      </figcaption>
      <div className="relative mr-2 mb-6 ml-16 h-36">
        <svg role="img" aria-label={`${title}. ${verdict}`} className="absolute inset-0 size-full overflow-visible">
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1="0" x2="100%" y1={percent(y(tick))} y2={percent(y(tick))} className="stroke-line" />
              <text x="-8" y={percent(y(tick))} dy="0.32em" textAnchor="end" className="fill-ink-3 text-xs">
                {say(tick)}
              </text>
            </g>
          ))}
          <svg
            aria-hidden="true"
            viewBox="0 0 100 100"
            preserveAspectRatio="none"
            width="100%"
            height="100%"
            overflow="visible"
          >
            <path d={area} className="fill-accent opacity-12" />
            <path
              d={`M${path((point) => point.centre)}`}
              fill="none"
              vectorEffect="non-scaling-stroke"
              className="stroke-accent opacity-50"
            />
          </svg>
          {objective === undefined ? null : (
            <g>
              <line
                x1="0"
                x2="100%"
                y1={percent(y(objective.value))}
                y2={percent(y(objective.value))}
                strokeDasharray="4 4"
                className="stroke-ink-2"
              />
              <text x="100%" y={percent(y(objective.value))} dy="-5" textAnchor="end" className="fill-ink-2 text-xs">
                {objective.label}
              </text>
            </g>
          )}
          {placed.map((point) => (
            <svg key={point.id} x={percent(point.x)} y={percent(y(point.value))} overflow="visible">
              <title>{`${utcText(point.at)} · ${say(point.value)}${point.outlier ? " · outlier" : ""}`}</title>
              <circle r="7" fill="transparent" />
              {point.outlier ? (
                <path d="M0-5 5 4.2H-5z" className="fill-warn stroke-surface" />
              ) : (
                <circle r="2.2" className="fill-ink-2" />
              )}
            </svg>
          ))}
        </svg>
        <div aria-hidden="true" className="absolute top-full right-0 left-0 mt-1.5 text-xs text-ink-3">
          {timeTicks(fromMs, toMs, 5).map((tick) => (
            <span
              key={tick.atMs}
              className="absolute -translate-x-1/2 whitespace-nowrap"
              style={{ left: percent(shareOf(tick.atMs, fromMs, toMs)) }}
            >
              {tick.label}
            </span>
          ))}
        </div>
      </div>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-3">
        <span className="flex items-center gap-1.5">
          <span aria-hidden="true" className="h-2.5 w-5 rounded-xs bg-accent/15" />
          usual: median of the 15 before, ± 3 deviations
        </span>
        <span className="flex items-center gap-1.5">
          <StatusGlyph kind="warn" label={null} />
          outlier
        </span>
        <span>Moments in UTC</span>
      </p>
      <BandTable title={title} samples={placed} say={say} />
    </figure>
  );
}
