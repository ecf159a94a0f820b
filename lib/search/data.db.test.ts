import { randomUUID } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { beginRestore } from "@/lib/restores/commands";
import { findByName } from "./data";

afterAll(() => ownerDb.$disconnect());

it("finds systems, resources, their newest point and restores by part of a name", async () => {
  const lena = await person("operator");
  const { system, resource, point } = await restorable();
  const begun = await beginRestore(lena, { systemId: system.id });
  if (!begun.ok) throw new Error(begun.message);
  const { items } = await findByName(lena, { q: resource.name.slice(2).toUpperCase() });
  expect(items.map(({ id, href }) => [id, href])).toEqual([
    [`system:${system.id}`, `/systems/${system.id}`],
    [`resource:${resource.id}`, `/systems/${system.id}`],
    [`point:${point.id}`, `/recovery-points/${point.id}`],
  ]);
  const named = await findByName(lena, { q: system.name });
  expect(named.items.map(({ id }) => id)).toContain(`restore:${begun.value.restoreId}`);
});

it("finds nothing outside one's scope, and nothing for one letter", async () => {
  const { system } = await restorable();
  const team = await ownerDb.team.create({ data: { name: `Team ${randomUUID()}` } });
  const ben = await person("viewer", { kind: "team", teamId: team.id });
  expect(await findByName(ben, { q: system.name })).toEqual({ items: [] });
  await ownerDb.system.update({ where: { id: system.id }, data: { ownerTeamId: team.id } });
  expect((await findByName(ben, { q: system.name })).items.length).toBeGreaterThan(0);
  expect(await findByName(ben, { q: system.name.slice(0, 1) })).toEqual({ items: [] });
});

it("takes wildcards for what they are, and stops at twenty", async () => {
  const viewer = await person("viewer");
  expect(await findByName(viewer, { q: "%%" })).toEqual({ items: [] });
  expect(await findByName(viewer, { q: "__" })).toEqual({ items: [] });
  for (let n = 0; n < 9; n += 1) await restorable();
  const { items } = await findByName(viewer, { q: "orders" });
  expect(items.length).toBe(20);
  expect(items.filter(({ group }) => group === "Systems").length).toBe(8);
});
