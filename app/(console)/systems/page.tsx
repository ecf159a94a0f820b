import type { Metadata } from "next";
import { healthWord } from "@/app/(console)/_components/health-look";
import { Legend } from "@/components/status/legend";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { type Filter, FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { may, type UserActor } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { countText, plural } from "@/lib/core/words";
import { healthStates } from "@/lib/health/rules";
import { countEstate } from "@/lib/resources/data";
import type { EstateCounts } from "@/lib/resources/view";
import { listOwnerChoices } from "@/lib/systems/data";
import { groupKinds } from "@/lib/systems/grouping";
import { listSystemGroups } from "@/lib/systems/groups";
import { listSystems } from "@/lib/systems/matrix";
import { cutWords, environments, systemCuts, systemSorts } from "@/lib/systems/rules";
import type { OwnerChoices } from "@/lib/systems/view";
import { listTierChoices } from "@/lib/tiers/data";
import type { TierChoice } from "@/lib/tiers/view";
import { listViews } from "@/lib/views/data";
import { viewQuery } from "@/lib/views/rules";
import { onlyText, placeHref } from "./_components/asked";
import { SystemsBar } from "./_components/bulk-bar";
import { EstateTabs } from "./_components/estate-tabs";
import { ExportLink } from "./_components/export-link";
import { Matrix } from "./_components/matrix";
import { ViewsBar } from "./_components/views-bar";

export const metadata: Metadata = { title: "Systems" };

const word = (text: string) => ({ value: text, label: text });

/** How large the estate is, and how much of it belongs to nobody. */
function EstateLine({ counts }: { counts: EstateCounts }) {
  const { systems, resources, unassigned, unassignedUnprotected } = counts;
  return (
    <>
      {plural(systems, "system")} in an estate of {plural(resources, "resource")}.{" "}
      {unassigned === 0 ? (
        "Every resource belongs to one."
      ) : (
        <>
          <TextLink href="/systems/unassigned">
            {plural(unassigned, "resource belongs", "resources belong")} to none
          </TextLink>
          {unassignedUnprotected > 0 ? `, ${countText(unassignedUnprotected)} of them unprotected` : ""}.
        </>
      )}
    </>
  );
}

function NoSystems({ filtered, mayEdit }: { filtered: boolean; mayEdit: boolean }) {
  if (filtered)
    return (
      <EmptyState title="No system fits this filter" action={<LinkButton href="/systems">Show all</LinkButton>}>
        Take a part of the filter away to see more.
      </EmptyState>
    );
  const add = mayEdit ? (
    <LinkButton href="/systems/new" variant="primary">
      Add system
    </LinkButton>
  ) : undefined;
  return (
    <EmptyState title="No systems yet" action={add}>
      A system is what the business would miss. It owns resources, has a tier, and is judged by the worst of them.
    </EmptyState>
  );
}

const filtersOf = (tiers: readonly TierChoice[], owners: OwnerChoices): Filter[] => [
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
  {
    name: "status",
    label: "Status",
    choices: healthStates.map((state) => ({ value: state, label: healthWord[state] })),
  },
  { name: "environment", label: "Environment", choices: environments.map(word) },
  { name: "is", label: "Only", choices: systemCuts.map((one) => ({ value: one, label: cutWords[one] })) },
  { name: "lifecycle", label: "Lifecycle", choices: ["active", "parked", "retired"].map(word) },
  { name: "group", label: "Group by", none: "nothing", choices: groupKinds.map(word) },
];

const groupLabels: Record<string, string> = healthWord;

/** The list, or the first group of it where it is grouped, with the heads of all. */
async function readMatrix(actor: UserActor, asked: Record<string, string>) {
  const found = await listSystemGroups(actor, asked);
  const groups = found?.map((group) => ({ ...group, label: groupLabels[group.label] ?? group.label })) ?? null;
  const page = await listSystems(actor, { ...asked, ...groups?.[0]?.asked });
  const total = groups ? groups.reduce((sum, group) => sum + group.total, 0) : page.total;
  return { page, groups, total };
}

/** The estate matrix. */
export default async function SystemsPage({ searchParams }: PageProps<"/systems">) {
  const asked = onlyText(await searchParams);
  const { page, groups, total, counts, tiers, owners, views, mayEdit } = await show(async (actor) => {
    const [matrix, counts, tiers, owners, views] = await Promise.all([
      readMatrix(actor, asked),
      countEstate(actor, {}),
      listTierChoices(actor, {}),
      listOwnerChoices(actor, {}),
      listViews(actor, { page: "/systems" }),
    ]);
    return { ...matrix, counts, tiers, owners, views, mayEdit: may(actor, "estate:edit") };
  });
  const sort = systemSorts.find((one) => one === asked.sort) ?? "worst";
  const cut = systemCuts.find((one) => one === asked.is);
  const filtered = ["q", "tier", "owner", "status", "environment", "lifecycle", "is"].some((name) => name in asked);
  const filters = filtersOf(tiers, owners);
  const { after, before, ...kept } = asked;
  const place = before ? { before } : after ? { after } : {};
  return (
    <>
      <PageHeader
        title="Systems"
        sub={<EstateLine counts={counts} />}
        actions={
          <>
            <ExportLink />
            {mayEdit ? (
              <>
                <LinkButton href="/systems/import">Bring in a table</LinkButton>
                <LinkButton href="/systems/new" variant="primary">
                  Add system
                </LinkButton>
              </>
            ) : null}
          </>
        }
      />
      <EstateTabs current="/systems" />
      <TableKeys className="grid gap-4">
        <ViewsBar page="/systems" whole="All systems" views={views} query={viewQuery("/systems", asked)} />
        <FilterBar filters={filters} placeholder="Name, owner or resource…" />
        {cut ? (
          <p className="text-ink-2">
            {plural(total, "system")} {cutWords[cut]}.
          </p>
        ) : null}
        {page.rows.length === 0 ? (
          <Card>
            <NoSystems filtered={filtered} mayEdit={mayEdit} />
          </Card>
        ) : (
          <Matrix
            first={page}
            groups={groups}
            total={total}
            asked={kept}
            at={new URLSearchParams(place).toString()}
            sort={sort}
            bar={mayEdit ? <SystemsBar tiers={tiers} teams={owners.teams} /> : null}
          />
        )}
      </TableKeys>
      <noscript>
        <Pager
          previousHref={placeHref("/systems", asked, "before", page.before)}
          nextHref={placeHref("/systems", asked, "after", page.after)}
        >
          {countText(page.rows.length)} of {plural(total, "system")}
        </Pager>
      </noscript>
      <Legend />
    </>
  );
}
