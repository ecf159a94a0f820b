import "server-only";
import { command } from "@/lib/access/command";
import { toRead } from "./schema";

/** Marks one of one's own notifications as read, or all of them. Once read is read: a second time changes nothing. */
export const markRead = command({
  action: "person.read_notifications",
  permission: "self:manage",
  input: toRead,
  async run({ tx, actor, now }, { id }) {
    const { count } = await tx.notification.updateMany({
      where: { recipientId: actor.id, readAt: null, ...(id === "all" ? {} : { id }) },
      data: { readAt: now },
    });
    return { value: null, audit: [["user", actor.id], { count }] };
  },
});
