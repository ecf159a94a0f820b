import type { Metadata } from "next";
import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { LinkTabs } from "@/components/ui/link-tabs";
import { Countdown, Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { show } from "@/lib/access/show";
import { listApprovals, listWaiting } from "@/lib/approvals/data";
import { plural } from "@/lib/core/words";
import { requestStanding } from "./_components/request-standing";

export const metadata: Metadata = { title: "Approvals" };

const views = [
  { show: "open", label: "Open" },
  { show: "decided", label: "Decided" },
  { show: "all", label: "All" },
] as const;

export default async function ApprovalsPage({ searchParams }: PageProps<"/approvals">) {
  const asked = await searchParams;
  const view = views.find(({ show: name }) => name === asked.show)?.show ?? "open";
  const [{ rows, next }, waiting] = await Promise.all([
    show((actor) => listApprovals(actor, { after: asked.after, show: view })),
    show((actor) => listWaiting(actor, {})),
  ]);
  const now = new Date().toISOString();
  return (
    <>
      <PageHeader
        kind={waiting.length > 0 ? "lock" : "none"}
        title={
          waiting.length > 0
            ? `${plural(waiting.length, "request")} ${waiting.length === 1 ? "waits" : "wait"} for your word.`
            : "Nothing waits for your word."
        }
        sub="Silence never approves: what nobody decides in time is refused."
      />
      <LinkTabs
        label="Requests"
        tabs={views.map(({ show: name, label }) => ({
          href: name === "open" ? "/approvals" : `/approvals?show=${name}`,
          label,
          current: name === view,
        }))}
      />
      <Card>
        <DataTable
          caption="Requests, newest first"
          rows={rows}
          rowKey={(row) => row.id}
          empty={
            <EmptyState title="No requests here">
              When somebody asks to restore a system, the plan they ask for appears here.
            </EmptyState>
          }
          columns={[
            {
              key: "what",
              header: "Request",
              cell: (row) => (
                <>
                  <TextLink href={`/approvals/${row.id}`} className="font-medium">
                    Restore <NameText text={row.plan?.system.name ?? "a system"} length={60} />
                  </TextLink>
                  <div className="text-ink-3">to {row.plan?.items[0]?.target.name ?? "a new resource"}</div>
                </>
              ),
            },
            {
              key: "state",
              header: "State",
              cell: (row) => (
                <StatusBadge kind={requestStanding[row.state].kind}>{requestStanding[row.state].text}</StatusBadge>
              ),
            },
            {
              key: "votes",
              header: "Votes",
              nowrap: true,
              cell: (row) => (row.neededTotal === 0 ? "none needed" : `${row.agreed} of ${row.neededTotal}`),
            },
            { key: "who", header: "Asked by", nowrap: true, cell: (row) => (row.mine ? "You" : row.requester) },
            {
              key: "words",
              header: "Fingerprint",
              wideOnly: true,
              cell: (row) => <FingerprintWords words={row.words.slice(0, 3)} />,
            },
            {
              key: "until",
              header: "Ends",
              nowrap: true,
              cell: (row) =>
                row.state === "pending" && row.approvalExpiresAt ? (
                  <>
                    in <Countdown at={row.approvalExpiresAt} now={now} />
                  </>
                ) : row.submittedAt ? (
                  <Moment at={row.submittedAt} local={false} />
                ) : (
                  "–"
                ),
            },
          ]}
        />
      </Card>
      <Pager
        previousHref={asked.after ? `/approvals?show=${view}` : null}
        nextHref={next ? `/approvals?show=${view}&after=${next}` : null}
      >
        {plural(rows.length, "request")} here
      </Pager>
    </>
  );
}
