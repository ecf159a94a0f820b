import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { readNow } from "@/lib/health/current";
import type { HealthState } from "@/lib/health/rules";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { systemRef } from "@/lib/systems/schema";
import { sqlSystemVisible, systemsVisible } from "@/lib/systems/visible";
import { type DependencyKind, findingsOf, mostLevels, mostNodes } from "./rules";
import type {
  Circle,
  Dependencies,
  DependencyGraph,
  DependencyView,
  EndedDependency,
  GraphEdge,
  GraphNode,
} from "./view";

const isSeen = async (db: Reader, visible: Visible, systemId: string) =>
  (await db.system.count({ where: { AND: [{ id: systemId }, systemsVisible(visible)] } })) > 0;

/** The stored state; what is due to be judged again is not shown as it was. */
const sqlState = (now: Date) => Prisma.sql`case when h.next_change_at <= ${now}::timestamptz then 'unknown'
  else coalesce(h.state::text, 'unknown') end`;

/** What a system needs to recover, and what needs it. */
export const listDependencies = read(
  "estate:read",
  systemRef,
  async ({ db, visible }, { systemId }): Promise<Dependencies | null> => {
    if (!(await isSeen(db, visible, systemId))) return null;
    const now = await readNow(db);
    const rows = await db.$queryRaw<(DependencyView & { needed: boolean })[]>`
      select d.id, s.id as "systemId", s.name, d.kind::text, d.from_id = ${systemId}::uuid as needed, ${sqlState(now)} as state
      from system_dependencies d
      join systems s on s.id = case when d.from_id = ${systemId}::uuid then d.to_id else d.from_id end
      left join system_health h on h.system_id = s.id
      where d.valid_to is null and (d.from_id = ${systemId}::uuid or d.to_id = ${systemId}::uuid) and ${sqlSystemVisible(visible)}
      order by d.kind, s.name, d.id limit 200`;
    const side = (wanted: boolean) => rows.flatMap(({ needed, ...row }) => (needed === wanted ? [row] : []));
    return { needs: side(true), neededBy: side(false) };
  },
);

/**
 * What lies on hard needs from one system to another, both included; nothing where no way leads there. With the same
 * system at both ends: the circle it stands in.
 */
export async function readCircle(
  db: Pick<Reader | Tx, "$queryRaw">,
  visible: Visible,
  startId: string,
  endId: string,
): Promise<Circle | null> {
  const rows = await db.$queryRaw<{ id: string; name: string; seen: boolean }[]>`
    with recursive onward (id) as (
        select ${startId}::uuid
        union select d.to_id from onward join system_dependencies d on d.from_id = onward.id and d.kind = 'hard' and d.valid_to is null),
      back (id) as (
        select ${endId}::uuid
        union select d.from_id from back join system_dependencies d on d.to_id = back.id and d.kind = 'hard' and d.valid_to is null)
    select s.id, s.name, ${sqlSystemVisible(visible)} as seen
    from onward join back using (id) join systems s using (id) order by s.name, s.id`;
  if (rows.length < 2) return null;
  const members = rows.flatMap(({ id, name, seen }) => (seen ? [{ id, name }] : []));
  return { members, hidden: rows.length - members.length };
}

type NodeRow = Omit<GraphNode, "level"> & { needs: number | null; serves: number | null };

/** Every visible system within reach in both directions; the one looked at and the nearest first. */
const readNodes = (db: Reader, visible: Visible, systemId: string, now: Date) => db.$queryRaw<NodeRow[]>`
  with recursive needs (id, level) as (
      select ${systemId}::uuid, 0
      union select d.to_id, n.level + 1 from needs n
        join system_dependencies d on d.from_id = n.id and d.valid_to is null
        join systems s on s.id = d.to_id and ${sqlSystemVisible(visible)} where n.level < ${mostLevels}::int),
    serves (id, level) as (
      select ${systemId}::uuid, 0
      union select d.from_id, n.level + 1 from serves n
        join system_dependencies d on d.to_id = n.id and d.valid_to is null
        join systems s on s.id = d.from_id and ${sqlSystemVisible(visible)} where n.level < ${mostLevels}::int),
    reached as (
      select id, min(needs) as needs, min(serves) as serves from (
        select id, level as needs, null::int as serves from needs union all select id, null, level from serves) x group by id)
  select s.id, s.name, t.rank as "tierRank", o.rto_seconds as "rtoSeconds", ${sqlState(now)} as state, r.needs, r.serves
  from reached r join systems s on s.id = r.id
  left join system_tiers st on st.system_id = s.id and st.valid_to is null
  left join tiers t on t.id = st.tier_id
  left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
  left join system_health h on h.system_id = s.id
  order by least(r.needs, r.serves), s.name, s.id`;

/** What is both needed and served stands on the side it is nearer to; at the same distance, where it is needed. */
function toNode({ needs, serves, ...node }: NodeRow): GraphNode {
  const isNeed = needs !== null && (serves === null || needs <= serves);
  return { ...node, level: isNeed ? 0 - needs : (serves ?? 0) };
}

const readEdges = async (db: Reader, ids: readonly string[]): Promise<GraphEdge[]> =>
  (
    await db.systemDependency.findMany({
      where: { validTo: null, fromId: { in: [...ids] }, toId: { in: [...ids] } },
      orderBy: { id: "asc" },
      select: { id: true, fromId: true, toId: true, kind: true, validFrom: true },
    })
  ).map(({ validFrom, ...edge }) => ({ ...edge, since: validFrom.toISOString() }));

async function readHidden(db: Reader, visible: Visible, systemId: string): Promise<number> {
  const [row] = await db.$queryRaw<{ hidden: number }[]>`
    select count(*)::int as hidden from system_dependencies d
    join systems s on s.id = case when d.from_id = ${systemId}::uuid then d.to_id else d.from_id end
    where d.valid_to is null and (d.from_id = ${systemId}::uuid or d.to_id = ${systemId}::uuid) and (${sqlSystemVisible(visible)}) is not true`;
  return row?.hidden ?? 0;
}

async function readEnded(db: Reader, visible: Visible, systemId: string): Promise<EndedDependency[]> {
  const rows = await db.$queryRaw<(Omit<EndedDependency, "from" | "to"> & { from: Date; to: Date })[]>`
    select d.id, s.id as "systemId", s.name, d.kind::text, d.from_id = ${systemId}::uuid as needed, d.valid_from as from, d.valid_to as to
    from system_dependencies d
    join systems s on s.id = case when d.from_id = ${systemId}::uuid then d.to_id else d.from_id end
    where d.valid_to is not null and (d.from_id = ${systemId}::uuid or d.to_id = ${systemId}::uuid) and ${sqlSystemVisible(visible)}
    order by d.valid_to desc, d.id limit 20`;
  return rows.map(({ from, to, ...row }) => ({
    ...row,
    kind: row.kind as DependencyKind,
    from: from.toISOString(),
    to: to.toISOString(),
  }));
}

/** A system among what it needs and what needs it, three levels far, with what does not fit about them. */
export const getDependencyGraph = read(
  "estate:read",
  systemRef,
  async ({ db, visible }, { systemId }): Promise<DependencyGraph | null> => {
    if (!(await isSeen(db, visible, systemId))) return null;
    const rows = await readNodes(db, visible, systemId, await readNow(db));
    const nodes = rows.slice(0, mostNodes).map((row) => toNode({ ...row, state: row.state as HealthState }));
    const [edges, circle, hidden, ended] = await Promise.all([
      readEdges(
        db,
        nodes.map(({ id }) => id),
      ),
      readCircle(db, visible, systemId, systemId),
      readHidden(db, visible, systemId),
      readEnded(db, visible, systemId),
    ]);
    const findings = findingsOf(nodes, edges);
    return { nodes, edges, findings, circle, leftOut: rows.length - nodes.length, hidden, ended };
  },
);
