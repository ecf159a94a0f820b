import "server-only";
import { z } from "zod";
import { command } from "@/lib/access/command";
import { may } from "@/lib/access/permissions";
import { currentPolicy, levelsInForce } from "@/lib/approvals/policy";
import { checkPolicy, type Level, type PolicyLevels, ruleWords } from "@/lib/approvals/rules";
import { ableOverall, grantsOver } from "@/lib/approvals/voters";
import { type ChangeContext, governed } from "@/lib/changes/governed";
import { canonicalJson } from "@/lib/core/canonical";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { after, days, hours } from "@/lib/core/time";
import { notify } from "@/lib/notifications/notify";
import type { Tx } from "@/lib/platform/db";
import { onDrill } from "./data";
import {
  delegationInput,
  delegationRef,
  drillRef,
  freezeInput,
  freezeRef,
  placeInput,
  placeRef,
  policyInput,
  singleOperatorInput,
} from "./schema";

const installation = { type: "installation", id: "this", name: "This installation" };
const each: readonly Level[] = [0, 1, 2, 3];

function overEverything({ visible }: ChangeContext): void {
  if (visible !== "all")
    throw new Refusal(refuse("forbidden", "This rules everybody: it needs the administrator role over everything."));
}

/** Puts a new policy into force, by the votes of the gravest level of the old one. */
export const changePolicy = governed({
  action: "approval.policy",
  permission: "policy:edit",
  input: policyInput,
  async assess({ tx }, { levels }) {
    const before = await levelsInForce(tx);
    const lines = each
      .map((level) => ({ what: `Level ${level}`, from: ruleWords(before[level]), to: ruleWords(levels[level]) }))
      .filter(({ from, to }) => from !== to);
    return { level: 0, title: "Change who must approve what", subject: installation, lines };
  },
  async check(ctx, { levels }) {
    overEverything(ctx);
    demand(checkPolicy(levels, await ableOverall(ctx.tx)));
    const before = await levelsInForce(ctx.tx);
    if (each.every((level) => ruleWords(before[level]) === ruleWords(levels[level])))
      throw new Refusal(refuse("invalid", "Nothing would change."));
  },
  async run({ tx, actor, changeId }, { levels }) {
    const current = await currentPolicy(tx);
    const { policyId } = await tx.approvalPolicyVersion.findUniqueOrThrow({ where: { id: current.id } });
    const stored = JSON.parse(JSON.stringify(levels)) as PolicyLevels;
    const version = current.version + 1;
    await tx.approvalPolicyVersion.create({
      data: { policyId, version, levels: stored, createdById: actor.id, changeId },
    });
    return { value: { version }, audit: [["policy", policyId], { version, levels: stored }] };
  },
});

/** Calls an account and region isolated: restores there ask nobody else, so calling it so asks everybody. */
export const addPlace = governed({
  action: "approval.place.add",
  permission: "policy:edit",
  input: placeInput,
  async assess(_, { account, region, label }) {
    return {
      level: 0,
      title: `Call ${account}, ${region} isolated`,
      subject: installation,
      lines: [{ what: `${account}, ${region}`, from: "an ordinary place", to: `isolated: ${label}` }],
    };
  },
  async check(ctx, { account, region }) {
    overEverything(ctx);
    if (await ctx.tx.isolatedPlace.findFirst({ where: { account, region, removedAt: null } }))
      throw new Refusal(
        refuse("conflict", "This place is on the list already.", { region: "It is on the list already." }),
      );
  },
  async run({ tx }, place) {
    const { id } = await tx.isolatedPlace.create({ data: place });
    return { value: { id }, audit: [["place", id], place] };
  },
});

/** Takes a place off the list of isolated ones: restores there ask again. */
export const removePlace = governed({
  action: "approval.place.remove",
  permission: "policy:edit",
  input: placeRef,
  async assess({ tx }, { placeId }) {
    const place = await tx.isolatedPlace.findFirst({ where: { id: placeId, removedAt: null } });
    if (!place) throw new Refusal(refuse("not_found", "This place is not on the list."));
    const { account, region, label } = place;
    const lines = [{ what: `${account}, ${region}`, from: `isolated: ${label}`, to: "an ordinary place" }];
    return { level: null, title: `Call ${account}, ${region} ordinary`, subject: installation, lines };
  },
  check: async (ctx) => overEverything(ctx),
  async run({ tx, now }, { placeId }) {
    await tx.isolatedPlace.update({ where: { id: placeId }, data: { removedAt: now } });
    return { value: null, audit: [["place", placeId], {}] };
  },
});

/** Lets one person work alone, visibly: on by the gravest votes, off whenever enough people are there. */
export const switchSingleOperator = governed({
  action: "installation.single_operator",
  permission: "policy:edit",
  input: singleOperatorInput,
  async assess(_, { on }) {
    const [from, to] =
      on === "yes" ? ["several people", "one person, stamped on everything"] : ["one person", "several people"];
    return {
      level: on === "yes" ? 0 : null,
      title: on === "yes" ? "Let one person work alone" : "Ask several people again",
      subject: installation,
      lines: [{ what: "Who must agree", from: from ?? "", to: to ?? "" }],
    };
  },
  async check(ctx, { on }) {
    overEverything(ctx);
    const [state] = await ctx.tx.$queryRaw<{ alone: boolean; satisfiable: boolean }[]>`
      select i.single_operator as alone, governance_satisfiable() as satisfiable from installation i`;
    if (state?.alone === (on === "yes")) throw new Refusal(refuse("conflict", "It is so already."));
    if (on === "no" && !state?.satisfiable)
      throw new Refusal(
        refuse(
          "conflict",
          "Nobody could approve anything then. Give enough people the approver roles first, and have them enrol.",
        ),
      );
  },
  async run({ tx, changeId }, { on }) {
    await tx.$executeRaw`select set_single_operator(${on === "yes"}, ${changeId}::uuid)`;
    return { value: null, audit: [["installation", "single_operator"], { on: on === "yes" }] };
  },
});

/** Stops every restore and start from now on. It only takes away, so one administrator's proof is enough. */
export const setFreeze = governed({
  action: "freeze.set",
  permission: "restore:freeze",
  input: freezeInput,
  async assess(_, { reason }) {
    const lines = [{ what: "Restores", from: "start when approved", to: "start no more" }];
    return { level: null, title: `Freeze all restores: ${reason}`, subject: installation, lines };
  },
  async check(ctx) {
    overEverything(ctx);
    if (await ctx.tx.systemFreeze.count({ where: { releasedAt: null } }))
      throw new Refusal(refuse("conflict", "Restores are frozen already."));
  },
  async run({ tx, actor }, { reason }) {
    const { id } = await tx.systemFreeze.create({ data: { reason, setById: actor.id } });
    return { value: { id }, audit: [["freeze", id], { reason }] };
  },
});

/** Lets restores start again: whoever froze them does not decide that alone. */
export const releaseFreeze = governed({
  action: "freeze.release",
  permission: "restore:freeze",
  input: freezeRef,
  async assess({ tx }, { freezeId }) {
    const freeze = await tx.systemFreeze.findFirst({ where: { id: freezeId, releasedAt: null } });
    if (!freeze) throw new Refusal(refuse("not_found", "Nothing is frozen."));
    const lines = [{ what: "Restores", from: `frozen: ${freeze.reason}`, to: "start when approved" }];
    return { level: 1, title: "Let restores start again", subject: installation, lines };
  },
  check: async (ctx) => overEverything(ctx),
  async run({ tx, actor, now }, { freezeId }) {
    await tx.systemFreeze.update({ where: { id: freezeId }, data: { releasedAt: now, releasedById: actor.id } });
    return { value: null, audit: [["freeze", freezeId], {}] };
  },
});

/** Gives one's own vote to somebody for up to 14 days; for the gravest level that takes others' votes. */
export const delegateVote = governed({
  action: "approval.delegate",
  permission: "approval:delegate",
  input: delegationInput,
  async assess({ tx }, { delegateId, group, days: count, coversLevelZero, reason }) {
    const delegate = await tx.user.findUnique({ where: { id: delegateId }, select: { displayName: true } });
    const name = delegate?.displayName ?? demand(refuse("not_found", "This person is not there any more."));
    const what = `The ${group.replace("_", " ")}'s vote`;
    const to = `${name} for ${count} ${count === 1 ? "day" : "days"}${coversLevelZero ? ", also on level 0" : ""}: ${reason}`;
    return {
      level: coversLevelZero ? 0 : null,
      title: `Give a vote to ${name}`,
      subject: { type: "user", id: delegateId, name },
      lines: [{ what, from: "its holder", to }],
    };
  },
  async check({ tx, actor }, { delegateId, group }) {
    if (delegateId === actor.id)
      throw new Refusal(refuse("invalid", "Give it to somebody else.", { delegateId: "Choose somebody else." }));
    const mine = (await grantsOver(tx, null)).some(({ userId, role }) => userId === actor.id && role === group);
    const scoped = await tx.roleGrant.count({ where: { userId: actor.id, role: group, revokedAt: null } });
    if (!mine && scoped === 0)
      throw new Refusal(refuse("forbidden", "You have no such vote to give.", { group: "You do not hold this role." }));
    const able = await tx.user.count({
      where: { id: delegateId, status: "active", factors: { some: { confirmedAt: { not: null }, removedAt: null } } },
    });
    if (able === 0)
      throw new Refusal(
        refuse("invalid", "They have no factor to vote with.", { delegateId: "They have no factor to vote with." }),
      );
    if (
      await tx.approvalDelegation.count({
        where: { delegateId: actor.id, revokedAt: null, validTo: { gt: new Date() }, group },
      })
    )
      throw new Refusal(refuse("conflict", "A vote that was given to you is not yours to give on."));
  },
  async run({ tx, actor, now, grant, plan }, { delegateId, group, days: count, coversLevelZero, reason }) {
    if (!grant) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    const { id } = await tx.approvalDelegation.create({
      data: {
        delegatorId: actor.id,
        delegateId,
        group,
        coversLevelZero: coversLevelZero !== "",
        reason,
        grantId: grant.id,
        canonical: canonicalJson(plan),
        validFrom: now,
        validTo: after(now, days(count)),
      },
    });
    return {
      value: { id },
      audit: [["delegation", id], { delegateId, group, days: count, coversLevelZero: coversLevelZero !== "", reason }],
    };
  },
});

/** Takes a vote back that one gave away, or gives back one that one holds; an administrator may end any. */
export const endDelegation = command({
  action: "approval.undelegate",
  permission: "approval:vote",
  input: delegationRef,
  async run({ tx, actor, now }, { delegationId }) {
    const found = await tx.approvalDelegation.findFirst({ where: { id: delegationId, revokedAt: null } });
    const mine = found && ([found.delegatorId, found.delegateId].includes(actor.id) || may(actor, "policy:edit"));
    if (!found || !mine) throw new Refusal(refuse("not_found", "There is no such delegation."));
    await tx.approvalDelegation.update({ where: { id: delegationId }, data: { revokedAt: now } });
    return { value: null, audit: [["delegation", delegationId], { delegateId: found.delegateId, group: found.group }] };
  },
});

const drillLasts = days(7);

async function openDrill(tx: Tx, startedById: string | null, now: Date): Promise<string> {
  const { id } = await tx.approvalDrill.create({ data: { startedById, closesAt: after(now, drillLasts) } });
  await notify(tx, {
    recipients: { roles: ["approver", "security_approver"] },
    kind: "approval.drill",
    dedupeKey: `drill:${id}`,
    title: "Show that you could approve",
    body: "A readiness drill waits for your proof. Nothing is at stake; it closes in seven days.",
    href: "/settings/governance/readiness",
    severity: "info",
  });
  return id;
}

/** Asks every approver to prove, with nothing at stake, that they could vote. */
export const startDrill = command({
  action: "approval.drill.start",
  permission: "policy:edit",
  input: z.object({}),
  async run(ctx) {
    overEverything(ctx);
    const { tx, actor, now } = ctx;
    if (await tx.approvalDrill.count({ where: { startedAt: { gt: new Date(now.getTime() - hours(1)) } } }))
      throw new Refusal(refuse("conflict", "A drill was started within the last hour."));
    const id = await openDrill(tx, actor.kind === "user" ? actor.id : null, now);
    return { value: { drillId: id }, audit: [["drill", id], {}] };
  },
});

/** Closes the set-up: from here on nobody changes the rules alone. The worker's clock, as soon as enough people can vote. */
export const closeSetUp = command({
  action: "installation.govern",
  permission: "restore:follow",
  input: z.object({}),
  async run({ tx }) {
    const [row] = await tx.$queryRaw<{ closed: boolean }[]>`select close_setup() as closed`;
    if (!row?.closed) throw new Refusal(refuse("conflict", "The set-up is closed already, or too few can vote."));
    return { value: null, audit: [["installation", "governance"], {}] };
  },
});

/** The monthly drill, by the worker's calendar. */
export const startMonthlyDrill = command({
  action: "approval.drill.start",
  permission: "restore:follow",
  input: z.object({}),
  async run({ tx, now }) {
    const id = await openDrill(tx, null, now);
    return { value: { drillId: id }, audit: [["drill", id], { monthly: true }] };
  },
});

/** One approver's proof that they could vote. */
export const answerDrill = command({
  action: "approval.drill.answer",
  permission: "approval:drill",
  input: drillRef,
  stepUp: async (_, { drillId }) => onDrill(drillId),
  async run({ tx, actor, now, grant }, { drillId }) {
    const drill = await tx.approvalDrill.findUnique({ where: { id: drillId }, include: { answers: true } });
    if (!drill) throw new Refusal(refuse("not_found", "There is no such drill."));
    if (drill.closesAt <= now) throw new Refusal(refuse("conflict", "This drill is over; the next one comes."));
    if (drill.answers.some(({ personId }) => personId === actor.id))
      throw new Refusal(refuse("conflict", "You have answered this drill."));
    if (!grant) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    await tx.approvalDrillAnswer.create({ data: { drillId, personId: actor.id, grantId: grant.id } });
    return { value: null, audit: [["drill", drillId], { factor: grant.factorKind, deviceBound: grant.deviceBound }] };
  },
});
