"use client";
import { ageText } from "@/lib/core/words";
import { localText, type MomentPrecision, utcText } from "./moment-text";
import { useElapsed, useMounted } from "./ticker";

type Props = {
  /** An ISO moment. */
  at: string;
  precision?: MomentPrecision;
  /** Adds the time where the reader is, once the browser is there to know it. */
  local?: boolean;
  className?: string | undefined;
};

/** A moment in UTC, and beside it in the reader's own time. */
export function Moment({ at, precision = "minute", local = true, className }: Props) {
  const mounted = useMounted();
  const here = mounted && local ? localText(new Date(at), precision) : null;
  return (
    <time dateTime={at} className={className}>
      {utcText(at, precision)}
      {here === null ? null : <span className="text-ink-3"> · {here}</span>}
    </time>
  );
}

type AgeProps = {
  at: string;
  /** The server's clock when the page was made, an ISO moment: the browser's may be wrong. */
  now: string;
  className?: string | undefined;
};

/** How long ago a moment was, or how far ahead it lies; it goes on counting. */
export function RelativeMoment({ at, now, className }: AgeProps) {
  const elapsedMs = useElapsed(1_000, now);
  const seconds = (Date.parse(now) + elapsedMs - Date.parse(at)) / 1_000;
  const words = seconds >= 0 ? `${ageText(seconds)} ago` : `in ${ageText(-seconds)}`;
  return (
    <time dateTime={at} title={utcText(at, "second")} className={className}>
      {Number.isNaN(seconds) ? "unknown" : words}
    </time>
  );
}

/** The time left until a moment, or "over" from then on. */
export function Countdown({ at, now, over = "over", className }: AgeProps & { over?: string }) {
  const elapsedMs = useElapsed(1_000, now);
  const seconds = (Date.parse(at) - Date.parse(now) - elapsedMs) / 1_000;
  return (
    <time dateTime={at} title={utcText(at, "second")} className={className}>
      {seconds > 0 ? ageText(seconds) : over}
    </time>
  );
}
