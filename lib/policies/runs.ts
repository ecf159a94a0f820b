import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { after, before, days } from "@/lib/core/time";
import { isTimeZone } from "@/lib/core/time-zone";
import type { Tx } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { Prisma } from "@/lib/platform/prisma/client";
import { parseAwsCron } from "./cron";
import { occurrencesBetween } from "./schedule";
import { clockSlackMs, jobsByDue, type SeenJob, type Verdict, verdictOn } from "./windows";

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

type PromisedRun = {
  rule_id: string;
  resource_id: string;
  due_at: Date;
  start_by: Date;
  complete_by: Date;
  state: string;
  read_at: Date;
  /** Whether it is to be judged; the others bound what belongs to it. */
  is_open: boolean;
};

/** A run that was called missed while another job might still have met it. */
const isEarly = Prisma.sql`e.state_at <= e.start_by + make_interval(secs => ${clockSlackMs / 1_000}::int)`;

/** So many resources' runs are held in memory at once. */
const resourcesAtOnce = 100;
const settleLockKey = 7_240_122;

/**
 * Settles runs that are due, by the rule that `recompute schedule` answers with: a backup job belongs to the latest run
 * of its resource that was due when it was made, and meets it when it succeeds inside its windows. Approved maintenance
 * excuses a missed run. What was not yet read is not judged, and a run that was called missed inside its start window is
 * looked at again. Returns the ids of the resources whose runs changed; a few resources are one transaction.
 */
export async function settleRuns(actor: JobActor, connectionId: string): Promise<string[]> {
  const waiting = await observe(actor, (tx) => resourcesWaiting(tx, connectionId));
  const changed: string[] = [];
  for (let at = 0; at < waiting.length; at += resourcesAtOnce) {
    const some = waiting.slice(at, at + resourcesAtOnce);
    changed.push(
      ...(await observe(actor, async (tx) => {
        // One at a time: two that settle the same runs would wait for each other's rows.
        await tx.$executeRaw`select pg_advisory_xact_lock(${settleLockKey}, hashtext(${connectionId}))`;
        return settleSome(tx, some);
      })),
    );
  }
  return [...new Set(changed)];
}

type Waiting = { id: string; since: Date };

/** The resources that have runs to settle, the longest first. Without statistics a plain join would start from resources. */
const resourcesWaiting = (tx: Tx, connectionId: string) => tx.$queryRaw<Waiting[]>`
  with waiting as materialized (
    select e.resource_id, min(e.due_at) as since from expected_runs e
    where e.due_at <= now() and (e.state = 'pending'
      or (e.state = 'missed' and e.complete_by > now() - make_interval(days => ${behindDays}::int) and ${isEarly}))
    group by e.resource_id)
  select w.resource_id::text as id, w.since from waiting w
  join resources r on r.id = w.resource_id and r.connection_id = ${connectionId}::uuid
  order by w.since`;

async function settleSome(tx: Tx, waiting: readonly Waiting[]): Promise<string[]> {
  const since = new Date(waiting.reduce((least, one) => Math.min(least, one.since.getTime()), Date.now()));
  const resourceIds = waiting.map(({ id }) => id);
  const runs = await promisedRuns(tx, resourceIds, since);
  const open = runs.filter((run) => run.is_open);
  const jobs = Map.groupBy(await seenJobs(tx, open), ({ resourceId }) => resourceId);
  const verdicts = [...Map.groupBy(runs, (run) => run.resource_id)].flatMap(([resourceId, own]) =>
    verdictsOf(own, jobs.get(resourceId) ?? []),
  );
  await writeVerdicts(tx, verdicts, since);
  return verdicts.filter(({ run, verdict }) => run.state !== verdict.state).map(({ run }) => run.resource_id);
}

const promisedRuns = (tx: Tx, resourceIds: readonly string[], since: Date) => tx.$queryRaw<PromisedRun[]>`
  select e.rule_id::text, e.resource_id::text, e.due_at, e.start_by, e.complete_by, e.state::text, g.watermark as read_at,
    e.due_at <= now() and (e.state = 'pending' or (e.state = 'missed' and ${isEarly})) as is_open
  from expected_runs e
  join resources r on r.id = e.resource_id
  join connection_regions g on g.connection_id = r.connection_id and g.region = r.region and g.watermark is not null
  where e.resource_id = any(${resourceIds}::uuid[]) and e.due_at >= ${since}::timestamptz
  order by e.due_at`;

type ReadJob = SeenJob & { resourceId: string };

/** The backup jobs that may belong to runs. */
async function seenJobs(tx: Tx, runs: readonly PromisedRun[]): Promise<ReadJob[]> {
  const [from, to] = [
    runs.reduce((least, { due_at }) => Math.min(least, due_at.getTime()), Number.POSITIVE_INFINITY),
    runs.reduce((most, { start_by }) => Math.max(most, start_by.getTime()), 0),
  ];
  if (from > to) return [];
  const rows = await tx.$queryRaw<{ id: string; resource_id: string; state: string; created_at: Date; ended: Date }[]>`
    select j.id::text, j.resource_id::text, j.state::text, j.created_at, j.finished_at as ended
    from jobs j where j.resource_id = any(${[...new Set(runs.map(({ resource_id }) => resource_id))]}::uuid[]) and j.kind = 'backup'
      and j.created_at >= ${new Date(from - clockSlackMs)}::timestamptz and j.created_at <= ${new Date(to + clockSlackMs)}::timestamptz
    order by j.created_at, j.id`;
  return rows.map(({ id, resource_id, state, created_at, ended }) => ({
    id,
    resourceId: resource_id,
    startedAtMs: created_at.getTime(),
    completedAtMs: goodStates.has(state) ? (ended?.getTime() ?? null) : null,
    isOpen: openStates.has(state),
  }));
}

const goodStates: ReadonlySet<string> = new Set(["succeeded", "succeeded_with_issues"]);
const openStates: ReadonlySet<string> = new Set(["queued", "running", "cancelling"]);

/** The runs of one resource, in order, that are open and that something can be said of. */
function verdictsOf(runs: readonly PromisedRun[], jobs: readonly SeenJob[]): { run: PromisedRun; verdict: Verdict }[] {
  const dueMs = [...new Set(runs.map(({ due_at }) => due_at.getTime()))];
  const byDue = jobsByDue(dueMs, jobs, clockSlackMs);
  return runs.flatMap((run) => {
    if (!run.is_open) return [];
    const windows = { startByMs: run.start_by.getTime(), completeByMs: run.complete_by.getTime() };
    const verdict = verdictOn(windows, byDue.get(run.due_at.getTime()) ?? [], run.read_at.getTime());
    return verdict ? [{ run, verdict }] : [];
  });
}

const writeVerdicts = (
  tx: Tx,
  verdicts: readonly { run: PromisedRun; verdict: Verdict }[],
  since: Date,
) => tx.$executeRaw`
  update expected_runs e set state_at = v.read_at, job_id = v."jobId", state = case
    when v.state = 'missed' and exists (
      select 1 from system_resources m join exclusions x on x.system_id = m.system_id
      where m.resource_id = e.resource_id and m.valid_from <= e.due_at and (m.valid_to is null or e.due_at < m.valid_to)
        and x.valid_from <= e.due_at and (x.valid_to is null or e.due_at < x.valid_to)) then 'excused'
    else v.state end::run_state
  from jsonb_to_recordset(${JSON.stringify(verdicts.map(({ run, verdict }) => ({ ...run, ...verdict })))}::jsonb)
    as v (rule_id uuid, resource_id uuid, due_at timestamptz, read_at timestamptz, state text, "jobId" uuid)
  where e.rule_id = v.rule_id and e.resource_id = v.resource_id and e.due_at = v.due_at
    and e.due_at >= ${since}::timestamptz and e.due_at <= now()`;
