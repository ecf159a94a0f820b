"use client";
import { useState } from "react";
import { FactorKinds } from "@/components/step-up/factor-kinds";
import { FactorSetup, type FactorSetupView } from "@/components/step-up/factor-setup";
import { RecoveryCodes } from "@/components/step-up/recovery-codes";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import type { ActionState } from "@/components/ui/action-state";
import { LinkButton } from "@/components/ui/link-button";
import type { Outcome } from "@/lib/core/outcome";

type Props = {
  passkeys: boolean;
  /** What a first factor is called unless its owner says otherwise. */
  name: string;
  /** Signed in with both factors by now: nothing is left but what has to be shown once. */
  done: boolean;
  begin: (input: unknown) => Promise<Outcome<FactorSetupView>>;
  finish: (input: unknown) => Promise<Outcome<{ recoveryCodes: string[] }>>;
};

/** Choose what it shall be, show that you hold it, and keep the recovery codes. */
export function FirstFactor({ passkeys, name, done, begin, finish }: Props) {
  const [setup, setSetup] = useState<FactorSetupView | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);

  const choose = async (_: ActionState, form: FormData): Promise<ActionState> => {
    const begun = await begin(Object.fromEntries(form));
    if (!begun.ok) return begun;
    setSetup(begun.value);
    return { ok: true, value: null };
  };

  const conclude = async (input: unknown): Promise<Outcome<null>> => {
    const outcome = await finish(input);
    // After a redirect there is no answer, and nothing to show.
    if (outcome === undefined) return { ok: true, value: null };
    if (!outcome.ok) return outcome;
    setCodes(outcome.value.recoveryCodes);
    return { ok: true, value: null };
  };

  return (
    <div className="grid gap-4 rounded-lg border bg-surface p-5">
      {codes !== null ? <RecoveryCodes codes={codes} /> : null}
      {codes !== null || done ? (
        <LinkButton href="/" variant="primary" className="w-full">
          {codes === null ? "Go on" : "I have kept them: go on"}
        </LinkButton>
      ) : setup === null ? (
        <ActionForm action={choose}>
          <FactorKinds passkeys={passkeys} name={name} />
          <SubmitButton className="w-full">Continue</SubmitButton>
        </ActionForm>
      ) : (
        <FactorSetup setup={setup} finish={conclude} onCancel={() => setSetup(null)} />
      )}
    </div>
  );
}
