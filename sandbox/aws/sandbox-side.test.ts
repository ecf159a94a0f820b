import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  BackupClient,
  ListBackupJobsCommand,
  ListBackupVaultsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  StartBackupJobCommand,
} from "@aws-sdk/client-backup";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  configOf,
  createFakeDatabases,
  hours,
  minutes,
  refusalOf,
  startTestCloud,
  type TestCloud,
} from "@/sandbox/aws/testing/test-cloud";
import { arns, createTestWorld, home, serviceRole, startMs } from "@/sandbox/aws/testing/test-world";
import { startSandbox } from "@/sandbox/main";

let cloud: TestCloud;

beforeEach(async () => {
  cloud = await startTestCloud();
});

afterEach(() => cloud.stop());

const list = (maxAttempts = 1) =>
  new BackupClient(configOf(cloud.url, { maxAttempts })).send(new ListBackupVaultsCommand({}));
const fault = (rule: object) => cloud.admin("POST", "faults", rule);
const calls = async () => (await cloud.admin("GET", "calls")).body.calls as Record<string, unknown>[];

describe("injected faults", () => {
  it.each([
    ["throttling", { kind: "throttle" }, { name: "ThrottlingException", status: 400 }],
    ["a server's error", { kind: "error" }, { name: "ServiceUnavailableException", status: 500 }],
    [
      "a named error",
      { kind: "error", name: "DependencyFailureException" },
      { name: "DependencyFailureException", status: 500 },
    ],
  ])("answer with %s, as often as asked", async (_, effect, refusal) => {
    await fault({ operation: "ListBackupVaults", times: 2, effect });
    expect(await refusalOf(list())).toMatchObject(refusal);
    expect(await refusalOf(list())).toMatchObject(refusal);
    expect((await list()).BackupVaultList).toHaveLength(2);
  });

  it("are survived by a client that tries again", async () => {
    await fault({ times: 1, effect: { kind: "throttle" } });
    await fault({ times: 1, effect: { kind: "cut" } });
    expect((await list(4)).BackupVaultList).toHaveLength(2);
    expect((await calls()).map(({ fault: kind, status }) => [kind, status])).toEqual([
      ["throttle", 400],
      ["cut", null],
      [null, 200],
    ]);
  });

  it("lose the answer after the effect", async () => {
    await fault({ operation: "StartBackupJob", effect: { kind: "lost_answer" } });
    await expect(cloud.startBackup(arns.disk)).rejects.toThrow();
    expect((await cloud.backup.send(new ListBackupJobsCommand({}))).BackupJobs).toHaveLength(1);
  });

  it("leave a caller without an answer until it gives up", async () => {
    await fault({ effect: { kind: "timeout" } });
    await expect(
      cloud.backup.send(new ListBackupVaultsCommand({}), { abortSignal: AbortSignal.timeout(150) }),
    ).rejects.toThrow();
  });

  it("concern only the operation, account and region they name, and begin after as many calls as asked", async () => {
    await fault({
      rules: [
        { operation: "Describe*", effect: { kind: "throttle" } },
        { accountId: "999999999999", effect: { kind: "throttle" } },
        { region: "us-east-1", effect: { kind: "throttle" } },
      ],
    });
    await list();
    await cloud.admin("DELETE", "faults");
    await fault({ after: 1, effect: { kind: "throttle" } });
    await list();
    expect(await refusalOf(list())).toMatchObject({ name: "ThrottlingException" });
    expect((await cloud.admin("POST", "faults", { effect: { kind: "mischief" } })).status).toBe(422);
  });
});

describe("the calls received", () => {
  it("are kept with operation, account, region and token, until they are cleared", async () => {
    await cloud.startBackup(arns.disk, { IdempotencyToken: "my-token" });
    expect(await calls()).toMatchObject([
      {
        operation: "StartBackupJob",
        service: "backup",
        accountId: home,
        region: "eu-central-1",
        idempotencyToken: "my-token",
        status: 200,
      },
    ]);
    await cloud.admin("DELETE", "calls");
    expect(await calls()).toEqual([]);
  });
});

describe("the clock", () => {
  it("stands still until it is advanced, and does not go back", async () => {
    expect((await cloud.admin("GET", "clock")).body).toMatchObject({
      clock: "virtual",
      now: new Date(startMs).toISOString(),
    });
    const later = new Date(startMs + hours(1)).toISOString();
    expect((await cloud.admin("POST", "clock", { to: later })).body).toMatchObject({ now: later });
    expect((await cloud.admin("POST", "clock", { to: new Date(startMs).toISOString() })).status).toBe(422);
  });

  it("that is real cannot be advanced, and speed shortens its jobs", async () => {
    const real = await startSandbox({ world: createTestWorld(), clock: "real", speed: 10_000 });
    try {
      const advance = await fetch(`${real.url}/_sandbox/clock`, { method: "POST", body: '{"advanceMs":5}' });
      expect(advance.status).toBe(422);
      const id = await startBackupAt(real.url);
      await expect
        .poll(() => real.world.accounts[home]?.regions["eu-central-1"]?.backupJobs[id]?.state, { timeout: 5000 })
        .toBe("COMPLETED");
    } finally {
      await real.stop();
    }
  });
});

async function startBackupAt(url: string): Promise<string> {
  const client = new BackupClient(configOf(url));
  const { BackupJobId } = await client.send(
    new StartBackupJobCommand({ BackupVaultName: "main", ResourceArn: arns.disk, IamRoleArn: serviceRole }),
  );
  return BackupJobId ?? "";
}

describe("the sandbox's own side", () => {
  it("says that it is well, and seeds another estate", async () => {
    expect((await cloud.admin("GET", "health")).body).toMatchObject({ status: "ok", estate: "test" });
    expect((await cloud.admin("POST", "seed", { estate: "empty" })).body).toMatchObject({ estate: "empty" });
    expect(cloud.world.estate).toBe("empty");
    expect((await cloud.admin("POST", "seed", { estate: "imaginary" })).status).toBe(422);
    expect((await cloud.admin("GET", "nonsense")).status).toBe(404);
  });
});

describe("the state between two starts", () => {
  it("is kept in its file, and what fell due in between is made up for", async () => {
    const stateFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "sandbox-state-")), "aws.json");
    const first = await startTestCloud({ stateFile });
    await first.plan({ ScheduleExpression: "cron(0 * ? * * *)" }, { Resources: [arns.disk] });
    const pending = await first.startBackup(arns.files);
    await first.stop();
    const second = await startSandbox({
      clock: "virtual",
      startMs: startMs + hours(5) + minutes(30),
      world: createTestWorld(),
      stateFile,
    });
    try {
      const client = new BackupClient(configOf(second.url));
      const points =
        (await client.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main" }))).RecoveryPoints ??
        [];
      expect(
        points
          .filter(({ ResourceArn }) => ResourceArn === arns.disk)
          .map(({ InitiationDate }) => InitiationDate?.getTime()),
      ).toEqual([5, 4, 3, 2, 1].map((hour) => startMs + hours(hour)));
      expect(points.filter(({ ResourceArn }) => ResourceArn === arns.files)).toHaveLength(1);
      expect(second.world.accounts[home]?.regions["eu-central-1"]?.backupJobs[pending]?.state).toBe("COMPLETED");
      expect(fs.readdirSync(path.dirname(stateFile))).toEqual(["aws.json"]);
    } finally {
      await second.stop();
    }
  });

  it("includes a restore under way, whose database work begins anew", async () => {
    const stateFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "sandbox-state-")), "aws.json");
    const before = createFakeDatabases();
    const first = await startTestCloud({ stateFile, databases: before.port });
    const id = await first.startRestore(await first.backUp(arns.orders), { DBInstanceIdentifier: "copy" });
    await first.advance(minutes(2));
    expect((await first.restoreOf(id)).Status).toBe("RUNNING");
    await first.stop();
    const after = createFakeDatabases();
    const second = await startTestCloud({ stateFile, databases: after.port });
    try {
      await second.advance(hours(2));
      expect((await second.restoreOf(id)).Status).toBe("COMPLETED");
      expect(after.orders.map(({ target, moment }) => [target.identifier, moment])).toEqual(
        before.orders.map(({ target, moment }) => [target.identifier, moment]),
      );
    } finally {
      await second.stop();
    }
  });
});
