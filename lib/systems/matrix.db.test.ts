import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserActor } from "@/lib/access/permissions";
import { evaluateHealth } from "@/lib/health/jobs";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person, theWorker } from "@/lib/platform/testing/people";
import { listSystems } from "./matrix";
import { systemSorts } from "./rules";
import type { SystemsPage } from "./view";

let estate: Estate;
let viewer: UserActor;
let scoped: UserActor;
const count = 9;

beforeAll(async () => {
  estate = await openEstate();
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query("truncate systems, connections, tiers, tier_objectives cascade");
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
  const teamId = await estate.team();
  for (let index = 0; index < count; index += 1) {
    const ids = await estate.protectedSystem(`tier-${1 + (index % 3)}`, index < 4 ? { owner_team_id: teamId } : {});
    // Some never had a point, and some have several of the same age.
    if (index % 4 > 0) await estate.proof(await estate.point(ids, 10 * (index % 4)), "validated", "passed", 5);
  }
  await evaluateHealth(theWorker(), {});
  viewer = await person("operator");
  scoped = await person("operator", { kind: "team", teamId });
});
afterAll(() => estate.close());

const namesOf = ({ rows }: SystemsPage) => rows.map(({ name }) => name);

describe("the matrix of systems", () => {
  it.each(systemSorts)("shows each system once, forth and back, sorted by %s", async (sort) => {
    const whole = namesOf(await listSystems(viewer, { sort, limit: 50 }));
    expect(new Set(whole).size).toBe(count);
    const forth: string[] = [];
    let page = await listSystems(viewer, { sort, limit: 2 });
    forth.push(...namesOf(page));
    while (page.after) {
      expect(page.total).toBe(count);
      page = await listSystems(viewer, { sort, limit: 2, after: page.after });
      forth.push(...namesOf(page));
    }
    expect(forth).toEqual(whole);
    const back: string[] = namesOf(page);
    while (page.before) {
      page = await listSystems(viewer, { sort, limit: 2, before: page.before });
      back.unshift(...namesOf(page));
    }
    expect(back).toEqual(whole);
  });

  it.each(systemSorts)("keeps its order, sorted by %s, while some verdicts are due", async (sort) => {
    const whole = namesOf(await listSystems(viewer, { sort, limit: 50 }));
    await estate.client.query(
      "update system_health set next_change_at = now() where system_id in (select id from systems order by name limit 4)",
    );
    const halves: string[] = [];
    for (let page = await listSystems(viewer, { sort, limit: 3 }); ; ) {
      halves.push(...namesOf(page));
      if (!page.after) break;
      page = await listSystems(viewer, { sort, limit: 3, after: page.after });
    }
    await evaluateHealth(theWorker(), {});
    expect(halves).toEqual(whole);
  });

  it("shows a system that was never judged as unknown", async () => {
    const systemId = await estate.system({ name: "Never judged" });
    const { rows } = await listSystems(viewer, { q: "Never judged" });
    expect(rows).toMatchObject([{ id: systemId, state: "unknown", resources: 0, makeup: "no resources" }]);
    await estate.client.query("delete from systems where id = $1", [systemId]);
  });

  it("shows and counts for a team what is the team's", async () => {
    const page = await listSystems(scoped, { limit: 2 });
    expect([page.rows.length, page.total]).toEqual([2, 4]);
  });
});
