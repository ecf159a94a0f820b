import "server-only";
import type { z } from "zod";
import { type AuditDetail, record, type Subject } from "@/lib/audit/record";
import { accept, type Outcome, Refusal, type RefusalCode, type Refused } from "@/lib/core/outcome";
import { seconds } from "@/lib/core/time";
import { db, type Tx } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { admit } from "./admit";
import type { CommandContext } from "./context";
import { type Actor, type Permission, visibleTo } from "./permissions";
import { type Proven, spendGrant } from "./step-up";

type Spec<Input extends z.ZodType, Value> = {
  action: `${string}.${string}`;
  permission: Permission;
  input: Input;
  /** For commands over many thousand rows; others have 20 s. */
  timeoutMs?: number;
  /** For commands that take a fresh proof of presence: names the very operation, under the subject's lock. */
  stepUp?: (ctx: Omit<CommandContext, "grant">, input: z.output<Input>) => Promise<Proven>;
  /** A command cannot succeed without saying what goes into the audit log. */
  run: (ctx: CommandContext, input: z.output<Input>) => Promise<Done<Value>>;
};

/** What a command did: its answer, what the log says of it, and under which name where that is not the command's own. */
export type Done<Value> = {
  value: Value;
  audit: [Subject, AuditDetail];
  as?: `${string}.${string}`;
  breakGlass?: boolean;
  /** What it did besides, each with an event of its own. */
  also?: readonly { as: `${string}.${string}`; audit: [Subject, AuditDetail] }[];
};

export type Command<Value> = (actor: Actor, raw: unknown) => Promise<Outcome<Value>>;

/** The only door to a write: permission, input, proof, change and audit entry, in one transaction. */
export function command<Input extends z.ZodType, Value>(spec: Spec<Input, Value>): Command<Value> {
  return async (actor, raw) => {
    try {
      const input = admit(actor, spec.permission, spec.input, raw);
      return accept(
        await db.$transaction((tx) => perform(spec, tx, actor, input), { timeout: spec.timeoutMs ?? seconds(20) }),
      );
    } catch (error) {
      return turnAway(actor, spec.action, error);
    }
  };
}

async function perform<Input extends z.ZodType, Value>(
  spec: Spec<Input, Value>,
  tx: Tx,
  actor: Actor,
  input: z.output<Input>,
) {
  const ctx = { tx, actor, now: await transactionTime(tx), visible: visibleTo(actor, spec.permission) };
  const grant = spec.stepUp ? await spendGrant(ctx, await spec.stepUp(ctx, input), grantIdOf(input)) : null;
  const { value, audit, as, breakGlass, also = [] } = await spec.run({ ...ctx, grant }, input);
  const [subject, detail] = audit;
  const evidence = grant && {
    grantId: grant.id,
    factorId: grant.factorId,
    kind: grant.factorKind,
    assertion: grant.evidence,
  };
  await record(tx, {
    actor,
    action: as ?? spec.action,
    outcome: "success",
    subject,
    detail,
    at: ctx.now,
    ...(evidence ? { evidence } : {}),
    ...(breakGlass ? { breakGlass } : {}),
  });
  for (const { as: action, audit: more } of also)
    await record(tx, { actor, action, outcome: "success", subject: more[0], detail: more[1], at: ctx.now });
  return value;
}

const grantIdOf = (input: unknown) =>
  typeof input === "object" && input !== null && "grantId" in input && typeof input.grantId === "string"
    ? input.grantId
    : null;

/** The database's clock rules, not ours. */
export async function transactionTime(tx: Pick<Tx, "$queryRaw">): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`select now()`;
  if (!row) throw new Error("The database did not tell the time.");
  return row.now;
}

/** Refusals that say something about the person rather than the form. */
const watched: readonly RefusalCode[] = ["forbidden", "step_up_required"];

async function turnAway(actor: Actor, action: string, error: unknown): Promise<Refused> {
  if (!(error instanceof Refusal)) throw error;
  const { refused } = error;
  log.info(
    { action, actor: actor.id, requestId: actor.requestId, refusal: refused.code, message: refused.message },
    "refused",
  );
  if (watched.includes(refused.code)) {
    const entry = {
      actor,
      action,
      outcome: "denied",
      subject: ["command", action],
      detail: {},
      reason: refused.message,
    } as const;
    await db.$transaction(async (tx) => record(tx, { ...entry, at: await transactionTime(tx) }));
  }
  return refused;
}
