import "server-only";
import type { Visible } from "@/lib/access/permissions";
import type { Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlSystemVisible } from "@/lib/systems/visible";

const problem = (condition: Prisma.Sql, column: string, message: Prisma.Sql) => Prisma.sql`
  case when ${condition} then jsonb_build_array(jsonb_build_object('column', ${column}::text, 'message', ${message})) else '[]'::jsonb end`;

const change = (field: string, from: Prisma.Sql, to: Prisma.Sql, condition: Prisma.Sql) => Prisma.sql`
  case when ${condition} then jsonb_build_array(jsonb_build_object('field', ${field}::text, 'from', coalesce(${from}, ''), 'to', coalesce(${to}, '')))
  else '[]'::jsonb end`;

/** A field of a system that the line says otherwise. */
const changed = (field: string, now: Prisma.Sql, said: Prisma.Sql) =>
  change(
    field,
    Prisma.sql`${now}::text`,
    Prisma.sql`${said}::text`,
    Prisma.sql`${said} is not null and ${said} is distinct from ${now}`,
  );

const both = (parts: readonly Prisma.Sql[]) => Prisma.join([...parts], " || ");

/** A scope of teams takes systems of its own teams alone, as adding one by hand does. */
const foreign = (visible: Visible) =>
  visible === "all"
    ? Prisma.sql`false`
    : Prisma.sql`((x.is_id is null or (x.owner_team is not null and x.team_id is distinct from x.was_team_id))
        and (x.team_id is null or x.team_id <> all(${[...visible.teamIds]}::uuid[])))`;

const lowers = {
  tier: Prisma.sql`x.is_id is not null and x.new_rank > x.was_rank`,
  environment: Prisma.sql`x.is_id is not null and x.was_environment = 'production' and x.environment <> 'production'`,
  lifecycle: Prisma.sql`x.is_id is not null and x.was_lifecycle = 'active' and x.lifecycle <> 'active'`,
  regions: Prisma.sql`x.is_id is not null and x.was_regions <> '{}' and (x.allowed_regions = '{}' or not x.allowed_regions <@ x.was_regions)`,
};

const noSuchTier = Prisma.sql`format('There is no tier "%s". Choose one of %s.', left(x.tier, 60), (select string_agg(name, ', ' order by rank) from tiers))`;

const problemsOf = (visible: Visible) =>
  both([
    Prisma.sql`x.unread`,
    problem(
      Prisma.sql`x.slug is not null and x.line > x.first_line`,
      "slug",
      Prisma.sql`format('Line %s is about %s already. Keep one of the two.', x.first_line, x.slug)`,
    ),
    problem(
      Prisma.sql`x.is_id is not null and x.may_edit is not true`,
      "slug",
      Prisma.sql`'This slug is taken by a system outside what you may change. Choose another.'::text`,
    ),
    problem(
      Prisma.sql`x.slug is not null and x.is_id is null and x.name is null and not x.unread @> '[{"column":"name"}]'`,
      "name",
      Prisma.sql`format('There is no system %s yet, and a new one needs a name.', x.slug)`,
    ),
    problem(
      Prisma.sql`x.slug is not null and x.is_id is null and x.tier is null and not x.unread @> '[{"column":"tier"}]'`,
      "tier",
      Prisma.sql`format('There is no system %s yet, and a new one needs a tier.', x.slug)`,
    ),
    problem(Prisma.sql`x.tier is not null and x.new_tier_id is null`, "tier", noSuchTier),
    problem(
      Prisma.sql`x.owner_team <> '' and x.team_id is null`,
      "owner_team",
      Prisma.sql`format('There is no team "%s". Write the name of a team as it stands under People, or leave the cell empty.', left(x.owner_team, 60))`,
    ),
    problem(foreign(visible), "owner_team", Prisma.sql`'Write one of your own teams as the owner.'::text`),
    problem(
      lowers.tier,
      "tier",
      Prisma.sql`format('This would lower what protects %s, from %s to %s. A table cannot do that: do it on the system''s own page, under Edit.', x.was_name, x.was_tier, x.new_tier)`,
    ),
    problem(
      lowers.environment,
      "environment",
      Prisma.sql`format('This would take %s out of production. A table cannot do that: do it on the system''s own page, under Edit.', x.was_name)`,
    ),
    problem(
      lowers.lifecycle,
      "lifecycle",
      Prisma.sql`format('This would make %s %s, and it would be judged no more. A table cannot do that: do it on the system''s own page, under Edit.', x.was_name, x.lifecycle)`,
    ),
    problem(
      lowers.regions,
      "allowed_regions",
      Prisma.sql`format('This would let data of %s be kept %s, where its rule says %s. A table cannot do that: do it on the system''s own page, under Edit.', x.was_name,
        coalesce('in ' || nullif(array_to_string(x.allowed_regions, ' '), ''), 'anywhere'), array_to_string(x.was_regions, ' '))`,
    ),
  ]);

const changes = both([
  changed("name", Prisma.sql`x.was_name`, Prisma.sql`x.name`),
  changed("description", Prisma.sql`x.was_description`, Prisma.sql`x.description`),
  change(
    "tier",
    Prisma.sql`x.was_tier`,
    Prisma.sql`x.new_tier`,
    Prisma.sql`x.new_tier_id is not null and x.new_tier_id is distinct from x.was_tier_id`,
  ),
  changed("environment", Prisma.sql`x.was_environment`, Prisma.sql`x.environment`),
  changed("criticality", Prisma.sql`x.was_criticality`, Prisma.sql`x.criticality`),
  changed("lifecycle", Prisma.sql`x.was_lifecycle`, Prisma.sql`x.lifecycle`),
  change(
    "owner_team",
    Prisma.sql`x.was_team`,
    Prisma.sql`x.owner_team`,
    Prisma.sql`x.owner_team is not null and x.team_id is distinct from x.was_team_id`,
  ),
  change(
    "detection_allowance_minutes",
    Prisma.sql`(x.was_allowance / 60)::text`,
    Prisma.sql`(x.detection_allowance_seconds / 60)::text`,
    Prisma.sql`x.detection_allowance_seconds is distinct from x.was_allowance and x.detection_allowance_seconds is not null`,
  ),
  change(
    "allowed_regions",
    Prisma.sql`array_to_string(x.was_regions, ' ')`,
    Prisma.sql`array_to_string(x.allowed_regions, ' ')`,
    Prisma.sql`x.allowed_regions is not null and x.allowed_regions is distinct from x.was_regions`,
  ),
]);

/** The lines of an import beside the estate as it is now. */
const beside = (visible: Visible, importId: string) => Prisma.sql`
  select r.*, min(r.line) over (partition by r.slug) as first_line, s.id as is_id, ${sqlSystemVisible(visible)} as may_edit,
    s.name as was_name, s.description as was_description, s.environment as was_environment, s.criticality as was_criticality,
    s.lifecycle as was_lifecycle, s.owner_team_id as was_team_id, own.name as was_team, s.detection_allowance_seconds as was_allowance, s.allowed_regions as was_regions,
    st.tier_id as was_tier_id, now_tier.rank as was_rank, now_tier.name as was_tier,
    new_tier.id as new_tier_id, new_tier.rank as new_rank, new_tier.name as new_tier, team.id as team_id
  from import_rows r
  left join systems s on s.slug = r.slug
  left join system_tiers st on st.system_id = s.id and st.valid_to is null
  left join tiers now_tier on now_tier.id = st.tier_id
  left join teams own on own.id = s.owner_team_id
  left join teams team on team.name = r.owner_team
  left join lateral (
    select t.id, t.rank, t.name from tiers t
    where lower(r.tier) in (t.id, lower(t.name), t.rank::text, 'tier ' || t.rank)
    order by t.id = lower(r.tier) desc, lower(t.name) = lower(r.tier) desc, t.rank limit 1) new_tier on true
  where r.import_id = ${importId}::uuid`;

/** What every line would do to the estate as it is now. */
const judged = (visible: Visible, importId: string) => Prisma.sql`
  select j.line, j.system_id, j.tier_id, j.owner_team_id, j.problems,
    case when j.problems = '[]' then j.changes else '[]' end as changes,
    (case when j.problems <> '[]' then 'bad' when j.system_id is null then 'create'
      when j.changes = '[]' then 'same' else 'change' end)::import_outcome as outcome
  from (
    select x.line, x.is_id as system_id, x.new_tier_id as tier_id, x.team_id as owner_team_id, ${problemsOf(visible)} as problems,
      case when x.is_id is null then '[]'::jsonb else ${changes} end as changes
    from (${beside(visible, importId)}) x offset 0) j`;

/** PostgreSQL has no statistics about lines that just arrived, takes them for a few, and would compare each with each. */
const joinWhole = (tx: Tx) => tx.$executeRaw`set local enable_nestloop = off`;

/** Writes beside every line what it would do, in one statement. */
export async function checkRows(tx: Tx, visible: Visible, importId: string): Promise<void> {
  await joinWhole(tx);
  await tx.$executeRaw`
    with j as materialized (${judged(visible, importId)})
    update import_rows r set system_id = j.system_id, tier_id = j.tier_id, owner_team_id = j.owner_team_id, problems = j.problems,
      changes = j.changes, outcome = j.outcome
    from j where r.import_id = ${importId}::uuid and r.line = j.line`;
}

/** Whether every line would still do what was last said of it. */
export async function isAsShown(tx: Tx, visible: Visible, importId: string): Promise<boolean> {
  await joinWhole(tx);
  const [row] = await tx.$queryRaw<{ moved: boolean }[]>`
    with j as materialized (${judged(visible, importId)})
    select exists (
      select 1 from j join import_rows r on r.import_id = ${importId}::uuid and r.line = j.line
      where (r.outcome, r.changes, r.system_id, r.tier_id, r.owner_team_id)
        is distinct from (j.outcome, j.changes, j.system_id, j.tier_id, j.owner_team_id)) as moved`;
  return row?.moved === false;
}
