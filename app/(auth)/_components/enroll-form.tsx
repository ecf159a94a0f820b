"use client";
import { type FormEvent, startTransition, useEffect, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormContext } from "@/components/ui/form-context";
import { Input } from "@/components/ui/input";
import type { Outcome } from "@/lib/core/outcome";

type Person = { email: string; displayName: string };
type Refusal = Extract<Outcome<null>, { ok: false }>;

type Props = {
  look: (input: unknown) => Promise<Outcome<Person>>;
  claim: (input: unknown) => Promise<Outcome<null>>;
};

const noErrors = {};
const unreachable: Refusal = { ok: false, code: "unavailable", message: "The server could not be reached. Try again." };

/** The code first; then, for whomever it is, name and password. The code is used up by the second step only. */
export function EnrollForm({ look, claim }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [person, setPerson] = useState<Person | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [pending, setPending] = useState(false);
  useEffect(() => {
    if (refusal === null) return;
    const bad = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (bad ?? form.current?.querySelector<HTMLElement>("[data-refusal]"))?.focus();
  }, [refusal]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    const said = Object.fromEntries(new FormData(event.currentTarget));
    setPending(true);
    setRefusal(null);
    startTransition(async () => {
      const outcome = await (person ? claim(said) : look(said)).catch(() => unreachable);
      startTransition(() => {
        setPending(false);
        // A success of the second step is a redirect, which brings no answer.
        if (outcome === undefined) return;
        if (!outcome.ok) setRefusal(outcome);
        else if (outcome.value) setPerson(outcome.value);
      });
    });
  };

  return (
    <FormContext value={{ pending, fieldErrors: refusal?.fields ?? noErrors }}>
      <form
        ref={form}
        method="post"
        onSubmit={submit}
        aria-busy={pending || undefined}
        className="grid gap-4 rounded-lg border bg-surface p-5"
      >
        {refusal === null ? null : (
          <Banner kind="bad" role="alert" tabIndex={-1} data-refusal>
            {refusal.message}
          </Banner>
        )}
        <Field
          name="code"
          label="One-time code"
          hint="Twenty letters and digits; it works once, for 24 hours."
          required
        >
          <Input
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus
            readOnly={person !== null}
            className="font-mono"
          />
        </Field>
        {person === null ? null : <Details person={person} />}
        <Button type="submit" variant="primary" pending={pending} className="w-full">
          {person === null ? "Continue" : "Set password and continue"}
        </Button>
      </form>
    </FormContext>
  );
}

function Details({ person }: { person: Person }) {
  return (
    <>
      <Field name="displayName" label="Name" hint="As colleagues see it beside what you did." required>
        <Input autoComplete="name" defaultValue={person.displayName} maxLength={120} autoFocus />
      </Field>
      <Field name="email" label="E-mail" required>
        <Input type="email" autoComplete="username" defaultValue={person.email} readOnly={person.email !== ""} />
      </Field>
      <Field name="password" label="Password" hint="At least 15 characters. A short sentence does well." required>
        <Input type="password" autoComplete="new-password" minLength={15} maxLength={256} />
      </Field>
    </>
  );
}
