import "server-only";
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import { record } from "@/lib/audit/record";
import { minutes } from "@/lib/core/time";
import { bytes, sha256 } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import { callOut } from "@/lib/platform/http-out";
import { log } from "@/lib/platform/log";
import type { Origin } from "./request";
import { atTheDoor } from "./sign-in";
import type { SsoSettings } from "./sso-settings";

const event = "http://schemas.openid.net/event/backchannel-logout";
const asymmetric = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const longestAgeMs = minutes(5);
/** Longer than any token is believed, so that none is used twice. */
const rememberedMs = minutes(60);

/** What a logout token must say, beside what its signature already vouches for; a nonce would make it an ID token. */
const logoutClaims = z
  .looseObject({
    jti: z.string().min(1).max(500),
    sub: z.string().min(1).max(255).optional(),
    sid: z.string().min(1).max(255).optional(),
    events: z.looseObject({ [event]: z.looseObject({}) }),
  })
  .refine((claims) => !Object.hasOwn(claims, "nonce") && (claims.sub ?? claims.sid) !== undefined);

/** Ends the sessions that a logout token names. False for every token that is not good, or was used before. */
export async function endByLogoutToken(
  settings: Pick<SsoSettings, "issuer" | "clientId">,
  token: string,
  keys: JWTVerifyGetKey,
  origin: Origin,
): Promise<boolean> {
  const { issuer, clientId } = settings;
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: asymmetric,
      maxTokenAge: longestAgeMs / 1_000,
      clockTolerance: 30,
      requiredClaims: ["iat", "jti", "events"],
    });
    const claims = logoutClaims.parse(payload);
    return await db.$transaction((tx) => endNamed(tx, issuer, claims, origin));
  } catch (error) {
    log.info({ error, requestId: origin.requestId }, "a logout token was refused");
    return false;
  }
}

type Named = { jti: string; sub?: string | undefined; sid?: string | undefined };

async function endNamed(tx: Tx, issuer: string, { jti, sub, sid }: Named, origin: Origin): Promise<boolean> {
  const at = await transactionTime(tx);
  const tokenHash = bytes(sha256(`holdfast/logout/v1\0${issuer}\0${jti}`));
  const first = await tx.idpLogoutToken.createMany({
    data: [{ tokenHash, expiresAt: new Date(at.getTime() + rememberedMs) }],
    skipDuplicates: true,
  });
  if (first.count !== 1) return false;
  const named = {
    revokedAt: null,
    expiresAt: { gt: at },
    identity: { issuer, ...(sub === undefined ? {} : { subject: sub }) },
    ...(sid === undefined ? {} : { idpSid: sid }),
  };
  const ending = await tx.session.findMany({ where: named, select: { id: true, userId: true } });
  await tx.session.updateMany({
    where: { id: { in: ending.map(({ id }) => id) }, revokedAt: null },
    data: { revokedAt: at, revokedReason: "ended by the identity provider" },
  });
  for (const userId of new Set(ending.map((session) => session.userId)))
    await record(tx, {
      actor: atTheDoor(origin),
      action: "session.end_by_provider",
      outcome: "success",
      subject: ["user", userId],
      detail: { issuer, ended: ending.filter((session) => session.userId === userId).length },
      at,
    });
  return true;
}

const discovered = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });

const keysLiveMs = minutes(5);

let known: { issuer: string; keys: JWTVerifyGetKey; readAt: number } | null = null;

const readJson = async (url: string): Promise<unknown> =>
  JSON.parse(Buffer.from((await callOut(url)).body).toString("utf8"));

/** The provider's signing keys, found through its discovery document; that it names itself rightly is checked. */
export async function providerKeys({ issuer }: Pick<SsoSettings, "issuer">): Promise<JWTVerifyGetKey> {
  if (known?.issuer === issuer && Date.now() - known.readAt < keysLiveMs) return known.keys;
  const document = discovered.parse(await readJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`));
  if (document.issuer !== issuer) throw new Error("The discovery document names another issuer.");
  const keys = createLocalJWKSet((await readJson(document.jwks_uri)) as JSONWebKeySet);
  known = { issuer, keys, readAt: Date.now() };
  return keys;
}
