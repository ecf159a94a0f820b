import { db } from "@/lib/platform/db";

/** Systems whose story in the demo is that nobody ever proved, or not lately, that they can be brought back. */
const unproven = ["catalogue-graph", "freight-tracking", "legacy-hr", "orders-staging", "crm-staging", "edi-gateway"];
const longAgo = ["invoices", "wiki"];

/**
 * The restore tests that the company did before it had Holdfast, as its operators would enter them: each on a recovery
 * point that is really there. What the demo proves by itself comes on top.
 */
export async function seedProofs(): Promise<number> {
  if ((await db.verification.count()) > 0) return 0;
  await seedBelonging();
  const evidence = { source: "restore tests of Nordwind Handel before Holdfast", seeded: true };
  return db.$executeRaw`
    insert into verifications (point_id, level, result, at, evidence)
    select tested.id, (case when tested.is_database then 'validated' else 'restored' end)::proof_level, 'passed', tested.at,
      ${JSON.stringify(evidence)}::jsonb
    from system_resources m
    join systems s on s.id = m.system_id and s.slug <> all(${unproven}::text[])
    join system_tiers st on st.system_id = s.id and st.valid_to is null
    join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    cross join lateral (
      select p.id, p.completed_at + interval '3 hours' as at, r.kind in ('RDS', 'Aurora') as is_database
      from recovery_points p join resources r on r.id = p.resource_id
      where p.resource_id = m.resource_id and p.status = 'available' and p.kind = 'snapshot' and p.vanished_at is null
        and p.copy_of_ref is null and p.completed_at < now() - case when s.slug = any(${longAgo}::text[])
          then make_interval(days => o.restore_test_cadence_days + 4)
          else make_interval(days => 4 + length(s.slug) % greatest(o.restore_test_cadence_days / 3, 1)) end
      order by p.completed_at desc limit 1) as tested
    where m.valid_to is null`;
}

/** What belongs to the company's systems has belonged to them since both were there, not since Holdfast was told. */
const seedBelonging = () => db.$executeRaw`
  update system_resources m set valid_from = least(m.valid_from,
    greatest(s.in_service_from, coalesce((r.detail ->> 'createdAt')::timestamptz, s.in_service_from)))
  from systems s, resources r where s.id = m.system_id and r.id = m.resource_id and m.valid_to is null`;
