import "server-only";
import { createHmac } from "node:crypto";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import type { JobActor } from "@/lib/access/permissions";
import { record } from "@/lib/audit/record";
import { db } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { withinLimit } from "@/lib/platform/limit";
import { log } from "@/lib/platform/log";
import { returnTry, spendTry } from "./attempts";
import { fitsPassword, passwordLength } from "./passwords";
import type { Origin } from "./request";
import { openSession } from "./sessions";

const credentials = z.object({
  email: z.string().trim().toLowerCase().min(3).max(254),
  password: z
    .string()
    .min(1)
    .max(passwordLength.max * 4),
});

const perAddress = { limit: 30, windowSeconds: 300 } as const;
const perAccount = { limit: 10, windowSeconds: 300 } as const;
/** Beyond this many a minute, failed sign-ins are counted in the log alone: an attack may not fill the audit log. */
const writtenPerMinute = 120;

/** Whoever stands at the door before it is known who they are. */
export const atTheDoor = ({ requestId }: Origin): JobActor => ({
  kind: "job",
  id: "sign-in",
  permissions: [],
  requestId,
});

/** An account in limits and logs: the same for the same address, and not to be read back. */
const accountMark = (email: string) =>
  createHmac("sha256", env.NEXTAUTH_SECRET).update(`account\0${email}`).digest("base64url").slice(0, 22);

/** Checks an e-mail and a password and opens a session that is good for the second step only. Null for every kind of no. */
export async function signInWithPassword(raw: unknown, origin: Origin): Promise<string | null> {
  const said = credentials.safeParse(raw);
  if (!said.success) return null;
  const { email, password } = said.data;
  const account = accountMark(email);
  const addressKey = `login:ip:${origin.address}`;
  if (origin.address && (await spendTry(addressKey, perAddress)) === null)
    return turnAway(account, "address limited", origin);
  if ((await spendTry(`login:account:${account}`, perAccount)) === null)
    return turnAway(account, "account limited", origin);
  const user = await db.user.findUnique({ where: { email } });
  const fits = await fitsPassword(password, user?.passwordHash ?? null);
  if (!user || !fits) return turnAway(account, "wrong password", origin, user?.id);
  if (user.status === "disabled") return turnAway(account, "disabled", origin, user.id);
  if (user.status === "invited" && !(await mayFinishEnrolling(user.id)))
    return turnAway(account, "enrolment run out", origin, user.id);
  await returnTry(`login:account:${account}`, perAccount);
  if (origin.address) await returnTry(addressKey, perAddress);
  return db.$transaction(async (tx) => {
    const now = await transactionTime(tx);
    const opened = await openSession(tx, {
      userId: user.id,
      authEpoch: user.authEpoch,
      aal: 1,
      amr: ["pwd"],
      origin,
      now,
    });
    const detail = { step: "password", address: origin.addressPrefix };
    await record(tx, {
      actor: atTheDoor(origin),
      action: "session.open",
      outcome: "success",
      subject: ["user", user.id],
      detail,
      at: now,
    });
    return opened.secret;
  });
}

/** Somebody who set a password with their code and was interrupted may come back for the factor while the code would have lasted. */
async function mayFinishEnrolling(userId: string): Promise<boolean> {
  const [row] = await db.$queryRaw<unknown[]>`
    select 1 from enrollment_codes where user_id = ${userId}::uuid and used_at is not null and expires_at > now() limit 1`;
  return row !== undefined;
}

async function turnAway(account: string, reason: string, origin: Origin, userId?: string): Promise<null> {
  log.info({ account, reason, requestId: origin.requestId }, "sign-in refused");
  if (!(await withinLimit("audit:sign-in-refused", writtenPerMinute, 60))) return null;
  await db.$transaction(async (tx) => {
    const at = await transactionTime(tx);
    const detail = { step: "password", account, address: origin.addressPrefix };
    const subject = userId ? (["user", userId] as const) : (["account", account] as const);
    await record(tx, {
      actor: atTheDoor(origin),
      action: "session.open",
      outcome: "failure",
      subject,
      detail,
      at,
      reason,
    });
  });
  return null;
}
