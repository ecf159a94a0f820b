"use client";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import type { FormAction } from "@/components/ui/action-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

/** One recovery code, in place of a factor that is lost. */
export function RecoveryForm({ action }: { action: FormAction }) {
  return (
    <div className="rounded-lg border bg-surface p-5">
      <ActionForm action={action}>
        <Field name="code" label="Recovery code" hint="26 letters and digits; each code works once." required>
          <Input
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus
            maxLength={80}
            className="font-mono"
          />
        </Field>
        <SubmitButton className="w-full">Use this code</SubmitButton>
      </ActionForm>
    </div>
  );
}
