import type { ReactNode } from "react";
import { type Fact, Facts } from "@/components/ui/facts";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { plural, visible } from "@/lib/core/words";
import type { PlanItem, RestorePlan } from "@/lib/restores/rules";

/** What exactly runs: the plan that people agree to, in words. */
export function PlanFacts({ plan }: { plan: RestorePlan }) {
  return plan.items.map((item) => <Facts key={item.pointId} facts={[...itemFacts(plan, item), checks(plan)]} />);
}

const settings = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([key, value]) => `${key} = ${value}`)
    .join("; ") || "none";

const itemFacts = (plan: RestorePlan, item: PlanItem): Fact[] => [
  {
    term: "Source",
    detail: (
      <>
        <NameText text={item.resourceName} length={80} />, {item.resourceKind}, account {plan.account}, {plan.region}
      </>
    ),
  },
  { term: "Point", detail: moment(item) },
  { term: "Recovery point", detail: <span className="font-mono text-sm">{item.pointRef}</span> },
  {
    term: "Target",
    detail: (
      <>
        <b className="font-medium">{visible(item.target.name)}</b>, account {item.target.account}, {item.target.region};{" "}
        {item.mode === "new_resource" ? "nothing is overwritten" : "written in place"}
      </>
    ),
  },
  { term: "Service role", detail: <span className="font-mono text-sm">{item.roleRef}</span> },
  { term: "Settings", detail: settings(item.metadata) },
  ...(item.completion ? [{ term: "Added after", detail: settings(item.completion) }] : []),
];

function moment(item: PlanItem): ReactNode {
  if (item.restoreTime) return <Moment at={item.restoreTime} precision="second" />;
  if (item.pointKind === "continuous") return "the latest restorable moment";
  return item.dataAsOf ? <Moment at={item.dataAsOf} precision="second" /> : "moment unknown";
}

const checks = ({ assertions }: RestorePlan): Fact => ({
  term: "Checks after",
  detail: assertions.length
    ? `${plural(assertions.length, "assertion")}: ${assertions.map(({ name }) => name).join(", ")}`
    : "none",
});
