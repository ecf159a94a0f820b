import type { Metadata } from "next";
import { GovernedForm } from "@/components/step-up/governed";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { Moment } from "@/components/ui/moment";
import { PageHeader } from "@/components/ui/page-header";
import { RevisionField } from "@/components/ui/revision-field";
import { DataTable } from "@/components/ui/table";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { durationText } from "@/lib/core/words";
import { getTier } from "@/lib/tiers/data";
import { TierFields } from "../_components/tier-fields";
import { answerProofAction, askTierEditAction, editTierAction } from "../actions";

export const metadata: Metadata = { title: "Tier" };

/** One tier: what it promises, changed by administrators, and what it promised before. */
export default async function TierPage({ params }: PageProps<"/settings/tiers/[tierId]">) {
  const ref = await params;
  const { tier, mayEdit } = await show(async (actor) => {
    const tier = await getTier(actor, ref);
    return tier && { tier, mayEdit: may(actor, "tier:edit") };
  });
  const { objectives } = tier;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: "Settings", href: "/settings" },
          { label: "Tiers", href: "/settings/tiers" },
          { label: tier.name },
        ]}
        title={tier.name}
        sub={
          <>
            These objectives hold since <Moment at={tier.objectivesSince} />.
          </>
        }
      />
      <Card padded className="max-w-4xl" title="Objectives">
        {mayEdit ? (
          <GovernedForm
            action={editTierAction}
            begin={askTierEditAction}
            finish={answerProofAction}
            label="Change it from now on"
            doneHref="/settings/tiers"
            fields={{ tierId: tier.id }}
          >
            <input type="hidden" name="base" value={JSON.stringify({ name: tier.name, ...objectives })} />
            <RevisionField revision={tier.revision} />
            <TierFields name={tier.name} objectives={objectives} />
            <p className="text-ink-2">
              Promising more is done at once. Promising less, or asking fewer people, is put before others first.
            </p>
          </GovernedForm>
        ) : (
          <Facts
            facts={[
              { term: "RPO", detail: durationText(objectives.rpoSeconds) },
              { term: "RTO", detail: durationText(objectives.rtoSeconds) },
              { term: "MTD", detail: durationText(objectives.mtdSeconds) },
              { term: "Time in RPO", detail: `${objectives.timeInRpoTargetPct} %` },
              { term: "Restore test", detail: `every ${objectives.restoreTestCadenceDays} days` },
              { term: "Copies", detail: objectives.copyRule },
            ]}
          />
        )}
      </Card>
      <Card title="What it promised before">
        <DataTable
          caption="The tier's objectives over time"
          rows={tier.history}
          rowKey={({ from }) => from}
          columns={[
            { key: "from", header: "From", cell: ({ from }) => <Moment at={from} local={false} /> },
            { key: "to", header: "To", cell: ({ to }) => (to === null ? "now" : <Moment at={to} local={false} />) },
            { key: "rpo", header: "RPO", align: "end", cell: (row) => durationText(row.objectives.rpoSeconds) },
            { key: "rto", header: "RTO", align: "end", cell: (row) => durationText(row.objectives.rtoSeconds) },
            { key: "mtd", header: "MTD", align: "end", cell: (row) => durationText(row.objectives.mtdSeconds) },
            {
              key: "test",
              header: "Restore test",
              align: "end",
              cell: (row) => `every ${row.objectives.restoreTestCadenceDays} d`,
            },
            { key: "votes", header: "Approvals", align: "end", cell: (row) => row.objectives.approvals },
          ]}
        />
      </Card>
    </>
  );
}
