"use client";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { withdrawChangeAction } from "../../actions";

/** Takes a change back before it is applied: whoever asked for it, or whoever may cancel what others asked for. */
export function WithdrawChange({ changeId, mine }: { changeId: string; mine: boolean }) {
  const [open, setOpen] = useState(false);
  const label = mine ? "Withdraw" : "Cancel this request";
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button variant="quiet">{label}…</Button>}
      title={mine ? "Withdraw this change" : "Cancel this request"}
      description="Nothing is changed. It can be asked for again, with new votes."
    >
      <ActionForm action={withdrawChangeAction} onDone={() => setOpen(false)}>
        <input type="hidden" name="changeId" value={changeId} />
        <Field name="reason" label="Why" hint="It goes into the audit log.">
          <Textarea rows={2} maxLength={2_000} />
        </Field>
        <div>
          <SubmitButton>{label}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
