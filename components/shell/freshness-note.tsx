"use client";
import { StatusGlyph } from "@/components/status/glyph";
import { AppLink } from "@/components/ui/app-link";
import { cn } from "@/components/ui/cn";
import { RelativeMoment } from "@/components/ui/moment";
import { plural } from "@/lib/core/words";
import type { Freshness } from "./navigation";

/** How many connections were read, and how long ago the oldest of those reads was. */
export function FreshnessNote({
  freshness,
  now,
  className,
}: {
  freshness: Freshness;
  now: string;
  className?: string;
}) {
  const { kind, read, total, oldestReadAt, href } = freshness;
  return (
    <AppLink
      href={href}
      prefetch={false}
      className={cn(
        "flex min-w-0 items-center gap-[7px] rounded-xs text-ink-3 hover:text-ink-2 hover:underline",
        className,
      )}
    >
      <StatusGlyph kind={kind} />
      <span className="min-w-0">
        {total === 0 ? "No connection yet" : `${read} of ${plural(total, "connection")} read`}
        {oldestReadAt === null ? null : (
          <>
            , oldest <RelativeMoment at={oldestReadAt} now={now} />
          </>
        )}
      </span>
    </AppLink>
  );
}
