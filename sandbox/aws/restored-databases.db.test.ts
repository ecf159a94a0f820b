import { DeleteDBInstanceCommand, DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Databases, openDatabases } from "@/sandbox/aws/databases";
import { configOf, hours, minutes, startTestCloud, type TestCloud } from "@/sandbox/aws/testing/test-cloud";
import { arns, frankfurt, home } from "@/sandbox/aws/testing/test-world";

let databases: Databases;
let cloud: TestCloud;
let serial = 0;

beforeAll(async () => {
  databases = await openDatabases({ adminUrl: inject("databaseAdminUrl"), seed: `restored-${process.pid}` });
  cloud = await startTestCloud({ databases });
});

afterAll(async () => {
  for (const resource of Object.values(cloud.world.accounts[home]?.regions[frankfurt]?.resources ?? {}))
    if (resource.database) await databases.drop(resource.database.ref);
  await cloud.stop();
});

/** Restores as a client does, and asks the new database where the service says that it is. */
async function pricesAfterRestoreOf(pointArn: string, more: Record<string, string> = {}): Promise<number> {
  serial += 1;
  const identifier = `copy-${serial}`;
  const id = await cloud.startRestore(pointArn, { DBInstanceIdentifier: identifier, ...more });
  await cloud.advance(hours(1));
  const job = await cloud.restoreOf(id);
  if (job.Status !== "COMPLETED") throw new Error(`The restore ended ${job.Status}: ${job.StatusMessage}`);
  return pricesOf(identifier);
}

async function pricesOf(identifier: string): Promise<number> {
  const { DBInstances } = await new RDSClient(configOf(cloud.url)).send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
  );
  const { Endpoint: address, DBName: database } = DBInstances?.[0] ?? {};
  const client = new pg.Client({
    host: address?.Address,
    port: address?.Port,
    database,
    ...databases.logins.probe,
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ sum: string }>("SELECT sum(price_cents) AS sum FROM products");
    return Number(rows[0]?.sum);
  } finally {
    await client.end();
  }
}

describe("a real database behind an instance", () => {
  it("comes back from a point as it was at the point's moment, with an accident only in later ones", async () => {
    const before = await cloud.backUp(arns.orders);
    const healthy = await pricesOf("orders");
    const accident = { accountId: home, region: frankfurt, identifier: "orders", kind: "wrong_prices" };
    expect((await cloud.admin("POST", "accidents", accident)).status).toBe(200);
    await cloud.advance(minutes(10));
    const after = await cloud.backUp(arns.orders);
    const broken = await pricesOf("orders");
    expect(broken).toBeLessThan(healthy);
    expect(await pricesAfterRestoreOf(before)).toBe(healthy);
    expect(await pricesAfterRestoreOf(after)).toBe(broken);
  });

  it("goes when its instance is deleted", async () => {
    await pricesAfterRestoreOf(await cloud.backUp(arns.orders));
    const rds = new RDSClient(configOf(cloud.url));
    const name = `copy-${serial}`;
    const arn = `arn:aws:rds:${frankfurt}:${home}:db:${name}`;
    const ref = cloud.world.accounts[home]?.regions[frankfurt]?.resources[arn]?.database?.ref;
    if (!ref) throw new Error("The restored instance has no database.");
    const presence = () =>
      databases.stats(ref).then(
        () => "there",
        () => "gone",
      );
    expect(await presence()).toBe("there");
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: name, SkipFinalSnapshot: true }));
    await expect.poll(presence, { timeout: 10_000 }).toBe("gone");
  });
});
