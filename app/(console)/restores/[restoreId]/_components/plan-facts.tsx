import { Facts } from "@/components/ui/facts";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { plural } from "@/lib/core/words";
import type { RestorePlan } from "@/lib/restores/rules";

/** What exactly runs: the plan that people agree to, in words. */
export function PlanFacts({ plan }: { plan: RestorePlan }) {
  return plan.items.map((item) => (
    <Facts
      key={item.pointId}
      facts={[
        { term: "Source", detail: <><NameText text={item.resourceName} length={80} />, {item.resourceKind}, account {plan.account}, {plan.region}</> },
        {
          term: "Point",
          detail: item.restoreTime ? (
            <Moment at={item.restoreTime} precision="second" />
          ) : item.pointKind === "continuous" ? (
            "the latest restorable moment"
          ) : item.dataAsOf ? (
            <Moment at={item.dataAsOf} precision="second" />
          ) : (
            "moment unknown"
          ),
        },
        { term: "Recovery point", detail: <span className="font-mono text-sm">{item.pointRef}</span> },
        {
          term: "Target",
          detail: (
            <>
              <b className="font-medium">{item.target.name}</b>, account {item.target.account}, {item.target.region}; {item.mode === "new_resource" ? "nothing is overwritten" : "written in place"}
            </>
          ),
        },
        { term: "Service role", detail: <span className="font-mono text-sm">{item.roleRef}</span> },
        { term: "Settings", detail: Object.entries(item.metadata).map(([key, value]) => `${key} = ${value}`).join("; ") || "none" },
        ...(item.completion ? [{ term: "Added after", detail: Object.entries(item.completion).map(([key, value]) => `${key} = ${value}`).join("; ") }] : []),
        { term: "Checks after", detail: plan.assertions.length ? `${plural(plan.assertions.length, "assertion")}: ${plan.assertions.map(({ name }) => name).join(", ")}` : "none" },
      ]}
    />
  ));
}
