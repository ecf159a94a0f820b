"use client";
import { ProveForm } from "@/components/step-up/prove";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { answerDrillAction, answerProofAction, askDrillAction, startDrillAction } from "../actions";

/** Asks every approver to prove that they could vote. */
export function StartDrill() {
  return (
    <ActionForm action={startDrillAction}>
      <SubmitButton variant="default">Start a drill</SubmitButton>
    </ActionForm>
  );
}

/** One approver's proof, with nothing at stake. */
export function AnswerDrill({ drillId }: { drillId: string }) {
  return (
    <ProveForm
      action={answerDrillAction}
      begin={askDrillAction}
      finish={answerProofAction}
      label="Show that I can vote"
      fields={{ drillId }}
    />
  );
}
