"use client";
import { useState } from "react";
import { FactorKinds } from "@/components/step-up/factor-kinds";
import { FactorSetup, type FactorSetupView } from "@/components/step-up/factor-setup";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import type { ActionState } from "@/components/ui/action-state";
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
          <FactorKinds passkeys={passkeys} name="My first factor" />
          <SubmitButton className="w-full">Continue</SubmitButton>
        </ActionForm>
      ) : (
        <FactorSetup setup={setup} finish={finish} onCancel={() => setSetup(null)} />
      )}
    </div>
  );
}
