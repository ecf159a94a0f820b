import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ConnectionSettings } from "@/lib/providers/contract";
import { addRole } from "@/sandbox/aws/estates/accounts";
import {
  homeRegion,
  productionId,
  smallEstateConnections,
  smallEstateCredentials,
} from "@/sandbox/aws/estates/nordwind";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import { type Sandbox, startSandbox } from "@/sandbox/main";
import { awsProvider } from "./provider";
import { openSession } from "./session";

const world = buildSmallEstate({ now: new Date(), seed: "self-check" });
const [production] = smallEstateConnections;
if (!production) throw new Error("The small estate has no connection.");
const account = world.accounts[productionId];
if (!account) throw new Error("The estate lost its account.");

const patience = { connectMs: 1_000, answerMs: 3_000, maxAttempts: 3 };
const look = ["backup:List*", "backup:Describe*", "backup:Get*", "sts:GetCallerIdentity"];
const destructive = [
  "backup:DeleteRecoveryPoint",
  "backup:UpdateRecoveryPointLifecycle",
  "backup:DisassociateRecoveryPoint",
  "backup:PutBackupVaultAccessPolicy",
];

let cloud: Sandbox;
let settings: ConnectionSettings;

beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", smallEstateCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", smallEstateCredentials.secretAccessKey);
  cloud = await startSandbox({ world, speed: 1_000 });
  settings = {
    account: productionId,
    regions: [homeRegion],
    endpoint: cloud.url,
    readRoleRef: production.readRoleArn,
    actRoleRef: production.actRoleArn,
    cleanupRoleRef: production.cleanupRoleArn,
    externalId: production.externalId,
    serviceRoleRef: production.restoreRoleArn,
  };
});
afterAll(() => cloud.stop());

const roleThatMay = (name: string, rights: string[]) =>
  addRole(account, {
    name,
    trustedPrincipals: [smallEstateCredentials.accountId],
    externalId: production.externalId,
    allowedActions: rights,
  }).arn;

const checksOf = async (change: Partial<ConnectionSettings>) =>
  awsProvider({ ...settings, ...change }, patience).selfCheck();

describe("the self-check of a connection", () => {
  it("is without red where the roles are as deploy/aws has them", async () => {
    const checks = await checksOf({});
    expect(checks.filter(({ verdict }) => verdict === "bad")).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["read-deletes", "act-deletes", "cleanup-deletes"]),
    );
  });

  it.each(destructive)("is red when the read role may %s, and names it", async (right) => {
    const readRoleRef = roleThatMay(`read-${right.split(":")[1]}`, [...look, right]);
    const found = (await checksOf({ readRoleRef })).find(({ id }) => id === "read-deletes");
    expect(found).toMatchObject({ verdict: "bad", title: "Read role may delete backups" });
    expect(found?.detail).toContain(`refuse ${right} when`);
  });

  it.each([
    ["act-deletes", "actRoleRef"],
    ["cleanup-deletes", "cleanupRoleRef"],
  ] as const)("is red in %s when that role may shorten how long a backup is kept", async (id, field) => {
    const arn = roleThatMay(`${field}-shortens`, [
      ...look,
      "backup:Start*",
      "iam:PassRole",
      "backup:UpdateRecoveryPointLifecycle",
    ]);
    expect((await checksOf({ [field]: arn })).find((one) => one.id === id)).toMatchObject({ verdict: "bad" });
  });

  it("changes nothing that is there", async () => {
    const before = JSON.stringify(account.regions);
    await checksOf({ readRoleRef: roleThatMay("read-everything", ["*"]) });
    expect(JSON.stringify(account.regions)).toBe(before);
  });
});

describe("the credentials of a hardened web process", () => {
  it("reach the read role and no other", async () => {
    const { reader } = smallEstateCredentials;
    vi.stubEnv("AWS_ACCESS_KEY_ID", reader?.accessKeyId ?? "");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", reader?.secretAccessKey ?? "");
    const assume = (role: string) => openSession(settings, role, patience).in(homeRegion).backup.config.credentials();
    await expect(assume(production.readRoleArn)).resolves.toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/),
    });
    await expect(assume(production.actRoleArn)).rejects.toMatchObject({ kind: "role_not_assumable" });
    await expect(assume(production.cleanupRoleArn)).rejects.toMatchObject({ kind: "role_not_assumable" });
    vi.stubEnv("AWS_ACCESS_KEY_ID", smallEstateCredentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", smallEstateCredentials.secretAccessKey);
  });
});
