import "server-only";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import { record } from "@/lib/audit/record";
import { accept, demand, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { after, hours } from "@/lib/core/time";
import { bytes, sha256 } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import type { PreMfaActor } from "./actor";
import { spendTry } from "./attempts";
import { beginFactor, type FactorSetup, factorChoice, factorProof, keepFactor, proveSetup } from "./factor-setup";
import { faultOf, hashPassword } from "./passwords";
import type { Origin } from "./request";
import { raiseSession } from "./second-step";
import { endSessionsOf, openSession } from "./sessions";
import { atTheDoor } from "./sign-in";

/** How long an enrolment code waits for its owner. */
export const codeLifeMs = hours(24);

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const codeLength = 20;
const triesPerAddress = { limit: 20, windowSeconds: 300 } as const;

/** 100 random bits in Crockford's letters, in groups of five: short enough to read out over the telephone. */
const newCode = () =>
  Array.from(randomBytes(codeLength), (byte) => letters[byte % 32])
    .join("")
    .replace(/.{5}(?=.)/g, "$&-");

/** A code as it was meant, however it was typed. */
const plainCode = (typed: string) =>
  typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");

const hashOf = (typed: string) => bytes(sha256(`holdfast/enroll/v1\0${plainCode(typed)}`));

/** Makes a one-time code by which a person sets a password and a first factor. Earlier codes of theirs stop working. */
export async function makeEnrollmentCode(
  tx: Tx,
  userId: string,
  now: Date,
): Promise<{ code: string; expiresAt: Date }> {
  const code = newCode();
  const expiresAt = after(now, codeLifeMs);
  await tx.enrollmentCode.updateMany({ where: { userId, usedAt: null }, data: { expiresAt: now } });
  await tx.enrollmentCode.create({ data: { userId, codeHash: hashOf(code), createdAt: now, expiresAt } });
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
  await tx.factor.updateMany({ where: { userId: held.userId, removedAt: null }, data: { removedAt: now } });
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

/** Begins the first factor of somebody who is enrolling. */
export async function beginFirstFactor(actor: PreMfaActor, raw: unknown): Promise<Outcome<FactorSetup>> {
  if (actor.status !== "invited") return refuse("forbidden", "You have enrolled already. Confirm with your factor.");
  const choice = factorChoice.safeParse(raw);
  if (!choice.success) return refuse("invalid", choice.error.issues[0]?.message ?? "Choose a factor.");
  return attempt(() => db.$transaction(async (tx) => beginFactor(tx, actor, choice.data, await transactionTime(tx))));
}

/** Finishes the first factor: the person becomes active and is signed in with both factors. Answers the cookie's secret. */
export async function finishFirstFactor(actor: PreMfaActor, origin: Origin, raw: unknown): Promise<Outcome<string>> {
  if (actor.status !== "invited") return refuse("forbidden", "You have enrolled already. Confirm with your factor.");
  const proof = factorProof.safeParse(raw);
  if (!proof.success) return refuse("invalid", "That is not an answer to the question. Try again.");
  const proven = await proveSetup(actor, proof.data);
  if (!proven.ok) return proven;
  return attempt(() =>
    db.$transaction(async (tx) => {
      const now = await transactionTime(tx);
      const { count } = await tx.user.updateMany({
        where: { id: actor.id, status: "invited" },
        data: { status: "active", statusAt: now },
      });
      if (count !== 1) demand(refuse("conflict", "You have enrolled already. Sign in."));
      const factorId = await keepFactor(tx, actor.id, proven.value, now);
      const factor = proven.value.kind;
      return raiseSession(tx, actor, origin, ["pwd", factor === "passkey" ? "pop" : "otp", "mfa"], {
        factorId,
        factor,
        enrolled: true,
      });
    }),
  );
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return accept(await work());
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}
