"use client";
import { ProveForm } from "@/components/step-up/prove";
import { Field } from "@/components/ui/field";
import { RadioCards } from "@/components/ui/radio-cards";
import { Textarea } from "@/components/ui/textarea";
import { answerVoteAction, askReviewAction, reviewForcedAction } from "../../actions";

/** One reviewer's word on what was forced. */
export function ReviewForm({ approvalId }: { approvalId: string }) {
  return (
    <ProveForm
      action={reviewForcedAction}
      begin={askReviewAction}
      finish={answerVoteAction}
      label="Give this review"
      fields={{ approvalId }}
    >
      <RadioCards
        name="outcome"
        legend="What it was"
        required
        choices={[
          { value: "completed", title: "In order", text: "The incident was real, and this could not wait." },
          { value: "flagged", title: "Flagged", text: "Something about it has to be looked into." },
        ]}
      />
      <Field name="note" label="What you found" hint="At least 10 characters. It stays with the request." required>
        <Textarea rows={3} maxLength={2_000} />
      </Field>
    </ProveForm>
  );
}
