import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { displayMay, doors as expected, roleMay, workerMay } from "@/e2e/authorisation/expected";
import { type Outcome, Refusal } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { aDisplay, person, theWorker } from "@/lib/platform/testing/people";
import { isTestFile, listSources, projectRoot, readSource } from "@/lib/platform/testing/sources";
import { type Actor, roles } from "./permissions";

type Door = (actor: Actor, raw: unknown) => Promise<unknown>;
type Made = { door: Door; permission: string; kind: "read" | "command" };

const made = vi.hoisted((): Made[] => []);

// Every door is noted as it is made, whether or not its module exports it.
vi.mock("@/lib/access/read", async (original) => {
  const real = await original<typeof import("./read")>();
  const read = (...spec: Parameters<typeof real.read>) => {
    const door = real.read(...spec);
    made.push({ door, permission: spec[0], kind: "read" });
    return door;
  };
  return { ...real, read };
});
vi.mock("@/lib/access/command", async (original) => {
  const real = await original<typeof import("./command")>();
  const command = (spec: Parameters<typeof real.command>[0]) => {
    const door = real.command(spec);
    made.push({ door, permission: spec.permission, kind: "command" });
    return door;
  };
  return { ...real, command };
});

const makesDoors = /from "@\/lib\/(?:access\/(?:read|command)|changes\/governed)"/;
const files = listSources("lib").filter((file) => !isTestFile(file) && makesDoors.test(readSource(file)));
const areaOf = (file: string) => file.split("/")[1] ?? "";

const named = new Map<string, Made>();

beforeAll(async () => {
  for (const file of files) {
    const exported: Record<string, unknown> = await import(path.join(projectRoot, file));
    for (const [name, value] of Object.entries(exported)) {
      const found = made.find(({ door }) => door === value);
      if (found) named.set(`${areaOf(file)}.${name}`, found);
      // A governed command brings the door that names its proof along.
      const proof = typeof value === "function" && "proof" in value ? value.proof : null;
      const asked = made.find(({ door }) => door === proof);
      if (asked) named.set(`${areaOf(file)}.${name}.proof`, asked);
    }
  }
}, 60_000);

afterAll(() => vi.restoreAllMocks());

/** No door takes a bare text, so whoever gets past the permission is told that it is invalid, and nothing happens. */
const rubbish = "neither an id nor a form";

async function codeOf({ door }: Made, actor: Actor): Promise<string> {
  try {
    const outcome = (await door(actor, rubbish)) as Outcome<unknown> | null;
    return outcome && typeof outcome === "object" && "ok" in outcome && !outcome.ok ? outcome.code : "done";
  } catch (error) {
    return error instanceof Refusal ? error.refused.code : `broken: ${String(error)}`;
  }
}

/** What every door answers an actor, as `area.door: code`, where it is not what the table says. */
async function surprises(actor: Actor, may: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const [name, door] of named) {
    const code = await codeOf(door, actor);
    const wanted = may.includes(expected[name] ?? "") ? "invalid" : "forbidden";
    if (code !== wanted) found.push(`${name} answers "${code}" where the table says "${wanted}"`);
  }
  return found;
}

describe("every door", () => {
  it("is listed, with the permission it asks for", () => {
    const lines = [...named].map(([name, { permission }]) => `"${name}": "${permission}",`);
    const listed = Object.entries(expected).map(([name, permission]) => `"${name}": "${permission}",`);
    const missing = lines.filter((line) => !listed.includes(line));
    expect(missing, "add these lines to doors in e2e/authorisation/expected.ts, if they are right").toEqual([]);
    const gone = listed.filter((line) => !lines.includes(line));
    expect(gone, "take these lines out of doors in e2e/authorisation/expected.ts").toEqual([]);
  });

  it("is reached by name: none is made where nobody can ask it here", () => {
    const reached = new Set([...named.values()]);
    const hidden = made
      .filter((door) => !reached.has(door))
      .map(({ kind, permission }) => `a ${kind} for ${permission}`);
    expect(hidden, "export these doors from the file that makes them").toEqual([]);
  });

  it("is closed to every role that the table does not open it to, and to no other", async () => {
    for (const role of roles) expect(await surprises(await person(role), roleMay[role] ?? []), role).toEqual([]);
  }, 120_000);

  it("is closed to whoever has no role", async () => {
    expect(await surprises(await person([]), [])).toEqual([]);
  }, 60_000);

  it("is closed to every role before the second factor", async () => {
    const all = await person([...roles]);
    expect(await surprises({ ...all, aal: 1, amr: ["pwd"] }, [])).toEqual([]);
  }, 60_000);

  it("lets the worker do its own work alone", async () => {
    expect(await surprises(theWorker(), workerMay)).toEqual([]);
  }, 60_000);

  it("lets a wall display look at the wall alone", async () => {
    expect(await surprises(aDisplay(), displayMay)).toEqual([]);
  }, 60_000);

  it("is open to no more through several roles than through each of them", async () => {
    const both = await person(["approver", "auditor"]);
    expect(await surprises(both, [...(roleMay.approver ?? []), ...(roleMay.auditor ?? [])])).toEqual([]);
  }, 60_000);
});

describe("the written table", () => {
  it("knows every role of the product", () => expect(Object.keys(roleMay).sort()).toEqual([...roles].sort()));

  it("lets nobody both ask for a restore and agree to one", () => {
    const both = roles.filter(
      (role) => roleMay[role]?.includes("restore:request") && roleMay[role].includes("restore:approve"),
    );
    expect(both).toEqual([]);
  });

  it("keeps people's doors from the worker", () => {
    const human = [
      "restore:request",
      "restore:approve",
      "restore:start",
      "people:edit",
      "tier:edit",
      "connection:edit",
    ];
    expect(workerMay.filter((permission) => human.includes(permission))).toEqual([]);
  });
});

describe("a refusal", () => {
  it("of a command is written down with who was refused what", async () => {
    const viewer = await person("viewer");
    const found = [...named].find(([name]) => name === "tiers.editTier");
    if (!found) throw new Error("The door is not there.");
    await codeOf(found[1], viewer);
    const events = await db.auditEvent.findMany({ where: { actorId: viewer.id } });
    expect(events.map(({ action, outcome }) => [action, outcome])).toEqual([["tier.edit", "denied"]]);
  });
});
