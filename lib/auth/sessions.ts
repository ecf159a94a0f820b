import "server-only";
import { z } from "zod";
import { type Grant, roles, type UserActor } from "@/lib/access/permissions";
import { bytes, secretText, sha256 } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { effectiveGrants } from "@/lib/sso/rules";
import { tokenHashOf } from "./cookie";
import { labelOf, type Origin } from "./request";
import { idleMs, limitsFor, touchEveryMs } from "./session-rules";
import { localPrivileges } from "./sso-settings";

const grantRow = z.object({
  role: z.enum(roles),
  kind: z.enum(["everything", "team", "tag"]),
  team: z.string().nullable(),
  key: z.string().nullable(),
  value: z.string().nullable(),
});

type Row = {
  session_id: string;
  user_id: string;
  name: string;
  email: string;
  status: "invited" | "active" | "disabled";
  aal: number;
  amr: string[];
  due: boolean;
  grants: unknown;
  idp_roles: unknown;
};

export type LiveSession = Omit<UserActor, "requestId" | "addressPrefix"> & {
  email: string;
  status: "invited" | "active";
  due: boolean;
};

/** The session a secret opens, with its person and their roles, by one query; null when any limit says it is over. */
export async function findLiveSession(secret: string): Promise<LiveSession | null> {
  const [row] = await db.$queryRaw<Row[]>`
    select s.id as session_id, u.id as user_id, u.display_name as name, u.email, u.status::text as status, s.aal, s.amr,
      s.idp_roles,
      s.last_seen_at < now() - make_interval(secs => ${touchEveryMs / 1_000}::double precision) as due,
      coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'kind', g.scope_kind, 'team', g.scope_team_id,
        'key', g.scope_tag_key, 'value', g.scope_tag_value)) filter (where g.id is not null), '[]') as grants
    from sessions s
    join users u on u.id = s.user_id
    left join role_grants g on g.user_id = u.id and g.revoked_at is null
    where s.token_hash = ${bytes(tokenHashOf(secret))}
      and s.revoked_at is null and s.expires_at > now() and s.idle_expires_at > now()
      and s.created_at <= now() + interval '1 minute'
      and s.auth_epoch = u.auth_epoch
      and (u.status = 'active' or (u.status = 'invited' and s.aal = 1))
    group by s.id, u.id`;
  if (!row || row.status === "disabled") return null;
  return {
    kind: "user",
    id: row.user_id,
    name: row.name,
    email: row.email,
    status: row.status,
    sessionId: row.session_id,
    aal: row.aal,
    amr: row.amr,
    grants: effectiveGrants({
      local: grantsOf(row.grants),
      idp: row.idp_roles === null ? null : grantsOf(row.idp_roles),
      localPrivileges,
    }),
    due: row.due,
  };
}

/**
 * Whoever gave a proof in a session, with the rights they hold at this moment; null where they are not active. What an
 * identity provider said counts only while the session lives.
 */
export async function holderOf(
  tx: Tx,
  sessionId: string,
): Promise<Omit<UserActor, "requestId" | "addressPrefix"> | null> {
  const session = await tx.session.findUnique({
    where: { id: sessionId },
    select: {
      aal: true,
      amr: true,
      idpRoles: true,
      revokedAt: true,
      user: { include: { roleGrants: { where: { revokedAt: null } } } },
    },
  });
  if (session?.user.status !== "active") return null;
  const { user, aal, amr, idpRoles, revokedAt } = session;
  const local = user.roleGrants.map((grant) => ({
    role: grant.role,
    kind: grant.scopeKind,
    team: grant.scopeTeamId,
    key: grant.scopeTagKey,
    value: grant.scopeTagValue,
  }));
  const idp = idpRoles === null ? null : revokedAt === null ? grantsOf(idpRoles) : [];
  const grants = effectiveGrants({ local: grantsOf(local), idp, localPrivileges });
  return { kind: "user", id: user.id, name: user.displayName, sessionId, aal, amr, grants };
}

/** A role or scope we do not know grants nothing. */
function grantsOf(raw: unknown): Grant[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((entry): Grant[] => {
    const parsed = grantRow.safeParse(entry);
    if (!parsed.success) return [];
    const { role, kind, team, key, value } = parsed.data;
    if (kind === "everything") return [{ role, scope: { kind } }];
    if (kind === "team") return team ? [{ role, scope: { kind, teamId: team } }] : [];
    return key !== null && value !== null ? [{ role, scope: { kind, key, value } }] : [];
  });
}

/** Puts off the idle end of a session in use; at most one write a minute, and never past the absolute end. */
export async function touchSession(sessionId: string): Promise<void> {
  await db.$executeRaw`
    update sessions
    set last_seen_at = now(),
      idle_expires_at = least(expires_at, now() + make_interval(secs => ${idleMs / 1_000}::double precision))
    where id = ${sessionId}::uuid and revoked_at is null and aal >= 2
      and last_seen_at < now() - make_interval(secs => ${touchEveryMs / 1_000}::double precision)`;
}

/** What an identity provider said when it vouched for a session; all null where a password opened it. */
export type Vouched = { identityId: string | null; idpSid: string | null; idpRoles: Prisma.JsonValue };

type Opening = {
  userId: string;
  authEpoch: number;
  aal: 1 | 2;
  amr: readonly string[];
  origin: Origin;
  now: Date;
  vouched?: Vouched;
};

/** What vouched for a session that is alive, so that the one that replaces it knows no more and no less; null once it ended. */
export function vouchedFor(tx: Tx, sessionId: string): Promise<Vouched | null> {
  return tx.session.findFirst({
    where: { id: sessionId, revokedAt: null },
    select: { identityId: true, idpSid: true, idpRoles: true },
  });
}

/** Opens a session and answers the secret its cookie will hold; the database keeps only the hash. */
export async function openSession(tx: Tx, opening: Opening): Promise<{ secret: string; sessionId: string }> {
  const { userId, authEpoch, aal, amr, origin, now, vouched } = opening;
  const secret = secretText(32);
  const { id } = await tx.session.create({
    data: {
      tokenHash: bytes(tokenHashOf(secret)),
      userId,
      aal,
      amr: [...amr],
      authEpoch,
      createdAt: now,
      lastSeenAt: now,
      ...limitsFor(aal, now),
      ipPrefix: origin.addressPrefix,
      uaHash: bytes(sha256(origin.agent)),
      label: labelOf(origin.agent),
      ...(vouched ? { identityId: vouched.identityId, idpSid: vouched.idpSid } : {}),
      ...(vouched && vouched.idpRoles !== null ? { idpRoles: vouched.idpRoles } : {}),
    },
  });
  return { secret, sessionId: id };
}

/** Ends one session for a reason. Answers whether it was alive. */
export async function endSession(tx: Tx, sessionId: string, reason: string, now: Date): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: { id: sessionId, revokedAt: null },
    data: { revokedAt: now, revokedReason: reason },
  });
  return count === 1;
}

/** Ends every session of a person, but for one where it is named, and raises the epoch so that none slips through. */
export async function endSessionsOf(
  tx: Tx,
  userId: string,
  reason: string,
  now: Date,
  except?: string,
): Promise<number> {
  const { authEpoch } = await tx.user.update({
    where: { id: userId },
    data: { authEpoch: { increment: 1 } },
    select: { authEpoch: true },
  });
  const { count } = await tx.session.updateMany({
    where: { userId, revokedAt: null, expiresAt: { gt: now }, ...(except ? { id: { not: except } } : {}) },
    data: { revokedAt: now, revokedReason: reason },
  });
  if (except) await tx.session.updateMany({ where: { id: except, userId }, data: { authEpoch } });
  return count;
}
