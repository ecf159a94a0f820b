import { expect, it } from "vitest";
import { db, reader } from "@/lib/platform/db";

it("lets the reader read and refuses to write on its connection", async () => {
  expect(await reader.tier.count()).toBe(0);
  await expect(reader.$queryRaw`insert into fleet_counts (key, value) values ('x', 1) returning 1`).rejects.toThrow(
    /read-only/,
  );
});

it("keeps audit events from being changed by the role that writes them", async () => {
  await expect(db.$executeRaw`update audit_events set body = ''`).rejects.toThrow(/permission denied/);
});
