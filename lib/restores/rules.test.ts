import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintWords, paramsHashOf } from "@/lib/approvals/fingerprint";
import { buildPlan, type PlanSource } from "./plan";
import {
  canMove,
  type Draft,
  holds,
  isFinished,
  levelOf,
  metadataOf,
  nextStep,
  type PlanItem,
  proposedName,
  reach,
  reconcile,
  restoreStates,
} from "./rules";

const item: PlanItem = {
  pointId: "p",
  pointRef: "arn:p",
  pointKind: "snapshot",
  vaultName: "main",
  resourceId: "r",
  resourceRef: "arn:r",
  resourceKind: "RDS",
  resourceName: "orders",
  dataAsOf: null,
  completedAt: null,
  sizeBytes: null,
  restoreTime: null,
  mode: "new_resource",
  target: { account: "1", region: "eu-central-1", name: "orders-rr1" },
  metadata: {},
  roleRef: "role",
  completion: null,
};
const system = (environment: string) => ({
  id: "s",
  name: "orders",
  environment,
  tierId: "tier-1",
  rtoSeconds: 1,
  rpoSeconds: 1,
});

describe("the level of a plan", () => {
  const away = { ...item, target: { ...item.target, account: "2" } };
  const isolated = [
    { account: "1", region: "eu-central-1" },
    { account: "2", region: "eu-central-1" },
  ];
  it.each([
    ["production into a new resource", "production", [item], [], 1],
    ["an unknown environment", "unknown", [item], [], 1],
    ["staging", "staging", [item], [], 2],
    ["development", "development", [item], [], 2],
    ["in place, even in staging", "staging", [{ ...item, mode: "in_place" }], [], 0],
    ["another account", "staging", [away], [], 0],
    ["a key", "staging", [{ ...item, resourceKind: "KMS" }], [], 0],
    ["production into an isolated place", "production", [item], isolated, 3],
    ["another account that is kept isolated", "production", [away], isolated, 3],
    ["in place in an isolated place", "staging", [{ ...item, mode: "in_place" }], isolated, 0],
    ["the strictest of several items", "staging", [item, away], [], 0],
  ] as const)("%s is %5$i", (_, environment, items, places, level) => {
    expect(levelOf({ account: "1", system: system(environment), items: items as unknown as PlanItem[] }, places)).toBe(
      level,
    );
  });
});

describe("an assertion", () => {
  it.each([
    ["12", ">=", "12", true],
    ["11", ">=", "12", false],
    ["9", "<", "10", true],
    ["10", "<=", "10", true],
    ["10", ">", "10", false],
    ["1.50", "=", "1.5", true],
    ["a", "=", "b", false],
    ["a", "!=", "b", true],
    [null, "=", "null", true],
    [null, "=", "0", false],
    [null, ">", "0", false],
    ["2026-11-24T06:58:00.000Z", "<", "2026-11-24T07:00:00.000Z", true],
  ] as const)("%s %s %s: %o", (actual, comparator, expected, good) => {
    expect(holds(actual, comparator, expected)).toBe(good);
  });
});

describe("a restore", () => {
  it("never leaves a finished state, and can always reach one", () => {
    for (const from of restoreStates) {
      if (isFinished(from)) expect(restoreStates.some((to) => canMove(from, to))).toBe(false);
      else expect(restoreStates.some((to) => canMove(from, to))).toBe(true);
    }
    expect(canMove("waiting", "running")).toBe(false);
  });

  const draft: Draft = {
    resourceId: "r",
    when: { kind: "latest" },
    targetName: "orders-rr1",
    form: {
      pointId: "p",
      fields: [
        {
          key: "DBInstanceIdentifier",
          label: "Name",
          kind: "text",
          choices: [],
          sourceValue: null,
          required: true,
          isTargetName: true,
          readOnly: false,
          hint: "",
        },
        {
          key: "MultiAZ",
          label: "Standby",
          kind: "boolean",
          choices: [],
          sourceValue: "true",
          required: false,
          isTargetName: false,
          readOnly: false,
          hint: "",
        },
        {
          key: "EngineVersion",
          label: "Version",
          kind: "text",
          choices: [],
          sourceValue: "16.4",
          required: false,
          isTargetName: false,
          readOnly: true,
          hint: "",
        },
        {
          key: "DBSubnetGroupName",
          label: "Subnet group",
          kind: "text",
          choices: [],
          sourceValue: null,
          required: true,
          isTargetName: false,
          readOnly: false,
          hint: "",
        },
      ],
      notRestored: [],
      pointInTime: false,
      createsNew: true,
      readAt: "2026-11-24T12:00:00Z",
    },
  };

  it("sends the source's settings, what people changed and the target's name; never what is only told", () => {
    expect(metadataOf({ ...draft, settings: { MultiAZ: "false", DBSubnetGroupName: "db" } })).toEqual({
      ok: true,
      value: { DBInstanceIdentifier: "orders-rr1", MultiAZ: "false", DBSubnetGroupName: "db" },
    });
  });

  it.each([
    ["a setting that does not exist", { DBSubnetGroupName: "db", Colour: "red" }, "Colour"],
    ["a missing required one", {}, "DBSubnetGroupName"],
    ["a required one left empty", { DBSubnetGroupName: "" }, "DBSubnetGroupName"],
  ])("names %s", (_, settings, field) => {
    expect(metadataOf({ ...draft, settings })).toMatchObject({
      ok: false,
      code: "invalid",
      fields: { [field]: expect.any(String) },
    });
  });

  it.each([
    ["what", {}, "ten chars!", null],
    ["what", { resourceId: "r" }, "too short", null],
    ["when", { resourceId: "r" }, "ten chars!", null],
    ["where", { ...draft, targetName: "" }, "ten chars!", null],
    ["check", draft, "ten chars!", null],
    ["check", draft, "ten chars!", { blocked: true }],
    ["authorise", draft, "ten chars!", { blocked: false }],
  ] as const)("comes to %s first while that lacks something", (step, known, reason, preflight) => {
    expect(nextStep(known as Draft, reason, preflight)).toBe(step);
  });

  it("proposes names that providers take", () => {
    expect(proposedName("Orders_DB (eu)", "rr7k2m9q")).toBe("orders-db-eu-rr7k2m9q");
    expect(proposedName("ü", "rr7k2m9q")).toBe("restored-rr7k2m9q");
    fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9][a-z0-9-]*-rr7k2m9q$/.test(proposedName(name, "rr7k2m9q"))));
  });
});

describe("a moment", () => {
  const window = { earliestAt: new Date("2026-11-01T00:00:00Z"), latestAt: new Date("2026-11-24T00:00:00Z") };
  it.each([
    ["2026-11-01T00:00:00.000Z", true],
    ["2026-10-31T23:59:59.999Z", false],
    ["2026-11-24T00:00:00.000Z", true],
    ["2026-11-24T00:00:00.001Z", false],
  ])("%s can be reached: %o", (at, good) => {
    expect(reach(new Date(at), window).ok).toBe(good);
  });

  it("cannot be reached without a continuous backup", () => {
    expect(reach(new Date(), null)).toMatchObject({ code: "invalid" });
  });
});

describe("a call whose answer never came", () => {
  it.each([
    ["is adopted when one job is found", [{ ref: "j" }], 10, { kind: "adopt", ref: "j" }],
    ["is adopted however late", [{ ref: "j" }], 90_000, { kind: "adopt", ref: "j" }],
    ["is sent again while its token is fresh", [], 2_699, { kind: "send" }],
    ["waits once the token is stale", [], 2_700, { kind: "wait" }],
    ["is sent again after 15 minutes without a trace", [], 3_600, { kind: "send" }],
    ["goes to a person when there are two", [{ ref: "j" }, { ref: "k" }], 10, { kind: "ask" }],
  ] as const)("%s", (_, found, seconds, decision) => {
    expect(reconcile(found, seconds)).toEqual(decision);
  });
});

describe("a plan's hash", () => {
  const source = (more: Partial<PlanSource["restore"]> = {}): PlanSource => ({
    restore: {
      reason: "wrong prices",
      incidentRef: null,
      requestedById: "u",
      systemId: "s",
      system: { id: "s", name: "orders", environment: "staging" },
      approval: { id: "a", revision: 0, policyVersionId: "v" },
      ...more,
    },
    draft: {
      resourceId: "r",
      when: { kind: "point", pointId: "p" },
      targetName: "orders-rr1",
      form: { pointId: "p", fields: [], notRestored: [], pointInTime: false, createsNew: true, readAt: "" },
    },
    point: {
      id: "p",
      providerRef: "arn:p",
      kind: "snapshot",
      region: "eu-central-1",
      account: "1",
      dataAsOf: new Date(0),
      completedAt: new Date(1),
      sizeBytes: 5n,
      resource: { id: "r", providerRef: "arn:r", kind: "RDS", name: "orders" },
      vault: { name: "main" },
      connection: { id: "c", kind: "aws", account: "1", settings: { serviceRoleRef: "role" } },
    },
    tier: null,
    assertions: [],
    policyVersionId: "v",
  });
  const hash = (from: PlanSource) => {
    const plan = buildPlan(from);
    return plan.ok ? paramsHashOf(plan.value).toString("hex") : plan.message;
  };

  it("is the same for the same plan and another for any change", () => {
    expect(hash(source())).toBe(hash(source()));
    expect(hash(source())).toHaveLength(64);
    expect(hash(source({ reason: "wrong price" }))).not.toBe(hash(source()));
  });

  it("reads as six words", () => {
    expect(fingerprintWords(Buffer.alloc(32))).toEqual(Array(6).fill("abandon"));
    expect(fingerprintWords(Buffer.alloc(32, 255))).toEqual(Array(6).fill("zoo"));
  });

  it("is refused without a service role, naming the remedy", () => {
    const without = source();
    if (without.point) without.point.connection.settings = {};
    expect(buildPlan(without)).toMatchObject({ ok: false, code: "unavailable" });
  });
});
