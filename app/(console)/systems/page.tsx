import type { Metadata } from "next";
import { Legend } from "@/components/status/legend";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { countText, plural } from "@/lib/core/words";
import { healthStates } from "@/lib/health/rules";
import { countEstate } from "@/lib/resources/data";
import { listOwnerChoices } from "@/lib/systems/data";
import { listSystems } from "@/lib/systems/matrix";
import { cutWords, environments, systemCuts, systemSorts } from "@/lib/systems/rules";
import { listTierChoices } from "@/lib/tiers/data";
import { healthWord } from "../_components/health-look";
import { onlyText, placeHref } from "./_components/asked";
import { SystemsBar } from "./_components/bulk-bar";
import { BulkForm } from "./_components/bulk-form";
import { Matrix } from "./_components/matrix";
import { bulkSystemsAction } from "./actions";

export const metadata: Metadata = { title: "Systems" };

const word = (text: string) => ({ value: text, label: text });

/** The estate matrix. */
export default async function SystemsPage({ searchParams }: PageProps<"/systems">) {
  const asked = onlyText(await searchParams);
  const { page, counts, tiers, owners, mayEdit } = await show(async (actor) => {
    const [page, counts, tiers, owners] = await Promise.all([
      listSystems(actor, asked),
      countEstate(actor, {}),
      listTierChoices(actor, {}),
      listOwnerChoices(actor, {}),
    ]);
    return { page, counts, tiers, owners, mayEdit: may(actor, "estate:edit") };
  });
  const sort = systemSorts.find((one) => one === asked.sort) ?? "worst";
  const cut = systemCuts.find((one) => one === asked.is);
  const filtered = ["q", "tier", "owner", "status", "environment", "lifecycle", "is"].some((name) => name in asked);
  const filters = [
    { name: "tier", label: "Tier", choices: tiers.map(({ id, name }) => ({ value: id, label: name })) },
    {
      name: "owner",
      label: "Owner",
      choices: [
        { value: "none", label: "nobody" },
        ...owners.teams.map(({ id, name }) => ({ value: id, label: name })),
        ...owners.people.map(({ id, name }) => ({ value: id, label: name })),
      ],
    },
    { name: "status", label: "Status", choices: healthStates.map((state) => ({ value: state, label: healthWord[state] })) },
    { name: "environment", label: "Environment", choices: environments.map(word) },
    { name: "is", label: "Only", choices: systemCuts.map((one) => ({ value: one, label: cutWords[one] })) },
    { name: "lifecycle", label: "Lifecycle", choices: ["active", "parked", "retired"].map(word) },
  ];
  const matrix = <Matrix rows={page.rows} sort={sort} asked={asked} pick={mayEdit} />;
  return (
    <>
      <PageHeader
        title="Systems"
        sub={
          <>
            {plural(counts.systems, "system")} in an estate of {plural(counts.resources, "resource")}.{" "}
            {counts.unassigned === 0 ? (
              "Every resource belongs to one."
            ) : (
              <>
                <TextLink href="/systems/unassigned">
                  {plural(counts.unassigned, "resource belongs", "resources belong")} to none
                </TextLink>
                {counts.unassignedUnprotected > 0 ? `, ${countText(counts.unassignedUnprotected)} of them unprotected` : ""}.
              </>
            )}
          </>
        }
        actions={
          mayEdit ? (
            <LinkButton href="/systems/new" variant="primary">
              Add system
            </LinkButton>
          ) : null
        }
      />
      <TableKeys className="grid gap-4">
        <FilterBar filters={filters} placeholder="Name, owner or resource…" />
        {cut ? <p className="text-ink-2">{plural(page.total, "system")} {cutWords[cut]}.</p> : null}
        {page.rows.length === 0 ? (
          <Card>
            <EmptyState
              title={filtered ? "No system fits this filter" : "No systems yet"}
              action={
                filtered ? (
                  <LinkButton href="/systems">Show all</LinkButton>
                ) : mayEdit ? (
                  <LinkButton href="/systems/new" variant="primary">
                    Add system
                  </LinkButton>
                ) : undefined
              }
            >
              {filtered
                ? "Nothing is hidden by it but systems; take a part of it away to see more."
                : "A system is what the business would miss. It owns resources and has a tier, and is judged by the worst of them."}
            </EmptyState>
          </Card>
        ) : mayEdit ? (
          <BulkForm
            action={bulkSystemsAction}
            name="systemIds"
            noun="system"
            doneText="The chosen systems were changed."
            bar={<SystemsBar tiers={tiers} teams={owners.teams} />}
          >
            <Card>{matrix}</Card>
          </BulkForm>
        ) : (
          <Card>{matrix}</Card>
        )}
      </TableKeys>
      <Pager previousHref={placeHref("/systems", asked, "before", page.before)} nextHref={placeHref("/systems", asked, "after", page.after)}>
        {countText(page.rows.length)} of {plural(page.total, "system")}
      </Pager>
      <Legend />
    </>
  );
}
