import "server-only";
import { randomUUID } from "node:crypto";
import { transactionTime } from "@/lib/access/command";
import type { JobActor, Role, Scope } from "@/lib/access/permissions";
import { record } from "@/lib/audit/record";
import { db, type Tx } from "@/lib/platform/db";
import { makeEnrollmentCode, unnamedDomain } from "./enrollment";
import { hashPassword } from "./passwords";
import { sealTotpSecret } from "./totp";

export type SeededRole = Role | { role: Role; scope: Scope };

export type SeededPerson = {
  email: string;
  displayName: string;
  password: string;
  /** Base32, as an authenticator app takes it. */
  totpSecret: string;
  roles: readonly SeededRole[];
  /** Since when the factor counts for the gravest votes. */
  usableSince: Date;
  timeZone?: string;
};

const installer: JobActor = { kind: "job", id: "installer", permissions: [], requestId: "install" };

/** Whoever sets an installation up, with a password, a factor and roles; left as they are when they are there already. */
export async function writePerson(person: SeededPerson): Promise<string> {
  const email = person.email.toLowerCase();
  const found = await db.user.findUnique({ where: { email }, select: { id: true } });
  if (found) return found.id;
  const passwordHash = await hashPassword(person.password);
  return db.$transaction(async (tx) => {
    const now = await transactionTime(tx);
    const { displayName, timeZone = "UTC", usableSince } = person;
    const { id } = await tx.user.create({
      data: { email, displayName, timeZone, passwordHash, passwordChangedAt: now, status: "active" },
    });
    const factorId = randomUUID();
    await tx.factor.create({
      data: {
        id: factorId,
        userId: id,
        kind: "totp",
        name: "Authenticator app",
        sealedSecret: sealTotpSecret(factorId, person.totpSecret),
        confirmedAt: usableSince,
        usableFrom: usableSince,
        transports: [],
      },
    });
    await giveRoles(tx, id, person.roles);
    const detail = { email, roles: person.roles, factor: { id: factorId, kind: "totp" } };
    await record(tx, {
      actor: installer,
      action: "person.seed",
      outcome: "success",
      subject: ["user", id],
      detail,
      at: now,
    });
    return id;
  });
}

async function giveRoles(tx: Tx, userId: string, roles: readonly SeededRole[]): Promise<void> {
  for (const entry of roles) {
    const { role, scope } = typeof entry === "string" ? { role: entry, scope: { kind: "everything" } as const } : entry;
    await tx.roleGrant.create({
      data: {
        userId,
        role,
        scopeKind: scope.kind,
        ...(scope.kind === "team" ? { scopeTeamId: scope.teamId } : {}),
        ...(scope.kind === "tag" ? { scopeTagKey: scope.key, scopeTagValue: scope.value } : {}),
      },
    });
  }
}

/**
 * The first administrator's one-time code; a new one each time for as long as nobody has enrolled, since the last may
 * have been lost with its terminal. Null once there is an administrator who can sign in.
 */
export async function writeFirstCode(): Promise<{ code: string; expiresAt: Date } | null> {
  return db.$transaction(async (tx) => {
    // Two starts at once must not make two first administrators.
    await tx.$executeRaw`select pg_advisory_xact_lock(7240112)`;
    const there = await tx.roleGrant.findFirst({
      where: { role: "administrator", revokedAt: null, user: { status: { not: "invited" } } },
    });
    if (there) return null;
    const now = await transactionTime(tx);
    const waiting = await tx.user.findFirst({
      where: { status: "invited", roleGrants: { some: { role: "administrator", revokedAt: null } } },
    });
    const id = waiting?.id ?? (await makeFirst(tx));
    const made = await makeEnrollmentCode(tx, id, now);
    await record(tx, {
      actor: installer,
      action: "person.invite",
      outcome: "success",
      subject: ["user", id],
      detail: { first: true },
      at: now,
    });
    return made;
  });
}

async function makeFirst(tx: Tx): Promise<string> {
  const { id } = await tx.user.create({
    data: { email: `administrator-${randomUUID()}${unnamedDomain}`, displayName: "First administrator" },
  });
  await giveRoles(tx, id, ["administrator"]);
  return id;
}
