"use client";
import { Fingerprint } from "lucide-react";
import { type FormEvent, startTransition, useEffect, useRef, useState } from "react";
import { askPasskey, type PasskeyRequest } from "@/components/step-up/passkey";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { TotpInput } from "@/components/ui/totp-input";
import type { Outcome } from "@/lib/core/outcome";

type Challenge = { challengeId: string; passkey: PasskeyRequest | null; totp: boolean };

type Props = {
  passkey: boolean;
  totp: boolean;
  begin: () => Promise<Outcome<Challenge>>;
  finish: (input: unknown) => Promise<Outcome<null>>;
};

type Way = "passkey" | "code";

const noPasskey = "None of your passkeys can be used here. Use a code.";
const noneLeft = "You have no factor left that works. An administrator can send you a new enrolment code.";
const unreachable = "The server could not be reached. Try again.";

/** A passkey or a code; whichever the person has. */
export function SecondStep({ passkey, totp, begin, finish }: Props) {
  const alert = useRef<HTMLDivElement>(null);
  const [trouble, setTrouble] = useState<string | null>(passkey || totp ? null : noneLeft);
  const [busy, setBusy] = useState<Way | null>(null);
  useEffect(() => {
    if (trouble !== null) alert.current?.focus();
  }, [trouble]);

  const confirm = (way: Way, answer: (challenge: Challenge) => Promise<object | string>) => {
    if (busy !== null) return;
    setBusy(way);
    setTrouble(null);
    startTransition(async () => {
      const refused = await oneTry(begin, finish, answer);
      startTransition(() => {
        setBusy(null);
        setTrouble(refused);
      });
    });
  };

  const withPasskey = () =>
    confirm("passkey", async ({ passkey: options }) => {
      if (!options) return noPasskey;
      const signed = await askPasskey(options);
      return "value" in signed ? { assertion: signed.value } : signed.trouble;
    });

  const withCode = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code") ?? "").replace(/\D/g, "");
    confirm("code", async () => ({ code }));
  };

  return (
    <div className="grid gap-4 rounded-lg border bg-surface p-5">
      {trouble === null ? null : (
        <Banner kind="bad" role="alert" tabIndex={-1} ref={alert}>
          {trouble}
        </Banner>
      )}
      {passkey ? (
        <Button variant="primary" pending={busy === "passkey"} onClick={withPasskey} autoFocus className="w-full">
          <Fingerprint aria-hidden="true" className="size-3.5" />
          Confirm with passkey
        </Button>
      ) : null}
      {passkey && totp ? <p className="text-center text-sm text-ink-3">or</p> : null}
      {totp ? (
        <form onSubmit={withCode} aria-busy={busy === "code" || undefined} className="grid gap-4">
          <Field name="code" label="One-time code" hint="Six digits from your authenticator app." required>
            <TotpInput autoFocus={!passkey} />
          </Field>
          <Button type="submit" variant={passkey ? "default" : "primary"} pending={busy === "code"} className="w-full">
            Confirm with code
          </Button>
        </form>
      ) : null}
    </div>
  );
}

/** Asks, answers, and hears what came of it: null when there is nothing to say, since the next page is on its way. */
async function oneTry(
  begin: Props["begin"],
  finish: Props["finish"],
  answer: (challenge: Challenge) => Promise<object | string>,
): Promise<string | null> {
  try {
    const asked = await begin();
    if (!asked.ok) return asked.message;
    const said = await answer(asked.value);
    if (typeof said === "string") return said;
    const outcome = await finish({ challengeId: asked.value.challengeId, ...said });
    return outcome === undefined || outcome.ok ? null : outcome.message;
  } catch {
    return unreachable;
  }
}
