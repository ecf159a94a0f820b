"use client";
import type { ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { Card, CardRow } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { useElapsed } from "@/components/ui/ticker";
import { durationText } from "@/lib/core/words";
import { isFinished } from "@/lib/restores/rules";
import type { RestoreView } from "@/lib/restores/view";

type Phase = "dispatch" | "restore" | "validate";
type Item = RestoreView["items"][number];
type Timing = RestoreView["timings"][number];

const phases: { phase: Phase; title: string }[] = [
  { phase: "dispatch", title: "Hand the order to the provider" },
  { phase: "restore", title: "The provider restores" },
  { phase: "validate", title: "Ask the restored data" },
];

/** The run, phase by phase, against the clock of the RTO. */
export function RunSteps({ restore }: { restore: RestoreView }) {
  const elapsedMs = useElapsed(1_000, restore.now);
  const now = Date.parse(restore.now) + elapsedMs;
  const rto = restore.approval.plan?.system.rtoSeconds ?? 0;
  const spent = restore.startedAt ? secondsOf(restore.startedAt, restore.finishedAt, now) : 0;
  return (
    <Card
      title="The run"
      more={
        <span className="num">
          {durationText(spent)}
          {rto ? ` of ${durationText(rto)}` : ""}
        </span>
      }
    >
      {phases.map(({ phase, title }) => (
        <PhaseRow key={phase} phase={phase} title={title} restore={restore} now={now} />
      ))}
    </Card>
  );
}

const secondsOf = (from: string, to: string | null, now: number) =>
  Math.max(0, Math.floor(((to ? Date.parse(to) : now) - Date.parse(from)) / 1_000));

function PhaseRow({ phase, title, restore, now }: { phase: Phase; title: string; restore: RestoreView; now: number }) {
  const timing = restore.timings.find((known) => known.phase === phase);
  const kind = kindOf(restore, timing);
  const item = restore.items[0];
  return (
    <CardRow
      lead={<StatusGlyph kind={kind} className="mt-1" />}
      end={
        timing ? (
          <span className="num text-ink-2">{durationText(secondsOf(timing.startedAt, timing.endedAt, now))}</span>
        ) : null
      }
    >
      <span className="font-medium">{title}</span>
      {item ? <span className="grid gap-0.5 text-ink-2">{tellers[phase](item, kind === "run")}</span> : null}
    </CardRow>
  );
}

function kindOf(restore: RestoreView, timing: Timing | undefined): StatusKind {
  if (!timing) return "none";
  if (timing.endedAt === null && !isFinished(restore.state)) return "run";
  const last = [...restore.timings].sort((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1);
  return restore.state === "failed" && last?.phase === timing.phase ? "bad" : "ok";
}

const tellers: Record<Phase, (item: Item, live: boolean) => ReactNode> = {
  dispatch: tellDispatch,
  restore: tellRestore,
  validate: (_, live) => (live ? "Waiting until it answers, then asking every assertion." : null),
};

function tellDispatch({ jobRef, message, attempts }: Item): ReactNode {
  if (jobRef)
    return (
      <span>
        Restore job <span className="font-mono text-sm">{jobRef}</span>
      </span>
    );
  return message ?? attempts[0]?.errorMessage ?? null;
}

function tellRestore({ percent, message, createdRef }: Item, live: boolean): ReactNode {
  if (createdRef) return <span className="font-mono text-sm">{createdRef}</span>;
  if (!live) return null;
  return (
    <>
      <Progress label="Restore" share={percent === null ? null : percent / 100} />
      <span className="num">
        {percent ?? 0} %{message ? `: ${message}` : ""}
      </span>
    </>
  );
}
