import { describe, expect, it } from "vitest";
import type { Grant, Role, Scope } from "@/lib/access/permissions";
import { effectiveGrants, privilegedRoles, readRoleClaim, sawTwoFactors } from "./rules";

const all: Scope = { kind: "everything" };
const team = (teamId: string): Scope => ({ kind: "team", teamId });
const tag = (value: string): Scope => ({ kind: "tag", key: "env", value });
const has = (role: Role, scope: Scope = all): Grant => ({ role, scope });

describe("the claim that roles are read from", () => {
  it.each([
    ["a list", { groups: ["a", "b"] }, "groups", { values: ["a", "b"] }],
    ["one word", { groups: "a" }, "groups", { values: ["a"] }],
    ["an empty list", { groups: [] }, "groups", { values: [] }],
    ["a path", { realm_access: { roles: ["a"] } }, "realm_access.roles", { values: ["a"] }],
    ["a name with dots", { "https://id.example/roles": ["a"] }, "https://id.example/roles", { values: ["a"] }],
    ["nothing", {}, "groups", { missing: true }],
    ["nothing at the end of a path", { realm_access: {} }, "realm_access.roles", { missing: true }],
    ["a number", { groups: 7 }, "groups", { missing: true }],
    ["a list with something else in it", { groups: ["a", { b: 1 }] }, "groups", { missing: true }],
    ["what every object inherits", {}, "constructor.name", { missing: true }],
    ["a pointer instead of too many groups", { _claim_names: { groups: "src1" } }, "groups", { overage: true }],
    ["a note of too many groups", { hasgroups: true }, "groups", { overage: true }],
    [
      "roles beside too many groups",
      { roles: ["a"], _claim_names: { groups: "src1" }, hasgroups: true },
      "roles",
      { values: ["a"] },
    ],
  ])("that holds %s", (_, claims, path, verdict) => {
    expect(readRoleClaim(claims, path)).toEqual(verdict);
  });
});

describe("a session's roles", () => {
  it("are the local ones after a password, whatever they are", () => {
    const local = [has("administrator"), has("viewer", team("a"))];
    expect(effectiveGrants({ local, idp: null, localPrivileges: false })).toEqual(local);
  });

  it("add up where nobody decides or administers", () => {
    expect(
      effectiveGrants({ local: [has("viewer")], idp: [has("operator"), has("viewer")], localPrivileges: false }),
    ).toEqual([has("viewer"), has("operator")]);
  });

  it.each(privilegedRoles)("make nobody %s by one side alone", (role) => {
    expect(effectiveGrants({ local: [has(role)], idp: [], localPrivileges: false })).toEqual([]);
    expect(effectiveGrants({ local: [], idp: [has(role)], localPrivileges: false })).toEqual([]);
    expect(effectiveGrants({ local: [], idp: [has(role)], localPrivileges: true })).toEqual([]);
    expect(effectiveGrants({ local: [has(role)], idp: [], localPrivileges: true })).toEqual([has(role)]);
    expect(effectiveGrants({ local: [has(role)], idp: [has(role)], localPrivileges: false })).toEqual([has(role)]);
  });

  it.each([
    ["everything and a team", all, team("a"), team("a")],
    ["a team and everything", team("a"), all, team("a")],
    ["one team twice", team("a"), team("a"), team("a")],
    ["two teams", team("a"), team("b"), null],
    ["a team and a tag", team("a"), tag("prod"), null],
    ["one tag twice", tag("prod"), tag("prod"), tag("prod")],
    ["two values of a tag", tag("prod"), tag("test"), null],
  ])("of deciding cover what both sides say: %s", (_, idp, local, both) => {
    const sides = { idp: [has("approver", idp)], local: [has("approver", local)], localPrivileges: false };
    expect(effectiveGrants(sides)).toEqual(both === null ? [] : [has("approver", both)]);
  });
});

it.each([
  ["a listed acr", { acr: "phr" }, true],
  ["a listed amr", { amr: ["pwd", "hwk"] }, true],
  ["another acr", { acr: "0" }, false],
  ["nothing", {}, false],
  ["something else", { acr: { phr: true }, amr: "hwk" }, false],
])("takes %s for two factors or not", (_, claims, seen) => {
  expect(sawTwoFactors(claims, ["phr", "hwk"])).toBe(seen);
  expect(sawTwoFactors(claims, [])).toBe(false);
});
