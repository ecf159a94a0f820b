import "server-only";
import { z } from "zod";
import { command } from "@/lib/access/command";
import type { CommandContext } from "@/lib/access/context";
import { Refusal, refuse } from "@/lib/core/outcome";
import { enqueue } from "@/lib/queue/enqueue";
import { exportMost } from "./rules";
import { exportInput } from "./schema";
import { sqlWanted } from "./search-sql";

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Whoever answers for one team sees its events; the log as one piece is for those who see all of it. */
function demandWholeLog(visible: CommandContext["visible"]): void {
  if (visible !== "all")
    throw new Refusal(refuse("forbidden", "This is about the whole log, and your role covers a part of it."));
}

/** Allows a part of the log to be taken out, newest first, and writes down who takes what. Its pages are read next. */
export const exportAudit = command({
  action: "audit.export",
  permission: "audit:export",
  input: exportInput,
  async run({ tx, actor, visible }, { format, ...filter }) {
    // To the microsecond, since an event may be as young as the question.
    const [row] = await tx.$queryRaw<{ n: number; until: string }[]>`
      select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as until, (
        select count(*)::int from (
          select 1 from audit_events e where ${sqlWanted(filter, visible, actor)} and e.ts <= now()
          limit ${exportMost + 1}) x) as n`;
    if (!row) throw new Error("The database did not tell the time.");
    const found = row.n;
    const count = Math.min(found, exportMost);
    const truncated = found > exportMost;
    const value = { count, truncated, until: row.until };
    return { value, audit: [["audit", "export"], { format, filter: plain(filter), count, truncated }] };
  },
});

/** Allows the whole sealed log to be taken out as a bundle. */
export const exportWholeLog = command({
  action: "audit.export",
  permission: "audit:export",
  input: z.object({}),
  async run({ tx, visible, now }) {
    demandWholeLog(visible);
    const head = await tx.auditCheckpoint.findFirst({ orderBy: { size: "desc" }, select: { size: true } });
    if (!head) throw new Refusal(refuse("conflict", "Nothing is sealed yet. Try again in a few seconds."));
    const size = Number(head.size);
    return { value: { size, at: now }, audit: [["audit", "export"], { format: "bundle", count: size }] };
  },
});

/** Has the worker verify the whole log; one verification at a time. */
export const requestVerification = command({
  action: "audit.verify",
  permission: "audit:read",
  input: z.object({}),
  async run({ tx, actor, visible }) {
    demandWholeLog(visible);
    const underWay = await tx.$queryRaw<unknown[]>`
      select 1 from audit_verifications where state in ('waiting', 'running') and state_at > now() - interval '1 hour'`;
    if (underWay.length > 0) throw new Refusal(refuse("conflict", "The log is being verified already."));
    const [row] = await tx.$queryRaw<{ id: string }[]>`
      insert into audit_verifications (requested_by_id) values (${actor.kind === "user" ? actor.id : null}::uuid)
      returning id::text as id`;
    if (!row) throw new Error("The verification was not written.");
    const { id } = row;
    await enqueue(tx, "audit.verify", { verificationId: id }, { key: "audit.verify" });
    return { value: { verificationId: id }, audit: [["audit", id], {}] };
  },
});
