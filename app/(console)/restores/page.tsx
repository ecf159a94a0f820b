import type { Metadata } from "next";
import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { durationText, plural } from "@/lib/core/words";
import { listRestores } from "@/lib/restores/data";
import { standing } from "./_components/standing";

export const metadata: Metadata = { title: "Restores" };

const choices = [
  { value: "open", label: "open" },
  { value: "finished", label: "finished" },
];

export default async function RestoresPage({ searchParams }: PageProps<"/restores">) {
  const asked = await searchParams;
  const { rows, next, mayAsk } = await show(async (actor) => ({
    ...(await listRestores(actor, { state: "all", ...asked })),
    mayAsk: may(actor, "restore:request"),
  }));
  const running = rows.filter(({ state }) =>
    ["dispatching", "unknown", "running", "validating"].includes(state),
  ).length;
  const nextHref = next ? `/restores?${new URLSearchParams({ ...onlyText(asked), after: next })}` : null;
  return (
    <>
      <PageHeader
        title={running > 0 ? `${plural(running, "restore")} under way.` : "No restore is under way."}
        sub="Every restore names its plan, who agreed to it, and what the restored data answered."
        actions={
          mayAsk ? (
            <LinkButton href="/restores/new" variant="primary">
              Restore a system
            </LinkButton>
          ) : null
        }
      />
      <FilterBar searchName={null} filters={[{ name: "state", label: "State", choices }]} />
      <Card>
        <DataTable
          caption="Restores, newest first"
          rows={rows}
          rowKey={(row) => row.id}
          empty={
            <EmptyState title="Nothing has been restored yet">
              A restore begins with a system, goes through a plan that others agree to, and ends with checks of the
              restored data.
            </EmptyState>
          }
          columns={[
            {
              key: "system",
              header: "System",
              cell: (row) => (
                <>
                  <TextLink href={`/restores/${row.id}`} className="font-medium">
                    <NameText text={row.system} length={60} />
                  </TextLink>
                  <div className="text-ink-3">{row.target ? `to ${row.target}` : `draft ${row.handle}`}</div>
                </>
              ),
            },
            {
              key: "standing",
              header: "State",
              cell: (row) => <StatusBadge kind={standing(row).kind}>{standing(row).text}</StatusBadge>,
            },
            {
              key: "why",
              header: "Why",
              wideOnly: true,
              cell: (row) => <span className="line-clamp-2 text-ink-2">{row.reason || "Not said yet"}</span>,
            },
            { key: "who", header: "Asked by", nowrap: true, cell: (row) => row.requester },
            { key: "when", header: "Begun", nowrap: true, cell: (row) => <Moment at={row.createdAt} local={false} /> },
            {
              key: "rta",
              header: "Took",
              align: "end",
              cell: (row) => (row.rtaSeconds === null ? "–" : durationText(row.rtaSeconds)),
            },
          ]}
        />
      </Card>
      <Pager previousHref={asked.after ? "/restores" : null} nextHref={nextHref}>
        {plural(rows.length, "restore")} here
      </Pager>
    </>
  );
}

const onlyText = (asked: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
