import "server-only";
import { read } from "@/lib/access/read";
import { readNow } from "@/lib/health/current";
import { sqlKept, sqlUsable } from "@/lib/health/facts";
import { keyOf } from "@/lib/recovery-points/rules";
import { isAllowedIn } from "./rules";
import { systemRef } from "./schema";
import type { CopyEncryption, SystemPlace, SystemPlaces } from "./view";
import { sqlResourceVisible, sqlSystemVisible, systemsVisible } from "./visible";

type SealTuple = [encrypted: boolean | null, keyRef: string | null, kept: number];

type PlaceRow = {
  region: string;
  account: string;
  production: number;
  points: number;
  kept: number;
  newest_as_of: Date | null;
  locked: boolean;
  air_gapped: boolean;
  seals: SealTuple[];
};

const mostPlaces = 60;

/**
 * Where a system's resources run and where its points lie, by region and account; production first. Points that are
 * there but no longer usable count for where data lies and how it is encrypted, not as usable.
 */
export const listPlaces = read(
  "estate:read",
  systemRef,
  async ({ db, visible }, { systemId }): Promise<SystemPlaces> => {
    const now = await readNow(db);
    const system = await db.system.findFirst({
      where: { AND: [{ id: systemId }, systemsVisible(visible)] },
      select: { allowedRegions: true },
    });
    const allowed = system?.allowedRegions ?? [];
    const rows = await db.$queryRaw<PlaceRow[]>`
    with members as materialized (
      select r.id, r.region, r.account from systems s
      join system_resources m on m.system_id = s.id and m.valid_to is null join resources r on r.id = m.resource_id
      where s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)} and ${sqlResourceVisible(visible)}),
    found as (
      select region, account, 1 as production, false as usable, null::timestamptz as as_of, false as locked, false as air_gapped,
        null::boolean as encrypted, null as key_ref from members
      union all
      select p.region, p.account, 0, ${sqlUsable(now)}, p.data_as_of,
        v.kind = 'air_gapped' or (v.lock_mode = 'compliance' and coalesce(v.lock_final_at, '-infinity') <= ${now}::timestamptz
          and p.locked_until > ${now}::timestamptz), v.kind = 'air_gapped', p.encrypted, p.key_ref
      from members r join recovery_points p on p.resource_id = r.id join vaults v on v.id = p.vault_id
      where ${sqlKept}),
    cells as (
      select region, account, encrypted, key_ref, sum(production) as production, sum(1 - production) as kept,
        count(*) filter (where usable) as points, max(as_of) filter (where usable) as newest_as_of,
        bool_or(usable and locked) as locked, bool_or(usable and air_gapped) as air_gapped
      from found group by region, account, encrypted, key_ref)
    select region, account, sum(production)::int as production, sum(points)::int as points, sum(kept)::int as kept,
      max(newest_as_of) as newest_as_of, bool_or(locked) as locked, bool_or(air_gapped) as air_gapped,
      coalesce(json_agg(json_build_array(encrypted, key_ref, kept) order by kept desc, key_ref) filter (where kept > 0), '[]') as seals
    from cells group by region, account
    order by sum(production) desc, sum(points) desc, region, account limit ${mostPlaces}`;
    const home = new Set(rows.filter(({ production }) => production > 0).map(({ account }) => account));
    return {
      now: now.toISOString(),
      allowed,
      places: rows.map(
        ({ newest_as_of, air_gapped, seals, ...row }): SystemPlace => ({
          ...row,
          allowed: isAllowedIn(allowed, row.region),
          airGapped: air_gapped,
          newestAsOf: newest_as_of?.toISOString() ?? null,
          encryption: seals.map((seal) => toEncryption(seal, home)),
        }),
      ),
    };
  },
);

function toEncryption([encrypted, keyRef, copies]: SealTuple, home: ReadonlySet<string>): CopyEncryption {
  const key = encrypted && keyRef !== null ? keyOf(keyRef) : null;
  return { encrypted, copies, key, keyWithProduction: key?.account != null && home.has(key.account) };
}
