"use client";
import { useQuery } from "@tanstack/react-query";
import { Bell as BellIcon } from "lucide-react";
import { LiveQueries } from "@/components/live/live-queries";
import { AppLink } from "@/components/ui/app-link";
import { unreadQuery } from "@/lib/notifications/queries";
import { type Unread, unreadMost } from "@/lib/notifications/rules";

/** Says how much somebody has not read, and leads there; it asks again every half minute. */
export function Bell({ initial, href }: { initial: Unread; href: string }) {
  return (
    <LiveQueries>
      <BellLink initial={initial} href={href} />
    </LiveQueries>
  );
}

function BellLink({ initial, href }: { initial: Unread; href: string }) {
  const { unread } = useQuery(unreadQuery(initial)).data;
  const words = unread === 0 ? "none" : unread > unreadMost ? `more than ${unreadMost}` : String(unread);
  return (
    <AppLink
      href={href}
      prefetch={false}
      aria-label={`Notifications, ${words} unread`}
      className="relative grid size-7 flex-none place-items-center rounded-full text-ink-2 hover:bg-hover max-md:size-9"
    >
      <BellIcon aria-hidden="true" className="size-4" strokeWidth={1.8} />
      {unread === 0 ? null : (
        <span
          aria-hidden="true"
          className="absolute -top-1 -right-1.5 grid h-4 min-w-4 place-items-center rounded-full bg-accent px-1 text-[0.625rem] leading-none font-semibold text-surface"
        >
          {unread > unreadMost ? `${unreadMost}+` : unread}
        </span>
      )}
    </AppLink>
  );
}
