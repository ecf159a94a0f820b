import { Banner } from "@/components/ui/banner";
import { Facts } from "@/components/ui/facts";
import { planDifference, type RestorePlan } from "@/lib/restores/rules";

/** What the requester changed since the revision before; earlier votes no longer count. */
export function PlanChanges({
  before,
  after,
  revision,
}: {
  before: RestorePlan;
  after: RestorePlan;
  revision: number;
}) {
  const changes = planDifference(before, after);
  if (changes.length === 0)
    return (
      <Banner kind="none">Revision {revision} says the same as the one before. Earlier votes count no more.</Banner>
    );
  return (
    <Banner kind="warn" title={`Different from revision ${revision - 1}`}>
      <Facts facts={changes.map(({ what, from, to }) => ({ term: what, detail: `${from} → ${to}` }))} />
      <p className="mt-2">Earlier votes no longer count.</p>
    </Banner>
  );
}
