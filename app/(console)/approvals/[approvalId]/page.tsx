import type { Metadata } from "next";
import { VerdictList } from "@/app/(console)/restores/[restoreId]/_components/verdict-list";
import { Card } from "@/components/ui/card";
import { Countdown, Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getApproval } from "@/lib/approvals/data";
import { visible } from "@/lib/core/words";
import { requestStanding } from "../_components/request-standing";
import { BeforeThis, Voters } from "./_components/voters";
import { WhatRuns } from "./_components/what-runs";
import { YourWord } from "./_components/your-word";

export const metadata: Metadata = { title: "Approval" };

export default async function ApprovalPage({ params }: PageProps<"/approvals/[approvalId]">) {
  const { approvalId } = await params;
  const request = await show(async (actor) => {
    const found = await getApproval(actor, { approvalId });
    return found && { ...found, mayVote: may(actor, "restore:approve"), me: actor.id };
  });
  const { plan, state } = request;
  const open = state === "pending";
  return (
    <>
      <PageHeader
        kind={requestStanding[state].kind}
        crumbs={[{ label: "Approvals", href: "/approvals" }, { label: request.handle }]}
        title={
          <>
            {request.mine ? "You ask" : `${visible(request.requester)} asks`} to restore{" "}
            <NameText text={plan?.system.name ?? "a system"} length={60} />{" "}
            {plan?.items[0]?.mode === "in_place" ? "in place" : "to a new resource"}
          </>
        }
        sub={
          <>
            Because: {plan?.incidentRef ? `${plan.incidentRef}, ` : ""}
            <NameText text={plan?.reason ?? ""} />.{" "}
            {open && request.approvalExpiresAt ? (
              <>
                Expires in <Countdown at={request.approvalExpiresAt} now={request.now} />; then it is refused.
              </>
            ) : (
              `${requestStanding[state].text}.`
            )}
          </>
        }
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid min-w-0 gap-5">
          <WhatRuns request={request} />
          {open ? <YourWord request={request} /> : null}
          {request.preflight ? (
            <Card title="What the pre-flight found" more={<Moment at={request.preflight.at} />} padded>
              <VerdictList verdicts={request.preflight.verdicts} />
            </Card>
          ) : null}
        </div>
        <div className="grid gap-5">
          <Voters request={request} />
          <BeforeThis last={request.lastRestore} />
        </div>
      </div>
    </>
  );
}
