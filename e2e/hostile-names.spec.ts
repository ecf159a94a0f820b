import { randomUUID } from "node:crypto";
import type { PrismaClient } from "@/lib/platform/prisma/client";
import { makeSubjects } from "./authorisation/subjects";
import { expect, test } from "./fixtures";

/** Right-to-left override, zero-width space and joiner, an isolate, a byte order mark, a bell: what lies about a name. */
const hostile = (what: string) => `${what} \u202egnp.exe\u202c\u200b\u200d\u2066x\u2069\ufeff\u0007<b>&amp;`;
/** The beginning of what was not spelled out: the other marks stand behind it. */
const everywhere = / [\u202e]gnp/gu;
const raw = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

type Estate = Record<
  "connectionId" | "systemId" | "resourceId" | "vaultId" | "pointId" | "teamId" | "personId",
  string
>;

/** An estate as a hostile cloud account would name it. */
async function layEstate(db: PrismaClient): Promise<Estate> {
  const tag = randomUUID().slice(0, 8);
  const now = new Date();
  const account = "999900009999";
  const place = { region: "eu-central-1", observedAt: now };
  const { id: personId } = await db.user.create({
    data: { email: `${tag}@hostile.example`, displayName: hostile("Mallory"), status: "active" },
  });
  const { id: teamId } = await db.team.create({ data: { name: hostile(`Team ${tag}`) } });
  const { id: connectionId } = await db.connection.create({
    data: {
      kind: "aws",
      name: hostile(`Account ${tag}`),
      account,
      state: "disabled",
      settings: {
        account,
        regions: ["eu-central-1"],
        endpoint: null,
        readRoleRef: `arn:aws:iam::${account}:role/read`,
        actRoleRef: null,
        cleanupRoleRef: null,
        externalId: "x",
        serviceRoleRef: null,
      },
      selfCheck: [
        { id: "read-role", verdict: "bad", title: hostile("Role"), detail: hostile("AWS says"), remedy: hostile("Do") },
      ],
    },
  });
  const { id: systemId } = await db.system.create({
    data: {
      slug: `hostile-${tag}`,
      name: hostile(`System ${tag}`),
      environment: "staging",
      description: hostile("What it is"),
    },
  });
  const { id: resourceId } = await db.resource.create({
    data: {
      connectionId,
      ...place,
      providerRef: `arn:aws:rds:eu-central-1:${account}:db:${tag}`,
      kind: "RDS",
      name: hostile(`db-${tag}`),
      account,
      tags: { [hostile("key")]: hostile("value") },
    },
  });
  await db.systemResource.create({ data: { systemId, resourceId, validFrom: now } });
  const { id: vaultId } = await db.vault.create({
    data: { connectionId, ...place, providerRef: `arn:vault:${tag}`, name: hostile(`vault-${tag}`), kind: "standard" },
  });
  const { id: pointId } = await db.recoveryPoint.create({
    data: {
      connectionId,
      ...place,
      providerRef: `arn:aws:rds:eu-central-1:${account}:snapshot:${tag}`,
      resourceId,
      vaultId,
      account,
      kind: "snapshot",
      status: "available",
      rawStatus: hostile("COMPLETED"),
      dataAsOf: now,
      startedAt: now,
      completedAt: now,
    },
  });
  return { connectionId, systemId, resourceId, vaultId, pointId, teamId, personId };
}

async function removeEstate(db: PrismaClient, laid: Estate): Promise<void> {
  const { connectionId, systemId, resourceId, vaultId, pointId, teamId, personId } = laid;
  await db.recoveryPoint.delete({ where: { id: pointId } });
  await db.vault.delete({ where: { id: vaultId } });
  await db.systemResource.deleteMany({ where: { resourceId } });
  await db.resource.delete({ where: { id: resourceId } });
  await db.system.delete({ where: { id: systemId } });
  await db.connection.delete({ where: { id: connectionId } });
  await db.team.delete({ where: { id: teamId } });
  await db.user.delete({ where: { id: personId } });
}

/** What a person sees or has read to them: the page without its scripts, and without what a form holds to be edited as it is. */
const shown = (html: string) =>
  html
    .replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, "")
    .replaceAll(/<textarea\b[^>]*>[\s\S]*?<\/textarea>/g, "")
    .replaceAll(/\bvalue="[^"]*"/g, "");

test("names that hide or turn characters are shown as they are, on every page", async ({ db, stack }) => {
  const subjects = await makeSubjects(db, stack);
  const laid = await layEstate(db);
  const pages = [
    "/",
    "/systems?q=hostile",
    `/systems/${laid.systemId}`,
    `/systems/${laid.systemId}/edit`,
    `/systems/${laid.systemId}/rules`,
    `/systems/${laid.systemId}/backup?resource=${laid.resourceId}`,
    `/systems/${laid.systemId}/dependencies`,
    "/systems/unassigned",
    "/systems/coverage",
    "/systems/rules",
    "/recovery-points",
    `/recovery-points/${laid.pointId}`,
    "/restores/new",
    "/jobs",
    "/settings/connections",
    `/settings/connections/${laid.connectionId}`,
    `/settings/connections/${laid.connectionId}/edit`,
    "/settings/people",
    `/settings/people/${laid.personId}`,
    "/audit",
  ];
  try {
    const found: string[] = [];
    const left: string[] = [];
    for (const { name, cookie } of subjects.filter((one) => ["administrator", "operator"].includes(one.name)))
      for (const page of pages) {
        const answer = await fetch(`${stack.url}${page}`, { headers: { cookie: cookie ?? "" }, redirect: "manual" });
        const text = shown(await answer.text());
        for (const { index } of text.matchAll(everywhere))
          found.push(`${page} as ${name}: ${JSON.stringify(text.slice(Math.max(index - 120, 0), index + 12))}`);
        if (raw.test(text)) left.push(`${page} as ${name}`);
        expect(answer.status, page).toBeLessThan(500);
      }
    expect(found).toEqual([]);
    expect(left).toEqual([]);
    const administrator = subjects.find(({ name }) => name === "administrator");
    const one = await fetch(`${stack.url}/systems/${laid.systemId}`, {
      headers: { cookie: administrator?.cookie ?? "" },
    });
    expect(shown(await one.text())).toContain("⟨U+202E⟩gnp.exe");
  } finally {
    await removeEstate(db, laid);
  }
});
