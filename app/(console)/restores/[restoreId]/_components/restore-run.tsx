"use client";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { standing } from "@/app/(console)/restores/_components/standing";
import { useReadAgain } from "@/components/live/read-again";
import { StatusGlyph } from "@/components/status/glyph";
import { ProveForm } from "@/components/step-up/prove";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card, CardRow } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Figure } from "@/components/ui/facts";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { LinkButton } from "@/components/ui/link-button";
import { Countdown, Moment } from "@/components/ui/moment";
import { utcText } from "@/components/ui/moment-text";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { durationText, visible } from "@/lib/core/words";
import { restoreQuery } from "@/lib/restores/queries";
import { equivalentCommand, isFinished } from "@/lib/restores/rules";
import type { RestoreView } from "@/lib/restores/view";
import {
  answerProofAction,
  askStartAction,
  cancelRestoreAction,
  reviseRestoreAction,
  startRestoreAction,
} from "../../actions";
import { PlanFacts } from "./plan-facts";
import { Results } from "./results";
import { RunSteps } from "./run-steps";

type Props = {
  restoreId: string;
  /** What is out of the ordinary about who agreed to it. */
  marks: ReactNode;
  /** Whether this person may force it past its votes. */
  forces: boolean;
};

/** A restore after its wizard: waiting for people, then running, then what the data answered. */
export function RestoreRun({ restoreId, marks, forces }: Props) {
  const query = restoreQuery(restoreId);
  const queryClient = useQueryClient();
  const { data: restore, isError } = useSuspenseQuery(query);
  const readAgain = useReadAgain();
  const states = `${restore.state} ${restore.approval.state}`;
  const seen = useRef(states);
  useEffect(() => {
    if (seen.current === states) return;
    seen.current = states;
    readAgain();
  }, [states, readAgain]);
  const again = () => void queryClient.invalidateQueries({ queryKey: query.queryKey });
  const { kind, text } = standing({ state: restore.state, approval: restore.approval.state });
  const waiting = restore.state === "waiting";
  const item = restore.approval.plan?.items[0];
  return (
    <>
      <PageHeader
        kind={kind}
        crumbs={[{ label: "Restores", href: "/restores" }, { label: restore.handle }]}
        title={<Headline restore={restore} />}
        sub={
          <>
            {visible(restore.requester)} asked{restore.incidentRef ? ` for ${restore.incidentRef}` : ""}:{" "}
            <NameText text={restore.reason} />
          </>
        }
        actions={waiting ? <WaitingActions restore={restore} onDone={again} /> : null}
      />
      {marks}
      {isError ? (
        <Banner kind="unknown">The server does not answer. What you see may be old; this page goes on trying.</Banner>
      ) : null}
      <p role="status" className="sr-only">
        {text}
      </p>
      {restore.failure ? (
        <Banner kind={restore.state === "failed" ? "bad" : "warn"} title={text}>
          {restore.failure}
        </Banner>
      ) : null}
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid min-w-0 gap-5">
          {waiting && restore.approval.state === "approved" && restore.mine ? (
            <StartCard restore={restore} onDone={again} />
          ) : null}
          {waiting ? null : <RunSteps restore={restore} />}
          {restore.results.length > 0 ? <Results restore={restore} /> : null}
          <Card title="The plan" more={<FingerprintWords words={restore.approval.words} />} padded>
            {restore.approval.plan ? <PlanFacts plan={restore.approval.plan} /> : null}
          </Card>
          {item ? <CodeBlock label="Equivalent command" code={equivalentCommand(item)} wrap /> : null}
        </div>
        <VotesCard restore={restore} forces={forces} />
      </div>
    </>
  );
}

function Headline({ restore }: { restore: RestoreView }) {
  const name = <NameText text={restore.system.name} length={60} />;
  const target = restore.items[0]?.targetName ?? "its target";
  const { state, approval } = restore;
  if (state === "succeeded")
    return (
      <>
        {name} is back as {target}, and what it holds was checked.
      </>
    );
  if (state === "partial")
    return (
      <>
        {name} is back as {target}, but not every check passed.
      </>
    );
  if (state === "failed") return <>The restore of {name} failed.</>;
  if (state === "cancelled") return <>The restore of {name} was withdrawn.</>;
  if (state !== "waiting")
    return (
      <>
        {name} is being restored to {target}.
      </>
    );
  if (approval.state === "pending")
    return (
      <>
        The restore of {name} waits for{" "}
        {approval.neededTotal === 1 ? "one approval" : `${approval.neededTotal} approvals`}.
      </>
    );
  if (approval.state === "approved")
    return (
      <>
        The restore of {name} is approved and waits for {restore.mine ? "you" : restore.requester} to start it.
      </>
    );
  return (
    <>
      The restore of {name} was {approval.state === "rejected" ? "refused" : approval.state}.
    </>
  );
}

function WaitingActions({ restore, onDone }: { restore: RestoreView; onDone: () => void }) {
  const open = restore.approval.state === "pending" || restore.approval.state === "approved";
  if (!open)
    return restore.mine ? <LinkButton href={`/restores/new?system=${restore.system.id}`}>Ask again</LinkButton> : null;
  return (
    <>
      {restore.mine ? (
        <ActionForm action={reviseRestoreAction} onDone={onDone}>
          <input type="hidden" name="restoreId" value={restore.id} />
          <SubmitButton variant="default">Change the plan</SubmitButton>
        </ActionForm>
      ) : null}
      <ActionForm action={cancelRestoreAction} onDone={onDone}>
        <input type="hidden" name="restoreId" value={restore.id} />
        <SubmitButton variant="quiet">Withdraw</SubmitButton>
      </ActionForm>
    </>
  );
}

function StartCard({ restore, onDone }: { restore: RestoreView; onDone: () => void }) {
  const { executeBefore, notBefore } = restore.approval;
  const cooling = notBefore !== null && notBefore > restore.now;
  return (
    <Card title="Start it" padded>
      <div className="grid gap-3">
        <p className="text-ink-2">
          {cooling ? (
            <>
              It cools down for <Countdown at={notBefore} now={restore.now} over="a moment" /> more.
            </>
          ) : executeBefore ? (
            <>
              You have <Countdown at={executeBefore} now={restore.now} over="no time left" /> to start it; then it
              expires.
            </>
          ) : null}{" "}
          Your proof counts for this plan alone and for two minutes.
        </p>
        {cooling ? (
          <div>
            <Button disabled>Start from {utcText(notBefore, "second")}</Button>
          </div>
        ) : (
          <ProveForm
            action={startRestoreAction}
            begin={askStartAction}
            finish={answerProofAction}
            label="Start restore"
            fields={{ restoreId: restore.id }}
            onDone={onDone}
          />
        )}
      </div>
    </Card>
  );
}

/** What a finished restore took and lost, against what was promised. */
function Measured({ restore }: { restore: RestoreView }) {
  const { approval } = restore;
  if (!isFinished(restore.state) || restore.rtaSeconds === null) return null;
  return (
    <Card padded title="Measured">
      <div className="grid gap-3">
        <Figure
          label="Time to recover (RTA)"
          value={durationText(restore.rtaSeconds)}
          note={
            approval.plan?.system.rtoSeconds
              ? `of an RTO of ${durationText(approval.plan.system.rtoSeconds)}`
              : undefined
          }
        />
        {restore.rpaSeconds === null ? null : (
          <Figure
            label="Data lost (RPA)"
            value={durationText(restore.rpaSeconds)}
            note={
              approval.plan?.system.rpoSeconds
                ? `of an RPO of ${durationText(approval.plan.system.rpoSeconds)}`
                : undefined
            }
          />
        )}
      </div>
    </Card>
  );
}

function VotesCard({ restore, forces }: { restore: RestoreView; forces: boolean }) {
  const { approval } = restore;
  return (
    <div className="grid gap-5">
      <Measured restore={restore} />
      <Card
        title={
          approval.neededTotal === 0
            ? "Needs no vote"
            : `${approval.neededTotal === 1 ? "One" : approval.neededTotal} must agree`
        }
        more={<TextLink href={`/approvals/${approval.id}`}>Open</TextLink>}
      >
        {approval.votes.length === 0 ? (
          <CardRow lead={<StatusGlyph kind="none" label="no vote yet" className="mt-1" />}>
            <span className="text-ink-2">Nobody has voted yet.</span>
          </CardRow>
        ) : null}
        {approval.votes.map((vote) => (
          <CardRow
            key={vote.voter}
            lead={
              <StatusGlyph
                kind={vote.verdict === "approve" ? "ok" : "bad"}
                label={vote.verdict === "approve" ? "agreed" : "refused"}
                className="mt-1"
              />
            }
          >
            <b className="font-medium">{vote.voter}</b>
            <span className="text-ink-3">
              {vote.verdict === "approve" ? "approved" : "refused"} <Moment at={vote.at} />
            </span>
            {vote.reason ? <span className="text-ink-2">{visible(vote.reason)}</span> : null}
          </CardRow>
        ))}
        {restore.approval.state === "pending" && approval.expiresAt ? (
          <CardRow>
            <span className="text-ink-3">
              Refused by itself in <Countdown at={approval.expiresAt} now={restore.now} />
            </span>
          </CardRow>
        ) : null}
        {forces && approval.state === "pending" ? <ForceRow approvalId={approval.id} /> : null}
      </Card>
    </div>
  );
}

/** The way to force, for whoever holds the role: it goes to a page of its own and does nothing here. */
function ForceRow({ approvalId }: { approvalId: string }) {
  return (
    <CardRow>
      <span className="text-ink-2">In an emergency it can be forced; everybody is told, and two people review it.</span>
      <div className="mt-1">
        <LinkButton href={`/approvals/${approvalId}/force`} variant="danger">
          Force past the votes…
        </LinkButton>
      </div>
    </CardRow>
  );
}
