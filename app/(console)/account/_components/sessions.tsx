"use client";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { Countdown, Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import type { SessionView } from "@/lib/people/rules";
import { endMySessionAction, endMySessionsAction } from "../actions";

/** Where you are signed in. */
export function Sessions({ sessions, now }: { sessions: readonly SessionView[]; now: string }) {
  const others = sessions.filter(({ mine }) => !mine).length;
  return (
    <Card
      title="Your sessions"
      more="A session ends after 8 hours, or 30 minutes without use."
      footer={
        <>
          {others > 0 ? (
            <ActionForm action={endMySessionsAction}>
              <input type="hidden" name="keep" value="this" />
              <SubmitButton variant="default">End all others</SubmitButton>
            </ActionForm>
          ) : null}
          <ActionForm action={endMySessionsAction}>
            <input type="hidden" name="keep" value="none" />
            <SubmitButton variant="danger">Sign out everywhere</SubmitButton>
          </ActionForm>
        </>
      }
    >
      {sessions.map((session) => (
        <CardRow key={session.id} end={session.mine ? null : <End session={session} />}>
          <span className="font-medium">
            <NameText text={session.label || "A browser"} length={80} />
            {session.mine ? <span className="ml-2 text-accent">this session</span> : null}
          </span>
          <span className="text-ink-2">
            {session.address === null ? null : `${session.address} · `}
            used <RelativeMoment at={session.lastSeenAt} now={now} /> · ends in{" "}
            <Countdown at={session.expiresAt} now={now} />
          </span>
          <span className="text-ink-3">
            Signed in <Moment at={session.createdAt} />
          </span>
        </CardRow>
      ))}
    </Card>
  );
}

function End({ session }: { session: SessionView }) {
  return (
    <ActionForm action={endMySessionAction}>
      <input type="hidden" name="sessionId" value={session.id} />
      <SubmitButton variant="quiet" size="small" aria-label={`End the session ${session.label}`}>
        End
      </SubmitButton>
    </ActionForm>
  );
}
