"use client";
import { useState } from "react";
import { FactorSetup, type FactorSetupView } from "@/components/step-up/factor-setup";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import type { ActionState } from "@/components/ui/action-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import type { Outcome } from "@/lib/core/outcome";

type Props = {
  passkeys: boolean;
  begin: (input: unknown) => Promise<Outcome<FactorSetupView>>;
  finish: (input: unknown) => Promise<Outcome<null>>;
};

/** Choose what it shall be, then show that you hold it. */
export function FirstFactor({ passkeys, begin, finish }: Props) {
  const [setup, setSetup] = useState<FactorSetupView | null>(null);

  const choose = async (_: ActionState, form: FormData): Promise<ActionState> => {
    const begun = await begin(Object.fromEntries(form));
    if (!begun.ok) return begun;
    setSetup(begun.value);
    return { ok: true, value: null };
  };

  return (
    <div className="grid gap-4 rounded-lg border bg-surface p-5">
      {setup === null ? (
        <ActionForm action={choose}>
          <FactorKinds passkeys={passkeys} />
          <SubmitButton className="w-full">Continue</SubmitButton>
        </ActionForm>
      ) : (
        <FactorSetup setup={setup} finish={finish} onCancel={() => setSetup(null)} />
      )}
    </div>
  );
}

function FactorKinds({ passkeys }: { passkeys: boolean }) {
  return (
    <>
      <RadioCards
        name="kind"
        legend="Kind"
        required
        defaultValue={passkeys ? "passkey" : "totp"}
        choices={[
          {
            value: "passkey",
            title: "Passkey",
            text: "A key on this device or a hardware key. It cannot be phished, and approves everything.",
            disabled: !passkeys,
            ...(passkeys ? {} : { reason: "Passkeys need a host name; this address has none." }),
          },
          {
            value: "totp",
            title: "Authenticator app",
            text: "Six digits from your phone. Not enough for the gravest approvals.",
          },
        ]}
      />
      <Field name="name" label="Name" hint="To tell it from others later." required>
        <Input defaultValue="My first factor" maxLength={60} />
      </Field>
    </>
  );
}
