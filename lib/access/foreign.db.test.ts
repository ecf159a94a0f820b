import { randomUUID } from "node:crypto";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { doors } from "@/e2e/authorisation/expected";
import { Refusal } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, submitBy, value } from "@/lib/platform/testing/restoring";
import { isTestFile, listSources, projectRoot, readSource } from "@/lib/platform/testing/sources";
import { type Actor, roles } from "./permissions";

type Door = (actor: Actor, raw: unknown) => Promise<unknown>;

const reached = new Map<string, { door: Door; isCommand: boolean }>();
let words: Record<string, string>;
let bag: Record<string, unknown>;

/** Doors that hold nothing of one team: people and their own account, tiers that are everybody's. */
const ofNoTeam = /^(?:people|tiers|shell|audit)\./;

beforeAll(async () => {
  for (const file of listSources("lib").filter(
    (one) => !isTestFile(one) && /"@\/lib\/access\/(?:read|command)"/.test(readSource(one)),
  )) {
    const exported: Record<string, unknown> = await import(path.join(projectRoot, file));
    for (const [name, found] of Object.entries(exported)) {
      const key = `${file.split("/")[1]}.${name}`;
      if (key in doors && typeof found === "function")
        reached.set(key, {
          door: found as Door,
          isCommand: new RegExp(`const ${name} = command`).test(readSource(file)),
        });
    }
  }
  const { connection, system, resource, vault, point } = await restorable();
  const lena = await person("operator");
  await person("approver");
  const restoreId = await draftOf(lena, { system, resource, point });
  value(await submitBy(lena, restoreId));
  const { approvalId, handle } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
  words = {
    system: system.name,
    resource: resource.name,
    vault: vault.name,
    point: point.providerRef,
    connection: connection.name,
    handle,
  };
  bag = {
    systemId: system.id,
    system: system.id,
    systemIds: [system.id],
    resourceId: resource.id,
    resourceIds: [resource.id],
    pointId: point.id,
    connectionId: connection.id,
    vaultId: vault.id,
    restoreId,
    approvalId,
    requestId: restoreId,
    targetType: "restore",
    targetId: restoreId,
    dependsOnId: system.id,
    upstreamId: system.id,
    downstreamId: system.id,
    revision: 1,
    draftRevision: 1,
    grantId: randomUUID(),
    reason: "Because I can",
    verdict: "approve",
    kind: "full",
    state: "disabled",
    required: true,
    q: system.name.slice(0, 6),
    key: "team",
    value: "orders",
    tierId: (await db.tier.findFirst())?.id ?? randomUUID(),
    days: 7,
    show: "all",
  };
}, 120_000);

/** Everything they may say with the ids of somebody else's estate, and what came of it. */
async function tryAll(actor: Actor): Promise<{ shown: string[]; done: string[] }> {
  const shown: string[] = [];
  const done: string[] = [];
  for (const [name, { door, isCommand }] of reached) {
    if (ofNoTeam.test(name)) continue;
    const outcome = await door(actor, bag).catch((error: unknown) => {
      if (error instanceof Refusal) return null;
      throw new Error(`${name} broke`, { cause: error });
    });
    const told = JSON.stringify(outcome, (_, part) => (typeof part === "bigint" ? String(part) : part)) ?? "";
    if (Object.values(words).some((word) => told.includes(word))) shown.push(name);
    if (isCommand && told.startsWith('{"ok":true')) done.push(name);
  }
  return { shown, done };
}

describe("somebody whose roles cover another team", () => {
  it("is shown nothing of this team's estate by any door, and changes nothing of it, whatever ids they send", async () => {
    const team = await db.team.create({ data: { name: `Payments ${randomUUID()}` } });
    const stranger = await person([...roles], { kind: "team", teamId: team.id });
    expect(await tryAll(stranger)).toEqual({ shown: [], done: [] });
  }, 120_000);

  it("nor when they cover a tag that nothing here has", async () => {
    const stranger = await person([...roles], { kind: "tag", key: "team", value: randomUUID() });
    expect(await tryAll(stranger)).toEqual({ shown: [], done: [] });
  }, 120_000);

  it("while the same questions show the estate to whoever covers everything", async () => {
    const { shown } = await tryAll(await person("viewer"));
    expect(shown.length).toBeGreaterThan(10);
    for (const name of [
      "systems.getSystem",
      "restores.getRestore",
      "approvals.getApproval",
      "recovery-points.getPoint",
      "connections.getConnection",
    ])
      expect(shown).toContain(name);
  }, 120_000);
});
