import { randomBytes, randomUUID } from "node:crypto";
import type { Client } from "pg";
import { beforeEach, describe, expect, it } from "vitest";
import { joinTwo, splitInTwo } from "./escrow";
import { type MasterKey, nextKey, parseKeys, rewrapWith, sealWith, unsealWith } from "./master-keys";
import { countOpened, countUses, missingFrom, rewrapAll, sealedColumns, withSealedValues } from "./sealed-values";
import { ownerDb, ownerUrl } from "./testing/owner";
import { person } from "./testing/people";

const key = (id: string): MasterKey => ({ id, secret: randomBytes(32) });
const [k1, k2] = [key("k1"), key("k2")];
const place = (id: string) => `factors:sealed_secret:${id}`;

const onDatabase = <T>(work: (client: Client) => Promise<T>) => withSealedValues(ownerUrl, work);

/** Some people with a sealed secret each, and nothing else that is sealed. */
async function sealSome(count: number, keys: readonly MasterKey[]): Promise<string[]> {
  await ownerDb.$executeRaw`delete from factors`;
  const { id: userId } = await person([]);
  await ownerDb.$executeRaw`delete from factors`;
  const ids = Array.from({ length: count }, () => randomUUID());
  await ownerDb.factor.createMany({
    data: ids.map((id) => ({
      id,
      userId,
      kind: "totp" as const,
      name: id,
      sealedSecret: sealWith(keys, place(id), `secret of ${id}`),
      confirmedAt: new Date(),
      usableFrom: new Date(),
      transports: [],
    })),
  });
  return ids;
}

const secretsNow = async (keys: readonly MasterKey[]) => {
  const rows = await ownerDb.factor.findMany({ orderBy: { id: "asc" } });
  return rows.map(({ id, sealedSecret }) => unsealWith(keys, place(id), sealedSecret ?? "") === `secret of ${id}`);
};

describe("a sealed value", () => {
  const sealed = sealWith([k1], "factors:sealed_secret:a", "plain");
  const parts = sealed.split(".");
  const flipped = (part: number) =>
    parts
      .map((text, at) => {
        if (at !== part) return text;
        const bytes = Buffer.from(text, "base64url");
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        return bytes.toString("base64url");
      })
      .join(".");

  it("opens in its own place", () => expect(unsealWith([k2, k1], "factors:sealed_secret:a", sealed)).toBe("plain"));
  it.each([
    ["moved to another row", "factors:sealed_secret:b", sealed, [k1]],
    ["moved to another column", "connections:sealed_probe:a", sealed, [k1]],
    ["with a flipped bit in its key", "factors:sealed_secret:a", flipped(2), [k1]],
    ["with a flipped bit in its text", "factors:sealed_secret:a", flipped(3), [k1]],
    ["by a key that was retired", "factors:sealed_secret:a", sealed, [k2]],
    ["by another key of the same name", "factors:sealed_secret:a", sealed, [key("k1")]],
    ["of another version", "factors:sealed_secret:a", sealed.replace("v1", "v2"), [k1]],
    ["cut short", "factors:sealed_secret:a", parts.slice(0, 3).join("."), [k1]],
  ])("stays closed %s", (_, where, value, keys) => expect(() => unsealWith(keys, where, value)).toThrow());

  it("keeps its text when it is wrapped anew, and needs the old key no more", () => {
    const again = rewrapWith([k2, k1], "factors:sealed_secret:a", sealed);
    expect(again.split(".").at(-1)).toBe(parts.at(-1));
    expect(unsealWith([k2], "factors:sealed_secret:a", again)).toBe("plain");
  });
});

describe("a list of keys", () => {
  it.each(["", "k1", "k1:short", `k1:${"A".repeat(44)}`, `K1:${k1.secret.toString("base64")}`])("is not %j", (listed) =>
    expect(() => parseKeys(listed, "HOLDFAST_WEB_KEYS")).toThrow("HOLDFAST_WEB_KEYS is not a list"),
  );
  it("does not name a key twice", () => {
    const listed = `k1:${k1.secret.toString("base64")}`;
    expect(() => parseKeys(`${listed},${listed}`, "HOLDFAST_WEB_KEYS")).toThrow("twice");
  });
  it("gets the next free name in front", () => {
    expect(nextKey([k1])).toMatch(/^k2:/);
    expect(nextKey([key("k7"), k2])).toMatch(/^k8:/);
    expect(parseKeys(nextKey([]), "X")).toHaveLength(1);
  });
});

describe("the list of sealed columns", () => {
  it("has every column of the database whose name says that it is sealed", async () => {
    const found = await ownerDb.$queryRaw<{ name: string }[]>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and data_type = 'text' and column_name like 'sealed\\_%' order by 1`;
    expect(found.map(({ name }) => name)).toEqual(
      sealedColumns.map(({ table, column }) => `${table}.${column}`).sort(),
    );
  });
});

describe("rotation", () => {
  beforeEach(async () => {
    await ownerDb.$executeRaw`update connections set sealed_probe = null`;
  });

  it("wraps everything anew, batch by batch, and then the old key can go", async () => {
    await sealSome(450, [k1]);
    expect(await onDatabase((client) => countUses(client, ["web"]))).toEqual([
      { scope: "web", keyId: "k1", count: 450 },
    ]);
    expect(await onDatabase((client) => rewrapAll(client, "web", [k2, k1]))).toEqual({
      done: 450,
      changedMeanwhile: 0,
      closed: [],
    });
    expect(await onDatabase((client) => countUses(client, ["web"]))).toEqual([
      { scope: "web", keyId: "k2", count: 450 },
    ]);
    expect(new Set(await secretsNow([k2]))).toEqual(new Set([true]));
  });

  it("that was interrupted goes on where it stopped, and everything can be opened in between", async () => {
    await sealSome(30, [k1]);
    let calls = 0;
    const interrupted = onDatabase((client) => {
      const query = client.query.bind(client);
      const counted = (...given: Parameters<typeof query>) => {
        if (String(given[0]).startsWith("update") && ++calls > 10) throw new Error("the power went");
        return query(...given);
      };
      return rewrapAll(Object.assign(client, { query: counted }), "web", [k2, k1]);
    });
    await expect(interrupted).rejects.toThrow("the power went");
    const uses = await onDatabase((client) => countUses(client, ["web"]));
    expect(uses.map(({ keyId, count }) => [keyId, count])).toEqual([
      ["k1", 20],
      ["k2", 10],
    ]);
    expect(new Set(await secretsNow([k2, k1]))).toEqual(new Set([true]));
    expect(await onDatabase((client) => rewrapAll(client, "web", [k2, k1]))).toMatchObject({ done: 20 });
  });

  it("never undoes what the application writes meanwhile", async () => {
    const ids = await sealSome(60, [k1]);
    const written = Promise.all(
      ids.map((id) =>
        ownerDb.factor.update({
          where: { id },
          data: { sealedSecret: sealWith([k2, k1], place(id), `newer of ${id}`) },
        }),
      ),
    );
    await onDatabase((client) => rewrapAll(client, "web", [k2, k1]));
    await written;
    await onDatabase((client) => rewrapAll(client, "web", [k2, k1]));
    const rows = await ownerDb.factor.findMany();
    expect(
      rows.map(({ id, sealedSecret }) => unsealWith([k2], place(id), sealedSecret ?? "") === `newer of ${id}`),
    ).not.toContain(false);
  });

  it("leaves alone and names what it cannot open", async () => {
    const [id = ""] = await sealSome(3, [k1]);
    const lost = sealWith([key("k0")], place(id), "lost");
    await ownerDb.factor.update({ where: { id }, data: { sealedSecret: lost } });
    expect(await onDatabase((client) => rewrapAll(client, "web", [k2, k1]))).toMatchObject({
      done: 2,
      closed: [place(id)],
    });
    expect((await ownerDb.factor.findUnique({ where: { id } }))?.sealedSecret).toBe(lost);
  });

  it("is missed by a process whose list lacks a key in use", async () => {
    await sealSome(2, [k1]);
    const uses = await onDatabase((client) => countUses(client, ["web"]));
    expect(missingFrom(uses, { web: [k2] })).toEqual([{ scope: "web", keyId: "k1", count: 2 }]);
    expect(missingFrom(uses, { web: [k2, k1] })).toEqual([]);
  });
});

describe("an escrow", () => {
  const text = JSON.stringify({ web: "k1:…", worker: "k1:…" });
  const [one, two] = splitInTwo(text, "Made today.");

  it("comes together again, in either order", () => {
    expect(joinTwo(one, two)).toBe(text);
    expect(joinTwo(two.replaceAll("\n", "\r\n"), one)).toBe(text);
  });
  it("says nothing in one sheet", () => {
    expect(one).not.toContain("k1");
    expect(splitInTwo(text, "")[0]).not.toBe(splitInTwo(text, "")[0]);
  });
  it.each([
    ["the same sheet twice", one, one, "Both sheets are share 1"],
    ["sheets of two escrows", one, splitInTwo(text.replace("web", "wib"), "")[1], "do not belong together"],
    [
      "a letter that was copied wrong",
      one.replace(/\n\n(.)/, (_, letter) => `\n\n${letter === "A" ? "B" : "A"}`),
      two,
      "was not copied right",
    ],
    ["something else", "hello", two, "not a sheet"],
  ])("is refused with %s", (_, a, b, says) => expect(() => joinTwo(a, b)).toThrow(says));

  it("is tried on everything that is sealed", async () => {
    await sealSome(3, [k1]);
    expect(await onDatabase((client) => countOpened(client, { web: [k1], worker: [k1] }))).toEqual({
      opened: 3,
      all: 3,
    });
    expect(await onDatabase((client) => countOpened(client, { web: [k2], worker: [k2] }))).toEqual({
      opened: 0,
      all: 3,
    });
  });
});
