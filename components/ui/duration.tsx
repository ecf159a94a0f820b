import { durationText } from "@/lib/core/words";

/** A length of time, in words for people and in ISO 8601 for machines. */
export function Duration({ seconds, className }: { seconds: number; className?: string }) {
  const machine = Number.isFinite(seconds) && seconds >= 0 ? { dateTime: `PT${Math.round(seconds)}S` } : {};
  return (
    <time {...machine} className={className}>
      {durationText(seconds)}
    </time>
  );
}
