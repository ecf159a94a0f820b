import "server-only";
import { command } from "@/lib/access/command";
import { sha256 } from "@/lib/platform/crypto";
import { exportMost } from "./rules";
import { auditFilter } from "./schema";
import { sqlWanted } from "./search-sql";

/** Takes the exact bodies of a part of the log out, newest first, and writes down who took what. */
export const exportAudit = command({
  action: "audit.export",
  permission: "audit:export",
  input: auditFilter,
  async run({ tx, actor, visible }, filter) {
    const found = await tx.$queryRaw<{ body: string }[]>`
      select e.body from audit_events e where ${sqlWanted(filter, visible, actor)}
      order by e.ts desc, e.id desc limit ${exportMost + 1}`;
    const bodies = found.slice(0, exportMost).map(({ body }) => body);
    const text = bodies.map((body) => `${body}\n`).join("");
    const truncated = found.length > exportMost;
    const detail = {
      filter: JSON.parse(JSON.stringify(filter)),
      count: bodies.length,
      truncated,
      sha256: sha256(text).toString("hex"),
    };
    return { value: { text, count: bodies.length, truncated }, audit: [["audit", "export"], detail] };
  },
});
