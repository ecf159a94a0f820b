import "server-only";
import { command } from "@/lib/access/command";
import type { Actor } from "@/lib/access/permissions";
import { Refusal, refuse } from "@/lib/core/outcome";
import { minutes } from "@/lib/core/time";
import { countText, plural } from "@/lib/core/words";
import { markSystemsDue } from "@/lib/health/due";
import { sha256 } from "@/lib/platform/crypto";
import type { Tx } from "@/lib/platform/db";
import { checkRows, isAsShown } from "./check";
import { readRow } from "./rules";
import { importOpen, importRef, importStage } from "./schema";

const dayMs = 86_400_000;

/** Opens a table for its lines: from now on for a day, for its owner alone, and in place of an earlier one of theirs. */
export const openImport = command({
  action: "import.open",
  permission: "estate:edit",
  input: importOpen,
  async run({ tx, actor, now }, { fileName, columns, rows }) {
    await tx.import.deleteMany({ where: { ownerId: actor.id, committedAt: null } });
    const { id } = await tx.import.create({
      data: { ownerId: actor.id, fileName, columns, rows, createdAt: now, expiresAt: new Date(now.getTime() + dayMs) },
      select: { id: true },
    });
    return { value: { id }, audit: [["import", id], { fileName, rows }] };
  },
});

/** An import that is its owner's, alive and not committed, held until the transaction ends. */
async function lockImport(tx: Tx, actor: Actor, importId: string) {
  const [row] = await tx.$queryRaw<{ id: string; rows: number; columns: string[]; checked_at: Date | null }[]>`
    select id, rows, columns, checked_at from imports
    where id = ${importId}::uuid and owner_id = ${actor.id}::uuid and committed_at is null and expires_at > now() for update`;
  if (row) return row;
  throw new Refusal(
    refuse(
      "not_found",
      "This import is no longer there: it was committed, replaced, or is a day old. Choose the file again.",
    ),
  );
}

/** Puts a batch of lines on the shelf; the same batch sent twice stands there once. */
export const stageRows = command({
  action: "import.stage",
  permission: "estate:edit",
  input: importStage,
  async run({ tx, actor }, { importId, rows }) {
    const { columns } = await lockImport(tx, actor, importId);
    const staged = JSON.stringify(rows.map((row) => readRow(columns, row)));
    await tx.$executeRaw`
      insert into import_rows (import_id, line, slug, name, description, tier, environment, criticality, lifecycle, owner_team,
        detection_allowance_seconds, allowed_regions, unread)
      select ${importId}::uuid, x.line, x.slug, x.name, x.description, x.tier, x.environment, x.criticality, x.lifecycle,
        x."ownerTeam", x."detectionAllowanceSeconds", x."allowedRegions", x.problems
      from jsonb_to_recordset(${staged}::jsonb) as x (line int, slug text, name text, description text, tier text, environment environment,
        criticality criticality, lifecycle lifecycle, "ownerTeam" text, "detectionAllowanceSeconds" int, "allowedRegions" text[], problems jsonb)
      on conflict (import_id, line) do nothing`;
    await tx.import.update({ where: { id: importId }, data: { checkedAt: null } });
    return {
      value: { staged: rows.length },
      audit: [["import", importId], { lines: rows.length, from: rows[0]?.line ?? 0 }],
    };
  },
});

async function refuseIncomplete(tx: Tx, importId: string, rows: number) {
  const received = await tx.importRow.count({ where: { importId } });
  if (received !== rows)
    throw new Refusal(
      refuse(
        "conflict",
        `${countText(received)} of ${plural(rows, "line")} arrived. Choose the file again to send it whole.`,
      ),
    );
}

/** Says what every line would do; nothing of the estate is changed. */
export const checkImport = command({
  action: "import.check",
  permission: "estate:edit",
  input: importRef,
  timeoutMs: minutes(1),
  async run({ tx, actor, now, visible }, { importId }) {
    const { rows } = await lockImport(tx, actor, importId);
    await refuseIncomplete(tx, importId, rows);
    await checkRows(tx, visible, importId);
    await tx.import.update({ where: { id: importId }, data: { checkedAt: now } });
    return { value: null, audit: [["import", importId], { rows }] };
  },
});

const createSystems = (tx: Tx, importId: string, now: Date): Promise<number> => tx.$executeRaw`
  with made as (
    insert into systems (slug, name, description, environment, criticality, lifecycle, lifecycle_at, retired_at, owner_team_id,
      detection_allowance_seconds, allowed_regions, in_service_from, created_at, updated_at)
    select slug, name, coalesce(description, ''), coalesce(environment, 'unknown'), coalesce(criticality, 'medium'),
      coalesce(lifecycle, 'active'), ${now}::timestamptz, case when lifecycle = 'retired' then ${now}::timestamptz end, owner_team_id,
      coalesce(detection_allowance_seconds, 0), coalesce(allowed_regions, '{}'), ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    from import_rows where import_id = ${importId}::uuid and outcome = 'create' order by line
    returning id, slug)
  insert into system_tiers (system_id, tier_id, valid_from)
  select made.id, r.tier_id, ${now}::timestamptz from made join import_rows r on r.import_id = ${importId}::uuid and r.slug = made.slug`;

async function changeSystems(tx: Tx, importId: string, now: Date): Promise<number> {
  const changed = await tx.$executeRaw`
    update systems s set name = coalesce(r.name, s.name), description = coalesce(r.description, s.description),
      environment = coalesce(r.environment, s.environment), criticality = coalesce(r.criticality, s.criticality),
      lifecycle = coalesce(r.lifecycle, s.lifecycle),
      lifecycle_at = case when coalesce(r.lifecycle, s.lifecycle) = s.lifecycle then s.lifecycle_at else ${now}::timestamptz end,
      retired_at = case when coalesce(r.lifecycle, s.lifecycle) = s.lifecycle then s.retired_at
        when r.lifecycle = 'retired' then ${now}::timestamptz end,
      owner_team_id = case when r.owner_team is null then s.owner_team_id else r.owner_team_id end,
      detection_allowance_seconds = coalesce(r.detection_allowance_seconds, s.detection_allowance_seconds),
      allowed_regions = coalesce(r.allowed_regions, s.allowed_regions),
      revision = s.revision + 1, updated_at = ${now}::timestamptz
    from import_rows r where r.import_id = ${importId}::uuid and r.outcome = 'change' and s.id = r.system_id`;
  await tx.$executeRaw`
    update system_tiers t set valid_to = greatest(t.valid_from, ${now}::timestamptz) from import_rows r
    where r.import_id = ${importId}::uuid and r.outcome = 'change' and t.system_id = r.system_id and t.valid_to is null
      and r.tier_id <> t.tier_id`;
  await tx.$executeRaw`
    insert into system_tiers (system_id, tier_id, valid_from)
    select r.system_id, r.tier_id, greatest(${now}::timestamptz, (select max(t.valid_to) from system_tiers t where t.system_id = r.system_id))
    from import_rows r where r.import_id = ${importId}::uuid and r.outcome = 'change' and r.tier_id is not null
      and not exists (select 1 from system_tiers t where t.system_id = r.system_id and t.valid_to is null)`;
  return changed;
}

const moved = "The estate has changed since this table was checked. Look at what it would do now, then bring it in.";

/** Brings in every line at once, or none of them; what was shown is what is done. */
export const commitImport = command({
  action: "import.commit",
  permission: "estate:edit",
  input: importRef,
  timeoutMs: minutes(1),
  async run({ tx, actor, now, visible }, { importId }) {
    const { rows, checked_at } = await lockImport(tx, actor, importId);
    if (!checked_at) throw new Refusal(refuse("conflict", "This table was not checked yet. Choose the file again."));
    await refuseIncomplete(tx, importId, rows);
    // Addresses are given out one at a time, and nobody changes these systems while they are compared.
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtext('systems.slug'))::text`;
    await tx.$executeRaw`
      select 1 from systems s join import_rows r on r.slug = s.slug where r.import_id = ${importId}::uuid order by s.id for update of s`;
    if (!(await isAsShown(tx, visible, importId))) throw new Refusal(refuse("conflict", moved));
    const bad = await tx.importRow.count({ where: { importId, outcome: "bad" } });
    if (bad > 0)
      throw new Refusal(
        refuse(
          "invalid",
          `${plural(bad, "line has", "lines have")} something to mend. Nothing was brought in: mend the file and choose it again.`,
        ),
      );
    const created = await createSystems(tx, importId, now);
    const changed = await changeSystems(tx, importId, now);
    const ids = await touchedIds(tx, importId);
    await markSystemsDue(tx, ids);
    await tx.import.update({ where: { id: importId }, data: { committedAt: now } });
    const idsHash = sha256(Buffer.from(ids.join("\n"))).toString("hex");
    const detail = {
      created,
      changed,
      unchanged: rows - created - changed,
      count: ids.length,
      idsHash,
      ids: ids.slice(0, 1_000),
    };
    return { value: { created, changed }, audit: [["import", importId], detail] };
  },
});

const touchedIds = async (tx: Tx, importId: string): Promise<string[]> =>
  (
    await tx.$queryRaw<{ id: string }[]>`
      select s.id from import_rows r join systems s on s.slug = r.slug
      where r.import_id = ${importId}::uuid and r.outcome in ('create', 'change') order by s.id`
  ).map(({ id }) => id);
