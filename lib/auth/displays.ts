import "server-only";
import { createHmac } from "node:crypto";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import type { DisplayActor, JobActor, Scope } from "@/lib/access/permissions";
import { record } from "@/lib/audit/record";
import { accept, demand, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { after, minutes } from "@/lib/core/time";
import { bytes, equalBytes } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { withinLimit } from "@/lib/platform/limit";
import { log } from "@/lib/platform/log";
import { spendTry } from "./attempts";
import { plainCode, randomLetters } from "./crockford";
import type { Origin } from "./request";
import { makeWallToken, readWallToken } from "./wall-token";

/** How long a pairing code waits to be typed. */
export const pairingCodeMs = minutes(15);

/** Forty random bits: short enough for a television's keyboard, and far beyond the tries that a quarter of an hour has. */
const codeLength = 8;
const triesPerAddress = { limit: 10, windowSeconds: 300 } as const;
/** All addresses together, so that many of them guess no faster than a few. */
const triesOfAll = { limit: 60, windowSeconds: 300 } as const;
/** A wall asks some ten times a minute. */
const asksPerMinute = 120;
const writtenPerMinute = 30;

/** Keyed, since a short code could be found again from a plain hash. */
const hashOf = (typed: string) =>
  bytes(
    createHmac("sha256", env.NEXTAUTH_SECRET)
      .update(`holdfast/wall/v1\0${plainCode(typed)}`)
      .digest(),
  );

/** A fresh one-time code for pairing a browser, and the columns that keep it. */
export function makePairingCode(now: Date): {
  code: string;
  kept: { codeHash: Uint8Array<ArrayBuffer>; codeExpiresAt: Date };
} {
  const code = randomLetters(codeLength).replace(/.{4}(?=.)/g, "$&-");
  return { code, kept: { codeHash: hashOf(code), codeExpiresAt: after(now, pairingCodeMs) } };
}

const atTheWall = ({ requestId }: Origin): JobActor => ({
  kind: "job",
  id: "wall-pairing",
  permissions: [],
  requestId,
});

const codeInput = z.object({ code: z.string().max(60) });

const wrongCode = refuse(
  "invalid",
  "This code is not right, has run out, or was used already. Whoever added the display makes a new one under Settings → Wall displays.",
  { code: "This code does not work." },
);
const tooMany = refuse("rate_limited", "Too many tries. Wait five minutes and try again.");

/** Uses a pairing code up and answers the token of its display; the one that a browser had before ends. */
export async function pairDisplay(raw: unknown, origin: Origin): Promise<Outcome<string>> {
  const said = codeInput.safeParse(raw);
  if (!said.success) return wrongCode;
  const key = `wall-pair:ip:${origin.address ?? "direct"}`;
  if ((await spendTry(key, triesPerAddress)) === null || (await spendTry("wall-pair:all", triesOfAll)) === null)
    return tooMany;
  try {
    return accept(await db.$transaction((tx) => settle(tx, said.data.code, origin)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await noteWrongCode(origin);
    return error.refused;
  }
}

type Claimed = { id: string; name: string };

/** The row is claimed by the code itself, so of two that type it at once the second finds none. */
async function settle(tx: Tx, code: string, origin: Origin): Promise<string> {
  const [display] = await tx.$queryRaw<Claimed[]>`
    update wall_displays set code_hash = null, code_expires_at = null, paired_at = now()
    where code_hash = ${hashOf(code)} and code_expires_at > now() and revoked_at is null and expires_at > now()
    returning id, name`;
  if (!display) return demand(wrongCode);
  const { token, hash } = makeWallToken(display.id);
  await tx.wallDisplay.update({ where: { id: display.id }, data: { tokenHash: bytes(hash), lastSeenAt: null } });
  await record(tx, {
    actor: atTheWall(origin),
    action: "wall.pair",
    outcome: "success",
    subject: ["wall_display", display.id],
    detail: { name: display.name, address: origin.addressPrefix },
    at: await transactionTime(tx),
  });
  return token;
}

async function noteWrongCode(origin: Origin): Promise<void> {
  log.info({ reason: "wrong code", requestId: origin.requestId }, "pairing refused");
  if (!(await withinLimit("audit:wall-pair-refused", writtenPerMinute, 60))) return;
  await db.$transaction(async (tx) =>
    record(tx, {
      actor: atTheWall(origin),
      action: "wall.pair",
      outcome: "failure",
      subject: ["wall_display", "none"],
      detail: { address: origin.addressPrefix },
      at: await transactionTime(tx),
      reason: "wrong code",
    }),
  );
}

type Row = {
  id: string;
  name: string;
  token_hash: Uint8Array;
  kind: Scope["kind"];
  team: string | null;
  key: string | null;
  value: string | null;
  due: boolean;
};

/** Whom a wall's token opens the wall for. Whoever added the display may be gone: the screen is the house's, not theirs. */
export type FoundDisplay = {
  display: Omit<DisplayActor, "requestId" | "addressPrefix">;
  /** Its last sight was written down more than a minute ago. */
  due: boolean;
};

/** The display that a token belongs to: "dead" for one that was taken off, ran out or never was, "busy" for one that asks too often. */
export async function findDisplay(token: string): Promise<FoundDisplay | "dead" | "busy"> {
  const said = readWallToken(token);
  if (!said) return "dead";
  if (!(await withinLimit(`token:${said.displayId}`, asksPerMinute, 60))) return "busy";
  const [row] = await db.$queryRaw<Row[]>`
    select d.id, d.name, d.token_hash, d.scope_kind::text as kind, d.scope_team_id as team, d.scope_tag_key as key,
      d.scope_tag_value as value, d.last_seen_at is null or d.last_seen_at < now() - interval '1 minute' as due
    from wall_displays d
    where d.id = ${said.displayId}::uuid and d.token_hash is not null and d.revoked_at is null and d.expires_at > now()`;
  const scope = row && equalBytes(row.token_hash, said.hash) ? scopeOf(row) : null;
  if (!row || !scope) return "dead";
  return { display: { kind: "display", id: row.id, name: row.name, scope }, due: row.due };
}

/** A scope that says less than it should covers nothing. */
function scopeOf({ kind, team, key, value }: Row): Scope | null {
  if (kind === "everything") return { kind };
  if (kind === "team") return team === null ? null : { kind, teamId: team };
  return key !== null && value !== null ? { kind, key, value } : null;
}

/** Writes down that a display was seen; at most once a minute. */
export async function touchDisplay(id: string): Promise<void> {
  await db.$executeRaw`
    update wall_displays set last_seen_at = now()
    where id = ${id}::uuid and (last_seen_at is null or last_seen_at < now() - interval '1 minute')`;
}
