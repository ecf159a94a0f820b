import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { minutes } from "@/lib/core/time";
import { readNow } from "@/lib/health/current";
import { evaluateHealth } from "@/lib/health/jobs";
import { db, reader } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { theWorker } from "@/lib/platform/testing/people";
import { type Card, detailAt, type MatrixDetail } from "./card";
import { readDetails } from "./cards";
import { refreshCards } from "./jobs";
import { readMatrixDetails } from "./matrix-details";
import { stripRuns } from "./strip";

let estate: Estate;
const worker = theWorker();

beforeAll(async () => {
  estate = await openEstate();
});
afterAll(() => estate.close());
beforeEach(async () => {
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query("truncate systems, connections, tiers, tier_objectives cascade");
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
});

type Ids = Awaited<ReturnType<Estate["protectedSystem"]>> & { ruleId: string };

/** A system of one resource with half-hourly runs, the last of them two minutes ago, fresh points and a proof. */
async function lay(): Promise<Ids> {
  const ids = await estate.protectedSystem();
  const ruleId = await rule(ids);
  for (let n = 33; n >= -9; n -= 1) await promise({ ...ids, ruleId }, 30 * n + 2, n < 0 ? "pending" : "matched");
  const pointId = await estate.point(ids, 5, { expires_at: estate.ago(-60 * 24) });
  await estate.proof(pointId, "validated", "passed", 4);
  return { ...ids, ruleId };
}

async function rule({ connectionId }: { connectionId: string }): Promise<string> {
  const policyId = await estate.insert("policies", {
    connection_id: connectionId,
    region: "eu-central-1",
    provider_ref: `plan-${randomUUID()}`,
    name: "half-hourly",
    observed_at: new Date(),
  });
  return estate.insert("policy_rules", {
    policy_id: policyId,
    provider_ref: "rule",
    name: "half-hourly",
    schedule: "cron(0/30 * * * ? *)",
    start_window_minutes: 60,
    completion_window_minutes: 120,
    vault_name: "main",
    valid_from: estate.ago(9_000),
  });
}

const promise = (
  { ruleId, resourceId }: { ruleId: string; resourceId: string },
  minutesAgo: number,
  state: string,
  over: Record<string, unknown> = {},
) =>
  estate.insert("expected_runs", {
    rule_id: ruleId,
    resource_id: resourceId,
    due_at: estate.ago(minutesAgo),
    start_by: estate.ago(minutesAgo - 60),
    complete_by: estate.ago(minutesAgo - 120),
    state,
    ...over,
  });

const job = ({ connectionId, resourceId }: Ids, minutesAgo: number, state: string, message: string | null = null) =>
  estate.insert("jobs", {
    connection_id: connectionId,
    resource_id: resourceId,
    region: "eu-central-1",
    provider_ref: `job-${randomUUID()}`,
    kind: "backup",
    state,
    raw_status: state,
    message,
    created_at: estate.ago(minutesAgo),
    observed_at: new Date(),
  });

const sql = (text: string, ...values: unknown[]) => estate.client.query(text, values);

/** Draws every card, and answers that of a system. */
async function drawn(systemId: string) {
  while ((await refreshCards(worker)) > 0);
  const { card, staleAt } = await db.systemCard.findUniqueOrThrow({ where: { systemId } });
  if (card === null) throw new Error("No card was drawn.");
  return { card: card as unknown as Card, staleAt };
}

const plain = (detail: MatrixDetail | undefined) => detail && { ...detail, strip: stripRuns(detail.strip) };
const afresh = async (systemId: string, at: Date) =>
  plain((await readMatrixDetails(reader, [systemId], at)).get(systemId));

/** A card says all its life what would be made out afresh at each moment, and ends when it no longer would. */
async function expectTrue(systemId: string) {
  const { card, staleAt } = await drawn(systemId);
  const now = await readNow(reader);
  expect(staleAt > now).toBe(true);
  for (let atMs = now.getTime(); atMs < staleAt.getTime(); atMs += minutes(7)) {
    const at = new Date(atMs);
    expect(plain(detailAt(card, at)), at.toISOString()).toEqual(await afresh(systemId, at));
  }
  const last = new Date(staleAt.getTime() - 1);
  expect(plain(detailAt(card, last))).toEqual(await afresh(systemId, last));
}

const changes: readonly (readonly [string, (ids: Ids) => Promise<unknown>])[] = [
  ["nothing", async () => undefined],
  [
    "a missed run",
    ({ resourceId }) =>
      sql(
        "update expected_runs set state = 'missed' where resource_id = $1 and due_at > now() - interval '5 minutes' and due_at < now()",
        resourceId,
      ),
  ],
  [
    "a paused policy",
    ({ resourceId }) =>
      sql("update expected_runs set state = 'excused' where resource_id = $1 and state = 'pending'", resourceId),
  ],
  [
    "a run that failed and says why",
    async (ids) =>
      sql(
        "update expected_runs set state = 'missed', job_id = $2 where resource_id = $1 and due_at > now() - interval '5 minutes' and due_at < now()",
        ids.resourceId,
        await job(ids, 1, "failed", "The key is disabled."),
      ),
  ],
  [
    "promises that ended, and jobs in their place",
    async (ids) => {
      await sql("delete from expected_runs where resource_id = $1", ids.resourceId);
      await job(ids, 90, "succeeded");
      await job(ids, 10, "running");
    },
  ],
  [
    "a first promise after jobs alone",
    async (ids) => {
      await sql("delete from expected_runs where resource_id = $1", ids.resourceId);
      await job(ids, 90, "succeeded");
      await promise(ids, -40, "pending");
    },
  ],
  [
    "a promise every minute",
    async (ids) => {
      await sql("delete from expected_runs where resource_id = $1", ids.resourceId);
      for (let n = 20; n > -100; n -= 1) await promise(ids, n, n < 0 ? "pending" : "matched");
    },
  ],
  ["a refuted point", async (ids) => estate.proof(await estate.point(ids, 3), "validated", "failed", 2)],
  [
    "a refuted point about to be too old to matter",
    async (ids) => estate.proof(await estate.point(ids, 60 * 49 - 20), "validated", "failed", 2),
  ],
  [
    "a copy that expired",
    ({ resourceId }) => sql("update recovery_points set expires_at = now() where resource_id = $1", resourceId),
  ],
  [
    "a copy about to expire",
    ({ resourceId }) =>
      sql("update recovery_points set expires_at = now() + interval '25 minutes' where resource_id = $1", resourceId),
  ],
  [
    "copies about to be too old",
    ({ resourceId }) =>
      sql(
        "update recovery_points set data_as_of = now() - interval '48 hours 40 minutes' where resource_id = $1",
        resourceId,
      ),
  ],
  [
    "a verification about to be too long ago",
    async (ids) => {
      await sql("update tier_objectives set verify_days = 7");
      const pointId = await estate.point({ ...ids, vaultId: await estate.vault(ids.connectionId) }, 6);
      await estate.proof(pointId, "validated", "passed", 60 * 24 * 7 - 30);
    },
  ],
  [
    "a lock that ends soon",
    async (ids) => {
      const vaultId = await estate.vault(ids.connectionId, { lock_mode: "compliance", lock_final_at: estate.ago(60) });
      await estate.point({ ...ids, vaultId }, 6, { locked_until: estate.ago(-35) });
    },
  ],
  [
    "a lock that is final soon",
    async (ids) => {
      const vaultId = await estate.vault(ids.connectionId, { lock_mode: "compliance", lock_final_at: estate.ago(-35) });
      await estate.point({ ...ids, vaultId }, 6, { locked_until: estate.ago(-60 * 48) });
    },
  ],
  [
    "a member added, with runs at the same moments",
    async (ids) => {
      const resourceId = await estate.resource(ids.connectionId, { kind: "EFS", region: "eu-west-1" });
      await sql(
        "insert into expected_runs (rule_id, resource_id, due_at, start_by, complete_by, state) select rule_id, $2, due_at, start_by, complete_by, state from expected_runs where resource_id = $1",
        ids.resourceId,
        resourceId,
      );
      await estate.member(ids.systemId, resourceId);
    },
  ],
  [
    "a member that is not required",
    async (ids) => estate.member(ids.systemId, await estate.resource(ids.connectionId), { required: false }),
  ],
  [
    "its member removed",
    ({ systemId }) => sql("update system_resources set valid_to = now() where system_id = $1", systemId),
  ],
];

describe("a card", () => {
  it.each(changes)("says all its life what would be made out afresh, after %s", async (_, change) => {
    const ids = await lay();
    await evaluateHealth(worker, { systemIds: [ids.systemId] });
    const before = await drawn(ids.systemId);
    await change(ids);
    await evaluateHealth(worker, { systemIds: [ids.systemId], resourceIds: [ids.resourceId] });
    const { staleAt } = await db.systemCard.findUniqueOrThrow({ where: { systemId: ids.systemId } });
    expect(staleAt < before.staleAt).toBe(true);
    await expectTrue(ids.systemId);
  });

  it("ends at the moment a copy expires", async () => {
    const ids = await lay();
    const expiresAt = estate.ago(-20);
    await sql("update recovery_points set expires_at = $2 where resource_id = $1", ids.resourceId, expiresAt);
    expect((await drawn(ids.systemId)).staleAt).toEqual(expiresAt);
  });

  it("is stale from the moment a vault's lock changes", async () => {
    const ids = await lay();
    await drawn(ids.systemId);
    await sql("update vaults set lock_mode = 'governance' where id = $1", ids.vaultId);
    const { staleAt } = await db.systemCard.findUniqueOrThrow({ where: { systemId: ids.systemId } });
    expect(staleAt <= (await readNow(reader))).toBe(true);
  });

  it("stays stale where it was made so while it was drawn", async () => {
    const ids = await lay();
    await drawn(ids.systemId);
    await sql("update system_cards set stale_at = now() - interval '1 second'");
    await sql("begin");
    await sql("update system_cards set mark = mark + 1");
    await refreshCards(worker);
    await sql("commit");
    const { staleAt } = await db.systemCard.findUniqueOrThrow({ where: { systemId: ids.systemId } });
    expect(staleAt <= (await readNow(reader))).toBe(true);
  });
});

describe("the details of a system", () => {
  const wrong = `{"resources":99,"makeup":"","proofLevel":null,"copies":null,"strip":{"states":"","steps":[],"noted":[],"notes":[]}}`;
  const shown = async (systemId: string) => {
    const now = await readNow(reader);
    return (await readDetails(reader, [systemId], now)).get(systemId)?.resources;
  };

  it.each([
    ["read from its card while that holds", "update system_cards set stale_at = now() + interval '1 minute'", 99],
    ["made out afresh once it is stale", "update system_cards set stale_at = now() - interval '1 second'", 1],
    ["made out afresh where no card was drawn", "update system_cards set card = null", 1],
    [
      "made out afresh where its verdict is due",
      "update system_health set next_change_at = now() - interval '1 second'",
      1,
    ],
  ])("are %s", async (_, change, resources) => {
    const ids = await lay();
    await evaluateHealth(worker, { systemIds: [ids.systemId] });
    await drawn(ids.systemId);
    await sql("update system_cards set card = $1", wrong);
    await sql(change);
    expect(await shown(ids.systemId)).toBe(resources);
  });
});
