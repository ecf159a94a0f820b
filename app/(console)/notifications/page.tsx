import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { show } from "@/lib/access/show";
import { plural } from "@/lib/core/words";
import { myNotifications } from "@/lib/notifications/data";
import { MarkRead, NotificationRow } from "./_components/notification-row";

export const metadata: Metadata = { title: "Notifications" };

/** What somebody was told lately. */
export default async function NotificationsPage() {
  const notifications = await show((actor) => myNotifications(actor, {}));
  const unread = notifications.filter(({ read }) => !read).length;
  const now = new Date().toISOString();
  return (
    <>
      <PageHeader
        title={unread === 0 ? "Nothing unread." : `${plural(unread, "notification")} unread.`}
        sub="What concerns you or your role. The audit log has everything."
        actions={unread > 0 ? <MarkRead id="all" label="Mark all as read" /> : null}
      />
      <Card>
        {notifications.length === 0 ? (
          <EmptyState title="Nothing yet">
            You are told here when a factor or password of yours changes, and of what your role must know.
          </EmptyState>
        ) : (
          notifications.map((notification) => (
            <NotificationRow key={notification.id} notification={notification} now={now} />
          ))
        )}
      </Card>
    </>
  );
}
