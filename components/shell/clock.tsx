"use client";
import { localText, utcClock } from "@/components/ui/moment-text";
import { useElapsed, useMounted } from "@/components/ui/ticker";

/** The time by the server's clock, in UTC and where the reader is. */
export function Clock({ now, className }: { now: string; className?: string }) {
  const elapsedMs = useElapsed();
  const mounted = useMounted();
  const at = new Date(Date.parse(now) + elapsedMs);
  const here = mounted ? localText(at) : null;
  return (
    <span className={className}>
      <time dateTime={now}>{utcClock(at)} UTC</time>
      {here === null ? null : <span> · {here}</span>}
    </span>
  );
}
