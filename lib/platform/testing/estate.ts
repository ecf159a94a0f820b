import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { defaultTiers } from "@/lib/tiers/defaults";

/** Lays rows as providers and people would have made them, as the database's owner, for tests. */
export async function openEstate() {
  const client = new Client({ connectionString: process.env.TEST_DATABASE_OWNER_URL });
  await client.connect();
  const insert = async (table: string, row: Record<string, unknown>): Promise<string> => {
    const columns = Object.keys(row);
    const values = columns.map((column) => {
      const value = row[column];
      return typeof value === "object" && value !== null && !(value instanceof Date) && !Array.isArray(value)
        ? JSON.stringify(value)
        : value;
    });
    const { rows } = await client.query(
      `insert into ${table} (${columns.join(", ")}) values (${columns.map((_, index) => `$${index + 1}`).join(", ")}) returning *`,
      values,
    );
    return rows[0]?.id ?? "";
  };
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const unique = () => randomUUID().slice(0, 8);

  const tiers = async () => {
    for (const { id, rank, name, objectives: o } of defaultTiers) {
      await client.query("insert into tiers (id, rank, name) values ($1, $2, $3) on conflict do nothing", [
        id,
        rank,
        name,
      ]);
      await client.query(
        `insert into tier_objectives (tier_id, rpo_seconds, rto_seconds, mtd_seconds, time_in_rpo_target_pct, restore_test_cadence_days,
           drill_cadence_days, runbook_review_days, verify_days, copy_rule, min_retention_days, offsite_retention_days, min_immutable_days,
           approvals, valid_from)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
         where not exists (select 1 from tier_objectives where tier_id = $1)`,
        [
          id,
          o.rpoSeconds,
          o.rtoSeconds,
          o.mtdSeconds,
          o.timeInRpoTargetPct,
          o.restoreTestCadenceDays,
          o.drillCadenceDays,
          o.runbookReviewDays,
          o.verifyDays,
          o.copyRule,
          o.minRetentionDays,
          o.offsiteRetentionDays,
          o.minImmutableDays,
          o.approvals,
          ago(60 * 24 * 400),
        ],
      );
    }
  };
  const connection = (over: Record<string, unknown> = {}) =>
    insert("connections", {
      kind: "aws",
      name: `c-${unique()}`,
      account: "111111111111",
      settings: {},
      last_success_at: new Date(),
      ...over,
    });
  const resource = (connectionId: string, over: Record<string, unknown> = {}) =>
    insert("resources", {
      connection_id: connectionId,
      region: "eu-central-1",
      provider_ref: `arn:${unique()}`,
      kind: "RDS",
      name: `db-${unique()}`,
      account: "111111111111",
      observed_at: new Date(),
      ...over,
    });
  const vault = (connectionId: string, over: Record<string, unknown> = {}) =>
    insert("vaults", {
      connection_id: connectionId,
      region: "eu-central-1",
      provider_ref: `vault:${unique()}`,
      name: "main",
      kind: "standard",
      observed_at: new Date(),
      ...over,
    });
  const system = async (over: Record<string, unknown> = {}, tierId = "tier-1") => {
    const name = `system-${unique()}`;
    const id = await insert("systems", { name, slug: name, in_service_from: ago(60 * 24 * 30), ...over });
    await insert("system_tiers", { system_id: id, tier_id: tierId, valid_from: ago(60 * 24 * 30) });
    return id;
  };
  const member = (systemId: string, resourceId: string, over: Record<string, unknown> = {}) =>
    insert("system_resources", {
      system_id: systemId,
      resource_id: resourceId,
      valid_from: ago(60 * 24 * 30),
      ...over,
    });
  const point = (
    ids: { connectionId: string; resourceId: string; vaultId: string },
    ageMinutes: number,
    over: Record<string, unknown> = {},
  ) =>
    insert("recovery_points", {
      connection_id: ids.connectionId,
      resource_id: ids.resourceId,
      vault_id: ids.vaultId,
      region: "eu-central-1",
      provider_ref: `rp:${unique()}`,
      account: "111111111111",
      kind: "snapshot",
      status: "available",
      raw_status: "COMPLETED",
      data_as_of: ago(ageMinutes),
      started_at: ago(ageMinutes),
      completed_at: ago(ageMinutes - Math.min(1, ageMinutes)),
      observed_at: new Date(),
      ...over,
    });
  const proof = (pointId: string, level: string, result: "passed" | "failed", ageMinutes: number) =>
    insert("verifications", { point_id: pointId, level, result, at: ago(ageMinutes) });
  const team = (name = `team-${unique()}`) => insert("teams", { name });
  /** Says what was judged of a system; nothing was, from its birth on. */
  const verdict = (systemId: string, state: string, rtaSeconds: number | null = null) =>
    client.query("update system_health set state = $2, rta_seconds = $3, evaluated_at = now() where system_id = $1", [
      systemId,
      state,
      rtaSeconds,
    ]);
  /** A system of one resource in a place of its own, with what its points need. */
  const protectedSystem = async (tierId = "tier-1", over: Record<string, unknown> = {}) => {
    const connectionId = await connection();
    const [resourceId, vaultId, systemId] = [
      await resource(connectionId),
      await vault(connectionId),
      await system(over, tierId),
    ];
    await member(systemId, resourceId);
    return { connectionId, resourceId, vaultId, systemId };
  };
  return {
    client,
    insert,
    ago,
    tiers,
    connection,
    resource,
    vault,
    system,
    member,
    point,
    proof,
    team,
    verdict,
    protectedSystem,
    close: () => client.end(),
  };
}

export type Estate = Awaited<ReturnType<typeof openEstate>>;
