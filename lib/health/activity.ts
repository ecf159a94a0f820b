import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { after } from "@/lib/core/time";
import { countText, plural } from "@/lib/core/words";
import { readNow } from "@/lib/health/current";
import type { Reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { nothing } from "./schema";
import type { Activity, RunningWork } from "./view";

type WorkRow = {
  id: string;
  kind: RunningWork["kind"];
  name: string;
  state: string;
  percent: number | null;
  since: Date;
  total: number;
};
type DueRow = { at: Date; what: string; count: number; times: number; name: string; system_id: string | null };

const aDay = 86_400_000;

/** The runs of the next day by schedule and moment, as far as they are of resources that one may see. */
const promisedTo = (visible: Visible, now: Date) => Prisma.sql`
  select e.due_at as at, pol.name, count(*) as count, 1 as times, min(e.resource_id::text) as resource
  from expected_runs e join policy_rules pr on pr.id = e.rule_id join policies pol on pol.id = pr.policy_id
  join resources r on r.id = e.resource_id and ${sqlResourceVisible(visible)}
  where e.state = 'pending' and e.due_at > ${now}::timestamptz and e.due_at <= ${after(now, aDay)}::timestamptz
  group by e.due_at, pol.name`;

/**
 * The same for who sees everything. From one moment of a rule to its next one goes a step in the index, and only the
 * runs of the first moment of each name are counted: a schedule promises the same resources every time.
 */
const promisedToAll = (now: Date) => Prisma.sql`
  with recursive moments as (
    select q.id as rule_id, q.policy_id, (
      select min(e.due_at) from expected_runs e where e.rule_id = q.id and e.state = 'pending'
        and e.due_at > ${now}::timestamptz and e.due_at <= ${after(now, aDay)}::timestamptz) as at
    from policy_rules q
    union all
    select m.rule_id, m.policy_id, (
      select min(e.due_at) from expected_runs e where e.rule_id = m.rule_id and e.state = 'pending'
        and e.due_at > m.at and e.due_at > ${now}::timestamptz and e.due_at <= ${after(now, aDay)}::timestamptz)
    from moments m where m.at is not null),
  named as materialized (
    select m.rule_id, m.at, pol.name, first_value(m.at) over (partition by pol.name order by m.at) as first_at
    from moments m join policies pol on pol.id = m.policy_id where m.at is not null),
  firsts as materialized (
    select n.name, n.first_at, counted.count, counted.resource from named n cross join lateral (
      select count(*) as count, min(e.resource_id::text) as resource from expected_runs e
      where e.rule_id = n.rule_id and e.state = 'pending' and e.due_at = n.at) counted
    where n.at = n.first_at)
  select f.first_at as at, f.name, sum(f.count) as count,
    (select count(distinct n.at) from named n where n.name = f.name) as times, min(f.resource) as resource
  from firsts f group by f.name, f.first_at`;

/** What is being done now, restores first: up to six, and how many there are. */
export async function findRunning(
  db: Reader,
  visible: Visible,
  now: Date,
): Promise<Pick<Activity, "running" | "runningTotal">> {
  const work = await db.$queryRaw<WorkRow[]>`
    select x.*, count(*) over ()::int as total from (
      select q.id, 'request' as kind, s.name, q.state::text as state,
        (select avg(coalesce(i.percent, 0))::int from restore_items i where i.request_id = q.id) as percent,
        coalesce(q.started_at, q.state_at) as since
      from restore_requests q join systems s on s.id = q.system_id
      where q.state in ('dispatching', 'unknown', 'running', 'validating') and ${sqlSystemVisible(visible)}
      union all
      select j.id, j.kind::text, r.name, j.state::text, j.percent, coalesce(j.started_at, j.created_at)
      from jobs j join resources r on r.id = j.resource_id
      where j.state in ('queued', 'running', 'cancelling') and j.vanished_at is null
        and j.created_at > ${now}::timestamptz - interval '3 days' and ${sqlResourceVisible(visible)}
        and not exists (select 1 from restore_items i where i.provider_job_ref = j.provider_ref)) x
    order by (x.kind = 'request') desc, x.since desc limit 6`;
  return {
    runningTotal: work[0]?.total ?? 0,
    running: work.map(({ total: _, since, ...row }) => ({
      ...row,
      since: since.toISOString(),
      href: row.kind === "request" ? `/restores/${row.id}` : `/jobs/${row.id}`,
    })),
  };
}

/** What is being done now, and what the next day will bring. */
export const getActivity = read("estate:read", nothing, async ({ db, visible }): Promise<Activity> => {
  const now = await readNow(db);
  const [work, due] = await Promise.all([
    findRunning(db, visible, now),
    db.$queryRaw<DueRow[]>`
      select * from (
        select min(g.at) as at, 'runs' as what, max(g.count)::int as count, sum(g.times)::int as times, g.name,
          case when max(g.count) = 1 then (
            select m.system_id from system_resources m where m.resource_id = min(g.resource)::uuid and m.valid_to is null) end as system_id
        from (${visible === "all" ? promisedToAll(now) : promisedTo(visible, now)}) g
        group by g.name
        union all
        select v.lock_final_at, 'lock', 1, 1, v.name, null from vaults v
        where v.lock_final_at between ${now}::timestamptz and ${now}::timestamptz + interval '24 hours' and v.vanished_at is null
      ) x order by x.at limit 9`,
  ]);
  return {
    now: now.toISOString(),
    ...work,
    upcoming: due.map(({ at, what, count, times, name, system_id }) => ({
      at: at.toISOString(),
      what:
        what === "lock"
          ? `The lock of vault ${name} becomes final`
          : `${name}: ${plural(count, "backup")}${times > 1 ? `, ${countText(times)} times` : ""}`,
      href: system_id ? `/systems/${system_id}` : null,
    })),
  };
});
