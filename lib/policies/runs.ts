import "server-only";
import { after, before, days } from "@/lib/core/time";
import { isTimeZone } from "@/lib/core/time-zone";
import type { Tx } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { parseAwsCron } from "./cron";
import { occurrencesBetween } from "./schedule";

const behindDays = 7;
const aheadDays = 2;

type RuleRow = {
  id: string;
  policy_id: string;
  schedule: string;
  time_zone: string;
  start_window_minutes: number;
  completion_window_minutes: number;
  valid_from: Date;
  materialized_to: Date | null;
};

/**
 * Takes back what ended schedules and assignments promised for days to come and for the week behind, as far as it is
 * still open. Answers the resources that were promised it.
 */
export async function dropRuns(tx: Tx, connectionId: string, now: Date): Promise<string[]> {
  const dropped = await tx.$queryRaw<{ id: string }[]>`
    delete from expected_runs e using policy_rules q join policies p on p.id = q.policy_id
    where q.id = e.rule_id and p.connection_id = ${connectionId}::uuid and e.state = 'pending' and e.due_at > ${before(now, days(behindDays))}
      and (e.due_at >= q.valid_to or not exists (
        select 1 from policy_assignments a join resources r on r.id = a.resource_id
        where a.policy_id = q.policy_id and a.resource_id = e.resource_id and a.valid_from <= e.due_at
          and (a.valid_to is null or e.due_at < a.valid_to) and (r.vanished_at is null or e.due_at < r.vanished_at)))
    returning e.resource_id::text as id`;
  return [...new Set(dropped.map(({ id }) => id))];
}

/** The rules of a connection that promise runs. Continuous ones promise a stream and no runs. */
export async function listRunRules(tx: Tx, connectionId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select q.id::text from policy_rules q join policies p on p.id = q.policy_id
    where p.connection_id = ${connectionId}::uuid and q.valid_to is null and not q.continuous order by q.id`;
  return rows.map(({ id }) => id);
}

/** Writes down every run that a rule promises, a week back and two days ahead. Answers the resources it promised them to. */
export async function materializeRule(tx: Tx, ruleId: string, now: Date): Promise<string[]> {
  // Held, so that of two workers the later one sees how far the earlier one came.
  const [rule] = await tx.$queryRaw<RuleRow[]>`
    select id::text, policy_id::text, schedule, time_zone, start_window_minutes, completion_window_minutes, valid_from, materialized_to
    from policy_rules where id = ${ruleId}::uuid and valid_to is null for no key update`;
  if (!rule) return [];
  const cron = parseAwsCron(rule.schedule);
  if (!cron || !isTimeZone(rule.time_zone)) {
    log.warn({ ruleId: rule.id, schedule: rule.schedule, timeZone: rule.time_zone }, "a schedule that cannot be read");
    return [];
  }
  const weekAgo = before(now, days(behindDays));
  const from = new Date(Math.max(rule.valid_from.getTime(), weekAgo.getTime()));
  const to = after(now, days(aheadDays));
  const due = occurrencesBetween(cron, rule.time_zone, from, to);
  const fresh = due.filter((at) => rule.materialized_to === null || at >= rule.materialized_to);
  const made = await insertRuns(tx, rule, fresh, false);
  if (rule.materialized_to !== null)
    made.push(
      ...(await insertRuns(
        tx,
        rule,
        due.filter((at) => !fresh.includes(at)),
        true,
      )),
    );
  await tx.policyRule.update({ where: { id: rule.id }, data: { materializedTo: to } });
  return [...new Set(made.map(({ id }) => id))];
}

/** A resource that was covered since the last time has none of the runs before it yet. */
const insertRuns = (tx: Tx, rule: RuleRow, due: readonly Date[], onlyNewcomers: boolean) => tx.$queryRaw<
  { id: string }[]
>`
  insert into expected_runs (rule_id, resource_id, due_at, start_by, complete_by)
  select ${rule.id}::uuid, a.resource_id, d.due_at, d.due_at + make_interval(mins => ${rule.start_window_minutes}::int),
    d.due_at + make_interval(mins => ${rule.start_window_minutes + rule.completion_window_minutes}::int)
  from unnest(${due}::timestamptz[]) as d(due_at)
  join policy_assignments a on a.policy_id = ${rule.policy_id}::uuid and a.valid_from <= d.due_at and (a.valid_to is null or d.due_at < a.valid_to)
  join resources r on r.id = a.resource_id and (r.vanished_at is null or d.due_at < r.vanished_at)
  where not ${onlyNewcomers}::boolean or not exists (select 1 from expected_runs e where e.rule_id = ${rule.id}::uuid and e.resource_id = a.resource_id)
  on conflict do nothing
  returning resource_id::text as id`;

/** The resources of a connection with runs that are due and open, by id. */
export async function listUnsettled(tx: Tx, connectionId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct e.resource_id::text as id from expected_runs e
    join resources r on r.id = e.resource_id and r.connection_id = ${connectionId}::uuid
    where e.state = 'pending' and e.due_at <= now() order by 1`;
  return rows.map(({ id }) => id);
}

/**
 * Settles runs of these resources that are due. A backup job belongs to the latest run of its resource that was due when it was made, and
 * must have been made inside that run's start window. A run whose job succeeded is matched; one whose job ended
 * otherwise, or whose start window passed without any job, is missed (the job, where there was one, is kept with it);
 * approved maintenance excuses it. What was not yet read after the window's end is not judged.
 */
export async function settleRuns(tx: Tx, resourceIds: readonly string[]): Promise<string[]> {
  const settled = await tx.$queryRaw<{ id: string }[]>`
    with pending as (
      select e.rule_id, e.resource_id, e.due_at, e.start_by, e.complete_by, g.watermark as read_at,
        (select min(n.due_at) from expected_runs n where n.resource_id = e.resource_id and n.due_at > e.due_at) as next_due_at
      from expected_runs e
      join resources r on r.id = e.resource_id
      join connection_regions g on g.connection_id = r.connection_id and g.region = r.region and g.watermark is not null
      where e.resource_id = any(${[...resourceIds]}::uuid[]) and e.state = 'pending' and e.due_at <= now()
    ), judged as (
      select distinct on (p.rule_id, p.resource_id, p.due_at) p.*, j.id as job_id,
        j.state in ('succeeded', 'succeeded_with_issues') as is_good, j.state in ('queued', 'running', 'cancelling') as is_open
      from pending p
      left join jobs j on j.resource_id = p.resource_id and j.kind = 'backup'
        and j.created_at >= p.due_at - interval '1 minute' and j.created_at <= p.start_by + interval '1 minute'
        and (p.next_due_at is null or j.created_at < p.next_due_at - interval '1 minute')
      order by p.rule_id, p.resource_id, p.due_at, j.state in ('succeeded', 'succeeded_with_issues') desc nulls last,
        j.state in ('queued', 'running', 'cancelling') desc nulls last, j.created_at
    ), verdicts as (
      select d.*, case
        when d.is_good then 'matched'
        when d.job_id is not null and not d.is_open then 'missed'
        when d.job_id is not null and d.complete_by < d.read_at then 'missed'
        when d.job_id is null and d.start_by + interval '1 minute' < d.read_at then 'missed' end as verdict
      from judged d)
    update expected_runs e set state_at = now(), job_id = v.job_id, state = case
      when v.verdict = 'missed' and exists (
        select 1 from system_resources m join exclusions x on x.system_id = m.system_id
        where m.resource_id = e.resource_id and m.valid_from <= e.due_at and (m.valid_to is null or e.due_at < m.valid_to)
          and x.valid_from <= e.due_at and (x.valid_to is null or e.due_at < x.valid_to)) then 'excused'
      else v.verdict end::run_state
    from verdicts v
    where e.rule_id = v.rule_id and e.resource_id = v.resource_id and e.due_at = v.due_at and v.verdict is not null
    returning e.resource_id::text as id`;
  return [...new Set(settled.map(({ id }) => id))];
}
