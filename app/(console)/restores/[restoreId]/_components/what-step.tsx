import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NameText } from "@/components/ui/name-text";
import { RadioCards } from "@/components/ui/radio-cards";
import { Textarea } from "@/components/ui/textarea";
import { bytesText } from "@/lib/core/words";
import type { RestoreView } from "@/lib/restores/view";
import { saveWhatAction } from "../../actions";
import { DraftKey } from "./draft-key";

/** Step 1: which resource of the system, and why. */
export function WhatStep({ restore }: { restore: RestoreView }) {
  const choices = restore.resources.map(({ id, name, kind, region, sizeBytes }) => ({
    value: id,
    title: <NameText text={name} length={60} />,
    text: `${kind} · ${region}${sizeBytes === null ? "" : ` · ${bytesText(sizeBytes)}`}`,
  }));
  return (
    <ActionForm action={saveWhatAction}>
      <DraftKey restore={restore} />
      <RadioCards
        name="resourceId"
        legend="Resource"
        choices={choices}
        defaultValue={restore.draft.resourceId}
        required
        columns={2}
      />
      <Field name="reason" label="Why" hint="Approvers read this first. At least 10 characters." required>
        <Textarea name="reason" rows={3} defaultValue={restore.reason} maxLength={2_000} />
      </Field>
      <Field name="incidentRef" label="Incident or ticket" hint="For example INC-212.">
        <Input name="incidentRef" defaultValue={restore.incidentRef ?? ""} maxLength={120} />
      </Field>
      <div className="flex justify-end">
        <SubmitButton>Go on to the moment</SubmitButton>
      </div>
    </ActionForm>
  );
}
