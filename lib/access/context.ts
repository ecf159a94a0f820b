import type { Reader, Tx } from "@/lib/platform/db";
import type { Actor, Visible } from "./permissions";

/** The proof of presence that a command used up. */
export type SpentGrant = {
  id: string;
  factorId: string;
  factorKind: "passkey" | "totp";
  deviceBound: boolean;
  usableFrom: Date;
  evidence: unknown;
};

/** What a command has in hand: its transaction, who asked, when by the database's clock, and what they may touch. */
export type CommandContext = { tx: Tx; actor: Actor; now: Date; visible: Visible; grant: SpentGrant | null };

/** What a read has in hand; every query must apply `visible`. */
export type ReadContext = { db: Reader; actor: Actor; visible: Visible };
