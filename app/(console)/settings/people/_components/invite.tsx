"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { answerProofAction, askInvitationAction, invitePersonAction } from "../actions";
import { type IssuedCode, OneTimeCode } from "./one-time-code";
import { RoleFields, type TeamName } from "./role-fields";

/** Invites somebody, and shows their one-time code once. */
export function Invite({ teams }: { teams: readonly TeamName[] }) {
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
      trigger={<Button variant="primary">Invite somebody</Button>}
      title={issued === null ? "Invite somebody" : "Hand this code over"}
    >
      {issued === null ? (
        <GovernedForm<IssuedCode>
          action={invitePersonAction}
          begin={askInvitationAction}
          finish={answerProofAction}
          label="Confirm and invite"
          onApplied={setIssued}
        >
          <Field name="displayName" label="Name" required>
            <Input maxLength={120} autoComplete="off" />
          </Field>
          <Field name="email" label="E-mail" required>
            <Input type="email" maxLength={254} autoComplete="off" />
          </Field>
          <RoleFields teams={teams} />
        </GovernedForm>
      ) : (
        <div className="grid gap-4">
          <OneTimeCode issued={issued} />
          <div>
            <Button variant="primary" onClick={() => toggle(false)}>
              Done
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
