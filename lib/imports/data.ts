import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import type { Reader } from "@/lib/platform/db";
import { sqlSystemVisible, systemsVisible } from "@/lib/systems/visible";
import type { ImportOutcome, Problem } from "./rules";
import { exportQuery, importRef, importRowsQuery } from "./schema";
import type { ExportedSystem, FieldChange, ImportRowsPage, ImportView } from "./view";

const isMine = (db: Reader, ownerId: string, importId: string) =>
  db.import.findFirst({ where: { id: importId, ownerId, expiresAt: { gt: new Date() } } });

/** How a table stands that somebody is bringing in: only they see it, and for a day. */
export const getImport = read(
  "estate:edit",
  importRef,
  async ({ db, actor }, { importId }): Promise<ImportView | null> => {
    const found = await isMine(db, actor.id, importId);
    if (!found) return null;
    const rows = await db.$queryRaw<{ outcome: ImportOutcome | null; count: number }[]>`
    select outcome::text, count(*)::int as count from import_rows where import_id = ${importId}::uuid group by outcome`;
    const countOf = (outcome: ImportOutcome) => rows.find((row) => row.outcome === outcome)?.count ?? 0;
    return {
      id: found.id,
      fileName: found.fileName,
      rows: found.rows,
      received: rows.reduce((sum, { count }) => sum + count, 0),
      expiresAt: found.expiresAt.toISOString(),
      checkedAt: found.checkedAt?.toISOString() ?? null,
      committedAt: found.committedAt?.toISOString() ?? null,
      counts: { bad: countOf("bad"), create: countOf("create"), change: countOf("change"), same: countOf("same") },
    };
  },
);

/** What became of the lines that create something, once they did. */
async function systemsMade(
  db: Reader,
  visible: Visible,
  rows: readonly { slug: string | null; outcome: string | null }[],
): Promise<Map<string, string>> {
  const slugs = rows.flatMap(({ slug, outcome }) => (outcome === "create" && slug !== null ? [slug] : []));
  if (slugs.length === 0) return new Map();
  const made = await db.system.findMany({
    where: { AND: [{ slug: { in: slugs } }, systemsVisible(visible)] },
    select: { id: true, slug: true },
  });
  return new Map(made.map(({ id, slug }) => [slug, id]));
}

/** The lines of a table and what each would do, in the order of the file. */
export const listImportRows = read(
  "estate:edit",
  importRowsQuery,
  async ({ db, actor, visible }, { importId, outcome, after, limit }): Promise<ImportRowsPage | null> => {
    if (!(await isMine(db, actor.id, importId))) return null;
    const rows = await db.importRow.findMany({
      where: { importId, outcome: outcome ?? { not: null }, line: { gt: after ?? 0 } },
      orderBy: { line: "asc" },
      take: limit + 1,
      select: { line: true, slug: true, name: true, outcome: true, problems: true, changes: true, systemId: true },
    });
    const kept = rows.slice(0, limit);
    const made = await systemsMade(db, visible, kept);
    return {
      rows: kept.map(({ slug, name, outcome: found, problems, changes, ...row }) => ({
        ...row,
        systemId: row.systemId ?? made.get(slug ?? "") ?? null,
        slug: slug ?? "",
        name: name ?? "",
        outcome: found ?? "bad",
        problems: problems as Problem[],
        changes: changes as FieldChange[],
      })),
      after: rows.length > limit ? (kept.at(-1)?.line ?? null) : null,
    };
  },
);

/** A page of the visible systems as a table tells them, by slug. */
export const listForExport = read(
  "estate:read",
  exportQuery,
  async ({ db, visible }, { after, limit }): Promise<ExportedSystem[]> =>
    db.$queryRaw<ExportedSystem[]>`
    select s.slug, s.name, s.description, t.name as tier, s.environment::text, s.criticality::text, s.lifecycle::text,
      team.name as owner_team, s.detection_allowance_seconds / 60 as detection_allowance_minutes,
      array_to_string(s.allowed_regions, ' ') as allowed_regions, person.display_name as owner_person,
      case when h.next_change_at <= now() then 'unknown' else coalesce(h.state::text, 'unknown') end as health,
      o.rpo_seconds, o.rto_seconds,
      (select count(*)::int from system_resources m where m.system_id = s.id and m.valid_to is null) as resources, s.in_service_from
    from systems s
    left join system_tiers st on st.system_id = s.id and st.valid_to is null left join tiers t on t.id = st.tier_id
    left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    left join teams team on team.id = s.owner_team_id left join users person on person.id = s.owner_user_id
    left join system_health h on h.system_id = s.id
    where s.slug > ${after} and ${sqlSystemVisible(visible)} order by s.slug limit ${limit}::int`,
);
