"use client";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import type { FormAction } from "@/components/ui/action-state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";

type Props = {
  action: FormAction;
  /** What the button says that opens it and the one that sends it. */
  label: string;
  title: string;
  text: string;
  fields?: Record<string, string>;
};

/** Something that takes access away: it asks why, and for nothing that could stand in the way. */
export function ReasonForm({ action, label, title, text, fields = {} }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button variant="danger">{label}</Button>}
      title={title}
      description={text}
    >
      <ActionForm action={action} onDone={() => setOpen(false)}>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <Field name="reason" label="Reason" hint="It goes into the audit log." required>
          <Textarea rows={2} maxLength={500} />
        </Field>
        <div>
          <SubmitButton variant="danger">{label}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
