"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Card, CardRow } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { type PersonView, type RoleGrantView, roleWords } from "@/lib/people/rules";
import { answerProofAction, askGiftAction, giveRoleAction, takeRoleAction } from "../actions";
import { RoleFields, type TeamName } from "./role-fields";

type Props = { person: PersonView; teams: readonly TeamName[]; edits: boolean };

/** What somebody may do, and over what. */
export function Roles({ person, teams, edits }: Props) {
  return (
    <Card title="Roles" {...(edits ? { footer: <Give person={person} teams={teams} /> } : {})}>
      {person.roles.length === 0 ? <p className="p-4 text-ink-3">No role, no access.</p> : null}
      {person.roles.map((grant) => (
        <CardRow key={grant.id} end={edits ? <Take grant={grant} /> : null}>
          <span className="font-medium">{roleWords[grant.role].name}</span>
          <span className="text-ink-2">{roleWords[grant.role].text}</span>
          <span className="text-ink-3">Covers {grant.scopeText}.</span>
        </CardRow>
      ))}
    </Card>
  );
}

function Take({ grant }: { grant: RoleGrantView }) {
  return (
    <ActionForm action={takeRoleAction}>
      <input type="hidden" name="roleGrantId" value={grant.id} />
      <SubmitButton variant="quiet" size="small" aria-label={`Take the role ${roleWords[grant.role].name} away`}>
        Take away
      </SubmitButton>
    </ActionForm>
  );
}

function Give({ person, teams }: Pick<Props, "person" | "teams">) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Give a role</Button>}
      title={`Give ${person.displayName} a role`}
      description="Their sessions end, so that the next one knows the new role."
    >
      <GovernedForm
        action={giveRoleAction}
        begin={askGiftAction}
        finish={answerProofAction}
        label="Confirm and give"
        fields={{ personId: person.id }}
        onApplied={() => setOpen(false)}
      >
        <RoleFields teams={teams} />
      </GovernedForm>
    </Dialog>
  );
}
