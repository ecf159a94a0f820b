"use client";
import { Fingerprint } from "lucide-react";
import { type FormEvent, type ReactNode, startTransition, useEffect, useRef, useState } from "react";
import type { ActionState } from "@/components/ui/action-state";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormContext } from "@/components/ui/form-context";
import { TotpInput } from "@/components/ui/totp-input";
import type { Outcome } from "@/lib/core/outcome";
import { askPasskey, type PasskeyRequest } from "./passkey";

/** What a page's begin action answers: the question put to the person's factors. */
export type ProveChallenge = {
  challengeId: string;
  passkey: PasskeyRequest | null;
  totp: boolean;
  expiresAt: string;
};

/** What the action answers: most answer nothing but that it is done. */
export type ProveState<Value> = { ok: true; value: Value } | Refusal | null;

export type ProveFormProps<Value = null> = {
  /** The server action that carries the work out; it is handed the fields and a `grantId`. */
  action: (state: ActionState, form: FormData) => Promise<ProveState<Value>>;
  /** Asks the server for a challenge that is bound to this very operation. */
  begin: (input: unknown) => Promise<Outcome<ProveChallenge>>;
  /** Hands the answer back and receives the grant. */
  finish: (input: unknown) => Promise<Outcome<{ grantId: string }>>;
  /** What the button says, such as "Approve with passkey". */
  label: string;
  /** Hidden fields. */
  fields?: Record<string, string>;
  danger?: boolean;
  /** Off where a code would be refused in any case: then it is not offered. */
  codes?: boolean;
  /** Further inputs, such as a reason. */
  children?: ReactNode;
  /** Called once after each success, with what the action answered. */
  onDone?: (value: Value | null) => void;
};

type Refusal = Exclude<ActionState, null | { ok: true }>;
type Stage = null | { challenge: ProveChallenge };
type Next = { stage: Stage; refusal: Refusal | null; sent: boolean };

const idle = null;
const noErrors = {};
const noFactor = "You have no factor to confirm with. An administrator can send you a new enrolment code.";
const noPasskey = "This takes a passkey, and you have none. Add one under Account.";
const noApp = "You have no authenticator app here. Add one under Account, or use your passkey.";
const unreachable = "The server could not be reached. Check the page again before you repeat this.";
const refused = (message: string): Refusal => ({ ok: false, code: "unavailable", message });
const stay = (refusal: Refusal): Next => ({ stage: idle, refusal, sent: false });

/** A form that is sent only with a fresh proof of presence for exactly what it says. */
export function ProveForm<Value = null>({
  action,
  begin,
  finish,
  label,
  fields,
  danger = false,
  codes = true,
  children,
  onDone,
}: ProveFormProps<Value>) {
  const form = useRef<HTMLFormElement>(null);
  const [stage, setStage] = useState<Stage>(idle);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [pending, setPending] = useState(false);
  const [sent, setSent] = useState(false);

  const work = (steps: () => Promise<Next>) => {
    if (pending) return;
    setRefusal(null);
    setSent(false);
    setPending(true);
    startTransition(async () => {
      const next = await steps().catch((): Next => stay(refused(unreachable)));
      startTransition(() => {
        setPending(false);
        setStage(next.stage);
        setRefusal(next.refusal);
        setSent(next.sent);
      });
    });
  };

  useEffect(() => {
    if (refusal === null) return;
    const bad = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (bad ?? form.current?.querySelector<HTMLElement>("[data-refusal]"))?.focus();
  }, [refusal]);

  const ask = async (): Promise<Outcome<ProveChallenge>> => begin(dataOf(form.current));

  const send = async (answer: object): Promise<Next> => {
    const proof = await finish(answer);
    if (!proof.ok) return stay(proof);
    const data = dataOf(form.current);
    data.set("grantId", proof.value.grantId);
    const done = await action(null, data);
    if (done && !done.ok) return stay(done);
    onDone?.(done?.value ?? null);
    return { stage: idle, refusal: null, sent: true };
  };

  const signIt = async (challenge: ProveChallenge): Promise<Next> => {
    const { challengeId, passkey, totp } = challenge;
    if (!passkey && !codes) return stay(refused(noPasskey));
    if (!passkey) return totp ? { stage: { challenge }, refusal: null, sent: false } : stay(refused(noFactor));
    const answer = await askPasskey(passkey);
    return "value" in answer ? send({ challengeId, assertion: answer.value }) : stay(refused(answer.trouble));
  };

  /** A wrong code has burnt its question: the next one is asked at once, so that the field can stay. */
  const sendCode = async (challengeId: string, code: string): Promise<Next> => {
    const next = await send({ challengeId, code });
    if (next.refusal?.code !== "step_up_required") return next;
    const again = await ask();
    if (!again.ok) return stay(again);
    const { message } = next.refusal;
    return {
      stage: { challenge: again.value },
      refusal: { ...next.refusal, fields: { proofCode: message } },
      sent: false,
    };
  };

  const begun = (next: (challenge: ProveChallenge) => Promise<Next> | Next) =>
    work(async () => {
      const asked = await ask();
      return asked.ok ? next(asked.value) : stay(asked);
    });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (stage === idle) return begun(signIt);
    const code = String(new FormData(event.currentTarget).get("proofCode") ?? "").replace(/\D/g, "");
    const { challengeId } = stage.challenge;
    work(() => sendCode(challengeId, code));
  };

  const turnToCode = () =>
    begun((challenge) =>
      challenge.totp ? { stage: { challenge }, refusal: null, sent: false } : stay(refused(noApp)),
    );

  const coding = stage !== idle;
  return (
    <FormContext value={{ pending, fieldErrors: refusal?.fields ?? noErrors }}>
      <form ref={form} onSubmit={submit} aria-busy={pending || undefined} className="grid gap-4">
        {refusal ? (
          <Banner kind="bad" role="alert" tabIndex={-1} data-refusal>
            {refusal.message}
          </Banner>
        ) : null}
        {Object.entries(fields ?? {}).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {children}
        {coding ? (
          <Field name="proofCode" label="One-time code" hint="Six digits from your authenticator app." required>
            <TotpInput autoFocus />
          </Field>
        ) : null}
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant={danger ? "danger" : "primary"} pending={pending}>
            {coding ? null : <Fingerprint aria-hidden="true" className="size-3.5" />}
            {label}
          </Button>
          {coding ? (
            <Button variant="quiet" onClick={() => setStage(idle)}>
              {stage.challenge.passkey ? "Use a passkey" : "Back"}
            </Button>
          ) : codes ? (
            <Button variant="quiet" onClick={turnToCode} pending={pending}>
              Use a code
            </Button>
          ) : null}
        </div>
        <p role="status" className="sr-only">
          {sent ? "Confirmed and sent." : pending ? "Waiting for your confirmation." : ""}
        </p>
      </form>
    </FormContext>
  );
}

/** What was typed, without what belongs to the proof itself. */
function dataOf(form: HTMLFormElement | null): FormData {
  const data = form ? new FormData(form) : new FormData();
  data.delete("proofCode");
  return data;
}
