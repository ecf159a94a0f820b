import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { deleteView, editView, saveView } from "./commands";
import { listViews } from "./data";
import { mostViews } from "./rules";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
});
afterAll(() => estate.close());

const page = "/systems";
const view = (name: string, more: Record<string, unknown> = {}) => ({ page, name, query: "tier=tier-1", ...more });
const ownOf = async (who: Awaited<ReturnType<typeof person>>) =>
  (await listViews(who, { page })).filter(({ owner }) => owner === null);
const lastEvent = async (id: string) =>
  (await db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 10 }))
    .map(({ body }) => JSON.parse(body))
    .find((event) => event.target.id === id);

async function saved(who: Awaited<ReturnType<typeof person>>, input: unknown): Promise<string> {
  const made = await saveView(who, input);
  if (!made.ok) throw new Error(made.message);
  return made.value.id;
}

describe("saving a view", () => {
  it("keeps what the list shows without the place in it, for oneself alone, and says so in the log", async () => {
    const [ana, ben] = [await person("viewer"), await person("viewer")];
    const id = await saved(ana, view("  Red in tier 1 ", { query: "status=breached&tier=tier-1&after=x" }));
    expect(await listViews(ana, { page })).toEqual([
      { id, name: "Red in tier 1", query: "tier=tier-1&status=breached", shared: false, owner: null },
    ]);
    expect(await listViews(ben, { page })).toEqual([]);
    expect(await lastEvent(id)).toMatchObject({ action: "view.save", outcome: "success", actor: { id: ana.id } });
  });

  it("shows it to everybody where it is shared, with whose it is", async () => {
    const [ana, ben] = [await person("operator"), await person("viewer")];
    await saved(ana, view("Shared by Ana", { shared: "on" }));
    expect((await listViews(ben, { page })).find(({ name }) => name === "Shared by Ana")?.owner).toBe(ana.name);
  });

  it("under a name of one's own shows the new from then on, and another's same name is left alone", async () => {
    const [ana, ben] = [await person("viewer"), await person("viewer")];
    const id = await saved(ana, view("Mine"));
    await saved(ben, view("Mine"));
    expect(await saved(ana, view("Mine", { query: "group=owner" }))).toBe(id);
    expect((await listViews(ana, { page })).find((one) => one.id === id)?.query).toBe("group=owner");
    expect((await listViews(ben, { page })).find(({ name }) => name === "Mine")?.query).toBe("tier=tier-1");
  });

  it.each([
    ["without a name", { name: "  " }, "name"],
    ["with a name too long", { name: "x".repeat(61) }, "name"],
    ["with a name that hides its direction", { name: "a\u202eb" }, "name"],
    ["of a page that keeps none", { page: "/audit" }, "page"],
  ])("is refused %s", async (_, wrong, field) => {
    const refused = await saveView(await person("viewer"), view("Fine", wrong));
    expect(refused).toMatchObject({ ok: false, code: "invalid", fields: { [field]: expect.any(String) } });
  });

  it("ends at so many a person, even when two are saved at once", async () => {
    const ana = await person("viewer");
    await db.savedView.createMany({
      data: Array.from({ length: mostViews - 1 }, (_, index) => ({ ownerId: ana.id, ...view(`View ${index}`) })),
    });
    const both = await Promise.all([saveView(ana, view("Last")), saveView(ana, view("Too many"))]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await db.savedView.count({ where: { ownerId: ana.id } })).toBe(mostViews);
  });
});

describe("a view that is there", () => {
  it("is renamed and shared by its owner", async () => {
    const ana = await person("viewer");
    const id = await saved(ana, view("Before"));
    expect(await editView(ana, { viewId: id, name: "After", shared: "on" })).toMatchObject({ ok: true });
    expect(await ownOf(ana)).toMatchObject([{ id, name: "After", shared: true }]);
    expect(await lastEvent(id)).toMatchObject({ action: "view.edit", detail: { name: "After", before: "Before" } });
  });

  it("does not take the name of another of the same person", async () => {
    const ana = await person("viewer");
    await saved(ana, view("Taken"));
    const id = await saved(ana, view("Free"));
    expect(await editView(ana, { viewId: id, name: "Taken" })).toMatchObject({ ok: false, code: "conflict" });
  });

  it("is deleted by its owner, and by nobody else, though they share it", async () => {
    const [ana, ben] = [await person("viewer"), await person("administrator")];
    const id = await saved(ana, view("To go", { shared: "on" }));
    expect(await deleteView(ben, { viewId: id })).toMatchObject({ ok: false, code: "not_found" });
    expect(await editView(ben, { viewId: id, name: "Ben's" })).toMatchObject({ ok: false, code: "not_found" });
    expect(await deleteView(ana, { viewId: id })).toMatchObject({ ok: true });
    expect(await ownOf(ana)).toEqual([]);
    expect(await lastEvent(id)).toMatchObject({ action: "view.delete" });
  });
});
