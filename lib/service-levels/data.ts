import "server-only";
import { read } from "@/lib/access/read";
import { type Span, totalOf, within } from "@/lib/core/spans";
import { isTimeZone } from "@/lib/core/time-zone";
import { readNow } from "@/lib/health/current";
import { quarterOf } from "@/lib/health/verdict";
import type { Reader } from "@/lib/platform/db";
import { parseAwsCron } from "@/lib/policies/cron";
import { occurrencesBetween } from "@/lib/policies/schedule";
import { worstAge } from "@/lib/policies/windows";
import { sqlSystemVisible } from "@/lib/systems/visible";
import { casesOf } from "./cases";
import { type JudgedRow, judgeSpan, readExclusions } from "./judge";
import { burnWindows, daysBetween, periodAround, tooFast } from "./rules";
import { type TimeInRpoQuery, timeInRpoQuery } from "./schema";
import type { BurnView, RuleView, TimeInRpoView } from "./view";

type Db = { db: Reader; visible: Parameters<typeof sqlSystemVisible>[0] };

const readSystem = async ({ db, visible }: Db, systemId: string): Promise<JudgedRow | null> => {
  const [row] = await db.$queryRaw<JudgedRow[]>`
    select s.id, s.lifecycle::text, s.lifecycle_at, s.in_service_from, s.retired_at from systems s
    where s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)}`;
  return row ?? null;
};

type Asked = { window: Span; span: Span; named: boolean };

/** The window asked for, and the part of it that has happened. */
function spanOf({ period, from, to, zone }: TimeInRpoQuery, nowMs: number): Asked {
  const own = from && to ? daysBetween(from, to, zone) : null;
  const window = own ?? periodAround(period, nowMs, zone);
  return { window, span: { from: Math.min(window.from, nowMs), to: Math.min(window.to, nowMs) }, named: own === null };
}

const scopeOf = ({ lost, proven }: TimeInRpoQuery) => ({
  excludeRegions: new Set(lost ? [lost] : []),
  requireVerified: proven === "1",
});

/** How many breaches are listed; the figures count them all. */
const mostBreaches = 200;

const wholeSeconds = (ms: number) => Math.floor(ms / 1_000);
const secondsOrNull = (ms: number | null) => (ms === null ? null : wholeSeconds(ms));
const iso = (ms: number) => new Date(ms).toISOString();

/** How long of a period a system could be restored to data no older than its RPO, and when it could not. */
export const getTimeInRpo = read("estate:read", timeInRpoQuery, async (ctx, query): Promise<TimeInRpoView | null> => {
  const { db, visible } = ctx;
  const system = await readSystem(ctx, query.systemId);
  if (!system) return null;
  const now = await readNow(db);
  const { window, span, named } = spanOf(query, now.getTime());
  const judged = await judgeSpan(db, visible, system, span, scopeOf(query));
  const { whole, parts, rules } = judged;
  const current = rules.at(-1);
  // Beside those of the period, those still to come: they can be taken back.
  const [exclusions, schedules, burn] = await Promise.all([
    readExclusions(db, system.id, { from: window.from, to: Number.POSITIVE_INFINITY }),
    readSchedules(db, system.id, span, now, current?.rpoSeconds ?? null),
    readBurn(ctx, system, now),
  ]);
  const regions = new Set(
    parts.flatMap(({ region, held }) => [region, ...held.points.flatMap((point) => point.region ?? [])]),
  );
  return {
    now: now.toISOString(),
    period: named ? query.period : null,
    zone: query.zone,
    from: iso(window.from),
    to: iso(window.to),
    judgedTo: iso(span.to),
    lost: query.lost ?? null,
    proven: query.proven === "1",
    regions: [...regions].sort(),
    targetPercent: current?.targetPercent ?? null,
    rules: rules.map(({ span: { from }, tier, rpoSeconds }) => ({
      from: from <= span.from ? null : iso(from),
      tier,
      rpoSeconds,
    })),
    evaluatedSeconds: wholeSeconds(whole.evaluatedMs),
    beyondSeconds: wholeSeconds(whole.evaluatedMs - whole.compliantMs),
    percent: whole.compliancePctFloor4,
    worstAgeSeconds: secondsOrNull(whole.maxAgeMs),
    breachCount: whole.breaches.length,
    breaches: whole.breaches
      .slice(-mostBreaches)
      .reverse()
      .map(({ from, to }) => ({
        from: iso(from),
        to: iso(to),
        seconds: wholeSeconds(to - from),
        open: to >= now.getTime(),
      })),
    parts: parts.map(({ resourceId, name, told }) => ({
      resourceId: name === null ? "" : resourceId,
      name,
      percent: told.compliancePctFloor4,
      beyondSeconds: wholeSeconds(told.evaluatedMs - told.compliantMs),
      worstAgeSeconds: secondsOrNull(told.maxAgeMs),
      breaches: told.breaches.length,
    })),
    exclusions: exclusions.map(({ id, reason, valid_from, valid_to }) => ({
      id,
      reason,
      from: valid_from.toISOString(),
      to: valid_to?.toISOString() ?? null,
    })),
    schedules,
    burn,
  };
});

/** The facts behind the figure, as cases that `holdfast recompute rpo` answers: one for each resource and RPO. */
export const getRpoCases = read("estate:read", timeInRpoQuery, async (ctx, query) => {
  const system = await readSystem(ctx, query.systemId);
  if (!system) return null;
  const now = await readNow(ctx.db);
  const { span } = spanOf(query, now.getTime());
  const judged = await judgeSpan(ctx.db, ctx.visible, system, span, scopeOf(query));
  return casesOf(judged, span, scopeOf(query));
});

/** This quarter's allowance by the present target, what of it is spent, and whether that goes too fast. */
async function readBurn({ db, visible }: Db, system: JudgedRow, now: Date): Promise<BurnView | null> {
  const quarter = quarterOf(now);
  const longest = Math.max(...burnWindows.map(({ windowMs }) => windowMs));
  const to = now.getTime();
  const from = Math.min(quarter.from.getTime(), to - longest);
  const judged = await judgeSpan(
    db,
    visible,
    system,
    { from, to },
    { excludeRegions: new Set(), requireVerified: false },
  );
  const target = judged.rules.at(-1)?.targetPercent;
  if (target === undefined || judged.whole.evaluatedMs === 0) return null;
  const beyond = (since: number) => totalOf(within(judged.whole.breaches, { from: since, to }));
  const budgetMs = (1 - target / 100) * (quarter.to.getTime() - quarter.from.getTime());
  return {
    budgetSeconds: wholeSeconds(budgetMs),
    usedShare:
      budgetMs === 0 ? (beyond(quarter.from.getTime()) > 0 ? 1 : 0) : beyond(quarter.from.getTime()) / budgetMs,
    alerts: tooFast(target, (windowMs) => beyond(to - windowMs)).map(({ kind, words }) => ({ kind, words })),
  };
}

type ScheduleRow = {
  id: string;
  policy: string;
  rule: string;
  schedule: string;
  time_zone: string;
  continuous: boolean;
  met: number;
  missed: number;
  longest: number;
  duration_seconds: number | null;
};

/** How far ahead a schedule is looked at for its longest wait: a year and its two changes of the clocks. */
const aheadDays = 370;

/**
 * The rules that promise runs to the system: what came of the runs of the span, as settleRuns judged them by the rule of
 * `recompute schedule`, and the worst age their schedule allows. A row of misses is one resource's, excused runs left out.
 * The usual duration is the 95th of a hundred jobs of the last 30 days, from the creation of the job to its end.
 */
async function readSchedules(
  db: Reader,
  systemId: string,
  span: Span,
  now: Date,
  rpoSeconds: number | null,
): Promise<RuleView[]> {
  const rows = await db.$queryRaw<ScheduleRow[]>`
    with members as materialized (
      select m.resource_id from system_resources m where m.system_id = ${systemId}::uuid and m.required and m.valid_to is null),
    runs as materialized (
      select e.rule_id, e.resource_id, e.due_at, e.state,
        count(*) filter (where e.state <> 'missed') over (partition by e.rule_id, e.resource_id order by e.due_at) as island
      from expected_runs e where e.resource_id in (select resource_id from members) and e.state in ('matched', 'missed')
        and e.due_at >= ${new Date(span.from)}::timestamptz and e.due_at < ${new Date(span.to)}::timestamptz),
    counts as (
      select rule_id, (count(*) filter (where state = 'matched'))::int as met, (count(*) filter (where state = 'missed'))::int as missed
      from runs group by rule_id),
    streaks as (
      select rule_id, max(length)::int as longest from (
        select rule_id, count(*) as length from runs where state = 'missed' group by rule_id, resource_id, island) s group by rule_id),
    durations as (
      select percentile_disc(0.95) within group (order by extract(epoch from j.finished_at - j.created_at))::int as seconds
      from jobs j where j.resource_id in (select resource_id from members) and j.kind = 'backup'
        and j.state in ('succeeded', 'succeeded_with_issues') and j.finished_at > j.created_at
        and j.created_at > ${now}::timestamptz - interval '30 days')
    select pr.id, pol.name as policy, pr.name as rule, pr.schedule, pr.time_zone, pr.continuous,
      coalesce(counts.met, 0) as met, coalesce(counts.missed, 0) as missed, coalesce(streaks.longest, 0) as longest,
      durations.seconds as duration_seconds
    from policy_rules pr join policies pol on pol.id = pr.policy_id and pol.vanished_at is null
    cross join durations
    left join counts on counts.rule_id = pr.id left join streaks on streaks.rule_id = pr.id
    where pr.valid_to is null and exists (
      select 1 from policy_assignments a where a.policy_id = pol.id and a.valid_to is null and a.resource_id in (select resource_id from members))
    order by pol.name, pr.name limit 60`;
  return rows.map((row) => toRule(row, now, rpoSeconds));
}

function toRule(row: ScheduleRow, now: Date, rpoSeconds: number | null): RuleView {
  const cron = parseAwsCron(row.schedule);
  const durationMs = (row.duration_seconds ?? 0) * 1_000;
  const ahead = new Date(now.getTime() + aheadDays * 86_400_000);
  const due = cron && isTimeZone(row.time_zone) ? occurrencesBetween(cron, row.time_zone, now, ahead) : [];
  const worst = worstAge(
    due.map((at) => at.getTime()),
    durationMs,
  );
  const runs = row.met + row.missed;
  return {
    id: row.id,
    policy: row.policy,
    rule: row.rule,
    schedule: row.schedule,
    timeZone: row.time_zone,
    continuous: row.continuous,
    met: row.met,
    missed: row.missed,
    metPercent: runs === 0 ? null : Math.floor((row.met * 10_000) / runs) / 100,
    longestMissRun: row.longest,
    worstAgeSeconds: secondsOrNull(worst?.worstAgeMs ?? null),
    longestGapSeconds: secondsOrNull(worst?.longestGapMs ?? null),
    durationSeconds: row.duration_seconds,
    feasible: row.continuous || worst === null || rpoSeconds === null ? null : worst.worstAgeMs <= rpoSeconds * 1_000,
  };
}
