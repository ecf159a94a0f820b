import "server-only";
import { command } from "@/lib/access/command";
import { type Actor, rolesOf, type UserActor } from "@/lib/access/permissions";
import { beginFactor, factorProof, keepFactor, proveSetup } from "@/lib/auth/factor-setup";
import { endSession, endSessionsOf } from "@/lib/auth/sessions";
import { demand, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { inProduction } from "./data";
import { addingFactor, removingFactor } from "./operations";
import { removeFactor as mayRemoveFactor, passkeysNeeded } from "./rules";
import { factorToAdd, factorToRemove, factorToRename, mySessions, preferences, sessionRef } from "./schema";

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
    const factorId = await keepFactor(tx, owner.id, proven, now);
    await tx.user.update({ where: { id: owner.id }, data: { revision: { increment: 1 } } });
    const ended = await endSessionsOf(tx, owner.id, "factor added", now, owner.sessionId);
    return { value: null, audit: [["factor", factorId], { kind: proven.kind, ended }] };
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
    const { kind, name } = rows.find(({ id }) => id === factorId) ?? {};
    return { value: null, audit: [["factor", factorId], { kind, name, ended }] };
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
      return demand<never>(refuse("not_found", "This session has ended already."));
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
