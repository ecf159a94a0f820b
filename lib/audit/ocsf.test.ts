import { describe, expect, it } from "vitest";
import { toOcsf } from "./ocsf";
import { phrases } from "./phrases";
import type { AuditBody } from "./schema";

const event = (action: string, more: Partial<AuditBody> = {}): AuditBody => ({
  v: 1,
  id: "019a0000-0000-7000-8000-000000000001",
  ts: "2026-11-25T09:00:00.000Z",
  install: "i1",
  actor: { type: "user", id: "u1", sessionId: "s1", aal: 2, amr: ["pwd", "pop"], ip: "192.0.2.0/24" },
  action,
  target: { type: "system", id: "t1" },
  outcome: "success",
  request: { id: "r1" },
  detail: { n: 1 },
  ...more,
});

const place = { seq: 7, leafHex: "ab", checkpoint: 9 };
const told = (action: string, more: Partial<AuditBody> = {}) => toOcsf(event(action, more), "A sentence.", place);

describe("an action in OCSF's words", () => {
  it.each([
    ["session.open", 3_002, 1],
    ["session.confirm", 3_002, 1],
    ["session.close", 3_002, 2],
    ["people.end_sessions", 3_002, 2],
    ["step_up.finish", 3_002, 99],
    ["factor.add", 3_001, 10],
    ["factor.remove", 3_001, 11],
    ["factor.rename", 3_001, 99],
    ["person.invite", 3_001, 1],
    ["person.disable", 3_001, 5],
    ["person.enable", 3_001, 2],
    ["person.erase", 3_001, 6],
    ["role.give", 3_005, 3],
    ["role.take", 3_005, 4],
    ["tier.edit", 3_004, 3],
    ["system.create", 3_004, 1],
    ["system.rule_remove", 3_004, 4],
    ["connection.create", 3_004, 1],
    ["change.propose", 3_004, 1],
    ["change.apply", 3_004, 3],
    ["restore.submit", 6_003, 1],
    ["restore.cancel", 6_003, 4],
    ["approval.vote", 6_003, 3],
    ["audit.export", 6_003, 2],
    ["something.new", 6_003, 3],
  ])("%s is class %i, activity %i", (action, classUid, activity) => {
    expect(told(action)).toMatchObject({
      class_uid: classUid,
      activity_id: activity,
      type_uid: classUid * 100 + activity,
      category_uid: classUid < 6_000 ? 3 : 6,
    });
  });

  it.each(Object.keys(phrases))("%s has what every event must have", (action) => {
    const fields = told(action);
    for (const field of ["class_uid", "category_uid", "activity_id", "type_uid", "time", "severity_id", "metadata"])
      expect(fields).toHaveProperty(field);
    expect(fields.class_uid === 6_003 ? fields : { api: 1, src_endpoint: 1, actor: 1 }).toMatchObject({
      api: expect.anything(),
      src_endpoint: expect.anything(),
      actor: expect.anything(),
    });
  });
});

it.each([
  [{ outcome: "success" }, 1, 1],
  [{ outcome: "failure" }, 2, 2],
  [{ outcome: "denied" }, 3, 2],
  [{ outcome: "success", breakGlass: true }, 5, 1],
] as const)("%j has severity %i and status %i", (more, severity, status) => {
  expect(told("restore.start", more)).toMatchObject({ severity_id: severity, status_id: status });
});

it("loses nothing: our own fields, the seal, and how somebody signed in", () => {
  const fields = told("session.confirm", { evidence: { kind: "passkey" }, singleOperator: true });
  expect(fields).toMatchObject({
    time: Date.parse("2026-11-25T09:00:00.000Z"),
    message: "A sentence.",
    is_mfa: true,
    auth_factors: [{ factor_type: "Password" }, { factor_type: "WebAuthn" }],
    src_endpoint: { ip: "192.0.2.0/24" },
    enrichments: [{ data: { seq: 7, leaf: "ab", checkpoint: 9 } }],
    unmapped: { detail: { n: 1 }, evidence: { kind: "passkey" }, singleOperator: true },
  });
});

it("names the person that an account change is about", () => {
  expect(told("person.disable", { target: { type: "user", id: "u2" } })).toMatchObject({
    user: { uid: "u2" },
    actor: { user: { uid: "u1" } },
  });
});
