import type { Metadata } from "next";
import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { bytesText, countText, plural, visible } from "@/lib/core/words";
import { listInboxChoices, listUnassigned } from "@/lib/resources/data";
import type { InboxRow } from "@/lib/resources/view";
import { getSystemChoice } from "@/lib/systems/data";
import { onlyText, placeHref } from "../_components/asked";
import { AssignBar } from "../_components/assign-bar";
import { BulkForm } from "../_components/bulk-form";
import { EstateTabs } from "../_components/estate-tabs";
import { resourceColumns } from "../_components/resource-columns";
import { assignResourcesAction } from "../actions";

export const metadata: Metadata = { title: "Unassigned resources" };

function Tags({ tags }: { tags: InboxRow["tags"] }) {
  if (tags.length === 0) return <span className="text-ink-3">none</span>;
  return (
    <ul className="flex flex-wrap gap-1">
      {tags.slice(0, 4).map(({ key, value }) => (
        <li key={key} className="rounded-sm border px-1.5 text-sm text-ink-2">
          <NameText text={`${key}=${value}`} length={36} />
        </li>
      ))}
      {tags.length > 4 ? <li className="text-sm text-ink-3">and {tags.length - 4} more</li> : null}
    </ul>
  );
}

function InboxTable({ rows, pick }: { rows: readonly InboxRow[]; pick: boolean }) {
  return (
    <DataTable
      caption="Resources that belong to no system"
      rows={rows}
      rowKey={({ id }) => id}
      columns={[
        ...resourceColumns<InboxRow>(pick),
        {
          key: "state",
          header: "Protection",
          cell: (row) => (
            <span title={row.why && visible(row.why)}>
              <StatusBadge kind={healthKind[row.state]}>
                {row.state === "unknown" && row.ageSeconds !== null ? "has recovery points" : healthWord[row.state]}
              </StatusBadge>
            </span>
          ),
        },
        { key: "tags", header: "Tags", cell: (row) => <Tags tags={row.tags} /> },
        { key: "from", header: "Connection", cell: (row) => <NameText text={row.connection} length={30} /> },
        {
          key: "size",
          header: "Size",
          align: "end",
          cell: (row) => (row.sizeBytes === null ? "–" : bytesText(row.sizeBytes)),
        },
      ]}
    />
  );
}

/** The inbox: what was discovered and belongs to no system. */
export default async function UnassignedPage({ searchParams }: PageProps<"/systems/unassigned">) {
  const asked = onlyText(await searchParams);
  const { page, choices, chosen, mayEdit } = await show(async (actor) => {
    const [page, choices, chosen] = await Promise.all([
      listUnassigned(actor, asked),
      listInboxChoices(actor, {}),
      getSystemChoice(actor, { systemId: asked.system }),
    ]);
    return { page, choices, chosen, mayEdit: may(actor, "estate:edit") };
  });
  const filters = [
    { name: "kind", label: "Kind", choices: choices.kinds.map((kind) => ({ value: kind, label: kind })) },
    {
      name: "connection",
      label: "Connection",
      choices: choices.connections.map(({ id, name }) => ({ value: id, label: name })),
    },
    {
      name: "status",
      label: "Protection",
      choices: [
        { value: "unprotected", label: "unprotected" },
        { value: "protected", label: "has recovery points" },
      ],
    },
  ];
  const filtered = ["q", "kind", "connection", "status"].some((name) => name in asked);
  const table = <InboxTable rows={page.rows} pick={mayEdit} />;
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Systems", href: "/systems" }, { label: "Unassigned" }]}
        title={
          page.total === 0 && !filtered
            ? "Every resource belongs to a system."
            : `${plural(page.total, "resource belongs", "resources belong")} to no system.`
        }
        sub={`${countText(page.unprotected)} of them unprotected. What belongs to no system has no objective, so nobody can say whether its backups suffice.`}
        actions={mayEdit ? <LinkButton href="/systems/new">Add system</LinkButton> : null}
      />
      <EstateTabs current="/systems/unassigned" />
      <TableKeys className="grid gap-4">
        <FilterBar filters={filters} placeholder="Name, tag or identifier…" />
        {page.rows.length === 0 ? (
          <Card>
            <EmptyState
              title={filtered ? "No resource fits this filter" : "The inbox is empty"}
              action={filtered ? <LinkButton href="/systems/unassigned">Show all</LinkButton> : undefined}
            >
              {filtered
                ? null
                : "New resources appear here when a connection discovers them, unless a tag rule knows where they belong."}
            </EmptyState>
          </Card>
        ) : mayEdit ? (
          <BulkForm
            action={assignResourcesAction}
            name="resourceIds"
            noun="resource"
            doneText="The chosen resources were assigned."
            bar={<AssignBar chosen={chosen} />}
          >
            <Card>{table}</Card>
          </BulkForm>
        ) : (
          <Card>{table}</Card>
        )}
      </TableKeys>
      <Pager
        previousHref={placeHref("/systems/unassigned", asked, "before", page.before)}
        nextHref={placeHref("/systems/unassigned", asked, "after", page.after)}
      >
        {countText(page.rows.length)} of {plural(page.total, "resource")}
      </Pager>
    </>
  );
}
