import "server-only";
import { command } from "@/lib/access/command";
import { type Actor, rolesOf, type UserActor } from "@/lib/access/permissions";
import { spendTry } from "@/lib/auth/attempts";
import { factsOf } from "@/lib/auth/factor-facts";
import { beginFactor, factorProof, keepFactor, proveSetup } from "@/lib/auth/factor-setup";
import { faultOf, fitsPassword, hashPassword } from "@/lib/auth/passwords";
import { makeRecoveryCodes } from "@/lib/auth/recovery";
import { endSession, endSessionsOf } from "@/lib/auth/sessions";
import { tellOfChange } from "@/lib/auth/tell";
import { demand, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { inProduction } from "./data";
import { addingFactor, changingPassword, removingFactor, renewingRecovery } from "./operations";
import { removeFactor as mayRemoveFactor, passkeysNeeded } from "./rules";
import {
  factorToAdd,
  factorToRemove,
  factorToRename,
  mySessions,
  ownAccount,
  passwordChange,
  preferences,
  sessionRef,
} from "./schema";

const kindWords = { passkey: "passkey", totp: "authenticator app" } as const;

function asPerson(actor: Actor): UserActor {
  return actor.kind === "user" ? actor : demand(refuse("forbidden", "Only a person has an account."));
}

async function ownerOf(tx: Tx, actor: Actor) {
  const { id, sessionId } = asPerson(actor);
  const { email, displayName } = await tx.user.findUniqueOrThrow({
    where: { id },
    select: { email: true, displayName: true },
  });
  return { id, sessionId, email, name: displayName };
}

/** Begins a further factor, proven with one that is there already. */
export const addFactor = command({
  action: "factor.add",
  permission: "self:manage",
  input: factorToAdd,
  stepUp: ({ tx, actor }, input) => addingFactor(tx, actor.id, input),
  async run({ tx, actor, now }, { kind, name }) {
    const setup = await beginFactor(tx, await ownerOf(tx, actor), { kind, name }, now);
    return { value: setup, audit: [["user", actor.id], { kind, name }] };
  },
});

/** Finishes a factor that was begun: from now on it counts, and every other session of its owner ends. */
export const confirmFactor = command({
  action: "factor.confirm",
  permission: "self:manage",
  input: factorProof,
  async run({ tx, actor, now }, proof) {
    const owner = await ownerOf(tx, actor);
    const proven = demand(await proveSetup(owner, proof));
    const factor = await keepFactor(tx, owner.id, proven, now);
    await tx.user.update({ where: { id: owner.id }, data: { revision: { increment: 1 } } });
    const ended = await endSessionsOf(tx, owner.id, "factor added", now, owner.sessionId);
    await tellOfChange(tx, {
      userId: owner.id,
      kind: "factor.confirm",
      key: factor.id,
      own: `A new ${kindWords[factor.kind]} was added to your account.`,
      others: (name) => `${name} added a new ${kindWords[factor.kind]}.`,
      severity: "warn",
    });
    return { value: null, audit: [["factor", factor.id], { kind: factor.kind, ended, factor }] };
  },
});

/** Gives a factor of one's own another name. */
export const renameFactor = command({
  action: "factor.rename",
  permission: "self:manage",
  input: factorToRename,
  async run({ tx, actor }, { factorId, name }) {
    const { count } = await tx.factor.updateMany({
      where: { id: factorId, userId: actor.id, removedAt: null },
      data: { name },
    });
    if (count !== 1) demand(refuse("not_found", "This factor is not there any more."));
    return { value: null, audit: [["factor", factorId], { name }] };
  },
});

/** Removes a factor of one's own; never the last one. */
export const removeFactor = command({
  action: "factor.remove",
  permission: "self:manage",
  input: factorToRemove,
  stepUp: ({ tx, actor }, input) => removingFactor(tx, actor.id, input),
  async run({ tx, actor, now }, { factorId }) {
    const person = asPerson(actor);
    // Two removals at once must not take the last two factors.
    await tx.$queryRaw`select 1 from users where id = ${person.id}::uuid for update`;
    const rows = await tx.factor.findMany({
      where: { userId: person.id, removedAt: null, confirmedAt: { not: null } },
    });
    const factors = rows.map(({ id, kind, suspectedCloneAt }) => ({ id, kind, suspected: suspectedCloneAt !== null }));
    demand(mayRemoveFactor(factors, factorId, passkeysNeeded(rolesOf(person), inProduction)));
    await tx.factor.update({ where: { id: factorId }, data: { removedAt: now } });
    await tx.user.update({ where: { id: person.id }, data: { revision: { increment: 1 } } });
    const ended = await endSessionsOf(tx, person.id, "factor removed", now, person.sessionId);
    const gone = rows.find(({ id }) => id === factorId);
    if (!gone) return demand(refuse("not_found", "This factor is not there any more."));
    const { kind, name } = gone;
    await tellOfChange(tx, {
      userId: person.id,
      kind: "factor.remove",
      key: factorId,
      own: `The ${kindWords[kind]} ${name} was removed from your account.`,
      others: (owner) => `${owner} removed a ${kindWords[kind]}.`,
      severity: "warn",
    });
    return { value: null, audit: [["factor", factorId], { kind, name, ended, factor: factsOf(gone) }] };
  },
});

const passwordTries = { limit: 5, windowSeconds: 300 } as const;

/** Changes one's own password, with the old one and a proof; every other session of its owner ends. */
export const changePassword = command({
  action: "person.change_password",
  permission: "self:manage",
  input: passwordChange,
  stepUp: ({ tx, actor }) => changingPassword(tx, actor.id),
  async run({ tx, actor, now }, { currentPassword, newPassword }) {
    const person = asPerson(actor);
    await demandTry(person.id);
    const user = await tx.user.findUniqueOrThrow({ where: { id: person.id } });
    if (!(await fitsPassword(currentPassword, user.passwordHash)))
      demand(refuse("invalid", "That is not your password.", { currentPassword: "This is not your password." }));
    const fault = currentPassword === newPassword ? same : faultOf(newPassword, [user.email, user.displayName]);
    if (fault) demand(refuse("invalid", fault, { newPassword: fault }));
    const passwordHash = await hashPassword(newPassword);
    await tx.user.update({
      where: { id: person.id },
      data: { passwordHash, passwordChangedAt: now, revision: { increment: 1 } },
    });
    const ended = await endSessionsOf(tx, person.id, "password changed", now, person.sessionId);
    await tellOfChange(tx, {
      userId: person.id,
      kind: "person.change_password",
      key: now.toISOString(),
      own: "Your password was changed.",
      others: (name) => `${name} changed their password.`,
      severity: "warn",
    });
    return { value: null, audit: [["user", person.id], { ended }] };
  },
});

const same = "This is the password you have. Choose another one.";

/** Counted outside the command's transaction, which a wrong password rolls back. */
async function demandTry(userId: string): Promise<void> {
  if ((await spendTry(`password:user:${userId}`, passwordTries)) === null)
    demand(refuse("rate_limited", "Too many tries. Wait five minutes and try again."));
}

/** Makes a new set of recovery codes; the old set stops working. Answers the codes, which are shown once. */
export const renewRecoveryCodes = command({
  action: "recovery_code.renew",
  permission: "self:manage",
  input: ownAccount,
  stepUp: ({ tx, actor }) => renewingRecovery(tx, actor.id),
  async run({ tx, actor, now }) {
    const { id } = asPerson(actor);
    const codes = await makeRecoveryCodes(tx, id, now);
    await tx.user.update({ where: { id }, data: { revision: { increment: 1 } } });
    await tellOfChange(tx, {
      userId: id,
      kind: "recovery_code.renew",
      key: now.toISOString(),
      own: "New recovery codes were made for your account; the old ones stopped working.",
      others: (name) => `${name} made new recovery codes.`,
      severity: "warn",
    });
    return { value: { codes }, audit: [["user", id], { made: codes.length }] };
  },
});

/** Ends one session of one's own. */
export const endMySession = command({
  action: "session.end",
  permission: "self:manage",
  input: sessionRef,
  async run({ tx, actor, now }, { sessionId }) {
    const session = await tx.session.findFirst({ where: { id: sessionId, userId: actor.id }, select: { label: true } });
    if (!session || !(await endSession(tx, sessionId, "ended by its owner", now)))
      return demand(refuse("not_found", "This session has ended already."));
    return { value: null, audit: [["session", sessionId], { label: session.label }] };
  },
});

/** Signs out everywhere: all sessions of one's own, or all but this one. */
export const endMySessions = command({
  action: "session.end_all",
  permission: "self:manage",
  input: mySessions,
  async run({ tx, actor, now }, { keep }) {
    const person = asPerson(actor);
    const ended = await endSessionsOf(
      tx,
      person.id,
      "signed out everywhere",
      now,
      keep === "this" ? person.sessionId : undefined,
    );
    return { value: null, audit: [["user", person.id], { keep, ended }] };
  },
});

/** Sets the time zone that one's own times are told in. */
export const setPreferences = command({
  action: "person.set_preferences",
  permission: "self:manage",
  input: preferences,
  async run({ tx, actor }, { timeZone }) {
    await tx.user.update({ where: { id: asPerson(actor).id }, data: { timeZone } });
    return { value: null, audit: [["user", actor.id], { timeZone }] };
  },
});
