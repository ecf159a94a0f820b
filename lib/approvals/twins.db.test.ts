import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { roles } from "@/lib/access/permissions";
import { levelFloor } from "@/lib/changes/rules";
import { db, reader } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { canMove, levelOf, restoreStates } from "@/lib/restores/rules";
import { levelsInForce } from "./policy";
import { defaultLevels } from "./rules";

afterAll(() => ownerDb.$disconnect());

const account = fc.constantFrom("111111111111", "222222222222", "333333333333");
const region = fc.constantFrom("eu-central-1", "eu-west-1");
const item = fc.record({
  mode: fc.constantFrom("new_resource", "in_place"),
  resourceKind: fc.constantFrom("RDS", "S3", "KMS", "IAM", "SecretsManager", "Vault"),
  target: fc.record({ account, region, name: fc.constant("x") }),
});
const environment = fc.constantFrom("production", "unknown", "staging", "development", "test");

describe("PostgreSQL and the rules agree", () => {
  it("on the level of a plan, whatever it does and wherever it goes", async () => {
    const isolated = [
      { account: "333333333333", region: "eu-west-1" },
      { account: "111111111111", region: "eu-west-1" },
    ];
    await db.isolatedPlace.createMany({ data: isolated.map((place) => ({ ...place, label: randomUUID() })) });
    await fc.assert(
      fc.asyncProperty(account, environment, fc.array(item, { maxLength: 4 }), async (home, of, items) => {
        const plan = { account: home, items };
        const [row] = await reader.$queryRaw<{ level: number }[]>`
          select plan_level(${JSON.stringify(plan)}::jsonb, ${of}) as level`;
        const ours = levelOf(
          { ...plan, system: { environment: of } } as unknown as Parameters<typeof levelOf>[0],
          isolated,
        );
        expect(row?.level).toBe(ours);
      }),
      { numRuns: 300 },
    );
    await ownerDb.isolatedPlace.deleteMany({});
  });

  it("on the laxest level of every change", async () => {
    const actions = [
      "role.give",
      "person.invite",
      "person.reissue",
      "person.link_identity",
      "role.map",
      "person.enable",
      "tier.edit",
      "connection.edit",
      "approval.policy",
      "approval.place.add",
      "approval.delegate",
      "installation.single_operator",
      "freeze.release",
      "anything.else",
    ];
    for (const action of actions)
      for (const role of roles) {
        const [row] = await reader.$queryRaw<{ level: number }[]>`
          select change_floor(${action}, ${JSON.stringify({ role })}::jsonb) as level`;
        expect([action, role, row?.level]).toEqual([action, role, levelFloor(action, { role })]);
      }
  });

  it("on every way a restore may go", async () => {
    for (const from of restoreStates)
      for (const to of restoreStates) {
        if (from === to) continue;
        const [row] = await reader.$queryRaw<{ may: boolean }[]>`
          select restore_may_move(${from}::restore_state, ${to}::restore_state) as may`;
        expect([from, to, row?.may]).toEqual([from, to, canMove(from, to)]);
      }
  });

  it("on the policy an installation starts with", async () => {
    expect(await levelsInForce(reader)).toEqual(JSON.parse(JSON.stringify(defaultLevels)));
  });
});
