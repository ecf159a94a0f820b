import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { countText, durationText, plural } from "@/lib/core/words";
import type { BreachView, BurnView, PartView, RuleView, TimeInRpoView } from "@/lib/service-levels/view";

/** A percentage as it was computed: cut off, never rounded up. */
export const percentText = (percent: number | null) => (percent === null ? "–" : `${percent.toFixed(4)} %`);

const worstText = (seconds: number | null, anything: boolean) =>
  seconds === null ? (anything ? "nothing to restore from" : "–") : durationText(seconds);

const shareText = (share: number) =>
  share < 10 ? `${Math.floor(share * 100)} %` : `${countText(Math.floor(share))} times`;

function burnNote({ usedShare, budgetSeconds }: BurnView) {
  if (budgetSeconds === 0) return "The target allows no time beyond the RPO.";
  return `of ${durationText(budgetSeconds)} that this quarter allows${usedShare > 1 ? ": overspent" : ""}`;
}

/** The figures of a period, each beside what it is measured against. */
export function LevelFigures({ view }: { view: TimeInRpoView }) {
  const kept = view.percent !== null && view.targetPercent !== null && view.percent >= view.targetPercent;
  const judged = view.evaluatedSeconds > 0;
  return (
    <Card>
      <div className="grid gap-x-6 gap-y-4 p-4 sm:grid-cols-2 lg:grid-cols-4">
        <Figure
          label="Time within the RPO"
          value={percentText(view.percent)}
          note={
            view.percent === null ? (
              "Nothing was judged in this time."
            ) : (
              <StatusBadge kind={kept ? "ok" : "bad"}>
                {kept ? "target kept" : "below the target"}: {view.targetPercent} %
              </StatusBadge>
            )
          }
        />
        <Figure
          label="Time beyond it"
          value={judged ? durationText(view.beyondSeconds) : "–"}
          note={`in ${plural(view.breachCount, "breach", "breaches")}, of ${durationText(view.evaluatedSeconds)} judged`}
        />
        <Figure
          label="Greatest age"
          value={worstText(view.worstAgeSeconds, judged)}
          note={
            view.rules.map(({ tier, rpoSeconds }) => `${tier}: ${durationText(rpoSeconds)}`).join(", ") ||
            "No objective"
          }
        />
        <Figure
          label="Spent of the allowance"
          value={view.burn === null ? "–" : shareText(view.burn.usedShare)}
          note={view.burn === null ? undefined : burnNote(view.burn)}
        />
      </div>
    </Card>
  );
}

/** Every breach of the period, the latest first. */
export function BreachTable({ rows, total }: { rows: readonly BreachView[]; total: number }) {
  return (
    <Card title="Breaches" more={total > rows.length ? `the last ${rows.length} of ${total}` : null}>
      <DataTable
        caption="Breaches of the RPO"
        rows={rows}
        rowKey={({ from }) => from}
        empty={<p className="text-ink-3">None: at every judged moment the newest data was young enough.</p>}
        columns={[
          {
            key: "from",
            header: "From",
            nowrap: true,
            cell: ({ from }) => <Moment at={from} precision="second" local={false} />,
          },
          {
            key: "to",
            header: "To",
            nowrap: true,
            cell: ({ to, open }) =>
              open ? (
                <StatusBadge kind="bad">still going on</StatusBadge>
              ) : (
                <Moment at={to} precision="second" local={false} />
              ),
          },
          { key: "length", header: "Length", align: "end", nowrap: true, cell: ({ seconds }) => durationText(seconds) },
        ]}
      />
    </Card>
  );
}

/** What each required resource contributes: the system is late whenever one of them is. */
export function PartTable({ rows }: { rows: readonly PartView[] }) {
  return (
    <Card title="By resource">
      <DataTable
        caption="Time within the RPO, by required resource"
        rows={rows.map((row, index) => ({ ...row, key: `${row.resourceId}-${index}` }))}
        rowKey={({ key }) => key}
        empty={<p className="text-ink-3">It owned no required resource in this time, so nothing could be restored.</p>}
        columns={[
          {
            key: "name",
            header: "Resource",
            cell: ({ name }) =>
              name === null ? (
                <span className="text-ink-3">one you may not see</span>
              ) : (
                <NameText text={name} length={48} />
              ),
          },
          { key: "percent", header: "Within", align: "end", nowrap: true, cell: ({ percent }) => percentText(percent) },
          {
            key: "beyond",
            header: "Beyond",
            align: "end",
            nowrap: true,
            cell: ({ beyondSeconds }) => durationText(beyondSeconds),
          },
          {
            key: "worst",
            header: "Greatest age",
            align: "end",
            cell: ({ worstAgeSeconds, percent }) => worstText(worstAgeSeconds, percent !== null),
          },
          { key: "breaches", header: "Breaches", align: "end", cell: ({ breaches }) => breaches },
        ]}
      />
    </Card>
  );
}

/** Only what schedules promise: whether a promised stream runs is told by the time within the RPO, not here. */
function Feasibility({ rule, rpoSeconds, streamed }: { rule: RuleView; rpoSeconds: number | null; streamed: boolean }) {
  if (rule.continuous) return <StatusBadge kind="none">promises a stream</StatusBadge>;
  if (rule.worstAgeSeconds === null) return <StatusBadge kind="warn">never fires twice</StatusBadge>;
  if (rule.feasible === null) return <span className="text-ink-3">no objective</span>;
  if (!rule.feasible && streamed)
    return <StatusBadge kind="none">not by itself; a stream is promised beside it</StatusBadge>;
  return rule.feasible ? (
    <StatusBadge kind="ok">can keep the RPO</StatusBadge>
  ) : (
    <StatusBadge kind="bad">
      cannot keep {rpoSeconds === null ? "it" : durationText(rpoSeconds)}, even when all works
    </StatusBadge>
  );
}

/** What the schedules promise at best, and what came of their runs. */
export function ScheduleTable({ rows, rpoSeconds }: { rows: readonly RuleView[]; rpoSeconds: number | null }) {
  const streamed = rows.some(({ continuous }) => continuous);
  return (
    <Card title="What the schedules allow">
      <DataTable
        caption="Schedules, the worst age they allow, and their runs"
        rows={rows}
        rowKey={({ id }) => id}
        empty={<p className="text-ink-3">No policy covers it: nothing promises that a backup will be made.</p>}
        columns={[
          {
            key: "rule",
            header: "Policy",
            cell: ({ policy, rule, schedule, timeZone }) => (
              <>
                <NameText text={policy} length={40} className="font-medium" />{" "}
                <span className="text-ink-3">{rule}</span>
                <div className="text-ink-3">
                  <code className="font-mono text-sm">{schedule}</code> {timeZone}
                </div>
              </>
            ),
          },
          {
            key: "worst",
            header: "Worst age",
            cell: ({ continuous, worstAgeSeconds, longestGapSeconds, durationSeconds }) =>
              continuous || worstAgeSeconds === null || longestGapSeconds === null ? (
                "–"
              ) : (
                <>
                  {durationText(worstAgeSeconds)}
                  <div className="text-sm text-ink-3">
                    {durationText(longestGapSeconds)} between runs
                    {durationSeconds === null ? "" : `, ${durationText(durationSeconds)} to complete`}
                  </div>
                </>
              ),
          },
          {
            key: "feasible",
            header: "Feasible",
            cell: (rule) => <Feasibility rule={rule} rpoSeconds={rpoSeconds} streamed={streamed} />,
          },
          {
            key: "met",
            header: "Runs met",
            align: "end",
            cell: ({ met, missed, metPercent, longestMissRun }) =>
              metPercent === null ? (
                "–"
              ) : (
                <>
                  {met} of {met + missed}
                  <div className="text-sm text-ink-3">
                    {metPercent} %{longestMissRun > 0 ? `, ${longestMissRun} missed in a row` : ""}
                  </div>
                </>
              ),
          },
        ]}
      />
    </Card>
  );
}
