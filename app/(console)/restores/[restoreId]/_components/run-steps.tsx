"use client";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { Card, CardRow } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { useElapsed } from "@/components/ui/ticker";
import { durationText } from "@/lib/core/words";
import { isFinished } from "@/lib/restores/rules";
import type { RestoreView } from "@/lib/restores/view";

const phases = [
  { phase: "dispatch", title: "Hand the order to the provider" },
  { phase: "restore", title: "The provider restores" },
  { phase: "validate", title: "Ask the restored data" },
] as const;

/** The run, phase by phase, against the clock of the RTO. */
export function RunSteps({ restore }: { restore: RestoreView }) {
  const elapsedMs = useElapsed();
  const now = Date.parse(restore.now) + elapsedMs;
  const item = restore.items[0];
  const spent = restore.startedAt ? Math.max(0, ((restore.finishedAt ? Date.parse(restore.finishedAt) : now) - Date.parse(restore.startedAt)) / 1_000) : 0;
  const rto = restore.approval.plan?.system.rtoSeconds ?? 0;
  const over = isFinished(restore.state);
  const attempt = item?.attempts[0];
  return (
    <Card
      title="The run"
      more={
        <span className="num">
          {durationText(Math.floor(spent))}
          {rto ? ` of ${durationText(rto)}` : ""}
        </span>
      }
    >
      {phases.map(({ phase, title }) => {
        const timing = restore.timings.find((known) => known.phase === phase);
        const took = timing ? ((timing.endedAt ? Date.parse(timing.endedAt) : now) - Date.parse(timing.startedAt)) / 1_000 : null;
        const live = timing !== undefined && timing.endedAt === null && !over;
        const kind: StatusKind = !timing ? "none" : live ? "run" : restore.state === "failed" && lastPhase(restore) === phase ? "bad" : "ok";
        return (
          <CardRow key={phase} lead={<StatusGlyph kind={kind} className="mt-1" />} end={took === null ? null : <span className="num text-ink-2">{durationText(Math.max(0, Math.floor(took)))}</span>}>
            <span className="font-medium">{title}</span>
            {phase === "dispatch" && item?.jobRef ? <span className="text-ink-2">Restore job <span className="font-mono text-sm">{item.jobRef}</span></span> : null}
            {phase === "dispatch" && !item?.jobRef && item?.message ? <span className="text-ink-2">{item.message}</span> : null}
            {phase === "dispatch" && attempt?.errorMessage && !item?.jobRef && attempt.errorMessage !== item?.message ? <span className="text-ink-2">{attempt.errorMessage}</span> : null}
            {phase === "restore" && live ? (
              <>
                <Progress label="Restore" share={item?.percent == null ? null : item.percent / 100} />
                <span className="num text-ink-2">{item?.percent ?? 0} %{item?.message ? `: ${item.message}` : ""}</span>
              </>
            ) : null}
            {phase === "restore" && item?.createdRef ? <span className="font-mono text-sm text-ink-2">{item.createdRef}</span> : null}
            {phase === "validate" && live ? <span className="text-ink-2">Waiting until it answers, then asking every assertion.</span> : null}
          </CardRow>
        );
      })}
    </Card>
  );
}

const lastPhase = (restore: RestoreView) => [...restore.timings].sort((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1)?.phase;
