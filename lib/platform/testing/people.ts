import { randomUUID } from "node:crypto";
import {
  type DisplayActor,
  type JobActor,
  jobPermissions,
  type Role,
  type Scope,
  type UserActor,
} from "@/lib/access/permissions";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { ownerDb } from "./owner";

const everything: Scope = { kind: "everything" };

/** A person with these roles, a live session and a confirmed TOTP factor, as the doors would see them. */
export async function person(
  roles: Role | Role[],
  scope: Scope = everything,
): Promise<UserActor & { factorId: string }> {
  const granted = Array.isArray(roles) ? roles : [roles];
  const id = randomUUID();
  const name = `${granted.join(" and ")} ${id.slice(0, 4)}`;
  await db.user.create({ data: { id, email: `${id}@example.test`, displayName: name, status: "active" } });
  // As the owner: in a governed installation no running role gives rights away.
  await ownerDb.roleGrant.createMany({
    data: granted.map((role) => ({
      userId: id,
      role,
      scopeKind: scope.kind,
      ...(scope.kind === "team" ? { scopeTeamId: scope.teamId } : {}),
      ...(scope.kind === "tag" ? { scopeTagKey: scope.key, scopeTagValue: scope.value } : {}),
    })),
  });
  const later = new Date(Date.now() + 3_600_000);
  const session = await db.session.create({
    data: {
      tokenHash: bytes(Buffer.from(randomUUID())),
      userId: id,
      aal: 2,
      amr: ["pwd", "otp"],
      authEpoch: 0,
      idleExpiresAt: later,
      expiresAt: later,
    },
  });
  const factor = await db.factor.create({
    data: {
      userId: id,
      kind: "totp",
      name: "Phone",
      sealedSecret: "sealed",
      confirmedAt: new Date(),
      usableFrom: new Date(Date.now() - 90_000_000),
      transports: [],
    },
  });
  if (granted.includes("approver") || granted.includes("security_approver")) await givePasskeys(id, 2);
  return {
    kind: "user",
    id,
    name,
    sessionId: session.id,
    aal: 2,
    amr: ["pwd", "otp"],
    grants: granted.map((role) => ({ role, scope })),
    requestId: randomUUID(),
    addressPrefix: null,
    factorId: factor.id,
  };
}

/** Passkeys that nobody holds: enough to count as enrolled. */
async function givePasskeys(userId: string, count: number): Promise<void> {
  const made = Array.from({ length: count }, (_, nth) => ({
    userId,
    kind: "passkey" as const,
    name: `Key ${nth + 1}`,
    credentialId: bytes(Buffer.from(randomUUID())),
    publicKey: bytes(Buffer.from("none")),
    confirmedAt: new Date(),
    usableFrom: new Date(Date.now() - 90_000_000),
    transports: [],
  }));
  await db.factor.createMany({ data: made });
}

/** The worker, as its own doors see it. */
export const theWorker = (): JobActor => ({
  kind: "job",
  id: "worker",
  permissions: jobPermissions,
  requestId: randomUUID(),
});

/** A paired wall display, as the doors see it. */
export const aDisplay = (scope: Scope = everything): DisplayActor => ({
  kind: "display",
  id: randomUUID(),
  name: "Operations room",
  scope,
  requestId: randomUUID(),
  addressPrefix: null,
});
