import "server-only";
import { z } from "zod";
import type { Role, Scope, Visible } from "@/lib/access/permissions";
import { rolesOf } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { accept } from "@/lib/core/outcome";
import type { Reader } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { addingFactor, changingPassword, removingFactor, renewingRecovery } from "./operations";
import {
  type FactorView,
  type PersonView,
  passkeysNeeded,
  type RecoveryView,
  type RoleGrantView,
  type SessionView,
  scopeText,
} from "./rules";
import { factorToAdd, factorToRemove, ownAccount, personRef } from "./schema";

const nothing = z.object({});

/** Votes count for less in the demo: its people are seeded with factors that are old enough. */
export const inProduction = env.HOLDFAST_DEMO === "0";

export type AccountView = {
  email: string;
  displayName: string;
  timeZone: string;
  roles: Role[];
  factors: FactorView[];
  sessions: SessionView[];
  passkeysNeeded: number;
  /** When the password was set last; null where there is none. */
  passwordAt: string | null;
  recovery: RecoveryView;
};

/** Everything somebody may know and change about themselves. */
export const getAccount = read("self:manage", nothing, async ({ db, actor }): Promise<AccountView | null> => {
  const now = await timeOf(db);
  const user = await db.user.findUnique({
    where: { id: actor.id },
    include: {
      factors: { where: { removedAt: null, confirmedAt: { not: null } }, orderBy: { createdAt: "asc" } },
      recoveryCodes: { select: { usedAt: true, createdAt: true } },
      sessions: {
        where: { revokedAt: null, expiresAt: { gt: now }, idleExpiresAt: { gt: now } },
        orderBy: { lastSeenAt: "desc" },
      },
    },
  });
  if (!user || actor.kind !== "user") return null;
  const roles = rolesOf(actor);
  return {
    email: user.email,
    displayName: user.displayName,
    timeZone: user.timeZone,
    roles,
    passkeysNeeded: passkeysNeeded(roles, inProduction),
    passwordAt: user.passwordHash === null ? null : (user.passwordChangedAt ?? user.createdAt).toISOString(),
    recovery: {
      made: user.recoveryCodes.length,
      left: user.recoveryCodes.filter(({ usedAt }) => usedAt === null).length,
      madeAt: user.recoveryCodes[0]?.createdAt.toISOString() ?? null,
    },
    factors: user.factors.map((factor) => toFactorView(factor, now)),
    sessions: user.sessions
      .filter(({ authEpoch }) => authEpoch === user.authEpoch)
      .map((session) => ({
        id: session.id,
        label: session.label,
        address: session.ipPrefix,
        createdAt: session.createdAt.toISOString(),
        lastSeenAt: session.lastSeenAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
        mine: session.id === actor.sessionId,
      })),
  };
});

type FactorRow = {
  id: string;
  kind: "passkey" | "totp";
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  usableFrom: Date;
  suspectedCloneAt: Date | null;
  deviceType: string | null;
  backedUp: boolean | null;
};

const toFactorView = (factor: FactorRow, now: Date): FactorView => ({
  id: factor.id,
  kind: factor.kind,
  name: factor.name,
  createdAt: factor.createdAt.toISOString(),
  lastUsedAt: factor.lastUsedAt?.toISOString() ?? null,
  coolingUntil: factor.usableFrom > now ? factor.usableFrom.toISOString() : null,
  suspected: factor.suspectedCloneAt !== null,
  deviceBound: factor.kind === "passkey" ? factor.deviceType === "singleDevice" && factor.backedUp === false : null,
});

async function timeOf(db: Pick<Reader, "$queryRaw">): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>`select now()`;
  if (!row) throw new Error("The database did not tell the time.");
  return row.now;
}

/** Administrators of a team see its people; of a tag, which people do not have, nobody. */
const whom = (visible: Visible) =>
  visible === "all" ? {} : { teams: { some: { teamId: { in: [...visible.teamIds] } } } };

const withRights = (now: Date) =>
  ({
    roleGrants: {
      where: { revokedAt: null },
      include: { scopeTeam: { select: { name: true } } },
      orderBy: { createdAt: "asc" },
    },
    factors: { where: { removedAt: null, confirmedAt: { not: null }, suspectedCloneAt: null }, select: { kind: true } },
    sessions: {
      select: { lastSeenAt: true, authEpoch: true, revokedAt: true, expiresAt: true, idleExpiresAt: true, aal: true },
      orderBy: { lastSeenAt: "desc" },
      take: 50,
    },
    enrollmentCodes: { where: { usedAt: null, expiresAt: { gt: now } }, select: { expiresAt: true }, take: 1 },
  }) as const;

/** The people of the installation, by name. */
export const listPeople = read("people:read", nothing, async ({ db, visible }): Promise<PersonView[]> => {
  const now = await timeOf(db);
  const people = await db.user.findMany({
    where: whom(visible),
    include: withRights(now),
    orderBy: [{ displayName: "asc" }, { id: "asc" }],
    take: 1_000,
  });
  return people
    .map((person) => toPersonView(person, now))
    .sort((a, b) => a.displayName.localeCompare(b.displayName, "en"));
});

/** One person with their rights. */
export const getPerson = read(
  "people:read",
  personRef,
  async ({ db, visible }, { personId }): Promise<PersonView | null> => {
    const now = await timeOf(db);
    const person = await db.user.findFirst({ where: { id: personId, ...whom(visible) }, include: withRights(now) });
    return person ? toPersonView(person, now) : null;
  },
);

type GrantRow = {
  id: string;
  role: Role;
  scopeKind: "everything" | "team" | "tag";
  scopeTeamId: string | null;
  scopeTagKey: string | null;
  scopeTagValue: string | null;
  scopeTeam: { name: string } | null;
};
type PersonRow = {
  id: string;
  displayName: string;
  email: string;
  status: "invited" | "active" | "disabled";
  authEpoch: number;
  revision: number;
  roleGrants: GrantRow[];
  factors: { kind: "passkey" | "totp" }[];
  sessions: {
    lastSeenAt: Date;
    authEpoch: number;
    revokedAt: Date | null;
    expiresAt: Date;
    idleExpiresAt: Date;
    aal: number;
  }[];
  enrollmentCodes: { expiresAt: Date }[];
};

function toPersonView(person: PersonRow, now: Date): PersonView {
  const live = person.sessions.filter(
    (session) =>
      session.aal >= 2 &&
      !session.revokedAt &&
      session.authEpoch === person.authEpoch &&
      session.expiresAt > now &&
      session.idleExpiresAt > now,
  );
  return {
    id: person.id,
    displayName: person.displayName,
    email: person.email,
    status: person.status,
    revision: person.revision,
    roles: person.roleGrants.map(toGrantView),
    passkeys: person.factors.filter(({ kind }) => kind === "passkey").length,
    totps: person.factors.filter(({ kind }) => kind === "totp").length,
    liveSessions: live.length,
    lastSeenAt: person.sessions.find(({ aal }) => aal >= 2)?.lastSeenAt.toISOString() ?? null,
    codeUntil: person.enrollmentCodes[0]?.expiresAt.toISOString() ?? null,
  };
}

function toGrantView(grant: GrantRow): RoleGrantView {
  const scope: Scope =
    grant.scopeKind === "team"
      ? { kind: "team", teamId: grant.scopeTeamId ?? "" }
      : grant.scopeKind === "tag"
        ? { kind: "tag", key: grant.scopeTagKey ?? "", value: grant.scopeTagValue ?? "" }
        : { kind: "everything" };
  return { id: grant.id, role: grant.role, scope, scopeText: scopeText(grant) };
}

/** The teams that a role can be limited to. */
export const listTeamNames = read("people:read", nothing, async ({ db, visible }) =>
  db.team.findMany({
    where: visible === "all" ? {} : { id: { in: [...visible.teamIds] } },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
    take: 500,
  }),
);

/** What a proof of presence must name before somebody adds a factor. */
export const proofOfAddition = read("self:manage", factorToAdd, async ({ db, actor }, input) =>
  accept(await addingFactor(db, actor.id, input)),
);
/** What a proof of presence must name before somebody removes a factor. */
export const proofOfRemoval = read("self:manage", factorToRemove, async ({ db, actor }, input) =>
  accept(await removingFactor(db, actor.id, input)),
);
/** What a proof of presence must name before somebody changes their password. */
export const proofOfPasswordChange = read("self:manage", ownAccount, async ({ db, actor }) =>
  accept(await changingPassword(db, actor.id)),
);
/** What a proof of presence must name before somebody makes new recovery codes. */
export const proofOfRenewal = read("self:manage", ownAccount, async ({ db, actor }) =>
  accept(await renewingRecovery(db, actor.id)),
);
