import { afterAll, beforeAll, expect, it } from "vitest";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { getActivity } from "./activity";

let estate: Estate;

beforeAll(async () => {
  estate = await openEstate();
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query("truncate systems, connections, tiers, tier_objectives cascade");
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
});
afterAll(() => estate.close());

/** A schedule in a place of its own that promises runs in so many minutes from now. */
async function schedule(name: string, resources: number, dueInMinutes: readonly number[]) {
  const { connectionId, resourceId } = await estate.protectedSystem();
  const ids = [resourceId];
  while (ids.length < resources) ids.push(await estate.resource(connectionId));
  const policyId = await estate.insert("policies", {
    connection_id: connectionId,
    region: "eu-central-1",
    provider_ref: name,
    name,
    observed_at: new Date(),
  });
  const ruleId = await estate.insert("policy_rules", {
    policy_id: policyId,
    provider_ref: "rule",
    name,
    schedule: "cron(0 * * * ? *)",
    start_window_minutes: 60,
    completion_window_minutes: 120,
    vault_name: "main",
    valid_from: estate.ago(9_000),
  });
  for (const minutes of dueInMinutes)
    for (const id of ids)
      await estate.insert("expected_runs", {
        rule_id: ruleId,
        resource_id: id,
        due_at: new Date(begun + minutes * 60_000),
        start_by: new Date(begun + (minutes + 60) * 60_000),
        complete_by: new Date(begun + (minutes + 120) * 60_000),
        state: minutes === 55 ? "matched" : "pending",
      });
}
const begun = Date.now();

it("tells who sees everything the same of the next day as who sees each resource", async () => {
  await schedule("hourly", 3, [-30, 30, 55, 90, 150]);
  await schedule("hourly", 2, [30, 90]);
  await schedule("nightly", 1, [600]);
  await schedule("monthly", 1, [3_000]);
  await estate.client.query("update resources set tags = $1", [JSON.stringify({ team: "all" })]);
  const whole = await getActivity(await person("operator"), {});
  const seen = await getActivity(await person("operator", { kind: "tag", key: "team", value: "all" }), {});
  expect(whole.upcoming).toEqual(seen.upcoming);
  expect(whole.upcoming).toMatchObject([
    { at: new Date(begun + 30 * 60_000).toISOString(), what: "hourly: 5 backups, 3 times" },
    {
      at: new Date(begun + 600 * 60_000).toISOString(),
      what: "nightly: 1 backup",
      href: expect.stringContaining("/systems/"),
    },
  ]);
});
