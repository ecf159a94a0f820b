import "server-only";
import { notify } from "@/lib/notifications/notify";
import type { Severity } from "@/lib/notifications/rules";
import type { Tx } from "@/lib/platform/db";

type Change = {
  userId: string;
  kind: string;
  /** Names the event among others of its kind. */
  key: string;
  /** What happened, after "was" or the like: a whole sentence for its owner, and one that names them for administrators. */
  own: string;
  others: (name: string) => string;
  severity: Severity;
  /** Whose deed it is, where it is not the person's own. */
  by?: "administrator";
};

const bodies = {
  owner: {
    own: "If this was not you, end all your sessions and tell an administrator at once.",
    others: "Ask them whether it was them, by telephone or in person, where you did not expect it.",
  },
  administrator: {
    own: "An administrator did this. Ask them, where you did not expect it.",
    others: "An administrator did this; the audit log says who.",
  },
} as const;

/** Tells a person and all administrators that something changed that this person signs in with. */
export async function tellOfChange(tx: Tx, change: Change): Promise<void> {
  const { userId, kind, key, own, others, severity, by = "owner" } = change;
  const body = bodies[by];
  const { displayName } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { displayName: true } });
  const dedupeKey = `${kind}:${key}`;
  // The owner first: an administrator hears of their own account in the second person.
  await notify(tx, { recipients: [userId], kind, dedupeKey, title: own, body: body.own, href: "/account", severity });
  await notify(tx, {
    recipients: { roles: ["administrator"] },
    kind,
    dedupeKey,
    title: others(displayName),
    body: body.others,
    href: `/settings/people/${userId}`,
    severity,
  });
}
