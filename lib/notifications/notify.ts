import "server-only";
import type { Role } from "@/lib/access/permissions";
import type { Tx } from "@/lib/platform/db";
import type { Severity } from "./rules";

export type Notice = {
  /** These people, or whoever is active and holds one of these roles. */
  recipients: readonly string[] | { roles: readonly Role[] };
  /** What kind of event it is, such as `factor.add`. */
  kind: string;
  /** Names the event: a person hears of it once, however often it is told. */
  dedupeKey: string;
  title: string;
  /** Facts alone: no secret, and nothing that acts when it is opened. */
  body: string;
  /** A page of ours. */
  href: string;
  severity: Severity;
};

const isList = (recipients: Notice["recipients"]): recipients is readonly string[] => Array.isArray(recipients);

/** Tells people of an event inside the product, in the transaction of the event itself. */
export async function notify(tx: Pick<Tx, "$executeRaw">, notice: Notice): Promise<void> {
  const { recipients, kind, dedupeKey, title, body, href, severity } = notice;
  const people = isList(recipients) ? [...recipients] : [];
  const roles = isList(recipients) ? [] : [...recipients.roles];
  if (people.length + roles.length === 0) return;
  await tx.$executeRaw`
    insert into notifications (recipient_id, dedupe_key, kind, severity, title, body, href)
    select u.id, ${dedupeKey}, ${kind}, ${severity}::notification_severity, ${title}, ${body}, ${href}
    from users u
    where u.status <> 'disabled'
      and (u.id = any(${people}::uuid[]) or exists (
        select 1 from role_grants g
        where g.user_id = u.id and g.revoked_at is null and g.role::text = any(${roles}::text[])))
    on conflict (recipient_id, dedupe_key) do nothing`;
}
