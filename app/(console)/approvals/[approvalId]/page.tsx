import type { Metadata } from "next";
import { asksTo, isUntouched, isVetoOpen } from "@/app/(console)/approvals/_components/request-words";
import { VerdictList } from "@/app/(console)/restores/[restoreId]/_components/verdict-list";
import { ApprovalMarks } from "@/components/status/marks";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";
import { Countdown, Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getApproval } from "@/lib/approvals/data";
import type { ApprovalPage as Request } from "@/lib/approvals/view";
import { requestStanding } from "../_components/request-standing";
import { ApplyChange } from "./_components/apply-change";
import { Review } from "./_components/review";
import { BeforeThis, Voters } from "./_components/voters";
import { WhatChanges } from "./_components/what-changes";
import { WhatRuns } from "./_components/what-runs";
import { WithdrawChange } from "./_components/withdraw-change";
import { YourWord } from "./_components/your-word";

export const metadata: Metadata = { title: "Approval" };

export default async function ApprovalPage({ params }: PageProps<"/approvals/[approvalId]">) {
  const { approvalId } = await params;
  const request: Request = await show(async (actor) => {
    const found = await getApproval(actor, { approvalId });
    return (
      found && {
        ...found,
        me: actor.id,
        mayForce: may(actor, "approval:force"),
        mayReview: may(actor, "approval:review"),
        mayCancel: may(actor, "restore:approve") || may(actor, "policy:edit"),
      }
    );
  });
  const { change } = request;
  return (
    <>
      <PageHeader
        kind={requestStanding(request).kind}
        crumbs={[{ label: "Approvals", href: "/approvals" }, { label: request.handle }]}
        title={<Headline request={request} />}
        sub={<Because request={request} />}
        actions={<Actions request={request} />}
      />
      <ApprovalMarks breakGlass={request.breakGlass && !isVetoOpen(request)} singleOperator={request.singleOperator} />
      {isVetoOpen(request) && request.notBefore ? (
        <Banner kind="lock" title="Forced past its votes">
          {request.review ? `${request.review.actor} forced it for ${request.review.incidentRef}. ` : ""}
          Any approver may veto it until <Moment at={request.notBefore} precision="second" />, for{" "}
          <Countdown at={request.notBefore} now={request.now} over="a moment" /> more.
        </Banner>
      ) : null}
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid min-w-0 gap-5">
          {change?.plan ? <WhatChanges request={request} plan={change.plan} /> : <WhatRuns request={request} />}
          {change ? (
            <ApplyChange request={request} change={change} codes={request.rule.factors.includes("totp")} />
          ) : null}
          <YourWord request={request} />
          {request.preflight ? (
            <Card title="What the pre-flight found" more={<Moment at={request.preflight.at} />} padded>
              <VerdictList verdicts={request.preflight.verdicts} />
            </Card>
          ) : null}
        </div>
        <div className="grid gap-5">
          {request.review ? <Review request={request} review={request.review} /> : null}
          <Voters request={request} />
          {change ? null : <BeforeThis last={request.lastRestore} />}
          <ForceLink request={request} />
        </div>
      </div>
    </>
  );
}

function Headline({ request }: { request: Request }) {
  const { plan, change, title } = request;
  const asks = request.mine ? "You ask" : `${request.requester} asks`;
  if (change)
    return (
      <>
        {asks} to <NameText text={asksTo(title)} length={120} />
      </>
    );
  return (
    <>
      {asks} to restore <NameText text={plan?.system.name ?? "a system"} length={60} />{" "}
      {plan?.items[0]?.mode === "in_place" ? "in place" : "to a new resource"}
    </>
  );
}

function Because({ request }: { request: Request }) {
  const { plan, change } = request;
  const reason = plan?.reason ?? change?.plan?.reason ?? "";
  return (
    <>
      {reason ? (
        <>
          Because: {plan?.incidentRef ? `${plan.incidentRef}, ` : ""}
          <NameText text={reason.replace(/\.$/, "")} />.{" "}
        </>
      ) : null}
      <Standing request={request} />
    </>
  );
}

function Standing({ request }: { request: Request }) {
  const { state, approvalExpiresAt, executeBefore, notBefore, now, change } = request;
  if (state === "pending" && approvalExpiresAt)
    return (
      <>
        Expires in <Countdown at={approvalExpiresAt} now={now} />; then it is refused.
      </>
    );
  const { text } = requestStanding(request);
  if (change?.handedOverAt) return <>{text}.</>;
  if (state !== "approved" || !isUntouched(request)) return <>{text}.</>;
  const verb = change ? "applied" : "started";
  if (notBefore && notBefore > now)
    return (
      <>
        {text}; it can be {verb} from <Moment at={notBefore} precision="second" />.
      </>
    );
  return (
    <>
      {text}.{" "}
      {executeBefore ? (
        <>
          It can be {verb} for <Countdown at={executeBefore} now={now} over="no time" /> more.
        </>
      ) : null}
    </>
  );
}

function Actions({ request }: { request: Request }) {
  const { change, state, mine, restoreId } = request;
  if (change)
    return change.state === "waiting" && ["pending", "approved"].includes(state) && (mine || request.mayCancel) ? (
      <WithdrawChange changeId={change.id} mine={mine} />
    ) : null;
  return mine && state === "approved" && restoreId && isUntouched(request) ? (
    <LinkButton href={`/restores/${restoreId}`} variant="primary">
      Go and start it
    </LinkButton>
  ) : null;
}

/** The way to force, for whoever holds the role: it goes to a page of its own and does nothing here. */
function ForceLink({ request }: { request: Request }) {
  if (!request.mayForce || request.change || request.state !== "pending") return null;
  return (
    <Card title="In an emergency" padded>
      <div className="grid justify-items-start gap-3">
        <p className="text-ink-2">
          You hold the break-glass role. Forcing skips the votes and nothing else; everybody is told, and two people
          review it.
        </p>
        <LinkButton href={`/approvals/${request.id}/force`} variant="danger">
          Force past the votes…
        </LinkButton>
      </div>
    </Card>
  );
}
