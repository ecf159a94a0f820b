import { describe, expect, it } from "vitest";
import { changeRights, keepAnAdministrator, passkeysNeeded, removeFactor } from "./rules";

const passkey = (id: string, suspected = false) => ({ id, kind: "passkey" as const, suspected });
const app = (id: string) => ({ id, kind: "totp" as const, suspected: false });

describe("removing a factor", () => {
  it.each([
    ["the last one", [passkey("a")], "a", 0, "conflict"],
    ["one that is not there", [passkey("a"), app("b")], "c", 0, "not_found"],
    ["the last that works, beside a suspected copy", [passkey("a"), passkey("b", true)], "a", 0, "conflict"],
    ["an approver's second passkey", [passkey("a"), passkey("b"), app("c")], "a", 2, "conflict"],
  ] as const)("refuses %s", (_, factors, going, needed, code) => {
    expect(removeFactor(factors, going, needed)).toMatchObject({ ok: false, code });
  });

  it.each([
    ["one of two", [passkey("a"), app("b")], "a", 0],
    ["an app while a passkey stays", [passkey("a"), app("b")], "b", 0],
    ["an approver's third passkey", [passkey("a"), passkey("b"), passkey("c")], "a", 2],
    ["an approver's app", [passkey("a"), passkey("b"), app("c")], "c", 2],
    ["an approver's suspected copy, however few are left", [passkey("a"), passkey("b", true)], "b", 2],
  ] as const)("lets go of %s", (_, factors, going, needed) => {
    expect(removeFactor(factors, going, needed)).toEqual({ ok: true, value: null });
  });
});

it.each([
  ["an approver in production", ["approver"], true, 2],
  ["a security approver in production", ["viewer", "security_approver"], true, 2],
  ["an approver in the demo", ["approver"], false, 0],
  ["an operator", ["operator", "viewer"], true, 0],
] as const)("asks %s for the passkeys it takes", (_, roles, production, needed) => {
  expect(passkeysNeeded(roles, production)).toBe(needed);
});

it("keeps people from their own rights, and an installation from losing its last administrator", () => {
  expect(changeRights("olga", "olga")).toMatchObject({ ok: false, code: "forbidden" });
  expect(changeRights("olga", "ben").ok).toBe(true);
  expect(keepAnAdministrator(0)).toMatchObject({ ok: false, code: "conflict" });
  expect(keepAnAdministrator(1).ok).toBe(true);
});
