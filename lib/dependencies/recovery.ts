import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { recoveryOrder } from "@/lib/continuity/order";
import type { Reader } from "@/lib/platform/db";
import { systemRef } from "@/lib/systems/schema";
import { sqlSystemVisible, systemsVisible } from "@/lib/systems/visible";
import type { RecoverySequence } from "./view";

/** How many systems one recovery is worked out for. */
const mostSystems = 500;
/** Where no tier says anything: after everything else. */
const noTier = 99;
const noRtoSeconds = Number.MAX_SAFE_INTEGER;

type Row = {
  id: string;
  name: string;
  tier_rank: number | null;
  rto_seconds: number | null;
  rta_seconds: number | null;
};

/** The system and all that it needs to recover, however far; the nearest first. */
const readNeeded = (db: Reader, visible: Visible, systemId: string) => db.$queryRaw<Row[]>`
  with recursive needed (id) as (
    select ${systemId}::uuid
    union select d.to_id from needed n join system_dependencies d on d.from_id = n.id and d.kind = 'hard' and d.valid_to is null)
  select s.id, case when ${sqlSystemVisible(visible)} then s.name else '' end as name, t.rank as tier_rank, o.rto_seconds, h.rta_seconds
  from needed n join systems s on s.id = n.id
  left join system_tiers st on st.system_id = s.id and st.valid_to is null left join tiers t on t.id = st.tier_id
  left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
  left join system_health h on h.system_id = s.id limit ${mostSystems}::int`;

/**
 * In which order a system and all it needs would come back, and when, with everything lost at once and hands enough: by
 * hard dependencies, and by the slow end of the restores that were measured. What was never measured counts as nothing,
 * so that a finish which rests on it is a least one.
 */
export const getRecoverySequence = read(
  "estate:read",
  systemRef,
  async ({ db, visible }, { systemId }): Promise<RecoverySequence | null> => {
    const own = await db.system.count({ where: { AND: [{ id: systemId }, systemsVisible(visible)] } });
    if (own === 0) return null;
    const rows = await readNeeded(db, visible, systemId);
    const deps = await db.systemDependency.findMany({
      where: { validTo: null, kind: "hard", fromId: { in: rows.map(({ id }) => id) } },
      select: { fromId: true, toId: true },
    });
    const order = recoveryOrder(
      rows.map(({ id, tier_rank, rto_seconds, rta_seconds }) => ({
        id,
        tier: tier_rank ?? noTier,
        rtoSeconds: rto_seconds ?? noRtoSeconds,
        restoreSeconds: rta_seconds ?? 0,
      })),
      deps.map(({ fromId, toId }) => ({ from: fromId, to: toId, kind: "HARD" })),
    );
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    const inCircle = new Set(order.cycles.flat());
    const late = new Set(order.rtoViolations.map(({ id }) => id));
    return {
      waves: order.waves.map((wave) =>
        wave.map((id) => {
          const row = rowOf.get(id);
          return {
            id: row?.name ? id : null,
            name: row?.name || null,
            tierRank: row?.tier_rank ?? null,
            rtoSeconds: row?.rto_seconds ?? null,
            ownSeconds: row?.rta_seconds ?? null,
            finishSeconds: order.projectedFinishSeconds[id] ?? 0,
            late: late.has(id),
            inCircle: inCircle.has(id),
          };
        }),
      ),
      unmeasured: rows.filter(({ rta_seconds }) => rta_seconds === null).length,
      cut: rows.length >= mostSystems,
    };
  },
);
