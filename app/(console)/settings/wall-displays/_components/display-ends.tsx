"use client";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { visible } from "@/lib/core/words";
import type { DisplayView } from "@/lib/walls/rules";
import { answerProofAction, askNewCodeAction, renewPairingCodeAction, revokeDisplayAction } from "../actions";
import { CodeDialog } from "./code-dialog";

/** What can be done with a display: pair another browser, or take it off. */
export function DisplayEnds({ display: { id, name, standing } }: { display: DisplayView }) {
  const called = visible(name);
  return (
    <span className="flex justify-end gap-2 max-md:flex-wrap max-md:justify-start">
      {standing === "expired" ? null : (
        <CodeDialog
          action={renewPairingCodeAction}
          begin={askNewCodeAction}
          finish={answerProofAction}
          label="Confirm and make a code"
          fields={{ displayId: id }}
          trigger={
            <Button variant="quiet" size="small" aria-label={`New code for ${called}`}>
              New code
            </Button>
          }
          title={`A new code for ${called}`}
          description="The browser that shows it now goes on until another one uses the code."
        />
      )}
      <ActionForm action={revokeDisplayAction}>
        <input type="hidden" name="displayId" value={id} />
        <SubmitButton variant="danger" size="small" aria-label={`Take off ${called}`}>
          Take off
        </SubmitButton>
      </ActionForm>
    </span>
  );
}
