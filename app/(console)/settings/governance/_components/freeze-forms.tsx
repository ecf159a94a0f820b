"use client";
import { GovernedForm } from "@/components/step-up/governed";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { answerProofAction, askFreezeAction, askReleaseAction, releaseFreezeAction, setFreezeAction } from "../actions";

/** Stops every start at once; one administrator's proof is enough. */
export function SetFreeze() {
  return (
    <GovernedForm
      action={setFreezeAction}
      begin={askFreezeAction}
      finish={answerProofAction}
      label="Freeze all restores"
      danger
      asks={false}
    >
      <Field name="reason" label="Reason" hint="Everybody sees this on every page. At least 10 characters." required>
        <Textarea rows={2} maxLength={500} />
      </Field>
    </GovernedForm>
  );
}

/** Asks to let restores start again. */
export function ReleaseFreeze({ freezeId }: { freezeId: string }) {
  return (
    <GovernedForm
      action={releaseFreezeAction}
      begin={askReleaseAction}
      finish={answerProofAction}
      label="Ask to let restores start again"
      fields={{ freezeId }}
    />
  );
}
