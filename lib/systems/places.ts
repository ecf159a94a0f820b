import "server-only";
import { read } from "@/lib/access/read";
import { readNow } from "@/lib/health/current";
import { sqlUsable } from "@/lib/health/facts";
import { systemRef } from "./schema";
import type { SystemPlace, SystemPlaces } from "./view";
import { sqlResourceVisible, sqlSystemVisible } from "./visible";

type PlaceRow = {
  region: string;
  account: string;
  production: number;
  points: number;
  newest_as_of: Date | null;
  locked: boolean;
  air_gapped: boolean;
};

const mostPlaces = 60;

/** Where a system's resources run and where its usable points lie, by region and account; production first. */
export const listPlaces = read(
  "estate:read",
  systemRef,
  async ({ db, visible }, { systemId }): Promise<SystemPlaces> => {
    const now = await readNow(db);
    const rows = await db.$queryRaw<PlaceRow[]>`
    with members as materialized (
      select r.id, r.region, r.account from systems s
      join system_resources m on m.system_id = s.id and m.valid_to is null join resources r on r.id = m.resource_id
      where s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)} and ${sqlResourceVisible(visible)}),
    found as (
      select region, account, 1 as production, 0 as points, null::timestamptz as as_of, false as locked, false as air_gapped from members
      union all
      select p.region, p.account, 0, 1, p.data_as_of,
        v.kind = 'air_gapped' or (v.lock_mode = 'compliance' and coalesce(v.lock_final_at, '-infinity') <= ${now}::timestamptz
          and p.locked_until > ${now}::timestamptz), v.kind = 'air_gapped'
      from members r join recovery_points p on p.resource_id = r.id join vaults v on v.id = p.vault_id
      where ${sqlUsable(now)})
    select region, account, sum(production)::int as production, sum(points)::int as points, max(as_of) as newest_as_of,
      bool_or(locked) as locked, bool_or(air_gapped) as air_gapped
    from found group by region, account
    order by sum(production) desc, sum(points) desc, region, account limit ${mostPlaces}`;
    return {
      now: now.toISOString(),
      places: rows.map(
        ({ newest_as_of, air_gapped, ...row }): SystemPlace => ({
          ...row,
          airGapped: air_gapped,
          newestAsOf: newest_as_of?.toISOString() ?? null,
        }),
      ),
    };
  },
);
