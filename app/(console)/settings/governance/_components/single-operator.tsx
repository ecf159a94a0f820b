"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { Button } from "@/components/ui/button";
import { answerProofAction, askSingleOperatorAction, switchSingleOperatorAction } from "../actions";

/** Lets one person work alone, or asks several again; the first opens only when it is asked for. */
export function SingleOperator({ on }: { on: boolean }) {
  const [open, setOpen] = useState(on);
  if (!open)
    return (
      <div>
        <Button variant="danger" onClick={() => setOpen(true)}>
          Let one person work alone…
        </Button>
      </div>
    );
  return (
    <GovernedForm
      action={switchSingleOperatorAction}
      begin={askSingleOperatorAction}
      finish={answerProofAction}
      label={on ? "Ask several people again" : "Ask for single-operator mode"}
      danger={!on}
      asks={!on}
      fields={{ on: on ? "no" : "yes" }}
      onApplied={() => setOpen(!on)}
    >
      {on ? null : (
        <div>
          <Button variant="quiet" size="small" onClick={() => setOpen(false)}>
            Leave it as it is
          </Button>
        </div>
      )}
    </GovernedForm>
  );
}
