import "server-only";
import { after, days, hours } from "@/lib/core/time";
import { sqlFailedProof, sqlUsable } from "@/lib/health/facts";
import type { ProofLevel } from "@/lib/health/rules";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { type CopyDigits, copyDigits, joinDigits, type SeenCopy } from "@/lib/recovery-points/rules";
import { type Card, detailAt, type MatrixDetail, stripDays, stripLength } from "./card";
import { packStrip } from "./strip";
import type { StripRun } from "./view";

type Db = Pick<Tx | Reader, "$queryRaw">;

/** A card and from when on it may say something else. */
export type DrawnCard = { card: Card; staleAt: Date };

type MemberRow = {
  system_id: string;
  resource_id: string;
  kind: string;
  account: string;
  region: string;
  required: boolean;
  verify_days: number | null;
  proof_level: ProofLevel | null;
};

type CopyRow = {
  resource_id: string;
  vault_id: string;
  account: string;
  region: string;
  air_gapped: boolean;
  locked_until: Date | null;
  verified_at: Date | null;
  refuted: boolean;
  /** When time alone changes what this says. */
  until: Date;
};

type RunRow = {
  system_id: string;
  at: Date;
  state: StripRun["state"];
  note: string | null;
  resource: string;
  /** Whether it is still to come, and takes the place of jobs that were seen without a promise. */
  ahead: boolean;
  turns: boolean;
};

/** No card holds for longer, and each for a time of its own between these: what was drawn at once is not stale at once. */
const shortestHoldMs = hours(1);
const longestHoldMs = hours(2);
/** So many runs ahead a card knows of; the one beyond makes it stale. */
const mostAhead = 60;
/** A copy older than this does not stand for today's data. */
const copyFreshHours = 49;

/** What the matrix shows of each system beside its verdict, made out afresh. */
export async function readMatrixDetails(
  db: Db,
  systemIds: readonly string[],
  now: Date,
): Promise<Map<string, MatrixDetail>> {
  const cards = await drawCards(db, systemIds, now);
  return new Map([...cards].map(([id, { card }]) => [id, detailAt(card, now)]));
}

/** Draws the cards of systems as things stand at a moment, each with how long it holds. */
export async function drawCards(db: Db, systemIds: readonly string[], at: Date): Promise<Map<string, DrawnCard>> {
  if (systemIds.length === 0) return new Map();
  const ids = [...systemIds];
  const [members, copies, runs] = await Promise.all([
    readMembers(db, ids),
    readCopies(db, ids, at),
    readRuns(db, ids, at),
  ]);
  const copiesOf = groupBy(copies, ({ resource_id }) => resource_id);
  const runsOf = groupBy(runs, ({ system_id }) => system_id);
  const membersOf = groupBy(members, ({ system_id }) => system_id);
  return new Map(
    ids.map((id) => {
      const owned = membersOf.get(id) ?? [];
      const required = owned.filter((member) => member.required);
      const own = runsOf.get(id) ?? [];
      const seen = new Map(required.map((member) => [member, copiesOf.get(member.resource_id) ?? []]));
      const card: Card = {
        resources: owned.length,
        makeup: makeupOf(owned),
        proofLevel: required.find(({ proof_level }) => proof_level)?.proof_level ?? null,
        copies: joinDigits([...seen].map(([member, rows]) => digitsOf(member, rows, at))),
        strip: packStrip(own.map((run) => toRun(run, owned.length > 1))),
      };
      const ends = [...seen].flatMap(([member, rows]) => rows.flatMap((row) => endsOf(member, row)));
      return [id, { card, staleAt: earliest(holdOf(id, at), [...ends, ...turnsOf(own)], at) }];
    }),
  );
}

const verifyMs = ({ verify_days }: MemberRow) => (verify_days === null ? null : days(verify_days));

function digitsOf(member: MemberRow, rows: readonly CopyRow[], at: Date): CopyDigits {
  const { account, region, kind } = member;
  const withinMs = verifyMs(member);
  const seen = rows.map(
    (copy): SeenCopy => ({
      account: copy.account,
      region: copy.region,
      vaultId: copy.vault_id,
      airGapped: copy.air_gapped,
      lockedUntil: copy.locked_until,
      verified: copy.verified_at !== null && withinMs !== null && copy.verified_at >= after(at, -withinMs),
      refuted: copy.refuted,
    }),
  );
  return copyDigits({ account, region, kind }, seen, at);
}

/** When time alone changes what a copy says: it ages or expires, its lock ends, its verification is too long ago. */
function endsOf(member: MemberRow, { until, locked_until, verified_at }: CopyRow): Date[] {
  const withinMs = verifyMs(member);
  const unverified = verified_at === null || withinMs === null ? [] : [after(verified_at, withinMs)];
  return [until, ...(locked_until === null ? [] : [locked_until]), ...unverified];
}

/** When a strip becomes another one than its card knows of. */
function turnsOf(runs: readonly RunRow[]): Date[] {
  const ahead = runs.filter((run) => run.ahead);
  const last = ahead.length >= mostAhead ? ahead.at(-1) : undefined;
  return [...ahead.filter(({ turns }) => turns), ...(last ? [last] : [])].map(({ at }) => at);
}

/** The end of an id is random: it spreads the ends of cards that were drawn together. */
const holdOf = (id: string, at: Date) =>
  after(at, shortestHoldMs + (Number.parseInt(id.slice(-4), 16) / 0x1_00_00) * (longestHoldMs - shortestHoldMs));

const earliest = (otherwise: Date, moments: readonly Date[], at: Date) =>
  moments.reduce((least, moment) => (moment > at && moment < least ? moment : least), otherwise);

const toRun = ({ at, state, note, resource }: RunRow, named: boolean): StripRun => ({
  at: at.toISOString(),
  state,
  ...(note || named ? { note: [named ? resource : null, note].filter(Boolean).join(": ") } : {}),
});

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

function makeupOf(owned: readonly MemberRow[]): string {
  if (owned.length === 0) return "no resources";
  const kinds = [...new Set(owned.map(({ kind }) => kind))];
  const regions = [...new Set(owned.map(({ region }) => region))];
  const some = (items: string[]) =>
    items.length <= 2 ? items.join(", ") : `${items.slice(0, 2).join(", ")} and ${items.length - 2} more`;
  return `${owned.length > 1 ? `${owned.length} resources: ` : ""}${some(kinds)} · ${some(regions)}`;
}

const readMembers = (db: Db, ids: string[]) => db.$queryRaw<MemberRow[]>`
  select m.system_id, r.id as resource_id, r.kind, r.account, r.region, m.required, o.verify_days, h.proof_level::text as proof_level
  from system_resources m
  join resources r on r.id = m.resource_id
  left join resource_health h on h.resource_id = r.id
  left join system_tiers st on st.system_id = m.system_id and st.valid_to is null
  left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
  where m.system_id = any(${ids}::uuid[]) and m.valid_to is null
  order by m.system_id, h.proven_at nulls first, r.name`;

// The newest fresh copy of each resource in each vault; a vault's lock counts once it can no longer be lifted.
const readCopies = (db: Db, ids: string[], now: Date) => {
  const freshFrom = after(now, -hours(copyFreshHours));
  const fresh = Prisma.sql`make_interval(hours => ${copyFreshHours})`;
  return db.$queryRaw<CopyRow[]>`
  with members as materialized (
    select m.resource_id from system_resources m where m.system_id = any(${ids}::uuid[]) and m.valid_to is null and m.required),
  newest as materialized (
    select m.resource_id, n.* from members m cross join lateral (
      select distinct on (p.vault_id) p.vault_id, p.account, p.region, p.locked_until, p.data_as_of, p.expires_at
      from recovery_points p
      where p.resource_id = m.resource_id and p.data_as_of > ${freshFrom}::timestamptz and ${sqlUsable(now)}
      order by p.vault_id, p.data_as_of desc) n),
  proofs as materialized (
    select p.resource_id, p.vault_id, max(x.at) as at
    from members m join recovery_points p on p.resource_id = m.resource_id and p.verified join verifications x on x.point_id = p.id
    where x.result = 'passed' group by p.resource_id, p.vault_id),
  refuted as materialized (
    select p.resource_id, p.vault_id, max(p.data_as_of) as data_as_of
    from members m join recovery_points p on p.resource_id = m.resource_id and p.verified
    where p.data_as_of > ${freshFrom}::timestamptz and p.vanished_at is null and ${sqlFailedProof}
    group by p.resource_id, p.vault_id)
  select n.resource_id, n.vault_id, n.account, n.region, v.kind = 'air_gapped' as air_gapped,
    case when v.lock_mode = 'compliance' and v.lock_final_at <= ${now}::timestamptz then n.locked_until end as locked_until,
    proofs.at as verified_at, refuted.resource_id is not null as refuted,
    least(n.data_as_of + ${fresh}, refuted.data_as_of + ${fresh}, n.expires_at,
      case when v.lock_mode = 'compliance' and v.lock_final_at > ${now}::timestamptz then v.lock_final_at end) as until
  from newest n join vaults v on v.id = n.vault_id
  left join proofs on proofs.resource_id = n.resource_id and proofs.vault_id = n.vault_id
  left join refuted on refuted.resource_id = n.resource_id and refuted.vault_id = n.vault_id`;
};

type PackedRun = [
  systemId: string,
  at: string,
  state: StripRun["state"],
  note: string | null,
  resource: string,
  ahead: boolean,
  turns: boolean,
];

/**
 * Promised runs where there are any, else the backup jobs that were seen, and the runs that come due next; packed,
 * because they are many.
 */
async function readRuns(db: Db, ids: string[], now: Date): Promise<RunRow[]> {
  const since = after(now, -days(stripDays));
  const till = after(now, longestHoldMs);
  const [row] = await db.$queryRaw<{ packed: string }[]>`
    select coalesce(json_agg(json_build_array(chosen.id, run.at,
      case when run.promise = 'excused' then 'paused'
        when j.state in ('queued', 'running', 'cancelling') then 'running'
        when j.state = 'partial' then 'partial'
        when j.state in ('failed', 'expired', 'cancelled') then 'failed'
        when run.promise = 'missed' then 'missed'
        when run.promise = 'matched' or run.promise is null then 'ok' else 'none' end,
      j.message, r.name, run.at > ${now}::timestamptz, run.turns) order by run.at, run.resource_id), '[]')::text as packed
    from unnest(${ids}::uuid[]) as chosen (id)
    cross join lateral (
      (select * from (
        select m.resource_id, e.due_at as at, e.state as promise, e.job_id, false as turns
        from system_resources m
        cross join lateral (
          select x.due_at, x.state, x.job_id from expected_runs x
          where x.resource_id = m.resource_id and x.due_at <= ${now}::timestamptz and x.due_at > ${since}::timestamptz
          order by x.due_at desc limit ${stripLength}) e
        where m.system_id = chosen.id and m.valid_to is null and m.required
        union all
        select m.resource_id, j.created_at, null, j.id, false
        from system_resources m
        cross join lateral (
          select x.id, x.created_at from jobs x
          where x.resource_id = m.resource_id and x.kind = 'backup' and x.created_at > ${since}::timestamptz
          order by x.created_at desc limit ${stripLength}) j
        where m.system_id = chosen.id and m.valid_to is null and m.required
          and not exists (select 1 from expected_runs x where x.resource_id = m.resource_id
            and x.due_at > ${since}::timestamptz and x.due_at <= ${now}::timestamptz)) due
      order by at desc, resource_id desc limit ${stripLength})
      union all
      (select m.resource_id, e.due_at, e.state, e.job_id, not exists (
          select 1 from expected_runs x where x.resource_id = m.resource_id
            and x.due_at > ${since}::timestamptz and x.due_at <= ${now}::timestamptz)
      from system_resources m
      cross join lateral (
        select x.due_at, x.state, x.job_id from expected_runs x
        where x.resource_id = m.resource_id and x.due_at > ${now}::timestamptz and x.due_at < ${till}::timestamptz
        order by x.due_at limit ${mostAhead}) e
      where m.system_id = chosen.id and m.valid_to is null and m.required
      order by e.due_at, m.resource_id limit ${mostAhead})) run
    join resources r on r.id = run.resource_id
    left join jobs j on j.id = run.job_id`;
  const packed: PackedRun[] = row ? JSON.parse(row.packed) : [];
  return packed.map(([system_id, at, state, note, resource, ahead, turns]) => ({
    system_id,
    at: new Date(at),
    state,
    note,
    resource,
    ahead,
    turns,
  }));
}
