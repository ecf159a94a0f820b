import type { Metadata } from "next";
import { StatusBadge } from "@/components/status/status-badge";
import { SubmitButton } from "@/components/ui/action-form";
import { AppLink } from "@/components/ui/app-link";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { type Filter, FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { countText, plural } from "@/lib/core/words";
import { listCoverageChoices, listCoverageGaps } from "@/lib/resources/coverage";
import { type CoverageGap, coverageGaps, gapMeanings, gapWords } from "@/lib/resources/rules";
import type { CoverageChoices, CoverageGapRow, CoveragePage as Page } from "@/lib/resources/view";
import { getSystemChoice } from "@/lib/systems/data";
import { onlyText, placeHref } from "../_components/asked";
import { AssignBar } from "../_components/assign-bar";
import { BulkForm } from "../_components/bulk-form";
import { EstateTabs } from "../_components/estate-tabs";
import { resourceColumns } from "../_components/resource-columns";
import { bulkResourcesAction } from "../actions";

export const metadata: Metadata = { title: "Coverage" };

const kindOf = { no_plan: "bad", no_point: "bad", vanished: "warn", twice: "warn", unassigned: "none" } as const;

/** Where the next step about a gap is taken, in this application. */
function placeOf(gap: CoverageGap, row: CoverageGapRow): { href: string; label: string } | null {
  if (gap === "no_plan" && row.system)
    return { href: `/systems/${row.system.id}/backup?resource=${row.id}`, label: "Back up once now" };
  if (gap === "no_point") return { href: `/jobs?resource=${row.id}`, label: "Its runs" };
  if (gap === "vanished") return { href: `/recovery-points?resource=${row.id}`, label: "Its recovery points" };
  if (gap === "twice") return { href: "/settings/connections", label: "Connections" };
  return gap === "unassigned" ? { href: "/systems/rules", label: "Tag rules" } : null;
}

function Gap({ gap, row }: { gap: CoverageGap; row: CoverageGapRow }) {
  const place = placeOf(gap, row);
  return (
    <li className="grid gap-0.5">
      <StatusBadge kind={kindOf[gap]} strong>
        {gapWords[gap]}
      </StatusBadge>
      <span className="text-ink-2">
        {gapMeanings[gap].why}
        {gap === "vanished" && row.vanishedAt ? (
          <>
            {" "}
            Gone since <Moment at={row.vanishedAt} local={false} />.
          </>
        ) : null}
        {gap === "twice" && row.twin ? (
          <>
            {" "}
            The other is <NameText text={row.twin} length={40} />.
          </>
        ) : null}
      </span>
      <span>
        {gapMeanings[gap].next} {place ? <TextLink href={place.href}>{place.label}</TextLink> : null}
      </span>
    </li>
  );
}

/** How many resources have each gap; each figure leads to its list. */
function Cuts({ page, asked }: { page: Page; asked: Record<string, string> }) {
  const { after: _a, before: _b, gap: _g, ...rest } = asked;
  const href = (gap: CoverageGap) =>
    `/systems/coverage?${new URLSearchParams(asked.gap === gap ? rest : { ...rest, gap })}`;
  return (
    <nav aria-label="Gaps" className="grid grid-cols-2 gap-3 md:grid-cols-5">
      {coverageGaps.map((gap) => (
        <AppLink
          key={gap}
          href={href(gap)}
          prefetch={false}
          aria-current={asked.gap === gap ? "true" : undefined}
          className={cn(
            "grid min-w-0 gap-0.5 rounded-lg border bg-surface px-4 py-3 hover:bg-hover",
            asked.gap === gap && "border-accent bg-accent-wash",
          )}
        >
          <span className="num text-xl font-semibold">{countText(page.counts[gap])}</span>
          <StatusBadge kind={page.counts[gap] === 0 ? "ok" : kindOf[gap]}>{gapWords[gap]}</StatusBadge>
        </AppLink>
      ))}
    </nav>
  );
}

function GapTable({ rows, pick, only }: { rows: readonly CoverageGapRow[]; pick: boolean; only: string | undefined }) {
  return (
    <DataTable
      caption="Resources with a gap in their coverage"
      rows={rows}
      rowKey={({ id }) => id}
      columns={[
        ...resourceColumns<CoverageGapRow>(pick),
        {
          key: "where",
          header: "System and connection",
          className: "md:align-top",
          cell: (row) => (
            <span className="grid">
              {row.system ? (
                <TextLink href={`/systems/${row.system.id}`} className="text-ink">
                  <NameText text={row.system.name} length={40} />
                </TextLink>
              ) : (
                <span className="text-ink-3">no system</span>
              )}
              <NameText text={row.connection} length={30} className="text-ink-3" />
            </span>
          ),
        },
        {
          key: "gaps",
          header: "Why, and what to do",
          className: "max-md:grid-cols-[minmax(0,1fr)]",
          cell: (row) => (
            <ul className="grid gap-2.5">
              {row.gaps
                .filter((gap) => only === undefined || gap === only)
                .map((gap) => (
                  <Gap key={gap} gap={gap} row={row} />
                ))}
            </ul>
          ),
        },
      ]}
    />
  );
}

const word = (text: string) => ({ value: text, label: text });

const filtersOf = (choices: CoverageChoices): Filter[] => [
  {
    name: "connection",
    label: "Connection",
    choices: choices.connections.map(({ id, name }) => ({ value: id, label: name })),
  },
  { name: "region", label: "Region", choices: choices.regions.map(word) },
  { name: "kind", label: "Kind", choices: choices.kinds.map(word) },
  { name: "gap", label: "Gap", choices: coverageGaps.map((one) => ({ value: one, label: gapWords[one] })) },
];

function NoGaps({ filtered, resources }: { filtered: boolean; resources: number }) {
  if (filtered)
    return (
      <EmptyState
        title="No resource fits this filter"
        action={<LinkButton href="/systems/coverage">Show all</LinkButton>}
      />
    );
  if (resources === 0)
    return <EmptyState title="No resources yet">They appear when a connection has been read.</EmptyState>;
  return (
    <EmptyState title="No gap was found">
      Every resource is planned, has a usable recovery point and belongs to a system.
    </EmptyState>
  );
}

const titleOf = ({ counts, resources }: Page) =>
  counts.no_plan === 0
    ? "Every resource is in a backup plan."
    : `${countText(counts.no_plan)} of ${plural(resources, "resource is", "resources are")} in no backup plan.`;

/** What discovery found and nothing, or not enough, covers. */
export default async function CoveragePage({ searchParams }: PageProps<"/systems/coverage">) {
  const asked = onlyText(await searchParams);
  const { page, choices, chosen, mayEdit } = await show(async (actor) => {
    const mayEdit = may(actor, "estate:edit");
    const [page, choices, chosen] = await Promise.all([
      listCoverageGaps(actor, asked),
      listCoverageChoices(actor, {}),
      mayEdit ? getSystemChoice(actor, { systemId: asked.system }) : null,
    ]);
    return { page, choices, chosen, mayEdit };
  });
  const gap = coverageGaps.find((one) => one === asked.gap);
  const filtered = ["q", "kind", "region", "connection", "gap"].some((name) => name in asked);
  const table = <GapTable rows={page.rows} pick={mayEdit} only={gap} />;
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Systems", href: "/systems" }, { label: "Coverage" }]}
        title={titleOf(page)}
        sub="What discovery found, held against plans, recovery points and systems. Each figure leads to its list."
      />
      <EstateTabs current="/systems/coverage" />
      <Cuts page={page} asked={asked} />
      <TableKeys className="grid gap-4">
        <FilterBar filters={filtersOf(choices)} placeholder="Name or identifier…" />
        {page.rows.length === 0 ? (
          <Card>
            <NoGaps filtered={filtered} resources={page.resources} />
          </Card>
        ) : mayEdit ? (
          <BulkForm
            action={bulkResourcesAction}
            name="resourceIds"
            noun="resource"
            doneText="The chosen resources were changed."
            bar={
              <>
                <AssignBar chosen={chosen} />
                <SubmitButton variant="default" name="do" value="release">
                  Take out of their systems
                </SubmitButton>
              </>
            }
          >
            <Card>{table}</Card>
          </BulkForm>
        ) : (
          <Card>{table}</Card>
        )}
      </TableKeys>
      <Pager
        previousHref={placeHref("/systems/coverage", asked, "before", page.before)}
        nextHref={placeHref("/systems/coverage", asked, "after", page.after)}
      >
        {countText(page.rows.length)} here
      </Pager>
    </>
  );
}
