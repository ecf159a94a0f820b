"use client";
import { useState } from "react";
import { RoleFields, type TeamName } from "@/app/(console)/settings/people/_components/role-fields";
import { GovernedForm } from "@/components/step-up/governed";
import { ProveForm } from "@/components/step-up/prove";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NameText } from "@/components/ui/name-text";
import { type Column, DataTable } from "@/components/ui/table";
import { roleWords } from "@/lib/people/rules";
import type { MappingView } from "@/lib/sso/rules";
import {
  answerProofAction,
  askMappingAction,
  askUnmappingAction,
  removeRoleMappingAction,
  saveRoleMappingAction,
} from "../actions";

type Props = { mappings: readonly MappingView[]; teams: readonly TeamName[]; edits: boolean };

/** What each value of the claim is worth. */
export function RoleMap({ mappings, teams, edits }: Props) {
  const columns: Column<MappingView>[] = [
    {
      key: "value",
      header: "Value",
      cell: ({ value, claimPath, current }) => (
        <span className="grid">
          <NameText text={value} length={80} className="font-mono" />
          <span className="text-ink-3">
            in {claimPath}
            {current ? "" : ", which is not read now"}
          </span>
        </span>
      ),
    },
    { key: "role", header: "Role", cell: ({ role }) => roleWords[role].name },
    { key: "scope", header: "Covers", cell: ({ scopeText }) => scopeText },
    ...(edits
      ? [
          {
            key: "end",
            header: <span className="sr-only">Remove</span>,
            align: "end" as const,
            cell: (mapping: MappingView) => <Remove mapping={mapping} />,
          },
        ]
      : []),
  ];
  return (
    <Card title="What its claims are worth" {...(edits ? { footer: <Add teams={teams} /> } : {})}>
      <DataTable
        caption="Values of the role claim and the roles they are worth"
        columns={columns}
        rows={mappings}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title="No value is worth anything yet">
            Until one is, whoever comes in through the identity provider has only the roles given to them here.
          </EmptyState>
        }
      />
    </Card>
  );
}

function Add({ teams }: { teams: readonly TeamName[] }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Map a value</Button>}
      title="Map a value to a role"
      description="It counts from each person's next sign-in. Approving and administering also take a role given here."
    >
      <GovernedForm
        action={saveRoleMappingAction}
        begin={askMappingAction}
        finish={answerProofAction}
        label="Confirm and map"
        onApplied={() => setOpen(false)}
      >
        <Field name="value" label="Value" hint="Exactly as the claim has it, such as a group's name or id." required>
          <Input maxLength={500} autoComplete="off" spellCheck={false} className="font-mono" />
        </Field>
        <RoleFields teams={teams} />
      </GovernedForm>
    </Dialog>
  );
}

function Remove({ mapping }: { mapping: MappingView }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small" aria-label={`Remove ${mapping.value} as ${roleWords[mapping.role].name}`}>
          Remove
        </Button>
      }
      title="Remove this mapping"
      description={`Sessions that came in through the identity provider as ${roleWords[mapping.role].name} end.`}
    >
      <ProveForm
        action={removeRoleMappingAction}
        begin={askUnmappingAction}
        finish={answerProofAction}
        label="Confirm and remove"
        fields={{ mappingId: mapping.id }}
        danger
        onDone={() => setOpen(false)}
      />
    </Dialog>
  );
}
