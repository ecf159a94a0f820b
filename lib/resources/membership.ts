import "server-only";
import type { Actor, Visible } from "@/lib/access/permissions";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { sqlResourceVisible } from "@/lib/systems/visible";

type Mover = { actor: Actor; visible: Visible; now: Date };
export type Taken = { resourceId: string; fromId: string | null };

/**
 * Gives resources to a system by hand from now on, taking them from whichever system owns them; by-hand membership
 * outranks every rule. Answers what moved; what the system already owns by hand stays untouched.
 */
export async function takeResources(
  tx: Tx,
  { visible, now }: Mover,
  systemId: string,
  resourceIds: readonly string[],
): Promise<Taken[]> {
  const ids = [...new Set(resourceIds)].sort();
  const seen = await tx.$queryRaw<{ id: string; vanished: boolean }[]>`
    select r.id, r.vanished_at is not null as vanished from resources r
    where r.id = any(${ids}::uuid[]) and ${sqlResourceVisible(visible)}`;
  if (seen.length !== ids.length)
    throw new Refusal(
      refuse("not_found", "One of these resources is no longer there. Nothing was changed; load the list again."),
    );
  const open = await tx.$queryRaw<
    { resource_id: string; system_id: string; source: string; valid_from: Date; required: boolean }[]
  >`
    select resource_id, system_id, source::text, valid_from, required from system_resources
    where resource_id = any(${ids}::uuid[]) and valid_to is null order by resource_id for update`;
  const openOf = new Map(open.map((row) => [row.resource_id, row]));
  const moving = ids.filter((id) => {
    const current = openOf.get(id);
    return !(current && current.system_id === systemId && current.source === "manual");
  });
  if (moving.length === 0) return [];
  const from = new Date(Math.max(now.getTime(), ...open.map(({ valid_from }) => valid_from.getTime())));
  await tx.systemResource.updateMany({ where: { resourceId: { in: moving }, validTo: null }, data: { validTo: from } });
  await tx.systemResource.createMany({
    data: moving.map((resourceId) => {
      const current = openOf.get(resourceId);
      const required = current?.system_id === systemId ? current.required : true;
      return { systemId, resourceId, source: "manual" as const, required, validFrom: from };
    }),
  });
  return moving.map((resourceId) => ({ resourceId, fromId: openOf.get(resourceId)?.system_id ?? null }));
}

export type Applied = { assigned: number; released: number; systemIds: string[]; resourceIds: string[] };

/**
 * Lets the tag rules take effect on every resource they speak of, by set: what a rule assigned and no longer matches is
 * released, what matches and is free is assigned. Of several rules the lowest priority number wins, then the oldest.
 * What a person assigned stays where they put it. To be called where tags or rules changed.
 */
export async function applyAssignmentRules(tx: Tx, now: Date): Promise<Applied> {
  const released = await tx.$queryRaw<{ system_id: string; resource_id: string }[]>`
    with best as (
      select distinct on (r.id) r.id as resource_id, a.id as rule_id
      from resources r join assignment_rules a on a.enabled and r.tags @> jsonb_build_object(a.tag_key, a.tag_value)
      join systems s on s.id = a.system_id and s.lifecycle <> 'retired'
      where r.vanished_at is null order by r.id, a.priority, a.created_at, a.id)
    update system_resources m set valid_to = greatest(m.valid_from, ${now}::timestamptz)
    where m.valid_to is null and m.source = 'rule'
      and not exists (select 1 from best where best.resource_id = m.resource_id and best.rule_id = m.rule_id)
      and not exists (select 1 from resources r where r.id = m.resource_id and r.vanished_at is not null)
    returning m.system_id, m.resource_id`;
  const assigned = await tx.$queryRaw<{ system_id: string; resource_id: string }[]>`
    with best as (
      select distinct on (r.id) r.id as resource_id, a.id as rule_id, a.system_id
      from resources r join assignment_rules a on a.enabled and r.tags @> jsonb_build_object(a.tag_key, a.tag_value)
      join systems s on s.id = a.system_id and s.lifecycle <> 'retired'
      where r.vanished_at is null order by r.id, a.priority, a.created_at, a.id)
    insert into system_resources (system_id, resource_id, source, rule_id, valid_from)
    select b.system_id, b.resource_id, 'rule', b.rule_id,
      greatest(${now}::timestamptz, (select max(m.valid_to) from system_resources m where m.resource_id = b.resource_id))
    from best b
    where not exists (select 1 from system_resources m where m.resource_id = b.resource_id and m.valid_to is null)
    on conflict (resource_id) where valid_to is null do nothing
    returning system_id, resource_id`;
  const touched = [...released, ...assigned];
  return {
    assigned: assigned.length,
    released: released.length,
    systemIds: [...new Set(touched.map(({ system_id }) => system_id))],
    resourceIds: [...new Set(touched.map(({ resource_id }) => resource_id))],
  };
}
