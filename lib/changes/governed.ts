import "server-only";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Command, command, type Done } from "@/lib/access/command";
import type { CommandContext } from "@/lib/access/context";
import type { Actor, Permission } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import { paramsHashOf } from "@/lib/approvals/fingerprint";
import { lockApproval } from "@/lib/approvals/held";
import { tellAsked } from "@/lib/approvals/notices";
import { currentPolicy } from "@/lib/approvals/policy";
import { putForward } from "@/lib/approvals/put-forward";
import type { Level } from "@/lib/approvals/rules";
import { sealingLagSeconds } from "@/lib/audit/lag";
import { accept, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { type Assessment, type ChangePlan, whyLeast } from "./rules";

/** What an assessment has in hand: it reads, and locks nothing. */
export type ChangeContext = Pick<CommandContext, "tx" | "actor" | "visible">;

/**
 * A command's context beside what was signed, the change that allowed it, null where nobody else was asked, and what was
 * made ahead for it.
 */
export type GovernedContext = CommandContext & { plan: ChangePlan; changeId: string | null; prepared: unknown };

/** What is made ahead of a change: shown once to whoever applies it, and what is kept of it until it is applied. */
export type Prepared<Shown> = { shown: Shown; kept: Prisma.InputJsonObject };

type PreparingContext = ChangeContext & Pick<CommandContext, "now">;

type Spec<Input extends z.ZodType, Value, Shown> = {
  action: `${string}.${string}`;
  permission: Permission;
  input: Input;
  /** What would become different, and how many people that asks. */
  assess: (ctx: ChangeContext, input: z.output<Input>) => Promise<Assessment>;
  /** What would be refused in any case: asked before other people are. */
  check?: (ctx: ChangeContext, input: z.output<Input>) => Promise<void>;
  /** What only whoever applies it may see, such as a one-time code; its answer stands for the command's own. */
  prepare?: (ctx: PreparingContext, input: z.output<Input>) => Promise<Prepared<Shown>>;
  run: (ctx: GovernedContext, input: z.output<Input>) => Promise<Done<Value>>;
};

/** What came of it: done at once, or put before other people. */
export type Governed<Value> = { applied: true; value: Value } | { applied: false; approvalId: string };

/** A command over what rules the installation, with the name of its proof and what an approved change needs of it. */
export type GovernedCommand<Value> = Command<Governed<Value>> & {
  action: string;
  permission: Permission;
  /** How doing this is named for a proof of presence. */
  proof: (actor: Actor, raw: unknown) => Promise<Outcome<Proven>>;
  assess: (ctx: ChangeContext, params: unknown) => Promise<Assessment>;
  check: (ctx: ChangeContext, params: unknown) => Promise<void>;
  prepare: (ctx: PreparingContext, params: unknown) => Promise<Prepared<Value> | null>;
  apply: (ctx: GovernedContext, params: unknown) => Promise<Done<unknown>>;
};

const besides = z.object({
  why: z.string().trim().max(2_000, "The reason has at most 2,000 characters.").default(""),
  grantId: z.union([z.uuid(), z.literal("")]).optional(),
});

/** What was said, without the reason and the proof, which belong to this try alone. */
function bare<Said>(input: object): Said {
  const { why: _, grantId: __, ...said } = input as Record<string, unknown>;
  return said as Said;
}

/** The same as JSON keeps it. */
const paramsOf = (input: object): Record<string, unknown> => JSON.parse(JSON.stringify(bare(input)));

async function policyVersionId(tx: Pick<Tx, "approvalPolicyVersion">): Promise<string> {
  const newest = await tx.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
    select: { id: true },
  });
  return newest?.id ?? "";
}

/** An action about the rules, as a proof of presence names it before there is a request: by the plan's hash. */
const provenFor = (actor: Actor, plan: ChangePlan): Proven => ({
  op: plan.action,
  subjectType: "change",
  subjectId: actor.id,
  revision: 1,
  paramsHash: paramsHashOf(plan),
});

/**
 * A door for commands over what rules the installation: policies, rights, factors, connections, tiers. Each takes a
 * fresh proof of presence. What loosens something is put before other people by the same engine as restores; what
 * tightens, or happens before enough people are there to ask, is done at once.
 */
export function governed<Input extends z.ZodType<object>, Value, Shown = Value>(
  spec: Spec<Input, Value, Shown>,
): GovernedCommand<Shown> {
  const input = z.intersection(spec.input, besides);
  const planFor = async (ctx: ChangeContext, said: z.output<typeof input>): Promise<Judged> => {
    const assessment = await spec.assess(ctx, bare<z.output<Input>>(said));
    const { title, subject, lines } = assessment;
    const plan: ChangePlan = {
      v: 1,
      kind: "change",
      action: spec.action,
      title,
      subject,
      params: paramsOf(said),
      lines,
      reason: said.why,
      policyVersionId: await policyVersionId(ctx.tx),
    };
    return { plan, level: assessment.level };
  };
  const check = async (ctx: ChangeContext, params: unknown) => spec.check?.(ctx, params as z.output<Input>);
  const prepare = async (ctx: PreparingContext, params: unknown) =>
    (await spec.prepare?.(ctx, params as z.output<Input>)) ?? null;
  const run = command<typeof input, Governed<Shown>>({
    action: spec.action,
    permission: spec.permission,
    input,
    async stepUp(ctx, said) {
      await check(ctx, bare(said));
      return provenFor(ctx.actor, (await planFor(ctx, said)).plan);
    },
    async run(ctx, said) {
      const { plan, level } = await planFor(ctx, said);
      if (level !== null) await demandSealing(ctx.tx);
      if (level !== null && (await isGoverned(ctx.tx))) return propose(ctx, plan, level);
      const prepared = await prepare(ctx, bare(said));
      const bound = { ...ctx, plan, changeId: null, prepared: prepared?.kept ?? null };
      const done = await spec.run(bound, bare<z.output<Input>>(said));
      return { ...done, value: { applied: true, value: answerOf<Shown>(done, prepared) } };
    },
  });
  return Object.assign(run, {
    action: spec.action,
    permission: spec.permission,
    proof: read(spec.permission, input, async ({ db, actor, visible }, said) => {
      const ctx = { tx: db as unknown as Tx, actor, visible };
      await check(ctx, bare(said));
      return accept(provenFor(actor, (await planFor(ctx, said)).plan));
    }),
    assess: (ctx: ChangeContext, params: unknown) => spec.assess(ctx, params as z.output<Input>),
    check,
    prepare,
    apply: (ctx: GovernedContext, params: unknown) => spec.run(ctx, params as z.output<Input>),
  });
}

/** What a command answers: what was made ahead to be shown, else its own answer. */
export const answerOf = <Shown>(done: Done<unknown>, prepared: Prepared<Shown> | null): Shown =>
  prepared ? prepared.shown : (done.value as Shown);

const sealingLagMostSeconds = 15 * 60;

/** Where the log has not been sealed for a quarter of an hour, nothing that rules the installation is changed (security.md 4.5). */
export async function demandSealing(tx: Tx): Promise<void> {
  if ((await sealingLagSeconds(tx)) > sealingLagMostSeconds)
    throw new Refusal(
      refuse(
        "unavailable",
        "The audit log has not been sealed for more than 15 minutes. Nothing of this weight is done until the worker that seals it runs again.",
      ),
    );
}

type Judged = { plan: ChangePlan; level: Level | null };

/** Whether other people are asked: from the first moment that enough of them can vote, unless somebody works alone, visibly. */
async function isGoverned(tx: Tx): Promise<boolean> {
  await tx.$executeRaw`select close_setup()`;
  const installation = await tx.installation.findFirst({ select: { governedAt: true, singleOperator: true } });
  return installation !== null && installation.governedAt !== null && !installation.singleOperator;
}

const pendingMost = 5;
const letters = "23456789abcdefghjkmnpqrstuvwxyz";
const makeHandle = () => `cr${[...randomBytes(6)].map((byte) => letters[byte % letters.length]).join("")}`;

async function propose<Value>(ctx: CommandContext, plan: ChangePlan, level: Level): Promise<Done<Governed<Value>>> {
  const { tx, actor, now } = ctx;
  if (plan.reason.length < whyLeast) {
    const short = `Other people decide about this: say why in at least ${whyLeast} characters.`;
    throw new Refusal(refuse("invalid", short, { why: short }));
  }
  const mine = { requesterId: actor.id, state: "pending", approvalExpiresAt: { gt: now } } as const;
  const paramsHash = new Uint8Array(paramsHashOf(plan));
  if ((await tx.approvalRequest.count({ where: { ...mine, paramsHash } })) > 0)
    throw new Refusal(
      refuse("conflict", "You have asked for exactly this already; it waits for votes under Approvals."),
    );
  if ((await tx.approvalRequest.count({ where: mine })) >= pendingMost)
    throw new Refusal(
      refuse("rate_limited", `You have ${pendingMost} requests waiting. Withdraw one before you ask for another.`),
    );
  const policy = await currentPolicy(tx);
  const [ids] = await tx.$queryRaw<{ id: string }[]>`select uuid_v7()::text as id`;
  const id = ids?.id ?? "";
  const asked = { level, policyVersionId: policy.id, requesterId: actor.id };
  const approval = await tx.approvalRequest.create({ data: { subjectType: "change", subjectId: id, ...asked } });
  await tx.changeRequest.create({
    data: {
      id,
      handle: makeHandle(),
      action: plan.action,
      params: JSON.parse(JSON.stringify(plan.params)),
      requestedById: actor.id,
      approvalId: approval.id,
    },
  });
  const put = await putForward(tx, approval, { plan, level, editorId: actor.id, systemId: null, tierApprovals: 0 });
  if (put.state === "pending") await tellAsked(tx, await lockApproval(tx, approval.id));
  return {
    value: { applied: false, approvalId: approval.id },
    as: "change.propose",
    audit: [
      ["change", id],
      {
        approvalId: approval.id,
        change: plan.action,
        revision: put.revision,
        level,
        needed: put.needed,
        state: put.state,
        paramsHash: put.paramsHash.toString("hex"),
      },
    ],
  };
}
