import "server-only";
import { read } from "@/lib/access/read";
import { type NotificationView, type Unread, unreadMost } from "./rules";
import { nothing } from "./schema";

const shownMost = 100;

/** What somebody was told lately, newest first. */
export const myNotifications = read("self:manage", nothing, async ({ db, actor }): Promise<NotificationView[]> => {
  if (actor.kind !== "user") return [];
  const rows = await db.notification.findMany({
    where: { recipientId: actor.id },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: shownMost,
  });
  return rows.map(({ id, kind, severity, title, body, href, createdAt, readAt }) => ({
    id,
    kind,
    severity,
    title,
    body,
    href,
    createdAt: createdAt.toISOString(),
    read: readAt !== null,
  }));
});

/** How much of it they have not read; counted no further than the bell can say. */
export const unreadCount = read("self:manage", nothing, async ({ db, actor }): Promise<Unread> => {
  if (actor.kind !== "user") return { unread: 0 };
  const unread = await db.notification.count({ where: { recipientId: actor.id, readAt: null }, take: unreadMost + 1 });
  return { unread };
});
