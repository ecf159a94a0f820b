import "server-only";
import type { z } from "zod";
import type { Scope } from "@/lib/access/permissions";
import type { Proven } from "@/lib/access/step-up";
import { canonicalJson } from "@/lib/core/canonical";
import { demand, refuse } from "@/lib/core/outcome";
import { sha256 } from "@/lib/platform/crypto";
import type { Reader } from "@/lib/platform/db";
import type { identityToUnlink, mappingToRemove, mappingToSave } from "./schema";

/** What both doors can look things up with. */
type Store = Pick<Reader, "user" | "identity" | "idpRoleMapping">;

async function onPerson(store: Store, op: string, personId: string, params: Record<string, unknown>): Promise<Proven> {
  const person = await store.user.findUnique({ where: { id: personId }, select: { revision: true } });
  if (!person) return demand(refuse("not_found", "This person is not there any more."));
  const paramsHash = sha256(`holdfast/params/v1\0${canonicalJson(params)}`);
  return { op, subjectType: "user", subjectId: personId, revision: person.revision, paramsHash };
}

/** The scope that a form's fields mean. */
export function scopeOf({ scope, teamId, tagKey, tagValue }: Omit<z.output<typeof mappingToSave>, "grantId">): Scope {
  if (scope === "team") return { kind: "team", teamId };
  return scope === "tag" ? { kind: "tag", key: tagKey, value: tagValue } : { kind: "everything" };
}

/** Where the role map that is edited belongs: to one issuer and one claim. */
export type MapPlace = { issuer: string; claimPath: string };

/** The operation of removing a mapping. */
export async function removingMapping(store: Store, userId: string, { mappingId }: z.output<typeof mappingToRemove>) {
  return onPerson(store, "role.unmap", userId, { mappingId });
}

/** The operation of unlinking an identity; its subject is the person it is linked to. */
export async function unlinking(store: Store, { identityId }: z.output<typeof identityToUnlink>): Promise<Proven> {
  const identity = await store.identity.findUnique({ where: { id: identityId }, select: { userId: true } });
  if (!identity) return demand(refuse("not_found", "This identity is not linked any more."));
  return onPerson(store, "person.unlink_identity", identity.userId, { identityId });
}
