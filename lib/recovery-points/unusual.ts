import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { type Measured, measuredAtMost, type Unusual, unusualOf } from "@/lib/health/unusual";
import type { Tx } from "@/lib/platform/db";

const resourcesAtOnce = 1_000;

type Backup = [id: string, sizeBytes: number | null, durationSeconds: number | null, unusual: Unusual[] | null];

/**
 * Marks the newest backup of each of these resources by what it strays in, held against those before it; to be called when
 * backups of them were written down. Copies and continuous backups have no size of their own to compare.
 */
export async function markUnusual(actor: JobActor, resourceIds: readonly string[]): Promise<void> {
  for (let at = 0; at < resourceIds.length; at += resourcesAtOnce) {
    const part = resourceIds.slice(at, at + resourcesAtOnce);
    await observe(actor, async (tx) => writeMarks(tx, (await readBackups(tx, part)).flatMap(markOf)));
  }
}

async function readBackups(tx: Tx, resourceIds: readonly string[]): Promise<Backup[][]> {
  const rows = await tx.$queryRaw<{ backups: Backup[] }[]>`
    select jsonb_agg(jsonb_build_array(x.id, x.size_bytes, extract(epoch from x.completed_at - x.started_at), x.unusual)
      order by x.data_as_of, x.id) as backups
    from unnest(${[...resourceIds]}::uuid[]) as chosen (id)
    cross join lateral (
      select p.* from recovery_points p
      where p.resource_id = chosen.id and p.kind <> 'continuous' and p.copy_of_ref is null and p.status = 'available'
        and not p.contradictory and p.data_as_of is not null
      order by p.data_as_of desc, p.id desc limit ${measuredAtMost}) x
    group by chosen.id`;
  return rows.map(({ backups }) => backups);
}

const toMeasured = ([, sizeBytes, durationSeconds]: Backup): Measured => ({ sizeBytes, durationSeconds });

function markOf(backups: readonly Backup[]): { id: string; unusual: Unusual[] | null }[] {
  const newest = backups.at(-1);
  if (!newest) return [];
  const found = unusualOf(backups.map(toMeasured));
  return found.length === 0 && newest[3] === null
    ? []
    : [{ id: newest[0], unusual: found.length === 0 ? null : found }];
}

async function writeMarks(tx: Tx, marks: readonly { id: string; unusual: Unusual[] | null }[]): Promise<void> {
  if (marks.length === 0) return;
  await tx.$executeRaw`
    update recovery_points p set unusual = x.unusual
    from jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) as x (id uuid, unusual jsonb)
    where p.id = x.id and p.unusual is distinct from nullif(x.unusual, 'null')`;
}
