import "server-only";
import type { z } from "zod";
import { Refusal, refuse } from "@/lib/core/outcome";
import { isStorable } from "@/lib/core/words";
import { type Actor, may, type Permission } from "./permissions";

const wanted: Partial<Record<Permission, string>> = {
  "restore:approve": "the approver role",
  "restore:request": "the operator role",
  "restore:start": "the operator role",
  "connection:edit": "the administrator role",
  "tier:edit": "the administrator role",
  "people:edit": "the administrator role",
  "policy:edit": "the administrator role",
  "restore:freeze": "the administrator role",
  "approval:force": "the break-glass role",
  "approval:review": "the approver or administrator role",
  "approval:delegate": "the approver role",
  "approval:drill": "the approver role",
  "audit:read": "the auditor or administrator role",
};

const deepest = 12;

/** Whether every text in what somebody said can be kept, so that a NUL in an address is a refusal and not our failure. */
function isKept(said: unknown, depth = 0): boolean {
  if (typeof said === "string") return isStorable(said);
  if (typeof said !== "object" || said === null || said instanceof Date) return true;
  if (depth > deepest) return false;
  return Object.entries(said).every(([key, value]) => isStorable(key) && isKept(value, depth + 1));
}

/** What every door asks first: may they, and does what they say make sense? Throws a Refusal that names the fields. */
export function admit<Input extends z.ZodType>(
  actor: Actor,
  permission: Permission,
  schema: Input,
  raw: unknown,
): z.output<Input> {
  if (!may(actor, permission))
    throw new Refusal(refuse("forbidden", `This needs ${wanted[permission] ?? `the permission ${permission}`}.`));
  const input = schema.safeParse(raw);
  if (input.success && !isKept(input.data))
    throw new Refusal(refuse("invalid", "Something here holds characters that cannot be kept. Type it again by hand."));
  if (input.success) return input.data;
  const fields: Record<string, string> = {};
  for (const { path, message } of input.error.issues) fields[path.join(".") || "form"] ??= message;
  const first = input.error.issues[0];
  const where = first?.path.length ? `${first.path.join(".")}: ` : "";
  throw new Refusal(refuse("invalid", `${where}${first?.message ?? "Something here is not as it should be."}`, fields));
}
