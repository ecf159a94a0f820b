import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getGovernance } from "@/lib/governance/data";
import { PolicyForm } from "../_components/policy-form";

export const metadata: Metadata = { title: "Change the policy" };

/** Puts a new policy before the people of the gravest level. */
export default async function PolicyPage() {
  const { levels, able, version } = await show(async (actor) =>
    may(actor, "policy:edit") ? getGovernance(actor, {}) : null,
  );
  return (
    <>
      <PageHeader
        crumbs={[
          { label: "Settings", href: "/settings" },
          { label: "Governance", href: "/settings/governance" },
          { label: "Policy" },
        ]}
        title="Change who must agree to what"
        sub={`This would be version ${version + 1}. A tighter rule binds requests in flight, too; a looser one does not.`}
      />
      <Card padded className="max-w-5xl">
        <PolicyForm policy={levels} able={able} />
      </Card>
    </>
  );
}
