import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { readCursor, toPage } from "@/lib/core/cursor";
import { secondsBetween } from "@/lib/core/time";
import { currentResourceHealth, readNow } from "@/lib/health/current";
import type { HealthState, Reason } from "@/lib/health/rules";
import { reasonText } from "@/lib/health/words";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { systemRef } from "@/lib/systems/schema";
import { sqlEstateCount, sqlResourceVisible, sqlSystemVisible, systemsVisible } from "@/lib/systems/visible";
import { beyond, free } from "./conditions";
import { type InboxQuery, inboxQuery } from "./schema";
import type { EstateCounts, InboxChoices, InboxPage, RuleView } from "./view";

type Found = {
  id: string;
  name: string;
  kind: string;
  region: string;
  account: string;
  connection: string;
  size_bytes: bigint | null;
  tags: unknown;
  first_seen_at: Date;
  state: HealthState;
  reasons: Reason[];
  newest_as_of: Date | null;
  keys: string[];
};

const tagsOf = (tags: unknown): { key: string; value: string }[] =>
  typeof tags === "object" && tags !== null
    ? Object.entries(tags).map(([key, value]) => ({ key, value: String(value) }))
    : [];

function conditionsOf(query: InboxQuery, visible: Visible): Prisma.Sql {
  const conditions = [free, sqlResourceVisible(visible)];
  if (query.kind) conditions.push(Prisma.sql`r.kind = ${query.kind}`);
  if (query.connection) conditions.push(Prisma.sql`r.connection_id = ${query.connection}::uuid`);
  if (query.status === "unprotected") conditions.push(Prisma.sql`coalesce(h.state, 'unprotected') = 'unprotected'`);
  if (query.status === "protected") conditions.push(Prisma.sql`h.state <> 'unprotected'`);
  if (query.q)
    conditions.push(
      Prisma.sql`(r.name ilike ${likeAnywhere(query.q)} or r.provider_ref ilike ${likeAnywhere(query.q)} or r.tags::text ilike ${likeAnywhere(query.q)})`,
    );
  return Prisma.join(conditions, " and ");
}

/** The inbox: what was discovered and belongs to no system yet. */
export const listUnassigned = read("estate:read", inboxQuery, async ({ db, visible }, query): Promise<InboxPage> => {
  const now = await readNow(db);
  const health = await currentResourceHealth(db, now);
  const cursor = readCursor(query.before ?? query.after, 2, query.before !== undefined);
  const where = conditionsOf(query, visible);
  const direction = Prisma.raw(cursor?.back ? "desc" : "asc");
  const [found, [counts]] = await Promise.all([
    db.$queryRaw<Found[]>`
      select r.id, r.name, r.kind, r.region, r.account, c.name as connection, r.size_bytes, r.tags, r.first_seen_at,
        coalesce(h.state, 'unknown')::text as state, coalesce(h.reasons, '[{"rule":"system.pending","state":"unknown"}]') as reasons,
        h.newest_as_of, array[lower(r.name), r.id::text] as keys
      from resources r join connections c on c.id = r.connection_id left join ${health} on h.resource_id = r.id
      where ${where} and ${beyond(cursor)}
      order by lower(r.name) ${direction}, r.id ${direction} limit ${query.limit + 1}`,
    db.$queryRaw<{ total: number; unprotected: number }[]>`
      select count(*)::int as total, (count(*) filter (where h.state = 'unprotected'))::int as unprotected
      from resources r left join ${health} on h.resource_id = r.id where ${where}`,
  ]);
  const page = toPage(found, query.limit, cursor, ({ keys }) => keys);
  return {
    before: page.before,
    after: page.after,
    total: counts?.total ?? 0,
    unprotected: counts?.unprotected ?? 0,
    rows: page.rows.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      region: row.region,
      account: row.account,
      connection: row.connection,
      sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
      tags: tagsOf(row.tags),
      firstSeenAt: row.first_seen_at.toISOString(),
      state: row.state,
      why: row.reasons[0] ? reasonText(row.reasons[0], now) : "",
      ageSeconds: row.newest_as_of && secondsBetween(row.newest_as_of, now),
    })),
  };
});

/** How large the estate is that one may see, and how much of it belongs to nobody. */
export const countEstate = read("estate:read", z.object({}), async ({ db, visible }): Promise<EstateCounts> => {
  const [row] = await db.$queryRaw<EstateCounts[]>(visible === "all" ? countWhole : countVisible(visible));
  return row ?? { systems: 0, resources: 0, unassigned: 0, unassignedUnprotected: 0 };
});

const countVisible = (visible: Visible) => Prisma.sql`
  select (select count(*)::int from systems s where s.lifecycle <> 'retired' and ${sqlSystemVisible(visible)}) as systems,
    count(*)::int as resources, (count(*) filter (where ${free}))::int as unassigned,
    (count(*) filter (where h.state = 'unprotected' and ${free}))::int as "unassignedUnprotected"
  from resources r left join resource_health h on h.resource_id = r.id
  where r.vanished_at is null and ${sqlResourceVisible(visible)}`;

// Who sees everything is answered from what was counted as it changed: what belongs to nobody is what is there without
// what belongs to a system, and only what is gone or unprotected is looked at one by one.
const countWhole = Prisma.sql`
  select ${sqlEstateCount("systems.used")}::int as systems, live.count::int as resources,
    (live.count - owned.count + gone.count)::int as unassigned,
    (select count(*)::int from resource_health h join resources r on r.id = h.resource_id
      where h.state = 'unprotected' and ${free}) as "unassignedUnprotected"
  from (select ${sqlEstateCount("resources.live")} as count) live,
    (select ${sqlEstateCount("members.standing")} as count) owned,
    (select count(*) from resources r where r.vanished_at is not null and exists (
      select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null)) gone`;

/** What the inbox can be narrowed down to. */
export const listInboxChoices = read("estate:read", z.object({}), async ({ db, visible }): Promise<InboxChoices> => {
  const rows = await db.$queryRaw<{ kind: string; id: string; name: string }[]>`
    select distinct r.kind, c.id, c.name from resources r join connections c on c.id = r.connection_id
    where ${free} and ${sqlResourceVisible(visible)} order by c.name, r.kind`;
  const connections = new Map(rows.map(({ id, name }) => [id, { id, name }]));
  return { kinds: [...new Set(rows.map(({ kind }) => kind))].sort(), connections: [...connections.values()] };
});

/** The tag rules of a system, with how many resources each holds now. */
export const listRules = read("estate:read", systemRef, async ({ db, visible }, { systemId }): Promise<RuleView[]> => {
  const rows = await db.assignmentRule.findMany({
    where: { systemId, system: systemsVisible(visible) },
    orderBy: [{ priority: "asc" }, { createdAt: "asc" }],
    select: { id: true, tagKey: true, tagValue: true, _count: { select: { members: { where: { validTo: null } } } } },
  });
  return rows.map(({ _count, ...rule }) => ({ ...rule, resources: _count.members }));
});
