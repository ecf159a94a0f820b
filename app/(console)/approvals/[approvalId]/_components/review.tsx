import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { Card, CardRow } from "@/components/ui/card";
import { Countdown, Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import type { ApprovalPage } from "@/lib/approvals/view";
import { ReviewForm } from "./review-form";

type Shown = { request: ApprovalPage; review: NonNullable<ApprovalPage["review"]> };

const outcomes = {
  due: { kind: "none", text: "has not said" },
  completed: { kind: "ok", text: "in order" },
  flagged: { kind: "bad", text: "flagged" },
} as const satisfies Record<string, { kind: StatusKind; text: string }>;

/** The look that two other people take at what was forced, afterwards. */
export function Review({ request, review }: Shown) {
  const spoken = review.voices.some(({ reviewerId }) => reviewerId === request.me);
  const involved = [review.actorId, request.requesterId].includes(request.me);
  const may = request.mayReview && review.state === "due" && !spoken && !involved;
  return (
    <Card title="Review" more={<Standing request={request} review={review} />}>
      <CardRow lead={<StatusGlyph kind="lock" label="forced" className="mt-1" />}>
        <b className="font-medium">
          <NameText text={review.actor} length={60} />
        </b>
        <span className="text-ink-2">
          forced this for <NameText text={review.incidentRef} length={60} />
        </span>
        <NameText text={review.reason} className="text-ink-2" />
      </CardRow>
      {review.voices.map(({ reviewerId, reviewer, outcome, note, at }) => (
        <CardRow
          key={reviewerId}
          lead={<StatusGlyph kind={outcomes[outcome].kind} label={outcomes[outcome].text} className="mt-1" />}
        >
          <b className="font-medium">{reviewerId === request.me ? "You" : <NameText text={reviewer} length={60} />}</b>
          <span className="text-ink-3">
            {outcomes[outcome].text}, <Moment at={at} />
          </span>
          <NameText text={note} className="text-ink-2" />
        </CardRow>
      ))}
      {review.state === "due" ? (
        <div className="grid gap-4 p-4">
          <p className="text-ink-2">
            Two people who neither asked nor forced say whether it was in order; one who doubts flags it.
          </p>
          {may ? <ReviewForm approvalId={request.id} /> : null}
          {involved ? <p className="text-ink-3">Whoever asked or forced does not review it.</p> : null}
        </div>
      ) : null}
    </Card>
  );
}

function Standing({ request, review }: Shown) {
  if (review.state === "completed") return <span className="text-ok">in order</span>;
  if (review.state === "flagged") return <b className="font-medium text-bad">flagged</b>;
  if (review.dueAt <= request.now)
    return (
      <b className="font-medium text-bad">
        overdue since <Moment at={review.dueAt} local={false} />
      </b>
    );
  return (
    <>
      due in <Countdown at={review.dueAt} now={request.now} over="a moment" />
    </>
  );
}
