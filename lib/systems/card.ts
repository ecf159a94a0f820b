import { days } from "@/lib/core/time";
import type { ProofLevel } from "@/lib/health/rules";
import type { CopyDigits } from "@/lib/recovery-points/rules";
import type { Strip } from "./strip";

/** So many runs a strip shows, and how far back they may lie. */
export const stripLength = 30;
export const stripDays = 62;

/** What the list says of a system beside its verdict. */
export type MatrixDetail = {
  resources: number;
  makeup: string;
  proofLevel: ProofLevel | null;
  strip: Strip;
  copies: CopyDigits | null;
};

/** The same as it was drawn at a moment: its strip goes on with the runs that come due while the card holds. */
export type Card = MatrixDetail;

/** What a card says at a moment: of its runs those that are due by then, and of these the newest. */
export function detailAt(card: Card, now: Date): MatrixDetail {
  const { states, steps, noted, notes } = card.strip;
  const sinceMs = now.getTime() - days(stripDays);
  let from = 0;
  let to = 0;
  let firstMs = 0;
  let atMs = 0;
  for (const [index, stepMs] of steps.entries()) {
    atMs += stepMs;
    if (atMs > now.getTime()) break;
    if (atMs <= sinceMs) from = index + 1;
    to = index + 1;
  }
  from = Math.max(from, to - stripLength);
  for (const stepMs of steps.slice(0, from + 1)) firstMs += stepMs;
  return {
    ...card,
    strip: {
      states: states.slice(from, to),
      steps: from < to ? [firstMs, ...steps.slice(from + 1, to)] : [],
      noted: noted.slice(from, to),
      notes,
    },
  };
}
