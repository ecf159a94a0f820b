import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import { markRead } from "./commands";
import { myNotifications, unreadCount } from "./data";
import { type Notice, notify } from "./notify";

const notice = (recipients: Notice["recipients"], dedupeKey: string = randomUUID()): Notice => ({
  recipients,
  kind: "factor.add",
  dedupeKey,
  title: "A passkey was added",
  body: "The passkey Laptop was added to your account.",
  href: "/account",
  severity: "warn",
});
const tell = (one: Notice) => db.$transaction((tx) => notify(tx, one));

describe("telling people", () => {
  it("reaches whoever is named, once for each event", async () => {
    const [lena, mara] = [await person("operator"), await person("operator")];
    const one = notice([lena.id]);
    await tell(one);
    await tell({ ...one, title: "The same again" });
    expect(await myNotifications(lena, {})).toMatchObject([{ title: "A passkey was added", read: false }]);
    expect(await unreadCount(lena, {})).toEqual({ unread: 1 });
    expect(await unreadCount(mara, {})).toEqual({ unread: 0 });
  });

  it("reaches whoever holds a role now, and nobody who was shut out", async () => {
    const [admin, former, out] = [
      await person("administrator"),
      await person("administrator"),
      await person("administrator"),
    ];
    await db.roleGrant.updateMany({ where: { userId: former.id }, data: { revokedAt: new Date() } });
    await db.user.update({ where: { id: out.id }, data: { status: "disabled" } });
    await tell(notice({ roles: ["administrator"] }));
    expect(await unreadCount(admin, {})).toEqual({ unread: 1 });
    expect(await unreadCount(former, {})).toEqual({ unread: 0 });
    expect(await unreadCount(out, {})).toEqual({ unread: 0 });
  });

  it("links to our own pages only", async () => {
    const lena = await person("operator");
    for (const href of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
      await expect(tell({ ...notice([lena.id]), href })).rejects.toThrow();
  });

  it("goes with the event: what is rolled back was never told", async () => {
    const lena = await person("operator");
    await expect(
      db.$transaction(async (tx) => {
        await notify(tx, notice([lena.id]));
        throw new Error("the event failed");
      }),
    ).rejects.toThrow("the event failed");
    expect(await unreadCount(lena, {})).toEqual({ unread: 0 });
  });
});

describe("reading", () => {
  it("marks one's own, one by one or all at once, and nobody else's", async () => {
    const [lena, mara] = [await person("operator"), await person("operator")];
    for (let nth = 0; nth < 3; nth += 1) await tell(notice([lena.id, mara.id]));
    const [first] = await myNotifications(lena, {});
    expect((await markRead(mara, { id: first?.id })).ok).toBe(true);
    expect(await unreadCount(lena, {})).toEqual({ unread: 3 });
    expect((await markRead(lena, { id: first?.id })).ok).toBe(true);
    expect(await unreadCount(lena, {})).toEqual({ unread: 2 });
    expect((await markRead(lena, { id: "all" })).ok).toBe(true);
    expect(await unreadCount(lena, {})).toEqual({ unread: 0 });
    expect(await unreadCount(mara, {})).toEqual({ unread: 3 });
  });
});
