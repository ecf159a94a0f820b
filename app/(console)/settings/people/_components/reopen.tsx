"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import {
  answerProofAction,
  askEnablingAction,
  askReissueAction,
  enablePersonAction,
  reissueCodeAction,
} from "../actions";
import { type IssuedCode, OneTimeCode } from "./one-time-code";

type Props = { personId: string; name: string };

/** Lets somebody in again. */
export function Enable({ personId, name }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Let in again</Button>}
      title={`Let ${name} in again`}
      description="With the roles and factors they had."
    >
      <GovernedForm
        action={enablePersonAction}
        begin={askEnablingAction}
        finish={answerProofAction}
        label="Confirm and let in"
        fields={{ personId }}
        onApplied={() => setOpen(false)}
      />
    </Dialog>
  );
}

/** Makes a new one-time code for somebody who lost what they sign in with. */
export function Reissue({ personId, name }: Props) {
  const [open, setOpen] = useState(false);
  const [issued, setIssued] = useState<IssuedCode | null>(null);
  const toggle = (next: boolean) => {
    setOpen(next);
    setIssued(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={toggle}
      trigger={<Button>New enrolment code</Button>}
      title={issued === null ? `A new code for ${name}` : "Hand this code over"}
      description={
        issued === null
          ? "Make sure that it is them who asks. Once they use it, their password and all their factors are replaced."
          : undefined
      }
    >
      {issued === null ? (
        <GovernedForm<IssuedCode>
          action={reissueCodeAction}
          begin={askReissueAction}
          finish={answerProofAction}
          label="Confirm and make a code"
          fields={{ personId }}
          onApplied={setIssued}
        />
      ) : (
        <OneTimeCode issued={issued} />
      )}
    </Dialog>
  );
}
