import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Role } from "@/lib/access/permissions";
import { unreadCount } from "@/lib/notifications/data";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import { enterByIdentity } from "./enter-by-identity";
import type { Origin } from "./request";
import { beginSecondStep, finishSecondStep } from "./second-step";
import { findLiveSession } from "./sessions";
import type { SsoSettings } from "./sso-settings";
import { armTotp } from "./testing/totp";

const issuer = "https://id.example.test";
const settings: SsoSettings = {
  issuer,
  clientId: "holdfast",
  clientSecret: "secret",
  label: "Example",
  scopes: "openid",
  roleClaim: "groups",
  acceptedAcr: ["phr"],
  makesPeople: false,
};
const origin: Origin = { requestId: "r", address: null, addressPrefix: null, agent: "" };

let lena: Awaited<ReturnType<typeof person>>;
let sub = "";
beforeEach(async () => {
  await db.$executeRaw`delete from rate_limits`;
  await db.idpRoleMapping.deleteMany();
  lena = await person("approver");
  sub = randomUUID();
  await db.identity.create({ data: { userId: lena.id, issuer, subject: sub } });
});

const claims = (more: object = {}) => ({ iss: issuer, sub, groups: ["operators"], ...more });
const enter = (more: object = {}, change: Partial<SsoSettings> = {}) =>
  enterByIdentity({ ...settings, ...change }, claims(more), origin);
const map = (value: string, role: Role, change = {}) =>
  db.idpRoleMapping.create({ data: { issuer, claimPath: "groups", value, role, ...change } });

async function sessionOf(entry: Awaited<ReturnType<typeof enter>>) {
  const session = "secret" in entry ? await findLiveSession(entry.secret) : null;
  if (!session) throw new Error(`No session was opened: ${JSON.stringify(entry)}`);
  return session;
}
const rolesOf = async (entry: Awaited<ReturnType<typeof enter>>) =>
  (await sessionOf(entry)).grants.map(({ role }) => role).sort();

describe("an identity", () => {
  it("opens a session that still has to show a second factor", async () => {
    expect(await sessionOf(await enter())).toMatchObject({ id: lena.id, aal: 1, amr: ["idp"] });
    expect((await db.identity.findFirstOrThrow({ where: { subject: sub } })).lastUsedAt).not.toBeNull();
  });

  it("is known by issuer and subject alone, whatever the e-mail says", async () => {
    const other = await person("administrator");
    const { email } = await db.user.findUniqueOrThrow({ where: { id: other.id } });
    expect(await enter({ sub: "somebody-else", email, email_verified: true })).toEqual({
      refused: "unknown",
      subject: "somebody-else",
    });
    expect(await sessionOf(await enter({ email }))).toMatchObject({ id: lena.id });
  });

  it.each([
    ["another issuer", { iss: "https://evil.example" }],
    ["the issuer with a slash", { iss: `${issuer}/` }],
    ["the issuer in capitals", { iss: issuer.toUpperCase() }],
    ["no issuer", { iss: undefined }],
    ["no subject", { sub: "" }],
    ["a subject that cannot be kept", { sub: "a\0b" }],
  ])("is refused with %s", async (_, change) => {
    expect(await enter(change)).toEqual({ refused: "failed" });
  });

  it.each(["disabled", "invited"] as const)("of somebody %s opens nothing", async (status) => {
    await db.user.update({ where: { id: lena.id }, data: { status } });
    const before = await db.session.count({ where: { userId: lena.id } });
    expect(await enter()).toEqual({ refused: status });
    expect(await enter({ acr: "phr" })).toEqual({ refused: status });
    expect(await db.session.count({ where: { userId: lena.id } })).toBe(before);
  });

  it("is written down, whether it opened a session or not", async () => {
    await enter();
    await enter({ sub: "nobody" });
    const rows = await db.$queryRaw<{ body: string }[]>`
      select body from audit_events where body::jsonb ->> 'action' = 'session.vouch' order by id`;
    const events = rows.map(({ body }) => JSON.parse(body));
    expect(events.filter(({ target }) => target.id === lena.id)).toMatchObject([{ outcome: "success" }]);
    expect(events.filter(({ target }) => target.id === "nobody")).toMatchObject([
      { outcome: "failure", reason: "unknown" },
    ]);
  });
});

describe("what the provider saw", () => {
  it.each([
    ["nothing said", {}, 1],
    ["another acr", { acr: "low" }, 1],
    ["a listed acr", { acr: "phr" }, 2],
    ["a listed amr", { amr: ["pwd", "phr"] }, 2],
  ])("counts as a second factor only in listed words: %s", async (_, said, aal) => {
    expect(await sessionOf(await enter(said))).toMatchObject({ aal });
  });
});

describe("roles", () => {
  it("come from the map, and from nothing else", async () => {
    await map("operators", "operator");
    await map("others", "auditor");
    await db.idpRoleMapping.create({
      data: { issuer: "https://old.example", claimPath: "groups", value: "operators", role: "auditor" },
    });
    await db.idpRoleMapping.create({ data: { issuer, claimPath: "roles", value: "operators", role: "auditor" } });
    expect(await rolesOf(await enter())).toEqual(["operator"]);
    expect(await rolesOf(await enter({ groups: ["Operators", "operators "] }))).toEqual([]);
  });

  it("that decide need both sides, and scope is what both cover", async () => {
    expect(await rolesOf(await enter())).toEqual([]);
    await map("operators", "approver", { scopeKind: "tag", scopeTagKey: "env", scopeTagValue: "prod" });
    await map("operators", "administrator");
    expect((await sessionOf(await enter())).grants).toEqual([
      { role: "approver", scope: { kind: "tag", key: "env", value: "prod" } },
    ]);
    await db.roleGrant.updateMany({ where: { userId: lena.id }, data: { revokedAt: new Date() } });
    expect(await rolesOf(await enter())).toEqual([]);
  });

  it("outlive the second factor unchanged, and are not those of a password", async () => {
    await map("operators", "operator");
    const { code } = await armTotp(lena.factorId);
    const { due: _, ...half } = await sessionOf(await enter({ sid: "idp-session-1" }));
    const actor = { ...half, requestId: "r", addressPrefix: null };
    const asked = await beginSecondStep(actor);
    if (!asked.ok) throw new Error(asked.message);
    const done = await finishSecondStep(actor, origin, { challengeId: asked.value.challengeId, code: await code() });
    if (!done.ok) throw new Error(done.message);
    expect(await findLiveSession(done.value)).toMatchObject({
      aal: 2,
      amr: ["idp", "otp", "mfa"],
      grants: [{ role: "operator" }],
    });
    const row = await db.session.findFirstOrThrow({ where: { userId: lena.id, idpSid: "idp-session-1", aal: 2 } });
    expect(row.identityId).not.toBeNull();
  });

  it.each([
    ["is missing", { groups: undefined }, "no_claim"],
    ["is no text", { groups: { a: 1 } }, "no_claim"],
    ["was left out for being too long", { groups: undefined, _claim_names: { groups: "src1" } }, "overage"],
  ])("are none where the claim %s, and nobody comes in", async (_, change, refused) => {
    await map("operators", "operator");
    expect(await enter(change)).toEqual({ refused });
  });

  it("are given here alone where no claim is set", async () => {
    await db.roleGrant.create({ data: { userId: lena.id, role: "viewer" } });
    expect(await rolesOf(await enter({ groups: undefined }, { roleClaim: null }))).toEqual(["viewer"]);
  });
});

describe("somebody unknown", () => {
  it("becomes a person without role or factor where that is switched on, and is still not let in", async () => {
    const admin = await person("administrator");
    const email = `${randomUUID()}@example.test`;
    const joining = { sub: randomUUID(), email: email.toUpperCase(), name: "Ana Silva" };
    expect(await enter(joining, { makesPeople: true })).toEqual({ refused: "joined" });
    const made = await db.user.findUniqueOrThrow({
      where: { email },
      include: { roleGrants: true, identities: true, factors: true },
    });
    expect(made).toMatchObject({ status: "invited", roleGrants: [], factors: [], displayName: "Ana Silva" });
    expect(made.identities).toMatchObject([{ issuer, subject: joining.sub }]);
    expect(await unreadCount(admin, {})).toEqual({ unread: 1 });
    expect(await enter({ ...joining, acr: "phr" }, { makesPeople: true })).toEqual({ refused: "invited" });
  });

  it("takes over nobody's address", async () => {
    const { email } = await db.user.findUniqueOrThrow({ where: { id: lena.id } });
    expect(await enter({ sub: "newcomer", email }, { makesPeople: true })).toMatchObject({ refused: "unknown" });
    expect(await db.identity.count({ where: { userId: lena.id } })).toBe(1);
  });
});
