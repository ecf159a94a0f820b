import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Detail } from "./phrases";
import { areaPrefixes, hasPhrase, readBody, sentenceOf, targetHref } from "./rules";
import type { AuditBody } from "./schema";

const lena = { type: "user", id: "0199f3a1-0000-7000-8000-000000000001" };
const orders = { type: "restore", id: "0199f3a1-0000-7000-8000-0000000000aa" };

const event = (action: string, more: Partial<AuditBody> = {}): AuditBody => ({
  v: 1,
  id: "0199f3a1-0000-7000-8000-0000000000ff",
  ts: "2026-11-24T08:00:00.000Z",
  install: "",
  actor: lena,
  action,
  target: orders,
  outcome: "success",
  request: { id: "" },
  detail: {},
  ...more,
});

const names = { actor: "Lena Fischer", target: "Orders (rr7k2m)" };
const said = (action: string, detail: Detail = {}, target = names.target) =>
  sentenceOf(event(action, { detail }), { actor: names.actor, target });

describe("a sentence", () => {
  it.each<[string, Detail, string]>([
    ["restore.begin", {}, "Lena Fischer began to plan a restore of Orders (rr7k2m)."],
    [
      "restore.draft.where",
      { targetName: "orders-rr7k2m" },
      "Lena Fischer chose where Orders (rr7k2m) is restored to “orders-rr7k2m”.",
    ],
    [
      "restore.preflight",
      { blocked: true },
      "Lena Fischer checked the plan for Orders (rr7k2m): it cannot run as it stands.",
    ],
    [
      "restore.preflight",
      { blocked: false },
      "Lena Fischer checked the plan for Orders (rr7k2m): nothing stands in its way.",
    ],
    ["restore.submit", { level: 2, state: "pending" }, "Lena Fischer asked to restore Orders (rr7k2m), at level 2."],
    [
      "restore.submit",
      { level: 3, state: "approved" },
      "Lena Fischer asked to restore Orders (rr7k2m), at level 3, which needs no vote.",
    ],
    [
      "restore.cancel",
      { reason: "found the data" },
      "Lena Fischer withdrew the restore of Orders (rr7k2m): found the data.",
    ],
    ["restore.start", {}, "Lena Fischer started the restore of Orders (rr7k2m)."],
    [
      "restore.dispatch.accepted",
      { jobRef: "j-1", adopted: true },
      "Lena Fischer found the provider's job for Orders (rr7k2m): job j-1.",
    ],
    [
      "restore.run.validated",
      { state: "succeeded" },
      "Lena Fischer checked what was restored of Orders (rr7k2m), and every check passed.",
    ],
    [
      "restore.run.validated",
      { state: "partial" },
      "Lena Fischer checked what was restored of Orders (rr7k2m), and not all of it is well.",
    ],
    ["approval.vote", { verdict: "approve" }, "Lena Fischer approved the request about Orders (rr7k2m)."],
    [
      "approval.vote",
      { verdict: "reject", reason: "wrong point" },
      "Lena Fischer refused the request about Orders (rr7k2m), saying “wrong point”.",
    ],
    ["backup.start", { vault: "main" }, "Lena Fischer asked for a backup of Orders (rr7k2m) now, into main."],
    [
      "backup.run.ended",
      { state: "succeeded_with_issues" },
      "Lena Fischer saw the backup of Orders (rr7k2m) end: succeeded with issues.",
    ],
    [
      "system.edit",
      { changed: [{ field: "name" }, { field: "tierId" }] },
      "Lena Fischer changed the system Orders (rr7k2m) (name, tierId).",
    ],
    ["system.classify", { count: 1 }, "Lena Fischer put 1 system into Orders (rr7k2m)."],
    ["resource.release", { released: ["a", "b"] }, "Lena Fischer took 2 resources out of Orders (rr7k2m)."],
    ["role.give", { role: "security_approver" }, "Lena Fischer gave Orders (rr7k2m) the role security approver."],
    ["factor.add", { kind: "totp", name: "Phone" }, "Lena Fischer began to add the authenticator app “Phone”."],
    ["person.invite", { displayName: "Ben", role: "approver" }, "Lena Fischer invited Ben as approver."],
    ["person.invite", { first: true }, "Lena Fischer invited the first administrator."],
    ["session.confirm", {}, "Lena Fischer signed in with a second factor."],
    ["connection.change_state", { state: "disabled" }, "Lena Fischer switched the connection Orders (rr7k2m) off."],
    ["connection.sync", { kind: "incremental" }, "Lena Fischer had Orders (rr7k2m) read for what is new."],
    ["audit.export", { count: 1_240 }, "Lena Fischer exported 1,240 events of this log."],
  ])("tells of %s %j", (action, detail, sentence) => {
    expect(said(action, detail)).toBe(sentence);
  });

  it("tells who signed in, since nobody is signed in yet", () => {
    const atDoor = { actor: { type: "system", id: "sign-in" }, target: { type: "user", id: lena.id } };
    expect(sentenceOf(event("session.open", atDoor), { target: "Lena Fischer" })).toBe(
      "Lena Fischer gave the right password.",
    );
    const failed = { ...atDoor, outcome: "failure" as const, reason: "wrong password" };
    expect(sentenceOf(event("session.open", failed), { target: "Lena Fischer" })).toBe(
      "Lena Fischer tried to sign in with a password and failed: wrong password.",
    );
    const nobody = { ...failed, target: { type: "account", id: "8f3c" } };
    expect(sentenceOf(event("session.open", nobody))).toBe(
      "Somebody unknown tried to sign in with a password and failed: wrong password.",
    );
  });

  it("tells what was not allowed, and why", () => {
    const denied = {
      outcome: "denied" as const,
      reason: "This needs the operator role.",
      target: { type: "command", id: "x" },
    };
    expect(sentenceOf(event("restore.start", denied), { actor: "Ana" })).toBe(
      "Ana was not allowed to start a restore: This needs the operator role.",
    );
  });

  it("names whatever it does not know as it stands", () => {
    expect(sentenceOf(event("comet.land_softly"), names)).toBe(
      "Lena Fischer did “comet land softly” to Orders (rr7k2m).",
    );
    expect(sentenceOf(event("restore.start"))).toBe("Somebody (00000001) started the restore of restore 000000aa.");
    const worker = { actor: { type: "system", id: "worker dispatch" } };
    expect(sentenceOf(event("restore.dispatch.send", worker), names)).toBe(
      "The worker sent the provider the order to restore Orders (rr7k2m).",
    );
  });
});

describe("every action of the product", () => {
  const lib = fileURLToPath(new URL("..", import.meta.url));
  const sources = fs
    .readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("test") && !file.startsWith("platform"));
  const actions = new Set(
    sources.flatMap((file) =>
      [...fs.readFileSync(path.join(lib, file), "utf8").matchAll(/\baction: "([a-z_]+(?:\.[a-z_]+)+)"/g)].map(
        ([, action]) => action ?? "",
      ),
    ),
  );

  it("is found in the sources", () => {
    expect(actions.size).toBeGreaterThan(50);
  });

  it.each([...actions].sort())("%s has a sentence and a part of the log", (action) => {
    expect(hasPhrase(action), `add "${action}" to the phrases in lib/audit`).toBe(true);
    const prefix = action.split(".")[0] ?? "";
    expect(Object.values(areaPrefixes).flat()).toContain(prefix);
  });
});

it("reads what we wrote and nothing else", () => {
  expect(readBody(JSON.stringify(event("restore.start")))?.action).toBe("restore.start");
  expect(readBody("{")).toBeNull();
  expect(readBody('{"v":1}')).toBeNull();
});

it.each([
  ["restore", "/restores/"],
  ["approval", "/approvals/"],
  ["system", "/systems/"],
  ["connection", "/settings/connections/"],
  ["user", "/settings/people/"],
])("leads from a %s to its page", (type, start) => {
  expect(targetHref({ type, id: orders.id })).toBe(start + orders.id);
});

it("leads nowhere for what has no page, and never by an id of another form", () => {
  expect(targetHref({ type: "command", id: "restore.start" })).toBeNull();
  expect(targetHref({ type: "restore", id: "../../evil" })).toBeNull();
  expect(targetHref({ type: "tier", id: "tier-1" })).toBe("/settings/tiers/tier-1");
});
