"use client";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { ProveForm, type ProveFormProps } from "./prove";

/** What a change of the rules answers: done at once, or put before other people. */
export type GovernedAnswer<Value> = { applied: true; value: Value } | { applied: false; approvalId: string };

type Props<Value> = Omit<ProveFormProps<GovernedAnswer<Value>>, "onDone"> & {
  /** Where to go once it was done at once. */
  doneHref?: string;
  /** Called with the answer once it was done at once. */
  onApplied?: (value: Value) => void;
  /** Off where nobody else is asked in any case: then no reason is asked for either. */
  asks?: boolean;
  /** Buttons beside the one that confirms. */
  children?: ReactNode;
};

/**
 * A form for a change of what rules the installation: a proof of presence, why, and either it is done or the request to
 * other people is shown.
 */
export function GovernedForm<Value = null>({ doneHref, onApplied, asks = true, children, ...form }: Props<Value>) {
  const router = useRouter();
  const onDone = (answer: GovernedAnswer<Value> | null) => {
    if (answer && !answer.applied) router.push(`/approvals/${answer.approvalId}`);
    else if (answer) {
      onApplied?.(answer.value);
      if (doneHref) router.push(doneHref as never);
    }
  };
  return (
    <ProveForm<GovernedAnswer<Value>> {...form} onDone={onDone}>
      {children}
      {asks ? (
        <Field name="why" label="Why" hint="Whoever is asked to agree reads this. Needed where others decide.">
          <Textarea rows={2} maxLength={2_000} />
        </Field>
      ) : null}
    </ProveForm>
  );
}
