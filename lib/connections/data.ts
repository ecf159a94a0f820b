import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import type { CapabilityCheck, ConnectionSettings } from "@/lib/providers/contract";
import { sqlResourceVisible } from "@/lib/systems/visible";
import {
  type ConnectionDecision,
  isStale as isTooOld,
  regionsSentence as sentenceOf,
  staleAfterSeconds as staleAfter,
} from "./rules";
import { connectionRef } from "./schema";
import type { Counts } from "./sync-tally";
import type { ConnectionDetail, ConnectionProgress, ConnectionView, RegionView, RunView } from "./view";

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** Connections are seen by whoever sees something of what they hold. */
const sqlConnectionVisible = (visible: Visible) =>
  visible === "all"
    ? Prisma.sql`true`
    : Prisma.sql`exists (select 1 from resources r where r.connection_id = c.id and ${sqlResourceVisible(visible)})`;

type Row = {
  id: string;
  kind: string;
  name: string;
  account: string;
  state: "active" | "disabled";
  interval_seconds: number;
  self_check: CapabilityCheck[] | null;
  strictest: number | null;
  regions: RegionView[] | null;
  resources: number;
  points: number;
  is_being_read: boolean;
  now: Date;
};

const readRows = (db: Reader, visible: Visible, only: Prisma.Sql) => db.$queryRaw<Row[]>`
  select c.id::text, c.kind::text, c.name, c.account, c.state::text, c.interval_seconds, c.self_check, now() as now,
    (select min(o.rpo_seconds) from system_resources m
      join systems s on s.id = m.system_id and s.lifecycle = 'active'
      join system_tiers st on st.system_id = s.id and st.valid_to is null
      join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
      join resources r on r.id = m.resource_id
      where m.valid_to is null and r.connection_id = c.id)::int as strictest,
    (select jsonb_agg(jsonb_build_object('region', g.region, 'state', g.state, 'lastSuccessAt', g.last_success_at,
        'lastAttemptAt', g.last_attempt_at, 'errorCode', g.error_code, 'errorMessage', g.error_message) order by g.region)
      from connection_regions g where g.connection_id = c.id) as regions,
    (select count(*) from resources r where r.connection_id = c.id and r.vanished_at is null)::int as resources,
    (select count(*) from recovery_points p where p.connection_id = c.id and p.vanished_at is null)::int as points,
    exists (select 1 from sync_runs s where s.connection_id = c.id and s.state in ('queued', 'running')
      and s.kind <> 'restorable') as is_being_read
  from connections c where ${sqlConnectionVisible(visible)} and ${only}
  order by c.name`;

const verdicts = ["ok", "warn", "bad"] as const;

function toView(row: Row): ConnectionView {
  const regions = (row.regions ?? []).map((region) => ({
    ...region,
    lastSuccessAt: iso(region.lastSuccessAt ? new Date(region.lastSuccessAt) : null),
    lastAttemptAt: iso(region.lastAttemptAt ? new Date(region.lastAttemptAt) : null),
  }));
  const asked = regions.filter(({ state }) => state !== "disabled").map(({ lastSuccessAt }) => lastSuccessAt);
  const readAt = asked.length > 0 && asked.every((at) => at !== null) ? (asked.toSorted()[0] ?? null) : null;
  const freshness = {
    lastSuccessAt: readAt ? new Date(readAt) : null,
    intervalSeconds: row.interval_seconds,
    strictestRpoSeconds: row.strictest,
  };
  const { id, kind, name, account, state, resources, points } = row;
  const worst = Math.max(-1, ...(row.self_check ?? []).map(({ verdict }) => verdicts.indexOf(verdict)));
  return {
    ...{ id, kind, name, account, state, resources, points, readAt, regions },
    isStale: isTooOld(freshness, row.now),
    staleAfterSeconds: staleAfter(row.interval_seconds, row.strictest),
    intervalSeconds: row.interval_seconds,
    regionsSentence: sentenceOf(regions),
    worstCheck: verdicts[worst] ?? null,
    isBeingRead: row.is_being_read,
  };
}

/** Every connection with how fresh it is. */
export const listConnections = read("estate:read", z.object({}), async ({ db, visible }) =>
  (await readRows(db, visible, Prisma.sql`true`)).map(toView),
);

/** The connections whose roles may do what no role of ours should: found by their last self-check, daily at the latest. */
export const listOverpowered = read("estate:read", z.object({}), async ({ db, visible }) => {
  const rows = await db.$queryRaw<Pick<Row, "id" | "name" | "self_check">[]>`
    select c.id::text, c.name, c.self_check from connections c
    where c.state = 'active' and c.self_check is not null and ${sqlConnectionVisible(visible)}
    order by c.name`;
  return rows.flatMap(({ id, name, self_check }) => {
    const titles = (self_check ?? [])
      .filter((check) => check.verdict === "bad" && check.id.endsWith("-deletes"))
      .map(({ title }) => title);
    return titles.length > 0 ? [{ id, name, titles }] : [];
  });
});

/** One connection with its settings, its self-check and its last readings. */
export const getConnection = read(
  "estate:read",
  connectionRef,
  async ({ db, visible }, { connectionId }): Promise<ConnectionDetail | null> => {
    const [row] = await readRows(db, visible, Prisma.sql`c.id = ${connectionId}::uuid`);
    const stored = row && (await db.connection.findUnique({ where: { id: connectionId } }));
    if (!row || !stored) return null;
    return {
      ...toView(row),
      revision: stored.revision,
      decided: decisionOf(stored),
      externalId: (stored.settings as ConnectionSettings).externalId,
      checks: row.self_check ?? [],
      checkedAt: iso(stored.selfCheckedAt),
      runs: await readRuns(db, connectionId),
    };
  },
);

async function readRuns(db: Reader, connectionId: string): Promise<RunView[]> {
  const runs = await db.syncRun.findMany({
    where: { connectionId, kind: { not: "restorable" } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: 10,
  });
  return runs.map((run) => ({
    id: run.id,
    kind: run.kind,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    startedAt: iso(run.startedAt),
    finishedAt: iso(run.finishedAt),
    counts: run.counts as Counts,
    now: (run.progress as { now?: RunView["now"] }).now ?? [],
    perRegion: run.perRegion as RunView["perRegion"],
  }));
}

/** What moves on a connection's page while it is being read. */
export const getConnectionProgress = read(
  "estate:read",
  connectionRef,
  async ({ db, visible }, { connectionId }): Promise<ConnectionProgress | null> => {
    const [row] = await readRows(db, visible, Prisma.sql`c.id = ${connectionId}::uuid`);
    if (!row) return null;
    const { regions, regionsSentence, readAt, isStale, staleAfterSeconds, isBeingRead, state } = toView(row);
    const runs = await readRuns(db, connectionId);
    return {
      regions,
      regionsSentence,
      readAt,
      isStale,
      staleAfterSeconds,
      isBeingRead,
      state,
      now: row.now.toISOString(),
      runs,
    };
  },
);

type Stored = { name: string; settings: unknown; intervalSeconds: number };

function decisionOf({ name, settings, intervalSeconds }: Stored): ConnectionDecision {
  const { regions, endpoint, readRoleRef, actRoleRef, cleanupRoleRef, serviceRoleRef } = settings as ConnectionSettings;
  return {
    name,
    regions: regions.join(" "),
    endpoint,
    readRoleRef,
    actRoleRef,
    cleanupRoleRef,
    serviceRoleRef,
    intervalSeconds,
  };
}

/** Reads a connection and holds its row until the transaction ends. */
export async function lockConnection(tx: Tx, connectionId: string) {
  await tx.$queryRaw`select 1 from connections where id = ${connectionId}::uuid for update`;
  return connectionNow(tx, connectionId);
}

/** A connection as it is at this moment, for saying what a change would make of it. */
export async function connectionNow(tx: Pick<Tx, "connection">, connectionId: string) {
  const stored = await tx.connection.findUnique({ where: { id: connectionId } });
  if (!stored) throw new Refusal(refuse("not_found", "There is no such connection."));
  return {
    revision: stored.revision,
    state: stored.state,
    settings: stored.settings as ConnectionSettings,
    decided: decisionOf(stored),
  };
}
