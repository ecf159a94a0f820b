import { Timeline } from "@/components/charts/timeline";
import type { Lane, LaneItem } from "@/components/charts/timeline-lane";
import type { StatusKind } from "@/components/status/kind";
import { Card } from "@/components/ui/card";
import { LinkTabs } from "@/components/ui/link-tabs";
import { visible } from "@/lib/core/words";
import type { SystemHistory, SystemView, TimelineWork } from "@/lib/systems/view";

const live = ["queued", "running", "cancelling"];
const bad = ["failed", "expired", "cancelled"];

/** The shape of a piece of work in its state. */
export function workKind(state: string): StatusKind {
  if (live.includes(state) || state === "dispatching" || state === "validating") return "run";
  if (bad.includes(state)) return "bad";
  if (state === "partial" || state === "succeeded_with_issues") return "warn";
  if (state === "unknown" || state === "waiting") return "unknown";
  return "ok";
}

const worded = (state: string) => state.replaceAll("_", " ");

function workLane(key: string, label: string, work: readonly TimelineWork[], named: boolean): Lane {
  return {
    key,
    label,
    shape: "bar",
    items: work.map(
      (job): LaneItem => ({
        id: job.id,
        at: job.at,
        until: live.includes(job.state) ? null : (job.until ?? job.at),
        kind: workKind(job.state),
        state: worded(job.state),
        title: [named ? job.resource : null, job.kind, job.message].filter(Boolean).join(" · "),
        href: `/jobs/${job.id}`,
      }),
    ),
  };
}

function lanesOf(history: SystemHistory, named: boolean): Lane[] {
  const pointItem = (point: SystemHistory["points"][number]): LaneItem => ({
    id: point.id,
    at: point.at,
    kind: point.usable ? "ok" : point.status === "creating" ? "run" : "bad",
    state: point.usable ? "usable" : point.status,
    title: `${named ? `${point.resource} · ` : ""}${point.isCopy ? `copy in ${point.region}, ${point.vault}` : point.kind}`,
    href: `/recovery-points/${point.id}`,
  });
  const lanes: Lane[] = [
    {
      key: "windows",
      label: "Continuous",
      shape: "band",
      items: history.windows.map((window) => ({
        id: window.id,
        at: window.fromAt,
        until: window.alive ? null : window.toAt,
        kind: window.alive ? "ok" : "none",
        state: window.alive ? "restorable to any moment" : "ended",
        title: named ? window.resource : "continuous backup",
      })),
    },
    {
      key: "points",
      label: "Recovery points",
      shape: "tick",
      items: history.points.filter(({ isCopy }) => !isCopy).map(pointItem),
    },
    {
      key: "copies",
      label: "Copies",
      shape: "tick",
      items: history.points.filter(({ isCopy }) => isCopy).map(pointItem),
    },
    workLane(
      "backups",
      "Backup jobs",
      history.work.filter(({ kind }) => kind === "backup"),
      named,
    ),
    workLane(
      "others",
      "Copy and restore jobs",
      history.work.filter(({ kind }) => kind !== "backup"),
      named,
    ),
    {
      key: "restores",
      label: "Restores",
      shape: "bar",
      items: history.restores.map(({ id, handle, state, at, until }) => ({
        id,
        at,
        until: workKind(state) === "run" ? null : (until ?? at),
        kind: workKind(state),
        state: worded(state),
        title: `restore ${handle}`,
        href: `/restores/${id}`,
      })),
    },
  ];
  return lanes.filter(({ key, items }) => items.length > 0 || key === "points");
}

const spans = [
  { days: 1, label: "24 hours" },
  { days: 7, label: "7 days" },
  { days: 30, label: "30 days" },
];

/** What happened to a system, on one axis. */
export function TimelineCard({ system, history, days }: { system: SystemView; history: SystemHistory; days: number }) {
  const label = spans.find((span) => span.days === days)?.label ?? `${days} days`;
  const limit =
    system.rpoSeconds === null || system.state === "parked"
      ? {}
      : { objective: { at: new Date(Date.parse(system.now) - system.rpoSeconds * 1_000).toISOString(), label: "RPO" } };
  return (
    <Card title="Timeline" more={history.cut ? "the newest marks alone: there are more than can be drawn" : "UTC"}>
      <LinkTabs
        label="How far back"
        tabs={spans.map((span) => ({
          href: `/systems/${system.id}?days=${span.days}`,
          label: span.label,
          current: span.days === days,
        }))}
      />
      <div className="p-4">
        <Timeline
          label={`${visible(system.name)}, the last ${label}`}
          from={history.from}
          to={history.now}
          lanes={lanesOf(history, system.members.length > 1)}
          {...limit}
        />
      </div>
    </Card>
  );
}
