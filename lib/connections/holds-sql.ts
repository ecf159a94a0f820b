import "server-only";
import type { Tx } from "@/lib/platform/db";
import type { ObservedHold } from "@/lib/providers/contract";
import type { Place } from "./rows-sql";
import { nothingWritten, type Written } from "./sync-tally";

/** Writes down every legal hold of a region and which of its points each keeps; holds that a complete list lacks vanish. */
export async function writeHolds(
  tx: Tx,
  { connectionId, region }: Place,
  holds: readonly ObservedHold[],
): Promise<Written> {
  const rows = holds.map(({ pointRefs: _points, ...hold }) => hold);
  const changed = await tx.$queryRaw<{ id: string }[]>`
    insert into legal_holds as h (connection_id, region, provider_ref, title, raw_status, created_at, released_at, observed_at)
    select ${connectionId}::uuid, ${region}, x."providerRef", x.title, x."rawStatus", x."createdAt", x."releasedAt", now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x("providerRef" text, title text, "rawStatus" text,
      "createdAt" timestamptz(3), "releasedAt" timestamptz(3))
    on conflict (connection_id, region, provider_ref) do update set
      title = excluded.title, raw_status = excluded.raw_status, created_at = excluded.created_at,
      released_at = excluded.released_at, observed_at = now(), vanished_at = null
    where h.vanished_at is not null or
      (h.title, h.raw_status, h.created_at, h.released_at) is distinct from
      (excluded.title, excluded.raw_status, excluded.created_at, excluded.released_at)
    returning h.id::text`;
  const vanished = await tx.$queryRaw<{ id: string }[]>`
    update legal_holds h set vanished_at = now(), observed_at = now(), released_at = coalesce(h.released_at, now())
    where h.connection_id = ${connectionId}::uuid and h.region = ${region} and h.vanished_at is null
      and not (h.provider_ref = any (${holds.map(({ providerRef }) => providerRef)}))
    returning h.id::text`;
  const kept = holds.flatMap(({ providerRef, pointRefs }) => pointRefs.map((pointRef) => ({ providerRef, pointRef })));
  const moved = await tx.$queryRaw<{ id: string }[]>`
    with kept as materialized (
      select h.id as hold_id, p.id as point_id
      from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as x("providerRef" text, "pointRef" text)
      join legal_holds h on h.connection_id = ${connectionId}::uuid and h.region = ${region} and h.provider_ref = x."providerRef"
      join recovery_points p on p.connection_id = ${connectionId}::uuid and p.region = ${region} and p.provider_ref = x."pointRef"
    ), added as (
      insert into legal_hold_points (hold_id, point_id) select hold_id, point_id from kept on conflict do nothing returning point_id
    ), dropped as (
      delete from legal_hold_points lp using legal_holds h
      where h.id = lp.hold_id and h.connection_id = ${connectionId}::uuid and h.region = ${region}
        and not exists (select 1 from kept k where k.hold_id = lp.hold_id and k.point_id = lp.point_id)
      returning lp.point_id)
    select distinct p.resource_id::text as id from recovery_points p
    where p.id in (select point_id from added union select point_id from dropped)`;
  return {
    ...nothingWritten,
    read: holds.length,
    written: changed.length,
    vanished: vanished.length,
    resourceIds: moved.map(({ id }) => id),
  };
}
