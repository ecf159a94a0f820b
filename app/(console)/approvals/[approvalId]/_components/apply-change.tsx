"use client";
import { useState } from "react";
import { LiveRefresh } from "@/app/(console)/_components/live-refresh";
import { type IssuedCode, OneTimeCode } from "@/app/(console)/settings/people/_components/one-time-code";
import { ProveForm } from "@/components/step-up/prove";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Countdown, Moment } from "@/components/ui/moment";
import { utcText } from "@/components/ui/moment-text";
import { useElapsed } from "@/components/ui/ticker";
import type { ApprovalPage } from "@/lib/approvals/view";
import { changeStamp } from "@/lib/changes/rules";
import { answerVoteAction, applyChangeAction, askApplyingAction } from "../../actions";

type Change = NonNullable<ApprovalPage["change"]>;
type Props = { request: ApprovalPage; change: Change; codes: boolean };

/**
 * Where whoever asked for a change applies it, and where everybody reads what the worker made of it; what it answers,
 * such as a one-time code, is shown once.
 */
export function ApplyChange({ request, change, codes }: Props) {
  const [issued, setIssued] = useState<IssuedCode | null>(null);
  const open = change.state === "waiting" && ["pending", "approved"].includes(request.state);
  const waits = open && change.handedOverAt !== null;
  return (
    <>
      {change.failure ? <NotApplied change={change} /> : null}
      {waits ? <WithTheWorker request={request} change={change} /> : null}
      {issued && !change.failure ? (
        <Card title="Hand this code over" padded>
          <OneTimeCode issued={issued} />
        </Card>
      ) : null}
      {open && !waits && request.mine ? (
        <Card title="Apply it" padded>
          {request.state === "pending" ? (
            <p className="text-ink-2">Once enough people agree you apply it here, with a proof that it is you.</p>
          ) : (
            <Approved
              request={request}
              change={change}
              codes={codes}
              onDone={(value) => setIssued(isIssued(value) ? value : null)}
            />
          )}
        </Card>
      ) : null}
    </>
  );
}

/** What the worker said when it did not apply the change. */
function NotApplied({ change: { state, failure } }: Pick<Props, "change">) {
  if (state === "refused")
    return (
      <Banner kind="bad" title="The worker refused this change">
        {failure} Administrators, approvers and auditors were told. Ask again if it is still needed.
      </Banner>
    );
  return (
    <Banner kind="warn" title="The worker did not apply it">
      {failure} Nothing was changed.
    </Banner>
  );
}

const slowMs = 20_000;
const askEveryMs = 2_000;

/** The change is the worker's: the page asks how it goes, and says so when nobody answers. */
function WithTheWorker({ request, change }: Pick<Props, "request" | "change">) {
  const { id, executeBefore, now } = request;
  const elapsedMs = useElapsed(1_000, now);
  const { handedOverAt } = change;
  const slow = handedOverAt !== null && Date.parse(now) + elapsedMs - Date.parse(handedOverAt) > slowMs;
  return (
    <Card title="Waiting for the worker" padded>
      <div className="grid gap-3" role="status">
        <p className="text-ink-2">
          Only the worker applies changes here, after it has checked the signatures of the votes.{" "}
          {handedOverAt ? (
            <>
              It was given this one <Moment at={handedOverAt} precision="second" />.
            </>
          ) : null}{" "}
          Nothing is changed until then.
        </p>
        {slow ? (
          <Banner kind="warn" title="The worker does not answer">
            An operator checks whether it runs.{" "}
            {executeBefore ? (
              <>
                It applies the change when it is back, if that is before <Moment at={executeBefore} />; then the change
                expires.
              </>
            ) : null}
          </Banner>
        ) : null}
        <LiveRefresh url={`/api/live/approvals/${id}`} shown={changeStamp(change)} everyMs={askEveryMs} />
      </div>
    </Card>
  );
}

function Approved({ request, change, codes, onDone }: Props & { onDone: (value: unknown) => void }) {
  const { notBefore, executeBefore, now } = request;
  const elapsedMs = useElapsed(1_000, now);
  if (notBefore && Date.parse(now) + elapsedMs < Date.parse(notBefore))
    return (
      <div className="grid gap-3">
        <Banner kind="lock" title="It cools down">
          Until <Moment at={notBefore} precision="second" />, for <Countdown at={notBefore} now={now} over="a moment" />{" "}
          more. Until then anybody who voted may take their vote back.
        </Banner>
        <div>
          <Button disabled>Apply from {utcText(notBefore, "second")}</Button>
        </div>
      </div>
    );
  return (
    <div className="grid gap-3">
      <p className="text-ink-2">
        {executeBefore ? (
          <>
            You have <Countdown at={executeBefore} now={now} over="no time left" /> to apply it; then it expires.{" "}
          </>
        ) : null}
        It is applied exactly as it is worded here.
      </p>
      <ProveForm<unknown>
        action={applyChangeAction}
        begin={askApplyingAction}
        finish={answerVoteAction}
        label="Apply now"
        fields={{ changeId: change.id }}
        codes={codes}
        onDone={onDone}
      />
    </div>
  );
}

const isIssued = (value: unknown): value is IssuedCode =>
  value !== null && typeof value === "object" && "code" in value && "expiresAt" in value && "email" in value;
