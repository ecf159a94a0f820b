import "server-only";
import type { Reader } from "@/lib/platform/db";
import { erasedName } from "./rules";
import type { AuditBody } from "./schema";

type Named = { id: string; name: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

const keyOf = (type: string, id: string) => `${type}:${id}`;

/** Looks up what the ids of these events are called today: one query for each kind that occurs. */
export async function namesOf(db: Reader, bodies: readonly AuditBody[]) {
  const ids = new Map<string, Set<string>>();
  const want = (type: string, id: string) => {
    if (uuid.test(id)) ids.set(type, (ids.get(type) ?? new Set()).add(id));
  };
  for (const { actor, target } of bodies) {
    if (actor.type === "user") want("user", actor.id);
    want(target.type, target.id);
  }
  const known = new Map<string, string>();
  const find = async (type: string, look: (wanted: { in: string[] }) => Promise<readonly Named[]>) => {
    const wanted = ids.get(type);
    if (!wanted) return;
    for (const { id, name } of await look({ in: [...wanted] })) known.set(keyOf(type, id), name);
  };
  const plain = { id: true, name: true } as const;
  const ofSystem = { id: true, handle: true, system: { select: { name: true } } } as const;
  await Promise.all([
    find("user", async (pseudonym) => {
      const people = await db.auditSubject.findMany({
        where: { pseudonym },
        select: { pseudonym: true, display: true },
      });
      return people.map(({ pseudonym: id, display }) => ({ id, name: display ?? erasedName }));
    }),
    find("system", (id) => db.system.findMany({ where: { id }, select: plain })),
    find("resource", (id) => db.resource.findMany({ where: { id }, select: plain })),
    find("connection", (id) => db.connection.findMany({ where: { id }, select: plain })),
    find("team", (id) => db.team.findMany({ where: { id }, select: plain })),
    find("assertion", (id) => db.assertion.findMany({ where: { id }, select: plain })),
    find("factor", (id) => db.factor.findMany({ where: { id }, select: plain })),
    find("restore", async (id) => {
      const rows = await db.restoreRequest.findMany({ where: { id }, select: ofSystem });
      return rows.map((row) => ({ id: row.id, name: `${row.system.name} (${row.handle})` }));
    }),
    find("approval", async (approvalId) => {
      const rows = await db.restoreRequest.findMany({
        where: { approvalId },
        select: { ...ofSystem, approvalId: true },
      });
      return rows.map((row) => ({ id: row.approvalId, name: `${row.system.name} (${row.handle})` }));
    }),
    find("backup", async (id) => {
      const rows = await db.backupRequest.findMany({
        where: { id },
        select: { id: true, resource: { select: plain } },
      });
      return rows.map((row) => ({ id: row.id, name: row.resource.name }));
    }),
    nameTiers(db, bodies, known),
  ]);
  return (body: AuditBody) => ({
    actor: known.get(keyOf(body.actor.type, body.actor.id)),
    target: known.get(keyOf(body.target.type, body.target.id)),
  });
}

/** Tiers have ids that are words. */
async function nameTiers(db: Reader, bodies: readonly AuditBody[], known: Map<string, string>): Promise<void> {
  const wanted = [...new Set(bodies.flatMap(({ target }) => (target.type === "tier" ? [target.id] : [])))];
  if (wanted.length === 0) return;
  for (const { id, name } of await db.tier.findMany({
    where: { id: { in: wanted } },
    select: { id: true, name: true },
  }))
    known.set(keyOf("tier", id), `the tier ${name}`);
}
