import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { getJob, listJobs } from "./data";

const minute = 60_000;
const began = Math.floor(Date.now() / minute) * minute;
let connectionId: string;
const resources: Record<"orders" | "crm", string> = { orders: randomUUID(), crm: randomUUID() };

/** Observed rows are the worker's to write; web's role may only read them. */
beforeAll(async () => {
  ({ id: connectionId } = await db.connection.create({
    data: { kind: "aws", name: "Production", account: "1".repeat(12), settings: {} },
  }));
  const observed = { connectionId, region: "eu-west-1", observedAt: new Date() };
  await ownerDb.resource.createMany({
    data: Object.entries(resources).map(([name, id]) => ({
      ...observed,
      id,
      providerRef: name,
      kind: "RDS",
      name,
      account: "1",
      tags: { team: name },
    })),
  });
  const states = ["succeeded", "failed", "running", "expired"] as const;
  await ownerDb.job.createMany({
    data: Array.from({ length: 24 }, (_, n) => ({
      ...observed,
      providerRef: `job-${n}`,
      kind: n % 3 === 0 ? ("copy" as const) : ("backup" as const),
      state: states[n % 4] ?? "failed",
      rawStatus: "X",
      resourceId: n === 23 ? null : resources[n % 2 === 0 ? "orders" : "crm"],
      createdAt: new Date(began - Math.floor(n / 2) * minute),
      message: n === 5 ? "100% of the key_was denied" : null,
    })),
  });
});

describe("the list of jobs", () => {
  it("is paged by key, each job once, there and back", async () => {
    const viewer = await person("viewer");
    const seen: string[] = [];
    let page = await listJobs(viewer, { limit: 5 });
    const first = page.rows.map(({ id }) => id);
    expect(page.before).toBeNull();
    for (;;) {
      seen.push(...page.rows.map(({ id }) => id));
      if (!page.after) break;
      page = await listJobs(viewer, { limit: 5, after: page.after });
    }
    expect(new Set(seen).size).toBe(24);
    expect(seen).toHaveLength(24);
    const second = await listJobs(viewer, { limit: 5, after: (await listJobs(viewer, { limit: 5 })).after ?? "" });
    expect((await listJobs(viewer, { limit: 5, before: second.before ?? "" })).rows.map(({ id }) => id)).toEqual(first);
  });

  it.each([
    [{ kind: "copy" }, 8],
    [{ state: "failed" }, 6],
    [{ state: "open" }, 6],
    [{ state: "troubled" }, 12],
    [{ kind: "backup", state: "troubled" }, 8],
    [{ q: "100%" }, 1],
    [{ q: "key_was" }, 1],
    [{ q: "keyXwas" }, 0],
    [{ q: "CRM" }, 11],
    [{ q: "job-7" }, 1],
    [{ state: "nonsense" }, 24],
    [{ resource: "not an id" }, 24],
    [{ after: "mangled" }, 24],
  ])("filtered by %j has %i", async (query, count) => {
    expect((await listJobs(await person("viewer"), query)).rows).toHaveLength(count);
  });

  it("of one resource is that resource's", async () => {
    const { rows } = await listJobs(await person("viewer"), { resource: resources.orders });
    expect(new Set(rows.map(({ resource }) => resource?.name))).toEqual(new Set(["orders"]));
  });

  it("shows and counts no more than one's scope", async () => {
    const scoped = await listJobs(await person("viewer", { kind: "tag", key: "team", value: "orders" }), {});
    expect(new Set(scoped.rows.map(({ resource }) => resource?.name))).toEqual(new Set(["orders"]));
    expect(scoped).toMatchObject({ open: 6, troubledToday: 0 });
    const all = await listJobs(await person("viewer"), {});
    expect(all).toMatchObject({ open: 6, troubledToday: 12 });
    expect((await listJobs(await person("viewer", { kind: "tag", key: "team", value: "none" }), {})).rows).toEqual([]);
  });
});

describe("one job", () => {
  it("is shown whole, and looks like nothing outside its reader's scope or without a job", async () => {
    const job = await db.job.findFirstOrThrow({ where: { connectionId, resourceId: resources.orders } });
    const found = await getJob(await person("viewer"), { jobId: job.id });
    expect(found).toMatchObject({ id: job.id, providerRef: job.providerRef, resource: { name: "orders" } });
    const elsewhere = await person("viewer", { kind: "tag", key: "team", value: "nowhere" });
    expect(await getJob(elsewhere, { jobId: job.id })).toBeNull();
    expect(await getJob(await person("viewer"), { jobId: randomUUID() })).toBeNull();
  });
});
