import "server-only";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import { record } from "@/lib/audit/record";
import { accept, demand, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { after, hours } from "@/lib/core/time";
import { bytes, sha256 } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import type { PreMfaActor } from "./actor";
import { spendTry } from "./attempts";
import { plainCode, randomLetters } from "./crockford";
import { type FactorFacts, factsOf } from "./factor-facts";
import {
  beginFactor,
  type FactorSetup,
  factorChoice,
  factorProof,
  keepFactor,
  type ProvenSetup,
  proveSetup,
} from "./factor-setup";
import { faultOf, hashPassword } from "./passwords";
import { makeRecoveryCodes } from "./recovery";
import type { Origin } from "./request";
import { raiseSession } from "./second-step";
import { isRecovering } from "./session-rules";
import { endSessionsOf, openSession } from "./sessions";
import { atTheDoor } from "./sign-in";
import { tellOfChange } from "./tell";

/** How long an enrolment code waits for its owner. */
export const codeLifeMs = hours(24);

const codeLength = 20;
const triesPerAddress = { limit: 20, windowSeconds: 300 } as const;

/** 100 random bits in Crockford's letters, in groups of five: short enough to read out over the telephone. */
const newCode = () => randomLetters(codeLength).replace(/.{5}(?=.)/g, "$&-");

const hashOf = (typed: string) => bytes(sha256(`holdfast/enroll/v1\0${plainCode(typed)}`));

/** What is kept of a code: nothing that opens anything. */
const keptCode = z.object({ codeHash: z.base64(), expiresAt: z.iso.datetime() });
export type KeptCode = z.output<typeof keptCode>;

/** Makes a one-time code ahead: what is shown once to whoever hands it over, and what is kept of it. */
export function drawEnrollmentCode(now: Date): { code: string; expiresAt: Date; kept: KeptCode } {
  const code = newCode();
  const expiresAt = after(now, codeLifeMs);
  const codeHash = Buffer.from(hashOf(code)).toString("base64");
  return { code, expiresAt, kept: { codeHash, expiresAt: expiresAt.toISOString() } };
}

/**
 * Lets a person set a password and a first factor by a code that was drawn for them. Earlier codes of theirs stop
 * working. Answers when this one does.
 */
export async function keepEnrollmentCode(tx: Tx, userId: string, kept: unknown, now: Date): Promise<Date> {
  const { codeHash, expiresAt } = keptCode.parse(kept);
  const until = new Date(Math.min(Date.parse(expiresAt), after(now, codeLifeMs).getTime()));
  await tx.enrollmentCode.updateMany({
    where: { userId, usedAt: null, expiresAt: { gt: now } },
    data: { expiresAt: now },
  });
  await tx.enrollmentCode.create({
    data: { userId, codeHash: bytes(Buffer.from(codeHash, "base64")), createdAt: now, expiresAt: until },
  });
  return until;
}

/** Draws a one-time code for a person and keeps it, in one step. */
export async function makeEnrollmentCode(
  tx: Tx,
  userId: string,
  now: Date,
): Promise<{ code: string; expiresAt: Date }> {
  const { code, expiresAt, kept } = drawEnrollmentCode(now);
  await keepEnrollmentCode(tx, userId, kept, now);
  return { code, expiresAt };
}

const codeInput = z.object({ code: z.string().max(60) });
const detailsInput = z.object({
  code: z.string().max(60),
  displayName: z.string().trim().min(1, "How should colleagues see you?").max(120, "Use at most 120 characters."),
  email: z.string().trim().toLowerCase().pipe(z.email("This is not an e-mail address.").max(254)),
  password: z.string().max(1_024),
});

const wrongCode = refuse(
  "invalid",
  "This code is not right, has run out, or was used already. Ask whoever gave it to you for a new one.",
  {
    code: "This code does not work.",
  },
);

type Held = { id: string; userId: string; email: string; displayName: string; renamable: boolean };

/** The placeholder address of a first administrator, who says their own when they enrol. */
export const unnamedDomain = "@first.invalid";

async function findCode(typed: string): Promise<Held | null> {
  const found = await db.enrollmentCode.findUnique({ where: { codeHash: hashOf(typed) }, include: { user: true } });
  if (!found || found.usedAt || found.expiresAt <= (await transactionTime(db)) || found.user.status === "disabled")
    return null;
  const { email, displayName } = found.user;
  const renamable = email.endsWith(unnamedDomain);
  return {
    id: found.id,
    userId: found.userId,
    email: renamable ? "" : email,
    displayName: renamable ? "" : displayName,
    renamable,
  };
}

async function withinTries(origin: Origin): Promise<boolean> {
  return (await spendTry(`enroll:ip:${origin.address ?? "direct"}`, triesPerAddress)) !== null;
}

/** Whom a code is for. It is not used up by looking. */
export async function lookAtCode(
  raw: unknown,
  origin: Origin,
): Promise<Outcome<{ email: string; displayName: string }>> {
  const said = codeInput.safeParse(raw);
  if (!said.success) return wrongCode;
  if (!(await withinTries(origin))) return refuse("rate_limited", "Too many tries. Wait five minutes and try again.");
  const held = await findCode(said.data.code);
  return held ? accept({ email: held.email, displayName: held.displayName }) : wrongCode;
}

/** Uses a code up: sets name and password and opens a session that is good for the first factor only. */
export async function claimCode(raw: unknown, origin: Origin): Promise<Outcome<string>> {
  const said = detailsInput.safeParse(raw);
  if (!said.success) {
    const fields = Object.fromEntries(said.error.issues.map(({ path, message }) => [path.join("."), message]));
    return refuse("invalid", said.error.issues[0]?.message ?? "Something here is not as it should be.", fields);
  }
  if (!(await withinTries(origin))) return refuse("rate_limited", "Too many tries. Wait five minutes and try again.");
  const { code, displayName, email, password } = said.data;
  const held = await findCode(code);
  if (!held) return wrongCode;
  if (!held.renamable && held.email !== email)
    return refuse("invalid", "This code was made for another address.", {
      email: "This code was made for another address.",
    });
  const fault = faultOf(password, [email, displayName]);
  if (fault) return refuse("invalid", fault, { password: fault });
  const passwordHash = await hashPassword(password);
  try {
    return accept(await db.$transaction((tx) => settle(tx, held, { displayName, email, passwordHash }, origin)));
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

type Details = { displayName: string; email: string; passwordHash: string };

async function settle(tx: Tx, held: Held, details: Details, origin: Origin): Promise<string> {
  const now = await transactionTime(tx);
  const { count } = await tx.enrollmentCode.updateMany({
    where: { id: held.id, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  if (count !== 1) demand(wrongCode);
  const namesake = await tx.user.findUnique({ where: { email: details.email } });
  if (namesake && namesake.id !== held.userId)
    demand(refuse("conflict", "Somebody has this address already.", { email: "Somebody has this address already." }));
  // Whoever enrols anew starts clean: neither an old session nor an old factor may outlive the code.
  await endSessionsOf(tx, held.userId, "enrolled anew", now);
  await resetFactors(tx, held.userId, origin, now);
  const { authEpoch } = await tx.user.update({
    where: { id: held.userId },
    data: { ...details, passwordChangedAt: now, status: "invited", statusAt: now, revision: { increment: 1 } },
    select: { authEpoch: true },
  });
  const opened = await openSession(tx, { userId: held.userId, authEpoch, aal: 1, amr: ["pwd"], origin, now });
  const detail = { step: "password", address: origin.addressPrefix };
  await record(tx, {
    actor: atTheDoor(origin),
    action: "person.enroll",
    outcome: "success",
    subject: ["user", held.userId],
    detail,
    at: now,
  });
  return opened.secret;
}

/** Ends every factor and recovery code that somebody had before they enrol anew; each is written down by itself. */
async function resetFactors(tx: Tx, userId: string, origin: Origin, now: Date): Promise<void> {
  const gone = await tx.factor.findMany({ where: { userId, removedAt: null, confirmedAt: { not: null } } });
  await tx.factor.updateMany({ where: { userId, removedAt: null }, data: { removedAt: now } });
  await tx.recoveryCode.deleteMany({ where: { userId } });
  for (const factor of gone)
    await record(tx, {
      actor: atTheDoor(origin),
      action: "factor.reset",
      outcome: "success",
      subject: ["factor", factor.id],
      detail: { kind: factor.kind, name: factor.name, factor: factsOf(factor) },
      at: now,
    });
  if (gone.length === 0) return;
  await tellOfChange(tx, {
    userId,
    kind: "factor.reset",
    key: gone.map(({ id }) => id).join(),
    own: "An enrolment code was used for your account: your password and all your factors were replaced.",
    others: (name) => `${name} used an enrolment code: their password and all their factors were replaced.`,
    severity: "bad",
  });
}

const enrolledAlready = refuse("forbidden", "You have enrolled already. Confirm with your factor.");

/** Whoever enrols sets up a first factor; whoever came back by a recovery code, a new one. */
const maySetUp = (actor: PreMfaActor) => actor.status === "invited" || isRecovering(actor);

/** Begins the first factor of somebody who is enrolling, or of somebody who came back by a recovery code. */
export async function beginFirstFactor(actor: PreMfaActor, raw: unknown): Promise<Outcome<FactorSetup>> {
  if (!maySetUp(actor)) return enrolledAlready;
  const choice = factorChoice.safeParse(raw);
  if (!choice.success) return refuse("invalid", choice.error.issues[0]?.message ?? "Choose a factor.");
  return attempt(() => db.$transaction(async (tx) => beginFactor(tx, actor, choice.data, await transactionTime(tx))));
}

/** What comes of a finished factor: the cookie's secret, and recovery codes where it was the first. */
export type Entered = { secret: string; recoveryCodes: string[] };

/** Finishes the factor: the person is active and signed in with both factors. */
export async function finishFirstFactor(actor: PreMfaActor, origin: Origin, raw: unknown): Promise<Outcome<Entered>> {
  if (!maySetUp(actor)) return enrolledAlready;
  const proof = factorProof.safeParse(raw);
  if (!proof.success) return refuse("invalid", "That is not an answer to the question. Try again.");
  const proven = await proveSetup(actor, proof.data);
  if (!proven.ok) return proven;
  const finish = isRecovering(actor) ? finishRecovery : finishEnrolment;
  return attempt(() =>
    db.$transaction(async (tx) => finish(tx, actor, origin, proven.value, await transactionTime(tx))),
  );
}

const secondFactor = (kind: FactorFacts["kind"]) => [kind === "passkey" ? "pop" : "otp", "mfa"];

async function finishEnrolment(tx: Tx, actor: PreMfaActor, origin: Origin, proven: ProvenSetup, now: Date) {
  const { count } = await tx.user.updateMany({
    where: { id: actor.id, status: "invited" },
    data: { status: "active", statusAt: now },
  });
  if (count !== 1) demand(refuse("conflict", "You have enrolled already. Sign in."));
  const factor = await keepFactor(tx, actor.id, proven, now);
  const recoveryCodes = await makeRecoveryCodes(tx, actor.id, now);
  const amr = [...actor.amr, ...secondFactor(factor.kind)];
  const detail = { factorId: factor.id, factor: factor.kind, enrolled: true };
  const secret = await raiseSession(tx, actor, origin, amr, detail);
  await record(tx, {
    actor,
    action: "person.enroll",
    outcome: "success",
    subject: ["user", actor.id],
    detail: { step: "factor", factor, recoveryCodes: recoveryCodes.length },
    at: now,
  });
  return { secret, recoveryCodes };
}

/** A new factor after a recovery code; what was there before stays until its owner removes it. */
async function finishRecovery(tx: Tx, actor: PreMfaActor, origin: Origin, proven: ProvenSetup, now: Date) {
  const factor = await keepFactor(tx, actor.id, proven, now);
  await tx.user.update({ where: { id: actor.id }, data: { revision: { increment: 1 } } });
  const amr = [...actor.amr, ...secondFactor(factor.kind)];
  const secret = await raiseSession(tx, actor, origin, amr, {
    factorId: factor.id,
    factor: factor.kind,
    recovered: true,
  });
  await record(tx, {
    actor,
    action: "factor.confirm",
    outcome: "success",
    subject: ["factor", factor.id],
    detail: { kind: factor.kind, via: "recovery", factor },
    at: now,
  });
  await tellOfChange(tx, {
    userId: actor.id,
    kind: "factor.confirm",
    key: factor.id,
    own: "A new factor was added to your account after a recovery code was used.",
    others: (name) => `${name} added a new factor after using a recovery code.`,
    severity: "bad",
  });
  return { secret, recoveryCodes: [] };
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return accept(await work());
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}
