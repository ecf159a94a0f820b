"use client";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import { statusWords } from "@/components/status/kind";
import { AppLink } from "@/components/ui/app-link";
import { utcText } from "@/components/ui/moment-text";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { durationText } from "@/lib/core/words";
import { shareOf, timeTicks } from "./time-axis";
import { type Lane, type LaneItem, TimelineLane } from "./timeline-lane";

type Props = {
  /** What is shown, such as "orders-aurora, the last 24 hours". */
  label: string;
  from: string;
  to: string;
  lanes: readonly Lane[];
  /** The moment before which the newest data would break the objective. */
  objective?: { at: string; label: string };
};

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

function lengthOf(item: LaneItem): string {
  if (item.until === undefined) return "";
  if (item.until === null) return "goes on";
  return durationText((Date.parse(item.until) - Date.parse(item.at)) / 1_000);
}

const overlaps = (item: LaneItem, fromMs: number, toMs: number) => {
  const atMs = Date.parse(item.at);
  const untilMs = item.until === undefined ? atMs : item.until === null ? toMs : Date.parse(item.until);
  return atMs <= toMs && untilMs >= fromMs;
};

function Readout({ item }: { item: LaneItem | undefined }) {
  if (item === undefined)
    return <span className="text-ink-3">Point at a mark, or step through a lane with the arrow keys.</span>;
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
      <StatusGlyph kind={item.kind} label={item.state ?? statusWords[item.kind]} />
      <NameText text={item.title} length={90} className="min-w-0 font-medium wrap-anywhere" />
      <span className="text-ink-2">{[utcText(item.at, "second"), lengthOf(item)].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

type Row = LaneItem & { lane: string };

function TimelineTable({ label, rows }: { label: string; rows: readonly Row[] }) {
  return (
    <details className="mt-2">
      <summary className="w-fit rounded-xs text-ink-3 hover:text-ink-2">As a table</summary>
      <div className="mt-2 max-h-96 overflow-y-auto rounded-md border [--top-h:0px]">
        <DataTable
          caption={label}
          rows={rows}
          rowKey={(row) => `${row.lane} ${row.id}`}
          empty="Nothing happened in this time."
          columns={[
            { key: "at", header: "Moment", cell: (row) => utcText(row.at, "second") },
            { key: "lane", header: "Lane", cell: (row) => row.lane },
            {
              key: "what",
              header: "What",
              cell: (row) =>
                row.href === undefined ? (
                  <NameText text={row.title} />
                ) : (
                  <AppLink href={row.href} prefetch={false} className="text-accent hover:underline">
                    <NameText text={row.title} />
                  </AppLink>
                ),
            },
            { key: "state", header: "State", cell: (row) => row.state ?? statusWords[row.kind] },
            { key: "length", header: "Length", align: "end", cell: lengthOf },
          ]}
        />
      </div>
    </details>
  );
}

/** What happened to one thing over time, a lane for each kind of event, on one axis in UTC. */
export function Timeline({ label, from, to, lanes, objective }: Props) {
  const router = useRouter();
  const [chosen, setChosen] = useState<{ lane: string; index: number } | null>(null);
  const fromMs = Date.parse(from);
  const toMs = Math.max(Date.parse(to), fromMs + 1);
  const span = { fromMs, toMs };
  const ticks = useMemo(() => timeTicks(fromMs, toMs), [fromMs, toMs]);
  const shown = useMemo(
    () =>
      lanes.map((lane) => ({
        ...lane,
        items: lane.items
          .filter((item) => overlaps(item, fromMs, toMs))
          .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
      })),
    [lanes, fromMs, toMs],
  );
  const rows = useMemo(
    () =>
      shown
        .flatMap((lane) => lane.items.map((item): Row => ({ ...item, lane: lane.label })))
        .sort((a, b) => Date.parse(b.at) - Date.parse(a.at)),
    [shown],
  );
  const current = chosen === null ? undefined : shown.find((lane) => lane.key === chosen.lane)?.items[chosen.index];
  const objectiveMs = objective === undefined ? null : Date.parse(objective.at);
  const objectiveShown = objectiveMs !== null && objectiveMs >= fromMs && objectiveMs <= toMs;
  const open = (item: LaneItem) => {
    if (item.href !== undefined) router.push(item.href as Route);
  };

  return (
    <figure className="min-w-0" aria-label={label}>
      <div className="grid gap-y-0 md:grid-cols-[8.5rem_minmax(0,1fr)] md:gap-x-3">
        {objective !== undefined && objectiveShown && objectiveMs !== null ? (
          <div aria-hidden="true" className="relative h-4 text-xs text-ink-2 md:col-start-2">
            <ObjectiveLabel share={shareOf(objectiveMs, fromMs, toMs)} label={objective.label} />
          </div>
        ) : null}
        {shown.map((lane) => (
          <div key={lane.key} className="contents">
            <span className="min-w-0 self-center text-ink-2 wrap-anywhere max-md:mt-1.5">{lane.label}</span>
            <TimelineLane
              lane={lane}
              span={span}
              ticks={ticks}
              objectiveMs={objectiveShown ? objectiveMs : null}
              chosen={chosen?.lane === lane.key ? chosen.index : null}
              onChoose={(index) => setChosen(index === null ? null : { lane: lane.key, index })}
              onOpen={open}
            />
          </div>
        ))}
        <div aria-hidden="true" className="relative h-4 text-xs text-ink-3 md:col-start-2">
          {ticks.map((tick, index) => (
            <span
              key={tick.atMs}
              className={
                index % 2 === 1
                  ? "absolute -translate-x-1/2 whitespace-nowrap max-md:hidden"
                  : "absolute -translate-x-1/2 whitespace-nowrap"
              }
              style={{ left: percent(shareOf(tick.atMs, fromMs, toMs)) }}
            >
              {tick.label}
            </span>
          ))}
        </div>
      </div>
      <figcaption className="mt-2 flex min-h-6 flex-wrap items-baseline justify-between gap-x-4 border-t pt-2">
        <Readout item={current} />
        <span className="text-sm text-ink-3">Moments in UTC</span>
      </figcaption>
      <TimelineTable label={label} rows={rows} />
    </figure>
  );
}

/** Keeps the word beside its line on the side where there is room. */
function ObjectiveLabel({ share, label }: { share: number; label: string }) {
  const side = share > 0.5 ? { right: percent(1 - share) } : { left: percent(share) };
  return (
    <span className="absolute whitespace-nowrap" style={side}>
      {label}
    </span>
  );
}
