import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { readNow } from "@/lib/health/current";
import { sqlUsable } from "@/lib/health/facts";
import type { Reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { readMatrixDetails } from "./matrix-details";
import { historyRef } from "./schema";
import { stripRuns } from "./strip";
import type { CoverageRow, SizeSeries, SystemHistory, SystemMakeup, TimelinePoint } from "./view";
import { sqlResourceVisible, sqlSystemVisible, systemsVisible } from "./visible";

const mostPoints = 1_500;

const members = (systemId: string, visible: Visible) => Prisma.sql`
  select r.id, r.name from system_resources m join resources r on r.id = m.resource_id
  where m.system_id = ${systemId}::uuid and m.valid_to is null and ${sqlResourceVisible(visible)}`;

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** What happened to a system over the last days: points, windows, work and restores on one axis. */
export const getHistory = read(
  "estate:read",
  historyRef,
  async ({ db, visible }, { systemId, days }): Promise<SystemHistory | null> => {
    if (
      !(await db.system.findFirst({
        where: { AND: [{ id: systemId }, systemsVisible(visible)] },
        select: { id: true },
      }))
    )
      return null;
    const now = await readNow(db);
    const from = new Date(now.getTime() - days * 86_400_000);
    const owned = members(systemId, visible);
    const [points, windows, work, restores] = await Promise.all([
      readPoints(db, owned, from, now),
      db.$queryRaw<{ id: string; resource: string; from_at: Date; to_at: Date; alive: boolean }[]>`
      select w.id, o.name as resource, greatest(w.from_at, w.earliest_at) as from_at, coalesce(w.to_at, w.latest_at) as to_at, w.to_at is null as alive
      from (${owned}) o join restore_windows w on w.resource_id = o.id
      where coalesce(w.to_at, w.latest_at) > ${from}::timestamptz order by w.from_at desc limit 200`,
      db.$queryRaw<
        {
          id: string;
          kind: string;
          resource: string;
          state: string;
          at: Date;
          until: Date | null;
          message: string | null;
        }[]
      >`
      select j.id, j.kind::text, o.name as resource, j.state::text, coalesce(j.started_at, j.created_at) as at, j.finished_at as until, j.message
      from (${owned}) o join jobs j on j.resource_id = o.id
      where j.created_at > ${from}::timestamptz order by j.created_at desc limit ${mostPoints}`,
      db.$queryRaw<{ id: string; handle: string; state: string; at: Date; until: Date | null }[]>`
      select id, handle, state::text, coalesce(started_at, created_at) as at, finished_at as until from restore_requests
      where system_id = ${systemId}::uuid and created_at > ${from}::timestamptz and started_at is not null order by created_at desc limit 100`,
    ]);
    return {
      now: now.toISOString(),
      from: from.toISOString(),
      cut: points.length >= mostPoints || work.length >= mostPoints,
      points: points.map(({ at, ...point }) => ({ ...point, at: at.toISOString() })),
      windows: windows.map(({ from_at, to_at, ...window }) => ({
        ...window,
        fromAt: from_at.toISOString(),
        toAt: to_at.toISOString(),
      })),
      work: work.map(({ at, until, ...job }) => ({ ...job, at: at.toISOString(), until: iso(until) })),
      restores: restores.map(({ at, until, ...restore }) => ({ ...restore, at: at.toISOString(), until: iso(until) })),
    };
  },
);

const readPoints = (db: Reader, owned: Prisma.Sql, from: Date, now: Date) => db.$queryRaw<
  (Omit<TimelinePoint, "at"> & { at: Date })[]
>`
  select p.id, p.data_as_of as at, o.name as resource, p.kind::text, p.status::text, ${sqlUsable(now)} as usable,
    p.copy_of_ref is not null as "isCopy", p.region, v.name as vault
  from (${owned}) o join recovery_points p on p.resource_id = o.id join vaults v on v.id = p.vault_id
  where p.data_as_of > ${from}::timestamptz and p.data_as_of <= ${now}::timestamptz and p.kind <> 'continuous' and p.vanished_at is null
  order by p.data_as_of desc limit ${mostPoints}`;

/** The size and duration of each backup of a system's resources, for seeing what strays. */
export const listSizes = read(
  "estate:read",
  historyRef,
  async ({ db, visible }, { systemId }): Promise<SizeSeries[]> => {
    const rows = await db.$queryRaw<
      {
        resource_id: string;
        resource: string;
        id: string;
        at: Date;
        size_bytes: bigint | null;
        seconds: number | null;
      }[]
    >`
    select o.id as resource_id, o.name as resource, x.id, x.data_as_of as at, x.size_bytes,
      extract(epoch from x.completed_at - x.started_at)::float8 as seconds
    from (${members(systemId, visible)}) o
    join systems s on s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)}
    cross join lateral (
      select p.id, p.data_as_of, p.size_bytes, p.started_at, p.completed_at from recovery_points p
      where p.resource_id = o.id and p.kind <> 'continuous' and p.copy_of_ref is null and p.status = 'available'
        and not p.contradictory and p.data_as_of is not null
      order by p.data_as_of desc limit 60) x
    order by o.name, o.id, x.data_as_of`;
    const series = new Map<string, SizeSeries>();
    for (const { resource_id, resource, id, at, size_bytes, seconds } of rows) {
      const one = series.get(resource_id) ?? { resourceId: resource_id, resource, sizes: [], durations: [] };
      if (size_bytes !== null) one.sizes.push({ id, at: at.toISOString(), value: Number(size_bytes) });
      if (seconds !== null) one.durations.push({ id, at: at.toISOString(), value: seconds });
      series.set(resource_id, one);
    }
    return [...series.values()].slice(0, 6);
  },
);

/** The policies that cover a system's resources, rule by rule. */
export const listCoverage = read(
  "estate:read",
  historyRef,
  async ({ db, visible }, { systemId }): Promise<CoverageRow[]> => {
    const rows = await db.$queryRaw<
      {
        id: string;
        policy: string;
        rule: string;
        schedule: string;
        time_zone: string;
        continuous: boolean;
        vault: string;
        lifecycle: unknown;
        copies: unknown;
        resources: string[];
        next_due: Date | null;
      }[]
    >`
    select pr.id, pol.name as policy, pr.name as rule, pr.schedule, pr.time_zone, pr.continuous, pr.vault_name as vault, pr.lifecycle,
      pr.copies, array_agg(distinct o.name order by o.name) as resources,
      (select min(e.due_at) from expected_runs e where e.rule_id = pr.id and e.state = 'pending' and e.due_at > now() and e.resource_id = any(array_agg(o.id))) as next_due
    from (${members(systemId, visible)}) o
    join systems s on s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)}
    join policy_assignments a on a.resource_id = o.id and a.valid_to is null
    join policies pol on pol.id = a.policy_id and pol.vanished_at is null
    join policy_rules pr on pr.policy_id = pol.id and pr.valid_to is null
    group by pr.id, pol.name order by pol.name, pr.name limit 60`;
    return rows.map(({ time_zone, next_due, lifecycle, copies, ...row }) => ({
      ...row,
      timeZone: time_zone,
      keepDays: keepDaysOf(lifecycle),
      copies: Array.isArray(copies) ? copies.length : 0,
      nextDueAt: iso(next_due),
    }));
  },
);

const keepDaysOf = (lifecycle: unknown): number | null =>
  z.object({ deleteAfterDays: z.number().nullable() }).safeParse(lifecycle).data?.deleteAfterDays ?? null;

/** The last runs of a system and the state of its copies. */
export const getMakeup = read(
  "estate:read",
  historyRef,
  async ({ db, visible }, { systemId }): Promise<SystemMakeup> => {
    const seen = await db.system.findFirst({
      where: { AND: [{ id: systemId }, systemsVisible(visible)] },
      select: { id: true },
    });
    const details = seen ? await readMatrixDetails(db, [systemId], await readNow(db)) : new Map();
    const detail = details.get(systemId);
    return { runs: detail ? stripRuns(detail.strip) : [], copies: detail?.copies ?? null };
  },
);

export type Stamp = { stamp: string };

/** A word that changes when a system's page would show something else. */
export const getSystemStamp = read(
  "estate:read",
  historyRef,
  async ({ db, visible }, { systemId }): Promise<Stamp | null> => {
    const [row] = await db.$queryRaw<Stamp[]>`
    select md5(concat_ws('|', s.revision, h.evaluated_at, h.next_change_at <= now(),
      (select concat(max(j.observed_at), sum(j.percent)) from system_resources m join jobs j on j.resource_id = m.resource_id
        where m.system_id = s.id and m.valid_to is null and j.created_at > now() - interval '2 days'),
      (select max(b.state_at) from system_resources m join backup_requests b on b.resource_id = m.resource_id where m.system_id = s.id and m.valid_to is null),
      (select max(q.state_at) from restore_requests q where q.system_id = s.id), floor(extract(epoch from now()) / 60))) as stamp
    from systems s left join system_health h on h.system_id = s.id
    where s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)}`;
    return row ?? null;
  },
);
