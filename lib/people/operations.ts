import "server-only";
import type { z } from "zod";
import type { Scope } from "@/lib/access/permissions";
import type { Proven } from "@/lib/access/step-up";
import { canonicalJson } from "@/lib/core/canonical";
import { demand, refuse } from "@/lib/core/outcome";
import { sha256 } from "@/lib/platform/crypto";
import type { Reader } from "@/lib/platform/db";
import type { factorToAdd, factorToRemove, roleToGive } from "./schema";

/** What both doors can look a person up with. */
type Store = Pick<Reader, "user">;

/** An operation whose subject is a person as they are now. */
export async function onPerson(
  store: Store,
  op: string,
  personId: string,
  params: Record<string, unknown>,
): Promise<Proven> {
  const person = await store.user.findUnique({ where: { id: personId }, select: { revision: true } });
  if (!person) return demand(refuse("not_found", "This person is not there any more."));
  const paramsHash = sha256(`holdfast/params/v1\0${canonicalJson(params)}`);
  return { op, subjectType: "user", subjectId: personId, revision: person.revision, paramsHash };
}

type Scoped = Pick<z.output<typeof roleToGive>, "role" | "scope" | "teamId" | "tagKey" | "tagValue">;

/** The scope that a form's fields mean. */
export function scopeOf({ scope, teamId, tagKey, tagValue }: Omit<Scoped, "role">): Scope {
  if (scope === "team") return { kind: "team", teamId };
  return scope === "tag" ? { kind: "tag", key: tagKey, value: tagValue } : { kind: "everything" };
}

/** The operation of adding a factor of one's own. */
export const addingFactor = (store: Store, userId: string, { kind, name }: z.output<typeof factorToAdd>) =>
  onPerson(store, "factor.add", userId, { kind, name });

/** The operation of removing a factor of one's own. */
export const removingFactor = (store: Store, userId: string, { factorId }: z.output<typeof factorToRemove>) =>
  onPerson(store, "factor.remove", userId, { factorId });

/** A scope in words; a team that is not there is said to be so. */
export async function scopeWords(store: Pick<Reader, "team">, scope: Scope): Promise<string> {
  if (scope.kind === "everything") return "over everything";
  if (scope.kind === "tag") return `over resources tagged ${scope.key}=${scope.value}`;
  const team = await store.team.findUnique({ where: { id: scope.teamId }, select: { name: true } });
  return team ? `over the systems of ${team.name}` : "over a team that is not there";
}

/** The operation of changing one's own password; the words themselves are not part of what is shown. */
export const changingPassword = (store: Store, userId: string) => onPerson(store, "person.change_password", userId, {});

/** The operation of making new recovery codes for oneself. */
export const renewingRecovery = (store: Store, userId: string) => onPerson(store, "recovery_code.renew", userId, {});
