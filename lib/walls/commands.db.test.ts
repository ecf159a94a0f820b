import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { findDisplay, pairDisplay, touchDisplay } from "@/lib/auth/displays";
import type { Origin } from "@/lib/auth/request";
import { makeWallToken } from "@/lib/auth/wall-token";
import { type Outcome, Refusal } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { type Armed, armed, grantFor } from "@/lib/platform/testing/armed";
import { insideOneWindow } from "@/lib/platform/testing/limit-window";
import { ownerDb } from "@/lib/platform/testing/owner";
import { aDisplay, person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { addDisplay, renewPairingCode, revokeDisplay } from "./commands";
import { getWall, listDisplays, proofOfAdding, proofOfNewCode } from "./data";
import type { PairingCode } from "./rules";

let admin: Armed;
let here: Origin;
beforeEach(async () => {
  admin = await armed("administrator");
  // An address of each test's own, so that tries are counted apart.
  here = { requestId: randomUUID(), address: randomUUID(), addressPrefix: null, agent: "A wall" };
});

const value = <Value>(outcome: Outcome<Value>): Value => {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
};

/** Adds a display with the proof that it takes. */
async function add(who: Armed, over: Record<string, string> = {}): Promise<Outcome<PairingCode>> {
  const said = { name: `Wall ${randomUUID().slice(0, 6)}`, scope: "everything", days: "90", ...over };
  return addDisplay(who, { ...said, grantId: await grantFor(who, proofOfAdding(who, said)) });
}

const idOf = async (name: string) => (await db.wallDisplay.findFirstOrThrow({ where: { name } })).id;
const pair = (code: string, from = here) => pairDisplay({ code }, from);

/** A display that a browser was paired with. */
async function paired(
  over: Record<string, string> = {},
): Promise<{ token: string; id: string; name: string; code: string }> {
  const { code, name } = value(await add(admin, over));
  return { token: value(await pair(code)), id: await idOf(name), name, code };
}

const opens = async (token: string) => typeof (await findDisplay(token)) !== "string";
const events = async (action: string, id: string) => {
  const rows = await db.$queryRaw<{ body: string }[]>`select body from audit_events order by id`;
  return rows.map(({ body }) => JSON.parse(body)).filter((one) => one.action === action && one.target.id === id);
};

describe("adding a display", () => {
  it("takes a fresh proof of presence, and is written down without its code", async () => {
    const said = { name: "Lobby", scope: "everything", days: "30" };
    expect(await addDisplay(admin, said)).toMatchObject({ ok: false, code: "step_up_required" });
    const { code, until, name } = value(await add(admin, { days: "365" }));
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(890_000);
    expect(Date.parse(until) - Date.now()).toBeLessThanOrEqual(900_000);
    const [event] = await events("wall.add", await idOf(name));
    expect(event).toMatchObject({ actor: { id: admin.id }, outcome: "success", detail: { name } });
    expect(JSON.stringify(event)).not.toContain(code);
  });

  it.each([
    ["a viewer", "viewer", undefined],
    ["an auditor", "auditor", undefined],
    ["an administrator of one tag", "administrator", { kind: "tag", key: "team", value: "x" }],
  ] as const)("is not for %s", async (_, role, scope) => {
    const who = await armed(role, scope);
    const said = { name: "Mine", scope: "everything", days: "30" };
    const asked = await proofOfAdding(who, said).catch((error: unknown) => {
      if (error instanceof Refusal) return error.refused;
      throw error;
    });
    const done = asked.ok ? await addDisplay(who, { ...said, grantId: await grantFor(who, asked) }) : asked;
    expect(done).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("takes only the terms it offers, and PostgreSQL takes none beyond a year", async () => {
    await expect(add(admin, { days: "366" })).rejects.toThrow("Choose how long it lasts.");
    const now = new Date();
    const row = { name: "Too long", createdAt: now, expiresAt: new Date(now.getTime() + 367 * 86_400_000) };
    await expect(ownerDb.wallDisplay.create({ data: row })).rejects.toThrow("wall_displays_a_year_at_most");
  });
});

describe("pairing", () => {
  it("gives the token once, keeps only its hash, and takes the code however it is typed", async () => {
    const { code, name } = value(await add(admin));
    const token = value(await pair(` ${code.toLowerCase().replace("-", " ")} `));
    const row = await db.wallDisplay.findFirstOrThrow({ where: { name } });
    expect(await findDisplay(token)).toMatchObject({ display: { kind: "display", id: row.id, name } });
    expect(row.codeHash).toBeNull();
    expect(JSON.stringify(await events("wall.pair", row.id))).not.toContain(token);
    expect(await events("wall.pair", row.id)).toHaveLength(1);
  });

  it("works once", async () => {
    const { code, token } = await paired();
    expect(await pair(code)).toMatchObject({ ok: false, code: "invalid" });
    expect(await opens(token)).toBe(true);
  });

  it("is won by one of several browsers that type the code at once", async () => {
    const { code, name } = value(await add(admin));
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => pair(code)));
    const won = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
    expect(won).toHaveLength(1);
    expect(await opens(won[0] ?? "")).toBe(true);
    expect(await events("wall.pair", await idOf(name))).toHaveLength(1);
  });

  it.each([
    ["has run out", { codeExpiresAt: new Date(Date.now() - 1_000) }],
    ["is of a display that was taken off", { revokedAt: new Date() }],
    [
      "is of a display whose time is over",
      { createdAt: new Date(Date.now() - 9_000), expiresAt: new Date(Date.now() - 1_000) },
    ],
  ])("is refused when the code %s", async (_, data) => {
    const { code, name } = value(await add(admin));
    await ownerDb.wallDisplay.update({ where: { id: await idOf(name) }, data });
    expect(await pair(code)).toMatchObject({ ok: false, code: "invalid" });
  });

  it("lets an address try ten codes in five minutes, and then none, not even the right one", {
    timeout: 60_000,
  }, async () => {
    await insideOneWindow();
    const { code } = value(await add(admin));
    for (let nth = 0; nth < 10; nth += 1) expect(await pair("0000-0000")).toMatchObject({ code: "invalid" });
    expect(await pair(code)).toMatchObject({ ok: false, code: "rate_limited" });
    expect(await pair(code, { ...here, address: randomUUID() })).toMatchObject({ ok: true });
  });

  it("by a new code ends the browser before, which goes on until then", async () => {
    const { id, token } = await paired();
    const said = { displayId: id };
    const { code } = value(
      await renewPairingCode(admin, { ...said, grantId: await grantFor(admin, proofOfNewCode(admin, said)) }),
    );
    expect(await opens(token)).toBe(true);
    const next = value(await pair(code));
    expect([await opens(token), await opens(next)]).toEqual([false, true]);
  });
});

describe("a token", () => {
  it("opens nothing from the moment its display is taken off, for good", async () => {
    const { id, token } = await paired();
    expect(await revokeDisplay(admin, { displayId: id })).toMatchObject({ ok: true });
    expect(await findDisplay(token)).toBe("dead");
    expect(await revokeDisplay(admin, { displayId: id })).toMatchObject({ ok: false, code: "not_found" });
    expect(await events("wall.revoke", id)).toHaveLength(1);
    const listed = await listDisplays(admin, {});
    expect(listed?.displays.map((one) => one.id)).not.toContain(id);
  });

  it("opens nothing from the end of its time", async () => {
    const { id, token } = await paired();
    const data = { createdAt: new Date(Date.now() - 9_000), expiresAt: new Date(Date.now() - 1) };
    await ownerDb.wallDisplay.update({ where: { id }, data });
    expect(await findDisplay(token)).toBe("dead");
  });

  it("of nobody, or with another secret, opens nothing", async () => {
    const { id } = await paired();
    for (const forged of [makeWallToken(randomUUID()).token, makeWallToken(id).token, "", "holdfast_wall_x"])
      expect(await findDisplay(forged)).toBe("dead");
  });

  it("may ask two times a second, not more", async () => {
    const { id, token } = await paired();
    const window = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    const next = new Date(window.getTime() + 60_000);
    for (const windowStart of [window, next])
      await ownerDb.rateLimit.create({ data: { key: `token:${id}`, windowStart, hits: 120 } });
    expect(await findDisplay(token)).toBe("busy");
  });

  it("goes on when whoever added the display is disabled: the screen is the house's", async () => {
    const { token, id } = await paired();
    await ownerDb.user.update({ where: { id: admin.id }, data: { status: "disabled" } });
    expect(await opens(token)).toBe(true);
    const other = await person("auditor");
    const listed = await listDisplays(other, {});
    expect(listed?.displays.find((one) => one.id === id)?.addedBy).toBe(admin.name);
  });

  it("writes down when it was seen, at most once a minute", async () => {
    const { id, token } = await paired();
    const seen = async () => (await db.wallDisplay.findUniqueOrThrow({ where: { id } })).lastSeenAt;
    expect(await findDisplay(token)).toMatchObject({ due: true });
    await touchDisplay(id);
    const first = await seen();
    expect(first).not.toBeNull();
    expect(await findDisplay(token)).toMatchObject({ due: false });
    await touchDisplay(id);
    expect(await seen()).toEqual(first);
    await ownerDb.wallDisplay.update({ where: { id }, data: { lastSeenAt: new Date(Date.now() - 61_000) } });
    expect(await findDisplay(token)).toMatchObject({ due: true });
  });
});

describe("what a display sees", () => {
  it("is its scope alone: another team's systems are neither named nor counted", async () => {
    const [ours, theirs] = [await restorable(), await restorable()];
    const team = await ownerDb.team.create({ data: { name: `Team ${randomUUID()}` } });
    await ownerDb.system.update({ where: { id: ours.system.id }, data: { ownerTeamId: team.id } });
    for (const { system, resource, connection } of [ours, theirs]) {
      await ownerDb.systemHealth.update({ where: { systemId: system.id }, data: { state: "unknown" } });
      await ownerDb.job.create({
        data: {
          connectionId: connection.id,
          resourceId: resource.id,
          region: resource.region,
          kind: "backup",
          providerRef: `job-${system.id}`,
          state: "running",
          rawStatus: "RUNNING",
          createdAt: new Date(),
          observedAt: new Date(),
        },
      });
    }
    const { token } = await paired({ scope: "team", teamId: team.id });
    const found = await findDisplay(token);
    if (typeof found === "string") throw new Error(found);
    const { display } = found;
    expect(display.scope).toEqual({ kind: "team", teamId: team.id });
    const seen = await getWall(aDisplay(display.scope), {});
    expect(seen.running.map(({ name }) => name)).toEqual([ours.resource.name]);
    expect(seen.attention).toMatchObject({ total: 1, rows: [{ name: ours.system.name }] });
    const told = JSON.stringify(seen);
    for (const name of [theirs.system.name, theirs.resource.name]) expect(told).not.toContain(name);
    expect(told).not.toMatch(/"href"|"step"|"\/(?:systems|restores|jobs)/);
    const all = JSON.stringify(await getWall(aDisplay(), {}));
    expect(all).toContain(theirs.resource.name);
  });
});
