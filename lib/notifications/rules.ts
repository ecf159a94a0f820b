export const severities = ["info", "warn", "bad"] as const;
export type Severity = (typeof severities)[number];

/** Something that a person is told, as the screen shows it. */
export type NotificationView = {
  id: string;
  kind: string;
  severity: Severity;
  title: string;
  body: string;
  href: string;
  createdAt: string;
  read: boolean;
};

/** What the bell needs to know. */
export type Unread = { unread: number };

/** Beyond this many the bell says so instead of counting on. */
export const unreadMost = 99;
