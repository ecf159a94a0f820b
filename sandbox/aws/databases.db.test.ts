import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { type Databases, type Endpoint, openDatabases } from "@/sandbox/aws/databases";
import { contents } from "@/sandbox/aws/databases/contents";
import type { DatabaseRef } from "@/sandbox/aws/world";

const adminUrl = inject("databaseAdminUrl");
const kinds = [...contents.keys()];
const noon = new Date("2026-03-12T12:00:00Z");
const after = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);

let databases: Databases;
let made: DatabaseRef[] = [];
let serial = 0;

function ref(kind: string): DatabaseRef {
  serial += 1;
  const place = {
    accountId: "441100220033",
    region: "eu-central-1",
    identifier: `${kind}-${serial}`,
    kind,
  };
  made.push(place);
  return place;
}

async function asked<Row extends pg.QueryResultRow>(
  endpoint: Endpoint,
  login: { user: string; password: string },
  ...statements: string[]
): Promise<Row[]> {
  const client = new pg.Client({ ...endpoint, ...login, database: endpoint.databaseName });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Rows and a checksum of every table. */
async function contentAt(endpoint: Endpoint, kind: string): Promise<Record<string, string>> {
  const prints = (contents.get(kind)?.tables ?? []).map(
    ({ name, key }) =>
      `'${name}', (SELECT count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY ${key})) FROM ${name} AS t)`,
  );
  const [row] = await asked<{ content: Record<string, string> }>(
    endpoint,
    databases.logins.probe,
    "SET TimeZone = 'UTC'",
    `SELECT json_build_object(${prints.join(", ")}) AS content`,
  );
  if (!row) throw new Error(`${endpoint.databaseName} has no content.`);
  return row.content;
}

const rowsIn = (content: Record<string, string>): number =>
  Object.values(content).reduce((sum, print) => sum + Number(print.split(" ")[0]), 0);

async function changed(place: DatabaseRef, at: Date, ...statements: string[]): Promise<void> {
  const endpoint = await databases.ensureLive(place, at);
  await asked(endpoint, databases.logins.application, `SET sandbox.now = '${at.toISOString()}'`, ...statements);
}

const restored = async (source: DatabaseRef, moment: Date): Promise<Record<string, string>> =>
  contentAt(await databases.restore({ source, moment, target: ref(source.kind) }), source.kind);

beforeAll(async () => {
  databases = await openDatabases({ adminUrl, seed: "databases-test" });
});

afterEach(async () => {
  await Promise.all(made.map((place) => databases.drop(place)));
  made = [];
});

afterAll(() => databases.stop());

describe.each(kinds)("a database of the kind %s", (kind) => {
  it("is restored to exactly what it held at the moment, thousands of rows that change within the hour", async () => {
    const place = ref(kind);
    const first = await contentAt(await databases.ensureLive(place, noon), kind);
    const live = await contentAt(await databases.ensureLive(place, after(60)), kind);
    const { tables } = await databases.stats(place);
    expect(tables.reduce((sum, table) => sum + table.rows, 0)).toBeGreaterThan(5000);
    expect(live).not.toEqual(first);
    await databases.ensureLive(place, after(300));
    expect(await restored(place, after(60))).toEqual(live);
  });

  it("has an accident after its moment and not before", async () => {
    const place = ref(kind);
    await databases.ensureLive(place, after(10));
    const healthy = await restored(place, after(21));
    const before = await restored(place, after(19));
    await databases.breakLive(place, { at: after(20), kind: "wrong_prices" });
    await databases.breakLive(place, { at: after(40), kind: "dropped_rows" });
    const live = await contentAt(await databases.ensureLive(place, after(41)), kind);
    expect(await restored(place, after(19))).toEqual(before);
    expect(await restored(place, after(41))).toEqual(live);
    const wrong = await restored(place, after(21));
    expect(wrong).not.toEqual(healthy);
    expect(rowsIn(wrong)).toBe(rowsIn(healthy));
    expect(rowsIn(live)).toBeLessThan(rowsIn(wrong) - 10);
  });
});

describe("what people change", () => {
  it("is in restores after the change and not in those before it", async () => {
    const place = ref("orders");
    await changed(
      place,
      after(10),
      "INSERT INTO customers (name, email, city, country) VALUES ('Ada Test', 'ada@kunden.example', 'Kiel', 'DE')",
      "UPDATE products SET title = 'Renamed' WHERE id = 7",
      "DELETE FROM customers WHERE id = 3",
    );
    await changed(place, after(20), "UPDATE products SET title = 'Renamed twice', active = false WHERE id = 7");
    const live = await contentAt(await databases.ensureLive(place, after(90)), "orders");
    expect(await restored(place, after(90))).toEqual(live);
    const at = async (minutes: number) => {
      const endpoint = await databases.restore({ source: place, moment: after(minutes), target: ref("orders") });
      const [row] = await asked<{ found: string }>(
        endpoint,
        databases.logins.probe,
        `SELECT concat_ws(' ', (SELECT count(*) FROM customers WHERE name = 'Ada Test'),
          (SELECT count(*) FROM customers WHERE id = 3), (SELECT title FROM products WHERE id = 7 AND title ~ 'Renamed')) AS found`,
      );
      return row?.found;
    };
    expect([await at(9), await at(11), await at(21)]).toEqual(["0 1", "1 0 Renamed", "1 0 Renamed twice"]);
  });

  it("wins over the generator for the columns they wrote, and leaves it the others", async () => {
    const place = ref("orders");
    const endpoint = await databases.ensureLive(place, noon);
    const [order] = await asked<{ id: string }>(
      endpoint,
      databases.logins.probe,
      "SELECT id FROM orders WHERE status = 'received' ORDER BY created_at DESC LIMIT 1",
    );
    await changed(place, after(1), `UPDATE orders SET currency = 'NOK' WHERE id = ${order?.id}`);
    const later = await databases.ensureLive(place, after(60 * 24));
    const [moved] = await asked<{ currency: string; status: string }>(
      later,
      databases.logins.probe,
      `SELECT currency, status FROM orders WHERE id = ${order?.id}`,
    );
    expect(moved?.currency).toBe("NOK");
    expect(["shipped", "returned"]).toContain(moved?.status);
  });

  it("survives a row that was deleted, made again and changed, and an emptied table", async () => {
    const place = ref("inventory");
    await changed(place, after(1), "DELETE FROM articles WHERE id = 5");
    await changed(place, after(2), "INSERT INTO articles (id, title, unit_cost_cents) VALUES (5, 'Again', 5)");
    await changed(place, after(3), "UPDATE articles SET unit_cost_cents = 6 WHERE id = 5");
    await changed(place, after(4), "TRUNCATE stock_levels");
    expect(await restored(place, after(3))).not.toEqual(await restored(place, after(4)));
    const live = await databases.ensureLive(place, after(5));
    expect(await restored(place, after(5))).toEqual(await contentAt(live, "inventory"));
    expect(
      await asked(live, databases.logins.probe, "SELECT title, unit_cost_cents FROM articles WHERE id = 5"),
    ).toEqual([{ title: "Again", unit_cost_cents: 6 }]);
  });

  it("is known to restores even when the database itself is gone", async () => {
    const place = ref("crm");
    await changed(place, after(1), "DELETE FROM deals WHERE id % 3 = 0");
    const live = await contentAt(await databases.ensureLive(place, after(5)), "crm");
    await databases.drop(place);
    expect(await restored(place, after(5))).toEqual(live);
    expect(await restored(place, noon)).not.toEqual(live);
  });
});

describe("a restored database", () => {
  it("stands still, takes changes of its own, and can be restored from", async () => {
    const place = ref("tickets");
    const target = ref("tickets");
    await changed(place, after(1), "UPDATE tickets SET priority = 'high'");
    const endpoint = await databases.restore({ source: place, moment: after(2), target });
    const still = await contentAt(endpoint, "tickets");
    expect(await contentAt(await databases.ensureLive(target, after(500)), "tickets")).toEqual(still);
    await changed(target, after(30), "UPDATE tickets SET subject = 'Checked'");
    expect(await restored(target, after(20))).toEqual(still);
    expect(await restored(target, after(40))).toEqual(await contentAt(endpoint, "tickets"));
  });

  it("refuses a name that is taken", async () => {
    const place = ref("crm");
    await databases.ensureLive(place, noon);
    await expect(databases.restore({ source: place, moment: noon, target: place })).rejects.toThrow("already exists");
  });

  it("can be read with the endpoint's login, and not written", async () => {
    const endpoint = await databases.ensureLive(ref("identity"), noon);
    const login = { user: endpoint.user, password: endpoint.password };
    expect(await asked(endpoint, login, "SELECT count(*)::int AS groups FROM groups")).toEqual([{ groups: 8 }]);
    await expect(asked(endpoint, login, "DELETE FROM users")).rejects.toThrow(/read-only|permission denied/);
    await expect(asked(endpoint, login, "SELECT * FROM sandbox.changes")).rejects.toThrow("permission denied");
  });
});

it("balances the ledger to zero until the accident, and not after it", async () => {
  const place = ref("ledger");
  await databases.ensureLive(place, after(60));
  await databases.breakLive(place, { at: after(30), kind: "wrong_prices" });
  const sum = async (minutes: number) => {
    const endpoint = await databases.restore({ source: place, moment: after(minutes), target: ref("ledger") });
    const unbalanced = "SELECT 1 FROM entries GROUP BY transfer_id HAVING sum(amount_cents) <> 0";
    return asked<{ total: string; unbalanced: number }>(
      endpoint,
      databases.logins.probe,
      `SELECT sum(amount_cents)::text AS total, (SELECT count(*)::int FROM (${unbalanced}) AS u) AS unbalanced FROM entries`,
    );
  };
  expect(await sum(29)).toEqual([{ total: "0", unbalanced: 0 }]);
  const [broken] = await sum(31);
  expect(broken?.unbalanced).toBeGreaterThan(100);
});

it("keeps each order's total equal to the sum of its items", async () => {
  const endpoint = await databases.ensureLive(ref("orders"), noon);
  expect(
    await asked(
      endpoint,
      databases.logins.probe,
      `SELECT o.id FROM orders AS o JOIN order_items AS i ON i.order_id = o.id GROUP BY o.id
       HAVING o.total_cents <> sum(i.quantity * i.unit_price_cents)`,
    ),
  ).toEqual([]);
});

it("carries out an accident once, and gives another seed other rows", async () => {
  const place = ref("orders");
  await databases.breakLive(place, { at: after(5), kind: "wrong_prices" });
  const once = await contentAt(await databases.ensureLive(place, after(5)), "orders");
  await databases.breakLive(place, { at: after(5), kind: "wrong_prices" });
  expect(await contentAt(await databases.ensureLive(place, after(5)), "orders")).toEqual(once);

  const other = await openDatabases({ adminUrl, seed: "databases-test-other" });
  await other.ensureLive(place, after(5));
  expect(await other.stats(place)).not.toEqual(await databases.stats(place));
  await other.drop(place);
  await other.stop();
});

it("clears one estate's databases and no others", async () => {
  const [mine, other] = [
    await openDatabases({ adminUrl, seed: "cleared" }),
    await openDatabases({ adminUrl, seed: "kept" }),
  ];
  const place = ref("crm");
  const target = { ...place, identifier: "leftover" };
  await other.ensureLive(place, noon);
  await mine.ensureLive(place, noon);
  await mine.restore({ source: place, moment: noon, target });
  await mine.clear();
  expect(await mine.restore({ source: place, moment: noon, target })).toHaveProperty("sizeBytes");
  expect((await other.stats(place)).tables.length).toBeGreaterThan(0);
  for (const each of [mine, other]) {
    await each.clear();
    await each.stop();
  }
});
