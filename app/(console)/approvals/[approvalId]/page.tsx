import type { Metadata } from "next";
import { PlanFacts } from "@/app/(console)/restores/[restoreId]/_components/plan-facts";
import { VerdictList } from "@/app/(console)/restores/[restoreId]/_components/verdict-list";
import { StatusGlyph } from "@/components/status/glyph";
import { Banner } from "@/components/ui/banner";
import { Card, CardRow } from "@/components/ui/card";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { Countdown, Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getApproval } from "@/lib/approvals/data";
import { durationText } from "@/lib/core/words";
import { levelText } from "@/lib/restores/rules";
import { requestStanding } from "../_components/request-standing";
import { PlanChanges } from "./_components/plan-changes";
import { VoteForms } from "./_components/vote-forms";

export const metadata: Metadata = { title: "Approval" };

export default async function ApprovalPage({ params }: PageProps<"/approvals/[approvalId]">) {
  const { approvalId } = await params;
  const request = await show(async (actor) => {
    const found = await getApproval(actor, { approvalId });
    return found && { ...found, mayVote: may(actor, "restore:approve"), me: actor.id };
  });
  const now = new Date().toISOString();
  const loss = request.preflight?.verdicts.find(({ id }) => id === "loss");
  const time = request.preflight?.verdicts.find(({ id }) => id === "time");
  const { plan } = request;
  const open = request.state === "pending";
  return (
    <>
      <PageHeader
        kind={requestStanding[request.state].kind}
        crumbs={[{ label: "Approvals", href: "/approvals" }, { label: request.handle }]}
        title={
          <>
            {request.mine ? "You ask" : `${request.requester} asks`} to restore <NameText text={plan?.system.name ?? "a system"} length={60} /> {plan?.items[0]?.mode === "in_place" ? "in place" : "to a new resource"}
          </>
        }
        sub={
          <>
            Because: {plan?.incidentRef ? `${plan.incidentRef}, ` : ""}
            <NameText text={plan?.reason ?? ""} />.{" "}
            {open && request.approvalExpiresAt ? (
              <>
                Expires in <Countdown at={request.approvalExpiresAt} now={now} />; then it is refused.
              </>
            ) : (
              requestStanding[request.state].text
            )}
          </>
        }
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid min-w-0 gap-5">
          <Card title="What will run" more={<>revision {request.revision} · <FingerprintWords words={request.words} /></>} padded>
            <div className="grid gap-4">
              {plan ? <PlanFacts plan={plan} /> : null}
              <dl className="grid gap-x-3.5 gap-y-[7px] md:grid-cols-[minmax(6rem,8.25rem)_minmax(0,1fr)]">
                <dt className="text-ink-3">Data lost</dt>
                <dd>{loss?.detail ?? "unknown"}</dd>
                <dt className="text-ink-3">Time</dt>
                <dd>{time?.detail ?? "unknown"}</dd>
                <dt className="text-ink-3">Asks for</dt>
                <dd>{levelText[request.level]}</dd>
              </dl>
              {plan && request.previousPlan ? <PlanChanges before={request.previousPlan} after={plan} revision={request.revision} /> : null}
            </div>
          </Card>
          {open ? (
            <Card title="Your word" padded>
              {request.mayVote && !request.mine && !request.voted ? (
                <VoteForms approvalId={request.id} requester={request.requester} words={request.words} />
              ) : (
                <Banner kind="none">
                  {request.mine
                    ? "Nobody approves their own request. Others have been asked."
                    : request.voted
                      ? "You have voted on this revision."
                      : "Only people with the approver role vote."}
                </Banner>
              )}
            </Card>
          ) : null}
          {request.preflight ? (
            <Card title="What the pre-flight found" more={<Moment at={request.preflight.at} />} padded>
              <VerdictList verdicts={request.preflight.verdicts} />
            </Card>
          ) : null}
        </div>
        <div className="grid gap-5">
          <Card title={request.neededTotal === 0 ? "Needs no vote" : `${request.agreed} of ${request.neededTotal} agree`} more={request.restoreId ? <TextLink href={`/restores/${request.restoreId}`}>Open restore</TextLink> : null}>
            {request.votes.map((vote) => (
              <CardRow key={`${vote.voterId}${vote.revision}`} lead={<StatusGlyph kind={vote.revision !== request.revision ? "none" : vote.verdict === "approve" ? "ok" : "bad"} label={vote.verdict} className="mt-1" />}>
                <b className="font-medium">{vote.voterId === request.me ? "You" : vote.voter}</b>
                <span className="text-ink-3">
                  {vote.verdict === "approve" ? "approved" : "refused"} <Moment at={vote.at} /> with {vote.factor === "passkey" ? "a passkey" : "a code"}
                  {vote.revision === request.revision ? "" : `; revision ${vote.revision}, counts no more`}
                </span>
                {vote.reason ? <NameText text={vote.reason} className="text-ink-2" /> : null}
              </CardRow>
            ))}
            {open
              ? request.eligible
                  .filter(({ id }) => !request.votes.some((vote) => vote.voterId === id && vote.revision === request.revision))
                  .map(({ id, displayName, groups }) => (
                    <CardRow key={id} lead={<StatusGlyph kind="none" label="has not voted" className="mt-1" />}>
                      <b className="font-medium">{id === request.me ? "You" : displayName}</b>
                      <span className="text-ink-3">{groups.join(", ").replaceAll("_", " ")}</span>
                    </CardRow>
                  ))
              : null}
          </Card>
          <Card title="Before this">
            <CardRow>
              <span>Last restore of this system</span>
              <span className="text-ink-2">
                {request.lastRestore ? (
                  <TextLink href={`/restores/${request.lastRestore.id}`}>
                    {request.lastRestore.state}
                    {request.lastRestore.rtaSeconds === null ? "" : ` in ${durationText(request.lastRestore.rtaSeconds)}`}
                  </TextLink>
                ) : (
                  "none is known"
                )}
              </span>
            </CardRow>
          </Card>
        </div>
      </div>
    </>
  );
}
