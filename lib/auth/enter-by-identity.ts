import "server-only";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import type { Role, Scope } from "@/lib/access/permissions";
import { record } from "@/lib/audit/record";
import { isStorable } from "@/lib/core/words";
import { notify } from "@/lib/notifications/notify";
import { db, type Tx } from "@/lib/platform/db";
import { withinLimit } from "@/lib/platform/limit";
import { log } from "@/lib/platform/log";
import { readRoleClaim, sawTwoFactors } from "@/lib/sso/rules";
import type { Origin } from "./request";
import { openSession } from "./sessions";
import { atTheDoor } from "./sign-in";
import type { SsoSettings } from "./sso-settings";

const text = (max: number) => z.string().min(1).max(max).refine(isStorable);

/** What of a verified ID token is looked at; everything else is left where it is. */
const tokenClaims = z.looseObject({
  iss: text(500),
  sub: text(255),
  sid: text(255).optional().catch(undefined),
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)).optional().catch(undefined),
  name: text(120).optional().catch(undefined),
  acr: z.unknown().optional(),
  amr: z.unknown().optional(),
});
type Claims = z.output<typeof tokenClaims>;

export const ssoRefusals = ["unknown", "invited", "joined", "disabled", "no_claim", "overage", "failed"] as const;
export type SsoRefusal = (typeof ssoRefusals)[number];

/** A session's secret, or why there is none; the subject where an administrator needs it to link somebody. */
export type IdentityEntry =
  | { secret: string; aal: 1 | 2 }
  | { refused: Exclude<SsoRefusal, "unknown"> }
  | { refused: "unknown"; subject: string };

/** Beyond this many a minute, refusals are counted in the log alone. */
const writtenPerMinute = 120;

/**
 * Opens a session for whoever an ID token names, by issuer and subject and never by e-mail. The token's signature,
 * audience, expiry and nonce were verified before; the issuer is compared once more, exactly, with our settings.
 */
export async function enterByIdentity(settings: SsoSettings, raw: unknown, origin: Origin): Promise<IdentityEntry> {
  const parsed = tokenClaims.safeParse(raw);
  if (!parsed.success || parsed.data.iss !== settings.issuer) return turnAway({ refused: "failed" }, origin);
  const claims = parsed.data;
  const entry = await db.$transaction((tx) => admitIdentity(tx, settings, claims, origin));
  return "secret" in entry ? entry : turnAway(entry, origin, claims);
}

async function admitIdentity(tx: Tx, settings: SsoSettings, claims: Claims, origin: Origin): Promise<IdentityEntry> {
  const { issuer } = settings;
  const now = await transactionTime(tx);
  const identity = await tx.identity.findUnique({
    where: { issuer_subject: { issuer, subject: claims.sub } },
    include: { user: true },
  });
  if (!identity)
    return settings.makesPeople ? join(tx, claims, origin, now) : { refused: "unknown", subject: claims.sub };
  const { user } = identity;
  if (user.status !== "active") return { refused: user.status };
  const worth = await worthOf(tx, settings, claims);
  if ("refused" in worth) return worth;
  const aal = sawTwoFactors(claims, settings.acceptedAcr) ? 2 : 1;
  const amr = aal === 2 ? ["idp", "mfa"] : ["idp"];
  const vouched = { identityId: identity.id, idpSid: claims.sid ?? null, idpRoles: worth.grants };
  const opened = await openSession(tx, {
    userId: user.id,
    authEpoch: user.authEpoch,
    aal,
    amr,
    origin,
    now,
    vouched,
  });
  await tx.identity.update({ where: { id: identity.id }, data: { lastUsedAt: now } });
  await record(tx, {
    actor: atTheDoor(origin),
    action: "session.vouch",
    outcome: "success",
    subject: ["user", user.id],
    detail: {
      step: "identity",
      issuer,
      aal,
      roles: worth.grants.map(({ role }) => role),
      address: origin.addressPrefix,
    },
    at: now,
  });
  return { secret: opened.secret, aal };
}

/** A grant as a session keeps it, in the shape that role grants are read in. */
type KeptGrant = { role: Role; kind: Scope["kind"]; team: string | null; key: string | null; value: string | null };

/** What the role map makes of the claims. Without a claim to read, the identity provider gives no role. */
async function worthOf(
  tx: Tx,
  { issuer, roleClaim }: SsoSettings,
  claims: Claims,
): Promise<{ grants: KeptGrant[] } | { refused: "no_claim" | "overage" }> {
  if (roleClaim === null) return { grants: [] };
  const verdict = readRoleClaim(claims, roleClaim);
  if ("overage" in verdict) return { refused: "overage" };
  if ("missing" in verdict) return { refused: "no_claim" };
  const rows = await tx.idpRoleMapping.findMany({
    where: { issuer, claimPath: roleClaim, value: { in: verdict.values } },
    orderBy: { id: "asc" },
  });
  const grants = rows.map(({ role, scopeKind, scopeTeamId, scopeTagKey, scopeTagValue }) => ({
    role,
    kind: scopeKind,
    team: scopeTeamId,
    key: scopeTagKey,
    value: scopeTagValue,
  }));
  return { grants };
}

/** Makes a person without any right of somebody unknown. An address that somebody has already links nobody. */
async function join(tx: Tx, claims: Claims, origin: Origin, now: Date): Promise<IdentityEntry> {
  const unknown = { refused: "unknown", subject: claims.sub } as const;
  if (!claims.email || (await tx.user.findUnique({ where: { email: claims.email }, select: { id: true } })))
    return unknown;
  const displayName = claims.name ?? claims.email;
  const { id } = await tx.user.create({ data: { email: claims.email, displayName } });
  await tx.identity.create({ data: { userId: id, issuer: claims.iss, subject: claims.sub } });
  await record(tx, {
    actor: atTheDoor(origin),
    action: "person.join",
    outcome: "success",
    subject: ["user", id],
    detail: { displayName, email: claims.email, issuer: claims.iss, subject: claims.sub },
    at: now,
  });
  await notify(tx, {
    recipients: { roles: ["administrator"] },
    kind: "person.join",
    dedupeKey: `person.join:${id}`,
    title: `${displayName} came through the identity provider and waits.`,
    body: "They have no role and no factor here. Where they belong, give them both.",
    href: `/settings/people/${id}`,
    severity: "info",
  });
  return { refused: "joined" };
}

async function turnAway<Entry extends IdentityEntry & { refused: SsoRefusal }>(
  entry: Entry,
  origin: Origin,
  claims?: Claims,
): Promise<Entry> {
  log.info({ reason: entry.refused, requestId: origin.requestId }, "sign-in through the identity provider refused");
  if (!(await withinLimit("audit:sign-in-refused", writtenPerMinute, 60))) return entry;
  await db.$transaction(async (tx) =>
    record(tx, {
      actor: atTheDoor(origin),
      action: "session.vouch",
      outcome: "failure",
      subject: ["account", claims?.sub ?? "unknown"],
      detail: { step: "identity", issuer: claims?.iss ?? null, address: origin.addressPrefix },
      at: await transactionTime(tx),
      reason: entry.refused,
    }),
  );
  return entry;
}
