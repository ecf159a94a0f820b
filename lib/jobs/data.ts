import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { type Cursor, isMoment, readCursor, toPage } from "@/lib/core/cursor";
import type { Reader } from "@/lib/platform/db";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible } from "@/lib/systems/visible";
import { type JobKind, type JobState, openStates, troubledStates } from "./rules";
import { type JobsQuery, jobRef, jobsQuery } from "./schema";
import type { JobDetail, JobRow, JobsPage } from "./view";

type Found = {
  id: string;
  kind: JobKind;
  state: JobState;
  raw_status: string;
  resource_id: string | null;
  resource: string | null;
  resource_kind: string | null;
  resource_ref: string;
  system_id: string | null;
  system_name: string | null;
  connection_id: string;
  connection_name: string;
  region: string;
  percent: number | null;
  size_bytes: bigint | null;
  message: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  key: string;
};

const tables = Prisma.sql`
  from jobs j join connections c on c.id = j.connection_id left join resources r on r.id = j.resource_id
  left join system_resources m on m.resource_id = r.id and m.valid_to is null left join systems s on s.id = m.system_id`;

const anyState = (states: readonly JobState[]) => Prisma.sql`j.state = any (${[...states]}::job_state[])`;

function conditionsOf(query: JobsQuery, visible: Visible): Prisma.Sql {
  const conditions = [sqlResourceVisible(visible)];
  if (query.kind) conditions.push(Prisma.sql`j.kind = ${query.kind}::job_kind`);
  if (query.state === "open") conditions.push(anyState(openStates));
  else if (query.state === "troubled") conditions.push(anyState(troubledStates));
  else if (query.state) conditions.push(anyState([query.state]));
  if (query.resource) conditions.push(Prisma.sql`j.resource_id = ${query.resource}::uuid`);
  if (query.connection) conditions.push(Prisma.sql`j.connection_id = ${query.connection}::uuid`);
  if (query.q)
    conditions.push(
      Prisma.sql`(r.name ilike ${likeAnywhere(query.q)} or j.resource_ref ilike ${likeAnywhere(query.q)} or j.message ilike ${likeAnywhere(query.q)} or j.provider_ref = ${query.q})`,
    );
  return Prisma.join(conditions, " and ");
}

function readPlace({ before, after }: JobsQuery): Cursor | null {
  const cursor = readCursor(before ?? after, 2, before !== undefined);
  const [at, id] = cursor?.values ?? [];
  return cursor && at && isMoment(at) && z.uuid().safeParse(id).success ? cursor : null;
}

const beyond = (cursor: Cursor | null) => {
  if (!cursor) return Prisma.sql`true`;
  const place = Prisma.sql`(${cursor.values[0]}::timestamptz, ${cursor.values[1]}::uuid)`;
  return cursor.back ? Prisma.sql`(j.created_at, j.id) > ${place}` : Prisma.sql`(j.created_at, j.id) < ${place}`;
};

const toRow = (row: Found): JobRow => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  rawStatus: row.raw_status,
  resource:
    row.resource_id && row.resource ? { id: row.resource_id, name: row.resource, kind: row.resource_kind ?? "" } : null,
  resourceRef: row.resource_ref,
  system: row.system_id && row.system_name ? { id: row.system_id, name: row.system_name } : null,
  connection: { id: row.connection_id, name: row.connection_name },
  region: row.region,
  percent: row.percent,
  sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
  message: row.message,
  createdAt: row.created_at.toISOString(),
  startedAt: row.started_at?.toISOString() ?? null,
  finishedAt: row.finished_at?.toISOString() ?? null,
});

const columns = Prisma.sql`
  j.id::text, j.kind::text, j.state::text, j.raw_status, r.id::text as resource_id, r.name as resource,
  r.kind as resource_kind, j.resource_ref, s.id::text as system_id, s.name as system_name, c.id::text as connection_id,
  c.name as connection_name, j.region, j.percent, j.size_bytes, j.message, j.created_at, j.started_at, j.finished_at,
  to_char(j.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as key`;

type FoundDetail = Found & {
  provider_ref: string;
  parent_ref: string | null;
  error_code: string | null;
  observed_at: Date;
  point_id: string | null;
  point_ref: string | null;
};

/** One job with what the provider calls it and the recovery point it made or used; null when none may be seen. */
export const getJob = read("estate:read", jobRef, async ({ db, visible }, { jobId }): Promise<JobDetail | null> => {
  const [row] = await db.$queryRaw<FoundDetail[]>`
    select ${columns}, j.provider_ref, j.parent_ref, j.error_code, j.observed_at, j.point_ref, p.id::text as point_id
    ${tables} left join recovery_points p
      on p.connection_id = j.connection_id and p.region = j.region and p.provider_ref = j.point_ref
    where j.id = ${jobId}::uuid and ${sqlResourceVisible(visible)}`;
  return row
    ? {
        ...toRow(row),
        providerRef: row.provider_ref,
        parentRef: row.parent_ref,
        errorCode: row.error_code,
        observedAt: row.observed_at.toISOString(),
        point: row.point_ref === null ? null : { id: row.point_id, ref: row.point_ref },
      }
    : null;
});

/** The provider's jobs, newest first, filtered and paged by key. */
export const listJobs = read("estate:read", jobsQuery, async ({ db, visible }, query): Promise<JobsPage> => {
  const cursor = readPlace(query);
  const direction = Prisma.raw(cursor?.back ? "asc" : "desc");
  const [found, { open, troubled, now }] = await Promise.all([
    db.$queryRaw<Found[]>`
      select ${columns}
      ${tables} where ${conditionsOf(query, visible)} and ${beyond(cursor)}
      order by j.created_at ${direction}, j.id ${direction} limit ${query.limit + 1}`,
    countNow(db, visible),
  ]);
  const page = toPage(found, query.limit, cursor, ({ key, id }) => [key, id]);
  return {
    now: now.toISOString(),
    rows: page.rows.map(toRow),
    before: page.before,
    after: page.after,
    open,
    troubledToday: troubled,
  };
});

async function countNow(db: Reader, visible: Visible): Promise<{ open: number; troubled: number; now: Date }> {
  const seen = sqlResourceVisible(visible);
  const [row] = await db.$queryRaw<{ open: number; troubled: number; now: Date }[]>`
    select now() as now,
      (select count(*) from jobs j left join resources r on r.id = j.resource_id
        where j.state in ('queued', 'running', 'cancelling') and ${seen})::int as open,
      (select count(*) from jobs j left join resources r on r.id = j.resource_id
        where j.state in ('failed', 'partial', 'expired', 'cancelled') and j.created_at > now() - interval '1 day' and ${seen})::int as troubled`;
  if (!row) throw new Error("The database did not count.");
  return row;
}
