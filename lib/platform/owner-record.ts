import { createHash } from "node:crypto";
import type { Client } from "pg";
import { canonicalJson } from "@/lib/core/canonical";

/**
 * Appends an audit event as the database's owner, in the open transaction of what it tells of. For what no running role
 * may do, done at the machine's own console; the body is the same as that of lib/audit/record.ts.
 */
export async function recordAsOwner(
  client: Client,
  action: string,
  [type, id]: readonly [string, string],
  detail: Record<string, unknown>,
): Promise<void> {
  const { rows } = await client.query<{ id: string; now: Date; install: string; single: boolean }>(
    `select uuid_v7()::text as id, now() as now, install_id::text as install, single_operator as single from installation`,
  );
  const [place] = rows;
  if (!place) throw new Error("This database was never started.");
  const body = canonicalJson({
    v: 1,
    id: place.id,
    ts: place.now.toISOString(),
    install: place.install,
    actor: { type: "system", id: "console" },
    action,
    target: { type, id },
    outcome: "success",
    request: { id: place.id },
    detail,
    ...(place.single ? { singleOperator: true } : {}),
  });
  const leaf = createHash("sha256").update(Buffer.of(0)).update(body).digest();
  await client.query("insert into audit_events (id, body, leaf) values ($1, $2, $3)", [place.id, body, leaf]);
  await client.query("insert into audit_pending (event_id) values ($1)", [place.id]);
}
