import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { secondsBetween } from "@/lib/core/time";
import { countWaiting } from "@/lib/dependencies/waiting";
import type { Reader } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { readTierBurn } from "@/lib/service-levels/burn";
import { findSystems, whyOf } from "@/lib/systems/matrix";
import { systemsQuery } from "@/lib/systems/schema";
import { sqlSystemVisible } from "@/lib/systems/visible";
import { currentSystemHealth, readNow } from "./current";
import { lossText } from "./ranking";
import { nothing } from "./schema";
import { burnOf, type FleetFigures, fleetVerdict, quarterOf } from "./verdict";
import type { HomeView } from "./view";
import { nextStep } from "./words";

type TierRow = {
  id: string;
  rank: number;
  name: string;
  rpo_seconds: number;
  rto_seconds: number;
  target: number;
  expected: number;
  within: number;
  at_risk: number;
  unknown: number;
  proven: number;
  forecast_within: number;
  forecast_beyond: number;
  parked: number;
};

const attentionLength = 8;

/** Can we recover? The whole estate in one look, as of this moment. */
export const getHome = read("estate:read", nothing, ({ db, visible }) => findHome(db, visible));

/** The whole of the estate that may be seen, as of this moment. */
export async function findHome(db: Reader, visible: Visible): Promise<HomeView> {
  const now = await readNow(db);
  const health = await currentSystemHealth(db, now);
  const quarter = quarterOf(now);
  const query = systemsQuery.parse({ is: "attention", sort: "worst", limit: attentionLength });
  const [rows, burns, found, [setup]] = await Promise.all([
    countTiers(db, visible, health),
    readTierBurn(db, visible, health, quarter, now),
    findSystems(db, visible, query, health, null),
    db.$queryRaw<HomeView["setup"][]>`
      select (select count(*)::int from connections) as connections,
        (select count(*)::int from (select 1 from resources where vanished_at is null limit 1000) r) as resources,
        (select count(*)::int from (select 1 from systems limit 1000) s) as systems`,
  ]);
  const sum = (pick: (row: TierRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const figures: FleetFigures = {
    expected: sum((row) => row.expected),
    within: sum((row) => row.within),
    unknown: sum((row) => row.unknown),
    beyond: sum((row) => row.expected - row.within - row.unknown),
    atRisk: sum((row) => row.at_risk),
    provenWithin: sum((row) => row.proven),
    parked: sum((row) => row.parked),
  };
  const elapsed = secondsBetween(quarter.from, now);
  const length = secondsBetween(quarter.from, quarter.to);
  const shown = found.slice(0, attentionLength);
  const ids = shown.map(({ id }) => id);
  const [counts, waiting] = await Promise.all([countMembers(db, ids), countWaiting(db, ids)]);
  return {
    now: now.toISOString(),
    verdict: fleetVerdict(figures),
    figures,
    setup: setup ?? { connections: 0, resources: 0, systems: 0 },
    tiers: rows.map((row) => {
      const spent = burns.get(row.id);
      const budget = (1 - row.target / 100) * length * row.expected;
      return {
        id: row.id,
        rank: row.rank,
        name: row.name,
        rpoSeconds: row.rpo_seconds,
        rtoSeconds: row.rto_seconds,
        expected: row.expected,
        within: row.within,
        beyond: row.expected - row.within - row.unknown,
        unknown: row.unknown,
        proven: row.proven,
        forecastWithin: row.forecast_within,
        forecastBeyond: row.forecast_beyond,
        parked: row.parked,
        burn: burnOf(spent?.beyondSeconds ?? 0, budget, elapsed, length),
        burnLine: budget > 0 ? (spent?.line ?? []).map((beyond) => beyond / budget) : [],
        burnThroughAt: spent?.throughAt?.toISOString() ?? null,
      };
    }),
    attention: {
      total: found[0]?.total ?? 0,
      rows: shown.map((row) => ({
        id: row.id,
        name: row.name,
        tierRank: row.tier_rank,
        owner: row.owner,
        state: row.state,
        why: whyOf(row.reasons, counts.get(row.id) ?? 0, now),
        rank: lossText(
          {
            ...row,
            tierRank: row.tier_rank,
            waiting: waiting.get(row.id) ?? 0,
            newestAsOf: row.newest_as_of,
            rpoSeconds: row.rpo_seconds,
          },
          now,
        ),
        ageSeconds: row.newest_as_of && secondsBetween(row.newest_as_of, now),
        rpoSeconds: row.rpo_seconds,
        step: row.reasons[0] ? nextStep(row.reasons[0], row.id) : null,
      })),
    },
  };
}

const countTiers = (db: Reader, visible: Visible, health: Prisma.Sql) => db.$queryRaw<TierRow[]>`
  select t.id, t.rank, t.name, o.rpo_seconds, o.rto_seconds, o.time_in_rpo_target_pct::float8 as target,
    (count(x.id) filter (where x.state <> 'parked'))::int as expected,
    (count(x.id) filter (where x.state in ('within', 'at_risk')))::int as within,
    (count(x.id) filter (where x.state = 'at_risk'))::int as at_risk,
    (count(x.id) filter (where x.state = 'unknown'))::int as unknown,
    (count(x.id) filter (where x.proven_within and x.state <> 'parked'))::int as proven,
    (count(x.id) filter (where x.rta_seconds <= x.rto_seconds and x.state <> 'parked'))::int as forecast_within,
    (count(x.id) filter (where x.rta_seconds > x.rto_seconds and x.state <> 'parked'))::int as forecast_beyond,
    (count(x.id) filter (where x.state = 'parked'))::int as parked
  from tiers t join tier_objectives o on o.tier_id = t.id and o.valid_to is null
  left join (
    select s.id, st.tier_id, coalesce(h.state, 'unknown') as state, h.proven_within, h.rta_seconds, h.rto_seconds
    from systems s join system_tiers st on st.system_id = s.id and st.valid_to is null left join ${health} on h.system_id = s.id
    where s.lifecycle <> 'retired' and ${sqlSystemVisible(visible)}) x on x.tier_id = t.id
  group by t.id, t.rank, t.name, o.rpo_seconds, o.rto_seconds, o.time_in_rpo_target_pct order by t.rank`;

async function countMembers(db: Reader, systemIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ system_id: string; count: number }[]>`
    select system_id, count(*)::int as count from system_resources
    where system_id = any(${[...systemIds]}::uuid[]) and valid_to is null group by system_id`;
  return new Map(rows.map(({ system_id, count }) => [system_id, count]));
}

export type Stamp = { stamp: string };

/** A word that changes when the home page would show something else; cheap enough to be asked every few seconds. */
export const getHomeStamp = read("estate:read", nothing, ({ db }) => findHomeStamp(db));

/** The word itself, which says nothing of what it stands for. */
export async function findHomeStamp(db: Reader): Promise<Stamp> {
  const [row] = await db.$queryRaw<Stamp[]>`
    select md5(concat_ws('|', (select max(evaluated_at) from system_health),
      (select count(*) from system_health where next_change_at <= now()),
      (select concat(count(*), sum(percent), max(state::text)) from jobs where state in ('queued', 'running', 'cancelling') and created_at > now() - interval '2 days'),
      (select max(state_at) from restore_requests), (select max(state_at) from approval_requests),
      floor(extract(epoch from now()) / 60))) as stamp`;
  return row ?? { stamp: "" };
}
