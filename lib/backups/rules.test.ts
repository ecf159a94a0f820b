import { describe, expect, it } from "vitest";
import {
  chooseVault,
  equivalentCommand,
  isEnded,
  longestDays,
  mayResend,
  mayStart,
  nextLookSeconds,
  retentionDays,
  type StartFacts,
} from "./rules";

const ready: StartFacts = {
  resource: { name: "orders", kind: "RDS", vanished: false },
  connection: { name: "Nordwind production", kind: "aws", active: true, actRole: true, serviceRole: true },
  asked: false,
  seenRunning: false,
};

describe("whether a backup can start", () => {
  it("can, where nothing stands in the way", () => {
    expect(mayStart(ready)).toEqual({ ok: true, value: null });
  });

  it.each([
    [
      "a kind without backups on demand",
      { resource: { ...ready.resource, kind: "PITR stream" } },
      "invalid",
      /PITR stream/,
    ],
    ["another provider", { connection: { ...ready.connection, kind: "supabase" } }, "invalid", /supabase/],
    ["a vanished resource", { resource: { ...ready.resource, vanished: true } }, "conflict", /no longer/],
    ["a connection switched off", { connection: { ...ready.connection, active: false } }, "conflict", /switched off/],
    [
      "a connection without act role",
      { connection: { ...ready.connection, actRole: false } },
      "conflict",
      /no act role/,
    ],
    [
      "a connection without service role",
      { connection: { ...ready.connection, serviceRole: false } },
      "conflict",
      /service role/,
    ],
    ["one on its way", { asked: true }, "conflict", /on its way/],
    ["one that its provider runs", { seenRunning: true }, "conflict", /at this moment/],
  ] as const)("cannot for %s, and says so", (_, change, code, words) => {
    const outcome = mayStart({ ...ready, ...change });
    expect(outcome).toMatchObject({ ok: false, code });
    expect(outcome.ok ? "" : outcome.message).toMatch(words);
  });
});

const vault = (name: string) => ({ name, minDays: null, maxDays: null });
const vaults = [vault("archive"), vault("main"), vault("other")];

describe("the vault", () => {
  it.each([
    ["the one asked for", { asked: "other", newestPoint: "main", rules: ["archive"] }, "other"],
    ["the newest point's", { newestPoint: "main", rules: ["archive"] }, "main"],
    ["the policy's, where there is no point", { newestPoint: null, rules: ["archive"] }, "archive"],
    ["the policy's, where the point's takes none any more", { newestPoint: "gone", rules: ["archive"] }, "archive"],
    ["the first policy's that is there", { newestPoint: null, rules: ["gone", "main"] }, "main"],
  ])("is %s", (_, wanted, name) => {
    expect(chooseVault(vaults, wanted)).toMatchObject({ ok: true, value: { name } });
  });

  it.each([
    ["one that is not there", vaults, { asked: "gone", newestPoint: "main", rules: [] }],
    ["none known", vaults, { newestPoint: null, rules: [] }],
    ["no vault at all", [], { newestPoint: "main", rules: ["main"] }],
  ])("has to be chosen for %s", (_, there, wanted) => {
    expect(chooseVault(there, wanted)).toMatchObject({
      ok: false,
      code: "invalid",
      fields: { vault: expect.any(String) },
    });
  });
});

describe("how long it is kept", () => {
  it.each([
    ["the longest of several rules", [3, 35, 7], 35],
    ["for good where one rule says so", [3, null, 35], null],
    ["for good where the first rule says so", [null, 3], null],
    ["for good without a rule", [], null],
    ["what the one rule says", [3], 3],
  ])("takes %s", (_, rules, days) => {
    expect(longestDays(rules)).toBe(days);
  });

  it.each([
    ["as the policy says", 35, null, null, 35],
    ["for good without policy or limit", null, null, null, null],
    ["no longer than the vault allows", 365, null, 90, 90],
    ["no shorter than the vault demands", 7, 30, null, 30],
    ["to the vault's limit without a policy", null, 7, 90, 90],
    ["at the limits themselves", 30, 30, 30, 30],
  ])("is %s", (_, policyDays, minDays, maxDays, days) => {
    expect(retentionDays(policyDays, { name: "main", minDays, maxDays })).toBe(days);
  });
});

it("sends a token again for 45 minutes and no longer", () => {
  const sent = new Date("2026-11-24T12:00:00Z");
  expect(mayResend(sent, new Date("2026-11-24T12:44:59Z"))).toBe(true);
  expect(mayResend(sent, new Date("2026-11-24T12:45:00Z"))).toBe(false);
});

it.each([
  [0, 3],
  [39, 3],
  [40, 4],
  [599, 59],
  [600, 60],
  [86_400, 60],
])("looks at a job of %i s again after %i s", (age, wait) => {
  expect(nextLookSeconds(age)).toBe(wait);
});

it.each([
  ["queued", false],
  ["running", false],
  ["cancelling", false],
  ["succeeded", true],
  ["failed", true],
  ["expired", true],
] as const)("knows whether %s is an end", (state, end) => {
  expect(isEnded(state)).toBe(end);
});

it("spells the same call as a command, with odd names quoted", () => {
  const call = {
    region: "eu-central-1",
    resourceRef: "arn:aws:rds:eu-central-1:1:db:o'rders",
    roleRef: "arn:aws:iam::1:role/b",
  };
  const text = equivalentCommand(call, { name: "main", keptDays: 35 });
  expect(text).toContain(`--resource-arn 'arn:aws:rds:eu-central-1:1:db:o'\\''rders'`);
  expect(text).toContain("--lifecycle DeleteAfterDays=35");
  expect(equivalentCommand(call, { name: "main", keptDays: null })).not.toContain("--lifecycle");
});
