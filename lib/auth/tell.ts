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
};

const unexpected = "If this was not you, end all your sessions and tell an administrator at once.";

/** Tells a person and all administrators that something changed that this person signs in with. */
export async function tellOfChange(tx: Tx, { userId, kind, key, own, others, severity }: Change): Promise<void> {
  const { displayName } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { displayName: true } });
  const dedupeKey = `${kind}:${key}`;
  // The owner first: an administrator hears of their own account in the second person.
  await notify(tx, { recipients: [userId], kind, dedupeKey, title: own, body: unexpected, href: "/account", severity });
  await notify(tx, {
    recipients: { roles: ["administrator"] },
    kind,
    dedupeKey,
    title: others(displayName),
    body: "Ask them whether it was them, by telephone or in person, where you did not expect it.",
    href: `/settings/people/${userId}`,
    severity,
  });
}
