import "server-only";
import { command } from "@/lib/access/command";
import { may, visibleTo } from "@/lib/access/permissions";
import { lockApproval, moveApproval, quorumStands } from "@/lib/approvals/data";
import { cancel, factorSuffices, start } from "@/lib/approvals/rules";
import { changeConnectionState, createConnection, editConnection } from "@/lib/connections/commands";
import { canonicalJson } from "@/lib/core/canonical";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
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
import { linkIdentity, saveRoleMapping } from "@/lib/sso/commands";
import { editTier } from "@/lib/tiers/commands";
import { lockChange, onChange } from "./data";
import { demandSealing, type GovernedCommand } from "./governed";
import type { ChangePlan } from "./rules";
import { applyInput, withdrawInput } from "./schema";

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

/**
 * Applies an approved change, exactly as it was worded: its requester starts it with a fresh proof; what it would
 * replace must still be what people saw. Answers what the command itself answers, such as a one-time code.
 */
export const applyChange = command({
  action: "change.apply",
  permission: "self:manage",
  input: applyInput,
  async stepUp({ tx }, { changeId }) {
    const { approvalId } = await lockChange(tx, changeId);
    return onChange(changeId, await lockApproval(tx, approvalId));
  },
  async run(ctx, { changeId }) {
    const { tx, actor, now, grant } = ctx;
    await demandSealing(tx);
    const change = await lockChange(tx, changeId);
    const approval = await lockApproval(tx, change.approvalId);
    if (change.state !== "waiting") throw new Refusal(refuse("conflict", `This change is ${change.state} already.`));
    demand(start(approval, actor.id, approval.needed, now));
    if (!(await quorumStands(tx, approval.id)))
      throw new Refusal(
        refuse("conflict", "Somebody who voted may no longer do so. The change waits for another vote."),
      );
    if (!grant) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    const factor = { kind: grant.factorKind, deviceBound: grant.deviceBound, usableFrom: grant.usableFrom };
    demand(factorSuffices(factor, approval.level, approval.rule, now));
    const entry = byAction.get(change.action);
    const plan = approval.plan as ChangePlan | null;
    if (!entry || !plan) throw new Refusal(refuse("unavailable", "This version does not know this kind of change."));
    if (!may(actor, entry.permission))
      throw new Refusal(refuse("forbidden", "You no longer hold the role that this change takes."));
    const own = { ...ctx, visible: visibleTo(actor, entry.permission) };
    const { lines } = await entry.assess(own, plan.params);
    if (canonicalJson(lines) !== canonicalJson(plan.lines))
      throw new Refusal(
        refuse(
          "conflict",
          "What this would change was changed meanwhile. Ask again, so that people see it as it is now.",
        ),
      );
    const done = await entry.apply({ ...own, changeId }, plan.params);
    await tx.changeRequest.update({ where: { id: changeId }, data: { state: "applied" } });
    const paramsHash = Buffer.from(approval.paramsHash ?? []).toString("hex");
    const [kind, id] = done.audit[0];
    return {
      value: done.value,
      audit: [
        ["change", changeId],
        {
          approvalId: approval.id,
          change: change.action,
          revision: approval.revision,
          level: approval.level,
          paramsHash,
          on: [kind, id],
        },
      ],
      also: [{ as: change.action as `${string}.${string}`, audit: done.audit }],
    };
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
