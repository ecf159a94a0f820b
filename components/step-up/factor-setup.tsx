"use client";
import { type FormEvent, startTransition, useEffect, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { FormContext } from "@/components/ui/form-context";
import { TotpInput } from "@/components/ui/totp-input";
import type { Outcome } from "@/lib/core/outcome";
import { makePasskey, type PasskeyCreation } from "./passkey";

/** What is needed to finish a factor: something to scan, or something for the authenticator. */
export type FactorSetupView =
  | { kind: "totp"; factorId: string; image: string; text: string }
  | { kind: "passkey"; challengeId: string; options: PasskeyCreation };

type Props = {
  setup: FactorSetupView;
  finish: (input: unknown) => Promise<Outcome<null> | null>;
  onDone?: () => void;
  onCancel: () => void;
};

type Refusal = Extract<Outcome<null>, { ok: false }>;
const noErrors = {};
const unreachable: Refusal = { ok: false, code: "unavailable", message: "The server could not be reached. Try again." };

/** The last step of a new factor: show that you hold it. */
export function FactorSetup({ setup, finish, onDone, onCancel }: Props) {
  const frame = useRef<HTMLFormElement>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [pending, setPending] = useState(false);
  useEffect(() => {
    if (refusal === null) return;
    const bad = frame.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (bad ?? frame.current?.querySelector<HTMLElement>("[data-refusal]"))?.focus();
  }, [refusal]);

  const send = (answer: () => Promise<object | Refusal>) => {
    if (pending) return;
    setPending(true);
    setRefusal(null);
    startTransition(async () => {
      const refused = await lastStep(finish, answer);
      startTransition(() => {
        setPending(false);
        setRefusal(refused);
        if (refused === null) onDone?.();
      });
    });
  };

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (setup.kind === "totp") {
      const code = String(new FormData(event.currentTarget).get("code") ?? "").replace(/\D/g, "");
      send(async () => ({ factorId: setup.factorId, code }));
      return;
    }
    send(async () => {
      const made = await makePasskey(setup.options);
      return "value" in made
        ? { challengeId: setup.challengeId, attestation: made.value }
        : { ok: false, code: "unavailable", message: made.trouble };
    });
  };

  return (
    <FormContext value={{ pending, fieldErrors: refusal?.fields ?? noErrors }}>
      <form ref={frame} onSubmit={submit} aria-busy={pending || undefined} className="grid gap-4">
        {refusal === null ? null : (
          <Banner kind="bad" role="alert" tabIndex={-1} data-refusal>
            {refusal.message}
          </Banner>
        )}
        {setup.kind === "totp" ? <TotpSecret {...setup} /> : <p>Your browser will ask for your finger, face or PIN.</p>}
        {setup.kind === "totp" ? (
          <Field name="code" label="Code from the app" hint="Six digits; a new one every half minute." required>
            <TotpInput autoFocus />
          </Field>
        ) : null}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" pending={pending} autoFocus={setup.kind === "passkey"}>
            {setup.kind === "totp" ? "Finish with this code" : "Create passkey"}
          </Button>
          <Button variant="quiet" onClick={onCancel}>
            Back
          </Button>
        </div>
      </form>
    </FormContext>
  );
}

function TotpSecret({ image, text }: { image: string; text: string }) {
  return (
    <div className="grid justify-items-start gap-3">
      <p>Scan this with your authenticator app, or type the secret into it. It is shown once.</p>
      {/* biome-ignore lint/performance/noImgElement: a drawing that came with the answer has nothing to optimise */}
      <img
        src={image}
        alt="QR code of the secret below"
        width={176}
        height={176}
        className="rounded-md border bg-white"
      />
      <div className="flex flex-wrap items-center gap-2">
        <code className="font-mono text-sm wrap-anywhere">{text}</code>
        <CopyButton text={text.replaceAll(" ", "")} label="Copy secret" />
      </div>
    </div>
  );
}

async function lastStep(finish: Props["finish"], answer: () => Promise<object | Refusal>): Promise<Refusal | null> {
  try {
    const said = await answer();
    if (isRefusal(said)) return said;
    const outcome = await finish(said);
    return outcome && !outcome.ok ? outcome : null;
  } catch {
    return unreachable;
  }
}

const isRefusal = (said: object): said is Refusal => "ok" in said;
