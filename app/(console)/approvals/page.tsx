import type { Metadata } from "next";
import { StatusGlyph } from "@/components/status/glyph";
import { ApprovalMarks } from "@/components/status/marks";
import { StatusBadge } from "@/components/status/status-badge";
import { Card, CardRow } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { LinkButton } from "@/components/ui/link-button";
import { LinkTabs } from "@/components/ui/link-tabs";
import { Countdown, Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { show } from "@/lib/access/show";
import { listApprovals, listWaiting } from "@/lib/approvals/data";
import type { ApprovalView } from "@/lib/approvals/view";
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
      {waiting.length > 0 ? <WaitingForYou rows={waiting} now={now} /> : null}
      <LinkTabs
        label="Requests"
        tabs={views.map(({ show: name, label }) => ({
          href: name === "open" ? "/approvals" : `/approvals?show=${name}`,
          label,
          current: name === view,
        }))}
      />
      <TableKeys>
        <Card>
          <DataTable
            caption="Requests, newest first"
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <EmptyState title="No requests here">
                When somebody asks to restore a system or to change a rule, what they ask for appears here.
              </EmptyState>
            }
            columns={[
              { key: "what", header: "Request", cell: (row) => <What row={row} /> },
              {
                key: "state",
                header: "State",
                cell: (row) => (
                  <StatusBadge kind={requestStanding(row).kind}>
                    <span className="whitespace-nowrap">{requestStanding(row).text}</span>
                  </StatusBadge>
                ),
              },
              {
                key: "votes",
                header: "Votes",
                nowrap: true,
                cell: (row) => (row.neededTotal === 0 ? "none needed" : `${row.agreed} of ${row.neededTotal}`),
              },
              { key: "level", header: "Level", align: "end", cell: (row) => row.level },
              {
                key: "who",
                header: "Asked by",
                cell: (row) => (row.mine ? "You" : <NameText text={row.requester} length={40} />),
              },
              {
                key: "words",
                header: "Fingerprint",
                wideOnly: true,
                nowrap: true,
                cell: (row) => <FingerprintWords words={row.words.slice(0, 3)} />,
              },
              { key: "until", header: "Ends", nowrap: true, cell: (row) => <Ends row={row} now={now} /> },
            ]}
          />
        </Card>
      </TableKeys>
      <Pager
        previousHref={asked.after ? `/approvals?show=${view}` : null}
        nextHref={next ? `/approvals?show=${view}&after=${next}` : null}
      >
        {plural(rows.length, "request")} here
      </Pager>
    </>
  );
}

/** What waits for this person's vote, with what they need to find it again by its words. */
function WaitingForYou({ rows, now }: { rows: readonly ApprovalView[]; now: string }) {
  return (
    <Card title="Waiting for you" more="first to end first">
      {rows.map((row) => (
        <CardRow
          key={row.id}
          lead={<StatusGlyph kind="lock" className="mt-1" />}
          end={
            <LinkButton href={`/approvals/${row.id}`} aria-label={`Look at ${row.title}`}>
              Look at it
            </LinkButton>
          }
        >
          <TextLink href={`/approvals/${row.id}`} className="font-semibold text-ink">
            <NameText text={row.title} length={110} />
          </TextLink>
          <span className="text-ink-2">
            <NameText text={row.requester} length={40} /> asks · level {row.level} · {row.agreed} of {row.neededTotal}{" "}
            agree
            {row.approvalExpiresAt ? (
              <>
                {" "}
                · ends in <Countdown at={row.approvalExpiresAt} now={now} over="a moment" />
              </>
            ) : null}
          </span>
          <FingerprintWords words={row.words.slice(0, 3)} className="text-sm" />
          <ApprovalMarks breakGlass={row.breakGlass} singleOperator={row.singleOperator} />
        </CardRow>
      ))}
    </Card>
  );
}

function What({ row }: { row: ApprovalView }) {
  const target = row.plan?.items[0]?.target.name;
  return (
    <>
      <TextLink href={`/approvals/${row.id}`} className="font-medium">
        <NameText text={row.title} length={90} />
      </TextLink>
      <div className="text-ink-3">{row.change ? "a change of the rules" : <>to {target ?? "a new resource"}</>}</div>
      <ApprovalMarks breakGlass={row.breakGlass} singleOperator={row.singleOperator} />
    </>
  );
}

function Ends({ row, now }: { row: ApprovalView; now: string }) {
  if (row.state === "pending" && row.approvalExpiresAt)
    return (
      <span>
        in <Countdown at={row.approvalExpiresAt} now={now} over="a moment" />
      </span>
    );
  const untouched = row.change ? row.change.state === "waiting" : row.restoreState === "waiting";
  if (row.state === "approved" && untouched && row.executeBefore)
    return row.notBefore && row.notBefore > now ? (
      <span>
        can start in <Countdown at={row.notBefore} now={now} over="a moment" />
      </span>
    ) : (
      <span>
        start within <Countdown at={row.executeBefore} now={now} over="no time" />
      </span>
    );
  return row.submittedAt ? <Moment at={row.submittedAt} local={false} /> : <>–</>;
}
