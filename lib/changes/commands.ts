import "server-only";
import { command } from "@/lib/access/command";
import type { CommandContext, SpentGrant } from "@/lib/access/context";
import { may, visibleTo } from "@/lib/access/permissions";
import { givenProof } from "@/lib/access/step-up";
import { paramsHashOf } from "@/lib/approvals/fingerprint";
import { type HeldApproval, lockApproval, moveApproval, quorumStands } from "@/lib/approvals/held";
import { tellPutBack } from "@/lib/approvals/notices";
import { cancel, factorSuffices, start } from "@/lib/approvals/rules";
import type { AuditDetail, Subject } from "@/lib/audit/record";
import { holderOf } from "@/lib/auth/sessions";
import { changeConnectionState, createConnection, editConnection } from "@/lib/connections/commands";
import { canonicalJson } from "@/lib/core/canonical";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { demandProvenStart, demandProvenVotes } from "@/lib/dispatch/proofs";
import {
  addPlace,
  changePolicy,
  delegateVote,
  releaseFreeze,
  removePlace,
  setFreeze,
  switchSingleOperator,
} from "@/lib/governance/commands";
import { enablePerson, giveRole, invitePerson, reissueCode } from "@/lib/people/commands";
import { equalBytes } from "@/lib/platform/crypto";
import type { Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { enqueue } from "@/lib/queue/enqueue";
import { linkIdentity, saveRoleMapping } from "@/lib/sso/commands";
import { editTier } from "@/lib/tiers/commands";
import { lockChange, onChange } from "./data";
import { answerOf, demandSealing, type GovernedCommand, type GovernedContext } from "./governed";
import type { ChangePlan } from "./rules";
import { applyInput, changeRef, putBackInput, withdrawInput } from "./schema";

/** Every command that other people may have to agree to, by the name its change carries. */
const byAction: ReadonlyMap<string, GovernedCommand<unknown>> = new Map(
  [
    invitePerson,
    reissueCode,
    giveRole,
    enablePerson,
    editTier,
    createConnection,
    editConnection,
    changeConnectionState,
    changePolicy,
    addPlace,
    removePlace,
    switchSingleOperator,
    setFreeze,
    releaseFreeze,
    delegateVote,
    saveRoleMapping,
    linkIdentity,
  ].map((entry) => [entry.action, entry as GovernedCommand<unknown>]),
);

type Ready = {
  change: Awaited<ReturnType<typeof lockChange>>;
  approval: HeldApproval;
  plan: ChangePlan;
  entry: GovernedCommand<unknown>;
};

/** An approved change under lock that may be applied now: cooled down, in its time, by votes that still count. */
async function lockReady(tx: Tx, changeId: string, requesterId: string, now: Date): Promise<Ready> {
  await demandSealing(tx);
  const change = await lockChange(tx, changeId);
  const approval = await lockApproval(tx, change.approvalId);
  if (change.state !== "waiting") throw new Refusal(refuse("conflict", `This change is ${change.state} already.`));
  demand(start(approval, requesterId, approval.needed, now));
  if (!(await quorumStands(tx, approval.id)))
    throw new Refusal(refuse("conflict", "Somebody who voted may no longer do so. The change waits for another vote."));
  const entry = byAction.get(change.action);
  const plan = approval.plan as ChangePlan | null;
  if (!entry || !plan) throw new Refusal(refuse("unavailable", "This version does not know this kind of change."));
  return { change, approval, plan, entry };
}

/** What applying takes of whoever asked for it: a factor that the level accepts. */
function demandFactor({ approval }: Ready, grant: SpentGrant | null, now: Date): SpentGrant {
  if (!grant) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
  const factor = { kind: grant.factorKind, deviceBound: grant.deviceBound, usableFrom: grant.usableFrom };
  demand(factorSuffices(factor, approval.level, approval.rule, now));
  return grant;
}

/**
 * The context of whoever asked, once everything is as people saw it: they still hold their role, what would be replaced
 * was not changed meanwhile, and no more people would be asked today.
 */
async function demandAsSeen({ entry, plan, approval }: Ready, ctx: CommandContext): Promise<CommandContext> {
  if (!may(ctx.actor, entry.permission))
    throw new Refusal(refuse("forbidden", "Whoever asked no longer holds the role that this change takes."));
  const own = { ...ctx, visible: visibleTo(ctx.actor, entry.permission) };
  const { lines, level } = await entry.assess(own, plan.params);
  if (canonicalJson(lines) !== canonicalJson(plan.lines))
    throw new Refusal(
      refuse(
        "conflict",
        "What this would change was changed meanwhile. Ask again, so that people see it as it is now.",
      ),
    );
  if (level !== null && level < approval.level)
    throw new Refusal(refuse("conflict", "This asks for more people's votes than it had. Ask again."));
  await entry.check(own, plan.params);
  return own;
}

/** Does what was approved, word for word, and marks it as done, in one transaction. */
async function carryOut(ready: Ready, ctx: Omit<GovernedContext, "plan">) {
  const { change, approval, plan, entry } = ready;
  const done = await entry.apply({ ...ctx, plan }, plan.params);
  await ctx.tx.$executeRaw`select apply_change(${change.id}::uuid)`;
  const audit: [Subject, AuditDetail] = [
    ["change", change.id],
    { ...onWordingOf(ready), level: approval.level, on: [...done.audit[0]] },
  ];
  return { done, audit, also: [{ as: change.action as `${string}.${string}`, audit: done.audit }] };
}

const onWordingOf = ({ approval, change }: Ready) => ({
  approvalId: approval.id,
  change: change.action,
  revision: approval.revision,
  paramsHash: Buffer.from(approval.paramsHash ?? []).toString("hex"),
});

/** Names the start of a change for its proof, under the locks that it is made under. */
const nameStart = async ({ tx }: Pick<CommandContext, "tx">, { changeId }: { changeId: string }) => {
  const { approvalId } = await lockChange(tx, changeId);
  return onChange(changeId, await lockApproval(tx, approvalId));
};

/**
 * Applies an approved change, exactly as it was worded: its requester starts it with a fresh proof; what it would
 * replace must still be what people saw. Answers what the command itself answers, such as a one-time code. Where the
 * worker alone dispatches, PostgreSQL refuses this to web.
 */
export const applyChange = command({
  action: "change.apply",
  permission: "self:manage",
  input: applyInput,
  stepUp: nameStart,
  async run(ctx, { changeId }) {
    const ready = await lockReady(ctx.tx, changeId, ctx.actor.id, ctx.now);
    demandFactor(ready, ctx.grant, ctx.now);
    const own = await demandAsSeen(ready, ctx);
    const prepared = await ready.entry.prepare(own, ready.plan.params);
    const { done, ...audited } = await carryOut(ready, { ...own, changeId, prepared: prepared?.kept ?? null });
    return { value: answerOf(done, prepared), ...audited };
  },
});

/**
 * Hands an approved change to the worker, which alone may apply it here. Whoever asked for it is held to everything that
 * applying takes, so that they hear at once what stands in its way. Answers what is shown once, such as a one-time code:
 * it works when the worker has applied the change.
 */
export const handOverChange = command({
  action: "change.hand_over",
  permission: "self:manage",
  input: applyInput,
  stepUp: nameStart,
  async run(ctx, { changeId }) {
    const { tx, actor, now } = ctx;
    const ready = await lockReady(tx, changeId, actor.id, now);
    if (ready.change.handedOverAt) throw new Refusal(refuse("conflict", "The worker has this change already."));
    const { id: startGrantId } = demandFactor(ready, ctx.grant, now);
    const own = await demandAsSeen(ready, ctx);
    const prepared = await ready.entry.prepare(own, ready.plan.params);
    await tx.changeRequest.update({
      where: { id: changeId },
      data: { handedOverAt: now, startGrantId, prepared: prepared?.kept ?? Prisma.DbNull, failure: null },
    });
    await enqueue(tx, "change.apply", { changeId }, { key: changeId });
    const value = { approvalId: ready.approval.id, shown: prepared?.shown ?? null };
    return { value, audit: [["change", changeId], onWordingOf(ready)] };
  },
});

/**
 * The worker's part: applies what was handed over, once it has held every vote, and the start itself, against the
 * signature of whoever gave it. All of it is one transaction: a worker that dies leaves nothing half done.
 */
export const carryOutChange = command({
  action: "change.apply",
  permission: "change:apply",
  input: changeRef,
  async run(ctx, { changeId }) {
    const { tx, now } = ctx;
    const { requestedById, handedOverAt, startGrantId, prepared } = await lockChange(tx, changeId);
    if (!handedOverAt || !startGrantId) throw new Refusal(refuse("conflict", "Nothing was handed over."));
    const ready = await lockReady(tx, changeId, requestedById, now);
    demandWorded(ready);
    await demandProvenVotes(tx, ready.approval.id);
    await demandProvenStart(tx, ready.approval, { changeId, startGrantId });
    const { sessionId, ...grant } = await givenProof(tx, startGrantId);
    demandFactor(ready, grant, now);
    const holder = await holderOf(tx, sessionId);
    if (holder?.id !== requestedById)
      throw new Refusal(refuse("forbidden", "Whoever asked for this is not active any more."));
    const actor = { ...holder, requestId: ctx.actor.requestId, addressPrefix: null };
    const own = await demandAsSeen(ready, { ...ctx, actor, grant });
    const { audit, also } = await carryOut(ready, { ...own, changeId, prepared });
    const [subject, detail] = audit;
    return { value: null, audit: [subject, { ...detail, requesterId: requestedById, startGrantId }], also };
  },
});

/** The votes are over a hash: what is applied, and what PostgreSQL's guards look at, is what was hashed. */
function demandWorded({ change, approval, plan }: Ready): void {
  const same = change.action === plan.action && canonicalJson(change.params) === canonicalJson(plan.params);
  if (!same || !approval.paramsHash || !equalBytes(approval.paramsHash, paramsHashOf(plan)))
    throw new Refusal(refuse("forbidden", "This change is not what was approved. Nothing is done."));
}

/**
 * The worker's word on what it does not apply: given back to whoever asked, who may start it again, or refused for good
 * where a signature does not hold. Either way it is written down and people are told.
 */
export const putBackChange = command({
  action: "change.hand_back",
  permission: "change:apply",
  input: putBackInput,
  async run({ tx }, { changeId, startGrantId, forGood, reason }) {
    const change = await lockChange(tx, changeId);
    if (change.state !== "waiting" || change.startGrantId !== startGrantId || !change.handedOverAt)
      throw new Refusal(refuse("conflict", "This was settled meanwhile."));
    const handed = { handedOverAt: null, prepared: Prisma.DbNull, failure: reason };
    await tx.changeRequest.update({
      where: { id: changeId },
      data: { ...handed, ...(forGood ? { state: "refused" } : {}) },
    });
    await tellPutBack(tx, await lockApproval(tx, change.approvalId), { forGood, reason, startGrantId });
    const detail = { approvalId: change.approvalId, change: change.action, startGrantId, reason };
    return { value: null, audit: [["change", changeId], detail], as: forGood ? "change.refuse" : "change.hand_back" };
  },
});

/** Takes a change back before it is applied: its requester, or whoever may cancel what others asked for. */
export const withdrawChange = command({
  action: "change.withdraw",
  permission: "self:manage",
  input: withdrawInput,
  async run({ tx, actor, now }, { changeId, reason }) {
    const change = await lockChange(tx, changeId);
    const entitled = change.requestedById === actor.id || may(actor, "restore:approve") || may(actor, "policy:edit");
    if (!entitled) throw new Refusal(refuse("not_found", "There is no such change."));
    const approval = await lockApproval(tx, change.approvalId);
    if (change.state !== "waiting") throw new Refusal(refuse("conflict", `This change is ${change.state} already.`));
    demand(cancel(approval, now));
    await moveApproval(tx, approval, "cancelled", { actorId: actor.id });
    await tx.changeRequest.update({ where: { id: changeId }, data: { state: "cancelled" } });
    return { value: null, audit: [["change", changeId], { reason }] };
  },
});
