import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { StatusBadge } from "@/components/status/status-badge";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable, TableFrame } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { countAudit, listAudit } from "@/lib/audit/data";
import { exportMost } from "@/lib/audit/rules";
import { getSealing, getVerification } from "@/lib/audit/sealing";
import { countText, plural } from "@/lib/core/words";
import { ExportMenu } from "./_components/export-menu";
import { LateBanner } from "./_components/late-banner";
import { outcomeStanding } from "./_components/outcome";
import { SealStrip } from "./_components/seal-strip";
import { SpanForm } from "./_components/span-form";

export const metadata: Metadata = { title: "Audit log" };

const filters = [
  {
    name: "area",
    label: "About",
    choices: [
      { value: "restores", label: "restores and approvals" },
      { value: "backups", label: "backups" },
      { value: "estate", label: "systems and tiers" },
      { value: "connections", label: "connections" },
      { value: "rules", label: "rules of the installation" },
      { value: "people", label: "people and sign-in" },
      { value: "audit", label: "this log" },
    ],
  },
  {
    name: "outcome",
    label: "Outcome",
    choices: [
      { value: "success", label: "done" },
      { value: "failure", label: "failed" },
      { value: "denied", label: "not allowed" },
    ],
  },
  {
    name: "span",
    label: "Time",
    choices: [
      { value: "1h", label: "last hour" },
      { value: "24h", label: "last 24 hours" },
      { value: "7d", label: "last 7 days" },
      { value: "30d", label: "last 30 days" },
      { value: "365d", label: "last year" },
    ],
  },
];

const narrowing = ["q", "area", "outcome", "action", "person", "target", "span", "from", "to"];

const onlyText = (asked: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

/** What the links in events narrow the list to, which the filter has no field for. */
function linkedTo({ person, target, action }: Record<string, string>): string | null {
  if (person) return "of one person";
  if (target) return "about one thing";
  return action ? `named ${action}` : null;
}

/** What an export would hold: the count, or how far it reaches. */
const countedText = ({ count, more }: { count: number; more: boolean }) =>
  more ? `The newest ${countText(exportMost)} of these events` : `${plural(count, "event")} of this list`;

/** What everybody did, in sentences; each opens to the very text that was hashed. */
export default async function AuditPage({ searchParams }: PageProps<"/audit">) {
  const actor = await signedIn();
  if (!may(actor, "audit:read")) forbidden();
  const asked = onlyText(await searchParams);
  const [{ rows, before, after }, sealing, { verification }, found] = await Promise.all([
    show((viewer) => listAudit(viewer, asked)),
    show((viewer) => getSealing(viewer, {})),
    show(async (viewer) => ({ verification: await getVerification(viewer, {}) })),
    show((viewer) => countAudit(viewer, asked)),
  ]);
  const wanted = Object.entries(asked).filter(([name, value]) => narrowing.includes(name) && value !== "");
  const hrefWith = (more: Record<string, string>) =>
    `/audit?${new URLSearchParams([...wanted, ...Object.entries(more)])}`;
  const counted = found.more ? `over ${plural(found.count, "event")}` : plural(found.count, "event");
  const linked = linkedTo(asked);
  return (
    <>
      <PageHeader
        title={wanted.length > 0 ? `${counted} match.` : `${counted} written down.`}
        sub="Nothing here is ever changed or removed, and the seal shows it where somebody tried."
        actions={
          may(actor, "audit:export") && found.count > 0 ? (
            <ExportMenu filter={wanted} counted={countedText(found)} />
          ) : undefined
        }
      />
      <LateBanner sealing={sealing} />
      <SealStrip sealing={sealing} verification={verification} />
      {linked === null ? null : (
        <Banner kind="none" action={<TextLink href="/audit">Show all</TextLink>}>
          Only events {linked}.
        </Banner>
      )}
      <TableKeys className="grid gap-4">
        <FilterBar filters={filters} placeholder="Action, person, system or id…" />
        <SpanForm />
        <Card>
          <TableFrame>
            <DataTable
              caption="Events, newest first"
              rows={rows}
              rowKey={(row) => row.id}
              empty={
                wanted.length > 0 ? (
                  <EmptyState title="No event matches">
                    A wider span or fewer words may find what you look for.
                  </EmptyState>
                ) : (
                  <EmptyState title="Nothing has happened yet">
                    Everything that is done from now on stands here.
                  </EmptyState>
                )
              }
              columns={[
                {
                  key: "what",
                  header: "What happened",
                  cell: (row) => (
                    <TextLink href={`/audit/${row.id}`} className="wrap-anywhere text-ink">
                      <NameText text={row.sentence} length={400} />
                    </TextLink>
                  ),
                },
                {
                  key: "when",
                  header: "When",
                  nowrap: true,
                  cell: (row) => <Moment at={row.at} precision="second" />,
                },
                {
                  key: "outcome",
                  header: "Outcome",
                  nowrap: true,
                  cell: (row) => (
                    <StatusBadge kind={outcomeStanding[row.outcome].kind}>
                      {outcomeStanding[row.outcome].text}
                    </StatusBadge>
                  ),
                },
                {
                  key: "action",
                  header: "Action",
                  nowrap: true,
                  wideOnly: true,
                  cell: (row) => <span className="font-mono text-sm text-ink-3">{row.action}</span>,
                },
              ]}
            />
          </TableFrame>
        </Card>
      </TableKeys>
      <Pager
        previousHref={before === null ? null : hrefWith({ before })}
        nextHref={after === null ? null : hrefWith({ after })}
      >
        {plural(rows.length, "event")} here
      </Pager>
    </>
  );
}
