import "server-only";
import { command } from "@/lib/access/command";
import type { Visible } from "@/lib/access/permissions";
import { Refusal, refuse } from "@/lib/core/outcome";
import { markResourcesDue, markSystemsDue } from "@/lib/health/due";
import type { Tx } from "@/lib/platform/db";
import { enqueue } from "@/lib/queue/enqueue";
import { lockSystem } from "@/lib/systems/data";
import { sqlResourceVisible } from "@/lib/systems/visible";
import { type Applied, applyAssignmentRules, takeResources } from "./membership";
import { requirementSet, resourcesAssign, resourcesRelease, ruleAdd, ruleRef } from "./schema";

/** Health follows at once for whoever reads it, and is written down by the worker. */
async function followUp(tx: Tx, systemIds: readonly string[], resourceIds: readonly string[]): Promise<void> {
  if (systemIds.length + resourceIds.length === 0) return;
  await markSystemsDue(tx, systemIds);
  await markResourcesDue(tx, resourceIds);
  await enqueue(tx, "health.evaluate", { systemIds: [...systemIds], resourceIds: [...resourceIds] });
}

/** Gives resources to a system by hand. */
export const assignResources = command({
  action: "resource.assign",
  permission: "estate:edit",
  input: resourcesAssign,
  async run({ tx, actor, now, visible }, { systemId, resourceIds }) {
    await lockSystem(tx, visible, systemId);
    const taken = await takeResources(tx, { actor, visible, now }, systemId, resourceIds);
    const from = [...new Set(taken.flatMap(({ fromId }) => fromId ?? []))];
    await followUp(
      tx,
      [systemId, ...from],
      taken.map(({ resourceId }) => resourceId),
    );
    return {
      value: { assigned: taken.length },
      audit: [["system", systemId], { assigned: taken.slice(0, 1_000), count: taken.length }],
    };
  },
});

/** Takes resources out of the systems that own them; what a rule holds is let go by the rule alone, unless it vanished. */
export const releaseResources = command({
  action: "resource.release",
  permission: "estate:edit",
  input: resourcesRelease,
  async run({ tx, now, visible }, { resourceIds }) {
    const open = await lockMemberships(tx, visible, resourceIds);
    const ruled = open.find(({ source, vanished }) => source === "rule" && !vanished);
    if (ruled)
      throw new Refusal(
        refuse(
          "conflict",
          `A tag rule assigns ${ruled.name}. Remove the rule or its tag, or assign the resource to another system by hand.`,
        ),
      );
    await tx.$executeRaw`
      update system_resources set valid_to = greatest(valid_from, ${now}::timestamptz)
      where valid_to is null and resource_id = any(${open.map(({ resource_id }) => resource_id)}::uuid[])`;
    // A free resource falls to the first rule that matches it.
    const applied = await applyAssignmentRules(tx, now);
    const systemIds = [...new Set([...open.map(({ system_id }) => system_id), ...applied.systemIds])];
    await followUp(
      tx,
      systemIds,
      open.map(({ resource_id }) => resource_id),
    );
    const released = open.map(({ resource_id, system_id }) => ({ resourceId: resource_id, systemId: system_id }));
    return { value: { released: open.length }, audit: [["system", open[0]?.system_id ?? "none"], { released }] };
  },
});

async function lockMemberships(tx: Tx, visible: Visible, resourceIds: readonly string[]) {
  const open = await tx.$queryRaw<
    { resource_id: string; system_id: string; source: string; name: string; vanished: boolean }[]
  >`
    select m.resource_id, m.system_id, m.source::text, r.name, r.vanished_at is not null as vanished from system_resources m join resources r on r.id = m.resource_id
    where m.valid_to is null and r.id = any(${[...new Set(resourceIds)]}::uuid[]) and ${sqlResourceVisible(visible)}
    order by m.resource_id for update of m`;
  if (open.length === 0) throw new Refusal(refuse("not_found", "These resources belong to no system any more."));
  return open;
}

/** Says whether a system cannot do without one of its resources; only such resources are judged for it. */
export const setRequirement = command({
  action: "resource.require",
  permission: "estate:edit",
  input: requirementSet,
  async run({ tx, visible }, { systemId, resourceId, required }) {
    await lockSystem(tx, visible, systemId);
    const done = await tx.systemResource.updateMany({
      where: { systemId, resourceId, validTo: null },
      data: { required },
    });
    if (done.count === 0) throw new Refusal(refuse("not_found", "This resource belongs to the system no more."));
    await followUp(tx, [systemId], [resourceId]);
    return { value: null, audit: [["system", systemId], { resourceId, required }] };
  },
});

const appliedDetail = ({ assigned, released, resourceIds }: Applied) => ({
  assigned,
  released,
  resourceIds: resourceIds.slice(0, 1_000),
});

function refuseScoped(visible: Visible) {
  if (visible !== "all")
    throw new Refusal(
      refuse("forbidden", "Tag rules reach across all teams: they take the operator role over everything."),
    );
}

/** Lets a tag decide which resources belong to a system, for those there are and those to come. */
export const addRule = command({
  action: "system.rule_add",
  permission: "estate:edit",
  input: ruleAdd,
  async run({ tx, now, visible }, { systemId, tagKey, tagValue, priority }) {
    refuseScoped(visible);
    const { name, lifecycle } = await lockSystem(tx, visible, systemId);
    if (lifecycle === "retired") {
      const message = `${name} is retired: no rule brings it anything. Choose another system.`;
      throw new Refusal(refuse("invalid", message, { systemId: message }));
    }
    const there = await tx.assignmentRule.findUnique({
      where: { tagKey_tagValue: { tagKey, tagValue } },
      select: { system: { select: { name: true } } },
    });
    if (there) {
      const message = `The tag ${tagKey} = ${tagValue} already belongs to ${there.system.name}.`;
      throw new Refusal(refuse("conflict", message, { tagValue: message }));
    }
    const { id } = await tx.assignmentRule.create({
      data: { systemId, tagKey, tagValue, priority, createdAt: now },
      select: { id: true },
    });
    const applied = await applyAssignmentRules(tx, now);
    await followUp(tx, [...new Set([systemId, ...applied.systemIds])], applied.resourceIds);
    return {
      value: { id, assigned: applied.assigned },
      audit: [["system", systemId], { ruleId: id, tagKey, tagValue, priority, ...appliedDetail(applied) }],
    };
  },
});

/** Takes a tag rule away, and with it what it alone assigned. */
export const removeRule = command({
  action: "system.rule_remove",
  permission: "estate:edit",
  input: ruleRef,
  async run({ tx, now, visible }, { ruleId }) {
    refuseScoped(visible);
    const rule = await tx.assignmentRule.findUnique({
      where: { id: ruleId },
      select: { systemId: true, tagKey: true, tagValue: true },
    });
    if (!rule) throw new Refusal(refuse("not_found", "This rule is no longer there."));
    await lockSystem(tx, visible, rule.systemId);
    await tx.assignmentRule.update({ where: { id: ruleId }, data: { enabled: false } });
    const applied = await applyAssignmentRules(tx, now);
    await tx.assignmentRule.delete({ where: { id: ruleId } });
    await followUp(tx, [...new Set([rule.systemId, ...applied.systemIds])], applied.resourceIds);
    return {
      value: { released: applied.released },
      audit: [["system", rule.systemId], { ruleId, ...rule, ...appliedDetail(applied) }],
    };
  },
});
