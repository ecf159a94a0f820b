"use client";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { withdrawVoteAction } from "../../actions";

/** Takes one's own vote back, for as long as nothing was started. */
export function TakeBack({ approvalId }: { approvalId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        trigger={<Button>Take my vote back…</Button>}
        title="Take your vote back"
        description="It stays written down and counts no more. On this wording you cannot vote again."
      >
        <ActionForm action={withdrawVoteAction} onDone={() => setOpen(false)}>
          <input type="hidden" name="approvalId" value={approvalId} />
          <Field name="reason" label="Why" hint="Whoever asked reads this.">
            <Textarea rows={2} maxLength={2_000} />
          </Field>
          <div>
            <SubmitButton>Take my vote back</SubmitButton>
          </div>
        </ActionForm>
      </Dialog>
    </div>
  );
}
