import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { durationText, plural } from "@/lib/core/words";
import { ruleIds } from "@/lib/health/rules";
import { ruleMeanings } from "@/lib/health/words";
import { listTiers } from "@/lib/tiers/data";

export const metadata: Metadata = { title: "Tiers" };

/** What each tier promises, and the rules by which that is judged. */
export default async function TiersPage() {
  const { tiers, mayEdit } = await show(async (actor) => ({
    tiers: await listTiers(actor, {}),
    mayEdit: may(actor, "tier:edit"),
  }));
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Settings", href: "/settings" }, { label: "Tiers" }]}
        title={`${plural(tiers.length, "tier")} of recovery`}
        sub="A tier is a promise: how much may be lost, how long it may take, and how often that is proven. Changing one changes it from then on; the past is judged by what held then."
      />
      <Card>
        <DataTable
          caption="Tiers and their objectives"
          rows={tiers}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title="No tier exists">The migration of a new installation lays the usual three.</EmptyState>
          }
          columns={[
            {
              key: "name",
              header: "Tier",
              cell: ({ id, name, systems }) => (
                <>
                  <TextLink href={`/settings/tiers/${id}`} className="font-semibold">
                    {name}
                  </TextLink>
                  <div>
                    <TextLink href={`/systems?tier=${id}`} className="text-ink-3">
                      {plural(systems, "system")}
                    </TextLink>
                  </div>
                </>
              ),
            },
            { key: "rpo", header: "RPO", align: "end", cell: ({ objectives }) => durationText(objectives.rpoSeconds) },
            { key: "rto", header: "RTO", align: "end", cell: ({ objectives }) => durationText(objectives.rtoSeconds) },
            { key: "mtd", header: "MTD", align: "end", cell: ({ objectives }) => durationText(objectives.mtdSeconds) },
            {
              key: "time",
              header: "Time in RPO",
              align: "end",
              cell: ({ objectives }) => `${objectives.timeInRpoTargetPct} %`,
            },
            {
              key: "test",
              header: "Restore test",
              align: "end",
              cell: ({ objectives }) => `every ${objectives.restoreTestCadenceDays} d`,
            },
            { key: "copies", header: "Copies", cell: ({ objectives }) => objectives.copyRule },
            {
              key: "keep",
              header: "Kept",
              align: "end",
              cell: ({ objectives }) => `≥ ${objectives.minRetentionDays} d`,
            },
            {
              key: "lock",
              header: "Locked",
              align: "end",
              cell: ({ objectives }) =>
                objectives.minImmutableDays === 0 ? "–" : `≥ ${objectives.minImmutableDays} d`,
            },
            { key: "votes", header: "Approvals", align: "end", cell: ({ objectives }) => objectives.approvals },
          ]}
        />
      </Card>
      {mayEdit ? null : <p className="text-ink-3">Administrators change tiers.</p>}
      <div id="rules" className="scroll-mt-20">
        <Card title="How a verdict is reached" more="the worst rule that applies wins">
          <DataTable
            caption="The rules of health"
            rows={ruleIds.map((id) => ({ id, meaning: ruleMeanings[id] }))}
            rowKey={({ id }) => id}
            columns={[
              { key: "id", header: "Rule", cell: ({ id }) => <code className="font-mono text-sm">{id}</code> },
              { key: "meaning", header: "Says", cell: ({ meaning }) => meaning },
            ]}
          />
        </Card>
      </div>
    </>
  );
}
