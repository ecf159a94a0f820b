import { factorText, votesText } from "@/app/(console)/approvals/_components/request-words";
import { StatusBadge } from "@/components/status/status-badge";
import { DataTable } from "@/components/ui/table";
import type { Level, LevelRule } from "@/lib/approvals/rules";
import type { Readiness } from "@/lib/governance/rules";
import { ableText, levelScope, levels, spanText } from "./level-words";

type Row = { level: Level; rule: LevelRule };

/** Who must agree to what, level by level, and whether they could today. */
export function PolicyTable({ policy, people }: { policy: Record<Level, LevelRule>; people: readonly Readiness[] }) {
  return (
    <DataTable<Row>
      caption="Who must agree, by level"
      rows={levels.map((level) => ({ level, rule: policy[level] }))}
      rowKey={({ level }) => String(level)}
      columns={[
        {
          key: "level",
          header: "What",
          cell: ({ level }) => (
            <>
              <b className="font-medium">{levelScope[level].name}</b>
              <div className="text-ink-3">{levelScope[level].text}</div>
            </>
          ),
        },
        {
          key: "votes",
          header: "Who agrees",
          cell: ({ rule }) => (
            <div>
              {rule.votes.length === 0 ? "Nobody else" : votesText(rule.votes)}
              <div className="text-ink-3">
                {rule.votes.length === 0 ? "who asks starts it with " : "each with "}
                {factorText(rule.factors)}
              </div>
            </div>
          ),
        },
        {
          key: "clocks",
          header: "Clocks",
          cell: ({ rule }) => (
            <span className="text-ink-2">
              {rule.votes.length === 0 ? "" : `Agree within ${spanText(rule.approveWithinSeconds)}, `}
              {rule.votes.length === 0 ? "Start" : "start"} within {spanText(rule.executeWithinSeconds)};{" "}
              {rule.coolDownSeconds === 0 ? "no cool-down" : `cools down ${spanText(rule.coolDownSeconds)}`}
            </span>
          ),
        },
        {
          key: "able",
          header: "Today",
          cell: ({ rule }) => {
            const { enough, text } = ableText(rule, people);
            return <StatusBadge kind={enough ? "ok" : "bad"}>{text}</StatusBadge>;
          },
        },
      ]}
    />
  );
}
