import "server-only";
import { after } from "@/lib/core/time";
import { sqlFailedProof, sqlUsable } from "@/lib/health/facts";
import type { ProofLevel } from "@/lib/health/rules";
import type { Reader } from "@/lib/platform/db";
import { type CopyDigits, copyDigits, joinDigits, type SeenCopy } from "@/lib/recovery-points/rules";
import type { StripRun } from "./view";

export type MatrixDetail = {
  resources: number;
  makeup: string;
  proofLevel: ProofLevel | null;
  runs: StripRun[];
  copies: CopyDigits | null;
};

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
};

type RunRow = { system_id: string; at: Date; state: StripRun["state"]; note: string | null; resource: string };

const stripLength = 30;
const stripDays = 62;
/** A copy older than this does not stand for today's data. */
const copyFreshHours = 49;

/** What the matrix shows of each system beside its verdict, read for one page of systems at a time. */
export async function readMatrixDetails(
  db: Reader,
  systemIds: readonly string[],
  now: Date,
): Promise<Map<string, MatrixDetail>> {
  if (systemIds.length === 0) return new Map();
  const ids = [...systemIds];
  const [members, copies, runs] = await Promise.all([
    readMembers(db, ids),
    readCopies(db, ids, now),
    readRuns(db, ids, now),
  ]);
  const copiesOf = groupBy(copies, ({ resource_id }) => resource_id);
  const runsOf = groupBy(runs, ({ system_id }) => system_id);
  const membersOf = groupBy(members, ({ system_id }) => system_id);
  const details = new Map<string, MatrixDetail>();
  for (const id of ids) {
    const owned = membersOf.get(id) ?? [];
    const digits = owned
      .filter(({ required }) => required)
      .map(({ account, region, kind, resource_id, verify_days }) => {
        const verifiedSince = verify_days === null ? null : after(now, -verify_days * 86_400_000);
        const seen = (copiesOf.get(resource_id) ?? []).map(
          (copy): SeenCopy => ({
            account: copy.account,
            region: copy.region,
            vaultId: copy.vault_id,
            airGapped: copy.air_gapped,
            lockedUntil: copy.locked_until,
            verified: copy.verified_at !== null && verifiedSince !== null && copy.verified_at >= verifiedSince,
            refuted: copy.refuted,
          }),
        );
        return copyDigits({ account, region, kind }, seen, now);
      });
    details.set(id, {
      resources: owned.length,
      makeup: makeupOf(owned),
      proofLevel: owned.find(({ required, proof_level }) => required && proof_level)?.proof_level ?? null,
      copies: joinDigits(digits),
      runs: (runsOf.get(id) ?? []).map(({ at, state, note, resource }) => ({
        at: at.toISOString(),
        state,
        ...(note || owned.length > 1
          ? { note: [owned.length > 1 ? resource : null, note].filter(Boolean).join(": ") }
          : {}),
      })),
    });
  }
  return details;
}

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

const readMembers = (db: Reader, ids: string[]) => db.$queryRaw<MemberRow[]>`
  select m.system_id, r.id as resource_id, r.kind, r.account, r.region, m.required, o.verify_days, h.proof_level::text as proof_level
  from system_resources m
  join resources r on r.id = m.resource_id
  left join resource_health h on h.resource_id = r.id
  left join system_tiers st on st.system_id = m.system_id and st.valid_to is null
  left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
  where m.system_id = any(${ids}::uuid[]) and m.valid_to is null
  order by m.system_id, h.proven_at nulls first, r.name`;

// The newest fresh copy of each resource in each vault; a vault's lock counts once it can no longer be lifted.
const readCopies = (db: Reader, ids: string[], now: Date) => {
  const freshFrom = after(now, -copyFreshHours * 3_600_000);
  return db.$queryRaw<CopyRow[]>`
  with members as materialized (
    select m.resource_id from system_resources m where m.system_id = any(${ids}::uuid[]) and m.valid_to is null and m.required),
  newest as materialized (
    select m.resource_id, n.* from members m cross join lateral (
      select distinct on (p.vault_id) p.vault_id, p.account, p.region, p.locked_until from recovery_points p
      where p.resource_id = m.resource_id and p.data_as_of > ${freshFrom}::timestamptz and ${sqlUsable(now)}
      order by p.vault_id, p.data_as_of desc) n),
  proofs as materialized (
    select p.resource_id, p.vault_id, max(x.at) as at
    from members m join recovery_points p on p.resource_id = m.resource_id and p.verified join verifications x on x.point_id = p.id
    where x.result = 'passed' group by p.resource_id, p.vault_id),
  refuted as materialized (
    select distinct p.resource_id, p.vault_id
    from members m join recovery_points p on p.resource_id = m.resource_id and p.verified
    where p.data_as_of > ${freshFrom}::timestamptz and p.vanished_at is null and ${sqlFailedProof})
  select n.resource_id, n.vault_id, n.account, n.region, v.kind = 'air_gapped' as air_gapped,
    case when v.lock_mode = 'compliance' and v.lock_final_at <= ${now}::timestamptz then n.locked_until end as locked_until,
    proofs.at as verified_at, refuted.resource_id is not null as refuted
  from newest n join vaults v on v.id = n.vault_id
  left join proofs on proofs.resource_id = n.resource_id and proofs.vault_id = n.vault_id
  left join refuted on refuted.resource_id = n.resource_id and refuted.vault_id = n.vault_id`;
};

type PackedRun = [systemId: string, at: string, state: StripRun["state"], note: string | null, resource: string];

/** Promised runs where there are any, else the backup jobs that were seen; packed, because they are many. */
async function readRuns(db: Reader, ids: string[], now: Date): Promise<RunRow[]> {
  const since = after(now, -stripDays * 86_400_000);
  const [row] = await db.$queryRaw<{ packed: string }[]>`
    select coalesce(json_agg(json_build_array(chosen.id, run.at,
      case when run.promise = 'excused' then 'paused'
        when j.state in ('queued', 'running', 'cancelling') then 'running'
        when j.state = 'partial' then 'partial'
        when j.state in ('failed', 'expired', 'cancelled') then 'failed'
        when run.promise = 'missed' then 'missed'
        when run.promise = 'matched' or run.promise is null then 'ok' else 'none' end,
      j.message, r.name) order by run.at), '[]')::text as packed
    from unnest(${ids}::uuid[]) as chosen (id)
    cross join lateral (
      select * from (
        select m.resource_id, e.due_at as at, e.state as promise, e.job_id
        from system_resources m
        cross join lateral (
          select x.due_at, x.state, x.job_id from expected_runs x
          where x.resource_id = m.resource_id and x.due_at <= ${now}::timestamptz and x.due_at > ${since}::timestamptz
          order by x.due_at desc limit ${stripLength}) e
        where m.system_id = chosen.id and m.valid_to is null and m.required
        union all
        select m.resource_id, j.created_at, null, j.id
        from system_resources m
        cross join lateral (
          select x.id, x.created_at from jobs x
          where x.resource_id = m.resource_id and x.kind = 'backup' and x.created_at > ${since}::timestamptz
          order by x.created_at desc limit ${stripLength}) j
        where m.system_id = chosen.id and m.valid_to is null and m.required
          and not exists (select 1 from expected_runs x where x.resource_id = m.resource_id
            and x.due_at > ${since}::timestamptz and x.due_at <= ${now}::timestamptz)) all_runs
      order by at desc limit ${stripLength}) run
    join resources r on r.id = run.resource_id
    left join jobs j on j.id = run.job_id`;
  const packed: PackedRun[] = row ? JSON.parse(row.packed) : [];
  return packed.map(([system_id, at, state, note, resource]) => ({
    system_id,
    at: new Date(at),
    state,
    note,
    resource,
  }));
}
