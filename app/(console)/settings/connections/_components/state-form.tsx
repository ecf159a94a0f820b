"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { answerProofAction, askStateAction, changeConnectionStateAction } from "../actions";

type Props = { connectionId: string; state: "active" | "disabled" };

/** Stops or resumes the reading of a connection. */
export function StateForm({ connectionId, state }: Props) {
  const [open, setOpen] = useState(false);
  const stops = state === "active";
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button variant="quiet">{stops ? "Disable" : "Enable"}</Button>}
      title={stops ? "Stop reading this connection" : "Read this connection again"}
      description={
        stops
          ? "What was read stays and turns stale. Going blind takes another person's word."
          : "Reading begins at once."
      }
    >
      <GovernedForm
        action={changeConnectionStateAction}
        begin={askStateAction}
        finish={answerProofAction}
        label={stops ? "Confirm and disable" : "Confirm and enable"}
        fields={{ connectionId, state: stops ? "disabled" : "active" }}
        onApplied={() => setOpen(false)}
      />
    </Dialog>
  );
}
