import { Client } from "pg";
import { afterAll, expect, it } from "vitest";
import { readBody } from "@/lib/audit/rules";
import { db } from "./db";
import { recordAsOwner } from "./owner-record";
import { ownerDb, ownerUrl } from "./testing/owner";

afterAll(() => ownerDb.$disconnect());

it("an event that the owner writes at the console is one of the log like any other", async () => {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  await recordAsOwner(client, "installation.reopen", ["installation", "governance"], { reason: "both approvers left" });
  await client.end();
  const event = await db.auditEvent.findFirstOrThrow({
    where: { action: "installation.reopen" },
    include: { pending: true },
  });
  expect(event.pending).not.toBeNull();
  expect(readBody(event.body)).toMatchObject({
    action: "installation.reopen",
    actor: { type: "system", id: "console" },
    detail: { reason: "both approvers left" },
  });
});
