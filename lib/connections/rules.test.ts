import { describe, expect, it } from "vitest";
import { accountOfRole, dueKinds, isAllowedEndpoint, isStale, regionsSentence, staleAfterSeconds } from "./rules";
import { connectionCreate } from "./schema";

const now = new Date("2026-11-24T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

describe("stale", () => {
  it.each([
    ["never read", null, 300, null, true],
    ["just within three intervals", ago(900), 300, null, false],
    ["just over three intervals", ago(901), 300, null, true],
    ["just within the strictest RPO", ago(600), 300, 600, false],
    ["just over the strictest RPO", ago(601), 300, 600, true],
    ["an RPO longer than three intervals", ago(901), 300, 3_600, true],
    ["a reading in the future of our clock", ago(-5), 300, null, false],
  ])("%s", (_, lastSuccessAt, intervalSeconds, strictestRpoSeconds, expected) => {
    expect(isStale({ lastSuccessAt, intervalSeconds, strictestRpoSeconds }, now)).toBe(expected);
  });

  it("comes after the lesser of three intervals and the strictest RPO", () => {
    expect(staleAfterSeconds(300, null)).toBe(900);
    expect(staleAfterSeconds(300, 899)).toBe(899);
    expect(staleAfterSeconds(300, 901)).toBe(900);
  });
});

describe("what is due", () => {
  const fresh = { incrementalAt: ago(10), fullAt: ago(10), restorableAt: ago(10), intervalSeconds: 300 };
  it.each([
    ["nothing when all is fresh", {}, []],
    ["everything when it was never read in full", { fullAt: null }, ["full"]],
    ["everything after a day", { fullAt: ago(86_400) }, ["full"]],
    ["nothing a second before the day is over", { fullAt: ago(86_399) }, []],
    ["what is new after the interval", { incrementalAt: ago(300) }, ["incremental"]],
    ["nothing a second before the interval is over", { incrementalAt: ago(299) }, []],
    ["restorable times after two minutes", { restorableAt: ago(120) }, ["restorable"]],
    ["both together", { incrementalAt: ago(301), restorableAt: ago(121) }, ["incremental", "restorable"]],
    [
      "only everything when that is due too",
      { fullAt: ago(90_000), incrementalAt: null, restorableAt: null },
      ["full"],
    ],
  ])("is %s", (_, change, expected) => {
    expect(dueKinds({ ...fresh, ...change }, now)).toEqual(expected);
  });
});

describe("an endpoint", () => {
  it.each([
    "https://backup.internal.example",
    "https://10.0.0.5:8443",
    "http://127.0.0.1:4566",
    "http://127.9.9.9",
    "http://localhost:4566",
    "http://[::1]:4566",
  ])("may be %s", (text) => {
    expect(isAllowedEndpoint(text)).toBe(true);
  });

  it.each([
    "http://backup.internal.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://0.0.0.0",
    "https://user:secret@host.example",
    "https://host.example/?x=1",
    "https://host.example/#x",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "127.0.0.1:4566",
    "",
  ])("may not be %s", (text) => {
    expect(isAllowedEndpoint(text)).toBe(false);
  });
});

it.each([
  ["arn:aws:iam::123456789012:role/holdfast-read", "123456789012"],
  ["arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole", "123456789012"],
  ["arn:aws-us-gov:iam::123456789012:role/x", "123456789012"],
  ["arn:aws:iam::123456789012:user/x", null],
  ["arn:aws:iam::12345:role/x", null],
  ["arn:aws:iam::123456789012:role/", null],
  ["holdfast-read", null],
])("the role %s belongs to %s", (role, account) => {
  expect(accountOfRole(role)).toBe(account);
});

describe("the regions in a sentence", () => {
  const region = (name: string, state: "ok" | "failed" | "waiting" | "disabled", errorCode: string | null = null) => ({
    region: name,
    state,
    errorCode,
  });
  it.each([
    ["No region is read", []],
    ["No region is read", [region("a", "disabled")]],
    ["1 of 1 region read", [region("a", "ok")]],
    ["2 of 2 regions read", [region("a", "ok"), region("b", "ok"), region("c", "disabled")]],
    ["0 of 2 regions read", [region("a", "waiting"), region("b", "waiting")]],
    ["1 of 2 regions read, b refused", [region("a", "ok"), region("b", "failed", "denied")]],
    ["0 of 1 region read, b failed", [region("b", "failed", "odd")]],
    [
      "0 of 2 regions read, a and b closed to its role",
      ["a", "b"].map((one) => region(one, "failed", "role_not_assumable")),
    ],
    [
      "1 of 3 regions read, a refused, b switched off",
      [region("a", "failed", "denied"), region("b", "failed", "region_disabled"), region("c", "ok")],
    ],
    ["0 of 4 regions read, 4 others refused", ["a", "b", "c", "d"].map((one) => region(one, "failed", "denied"))],
  ])("%s", (sentence, regions) => {
    expect(regionsSentence(regions)).toBe(sentence);
  });
});

describe("a connection as it is typed in", () => {
  const typed = {
    name: "Production",
    account: "123456789012",
    regions: "eu-west-1, eu-central-1\neu-west-1",
    readRoleRef: "arn:aws:iam::123456789012:role/read",
    actRoleRef: "",
    endpoint: "",
    intervalSeconds: "300",
  };
  const faults = (change: object) => {
    const outcome = connectionCreate.safeParse({ ...typed, ...change });
    return outcome.success ? [] : outcome.error.issues.map(({ path }) => path.join("."));
  };

  it("is tidied up", () => {
    expect(connectionCreate.parse(typed)).toMatchObject({
      regions: "eu-central-1 eu-west-1",
      actRoleRef: null,
      endpoint: null,
      intervalSeconds: 300,
    });
  });

  it.each([
    ["no name", { name: " " }, ["name"]],
    ["a name too long", { name: "x".repeat(121) }, ["name"]],
    ["a name that turns the direction of text", { name: "Prod\u202e" }, ["name"]],
    ["a name with a control character", { name: "Prod\u0007uction" }, ["name"]],
    ["an account that is none", { account: "12345" }, ["account"]],
    ["no region", { regions: " , " }, ["regions"]],
    ["a region that is none", { regions: "Frankfurt" }, ["regions"]],
    ["a role that is none", { readRoleRef: "read" }, ["readRoleRef"]],
    ["a role of another account", { actRoleRef: "arn:aws:iam::999999999999:role/act" }, ["actRoleRef"]],
    ["a plain endpoint", { endpoint: "http://10.0.0.5" }, ["endpoint"]],
    ["an interval too short", { intervalSeconds: "59" }, ["intervalSeconds"]],
    ["an interval too long", { intervalSeconds: "86401" }, ["intervalSeconds"]],
    ["an interval in words", { intervalSeconds: "often" }, ["intervalSeconds"]],
  ])("is refused for %s", (_, change, fields) => {
    expect(faults(change)).toEqual(fields);
  });

  it.each([
    ["a name of 120 characters", { name: "x".repeat(120) }],
    ["the shortest interval", { intervalSeconds: "60" }],
    ["the longest interval", { intervalSeconds: "86400" }],
  ])("is taken with %s", (_, change) => {
    expect(faults(change)).toEqual([]);
  });
});
