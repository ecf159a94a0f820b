"use client";
import { useState } from "react";
import { type IssuedCode, OneTimeCode } from "@/app/(console)/settings/people/_components/one-time-code";
import { ProveForm } from "@/components/step-up/prove";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Countdown, Moment } from "@/components/ui/moment";
import { utcText } from "@/components/ui/moment-text";
import { useElapsed } from "@/components/ui/ticker";
import type { ApprovalPage } from "@/lib/approvals/view";
import { answerVoteAction, applyChangeAction, askApplyingAction } from "../../actions";

type Props = { request: ApprovalPage; changeId: string; applied: boolean; codes: boolean };

/** Where whoever asked for a change applies it; what it answers, such as a one-time code, is shown once. */
export function ApplyChange({ request, changeId, applied, codes }: Props) {
  const [issued, setIssued] = useState<IssuedCode | null>(null);
  if (issued)
    return (
      <Card title="Hand this code over" padded>
        <OneTimeCode issued={issued} />
      </Card>
    );
  if (applied || !["pending", "approved"].includes(request.state)) return null;
  return (
    <Card title="Apply it" padded>
      {request.state === "pending" ? (
        <p className="text-ink-2">Once enough people agree you apply it here, with a proof that it is you.</p>
      ) : (
        <Approved
          request={request}
          changeId={changeId}
          codes={codes}
          onDone={(value) => setIssued(isIssued(value) ? value : null)}
        />
      )}
    </Card>
  );
}

function Approved({ request, changeId, codes, onDone }: Omit<Props, "applied"> & { onDone: (value: unknown) => void }) {
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
        fields={{ changeId }}
        codes={codes}
        onDone={onDone}
      />
    </div>
  );
}

const isIssued = (value: unknown): value is IssuedCode =>
  value !== null && typeof value === "object" && "code" in value && "expiresAt" in value && "email" in value;
