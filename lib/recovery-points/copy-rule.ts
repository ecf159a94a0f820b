import { days } from "@/lib/core/time";

export type MediaClass = string;

/** One place where data lies: production itself, or a backup of it. */
export type PlacedCopy = {
  id: string;
  kind: "PRODUCTION" | "BACKUP";
  /** The very array, vault or account: copies in one location are lost together. */
  locationId: string;
  siteId: string;
  mediaClass: MediaClass;
  /** Whether it could be restored; a backup of which nobody can tell is not. */
  usable: boolean;
  dataAsOfMs: number | null;
  lastVerifiedAtMs: number | null;
  verificationErrors: number;
  /** On no network, or in a vault that its own account cannot reach. */
  apart: boolean;
  /** Until when a lock that nobody can lift any more forbids its deletion; null where there is none. */
  lockedForGoodUntilMs: number | null;
};

/** What a rule such as 3-2-1-1-0 asks for; the last two digits may be left out. */
export type CopyRule = {
  copies: number;
  media: number;
  offsite: number;
  immutable: number | null;
  errors: number | null;
};

export type CopyTally = {
  copies: number;
  media: number;
  offsite: number;
  immutableOrOffline: number;
  unverifiedOrErrors: number;
};
export type CopyDigitName = "copies" | "media" | "offsite" | "immutable" | "errors";

/** Reads `3-2-1`, `3-2-1-1`, `3-2-1-1-0`, `2-1-1` and their kin; null where it is none. */
export function parseCopyRule(text: string): CopyRule | null {
  if (!/^\d{1,2}(-\d{1,2}){2,4}$/.test(text)) return null;
  const [copies = 0, media = 0, offsite = 0, immutable = null, errors = null] = text.split("-").map(Number);
  return { copies, media, offsite, immutable, errors };
}

/** When a copy must be, and have been verified, to count. */
export type CopyTerms = {
  nowMs: number;
  freshnessMs: number;
  verifyDays: number;
  /** Whether production is one of the copies. */
  countProduction: boolean;
};

/** The backups that count beside production: usable, fresh, elsewhere than production; one for each location (§3.5). */
export function countedBackups<Copy extends PlacedCopy>(
  copies: readonly Copy[],
  { nowMs, freshnessMs }: CopyTerms,
): Copy[] {
  const taken = new Set(copies.filter(({ kind }) => kind === "PRODUCTION").map(({ locationId }) => locationId));
  return copies.filter(({ kind, usable, dataAsOfMs, locationId }) => {
    const counts = kind === "BACKUP" && usable && dataAsOfMs !== null && nowMs - dataAsOfMs <= freshnessMs;
    if (!counts || taken.has(locationId)) return false;
    taken.add(locationId);
    return true;
  });
}

/** Whether a copy was verified within its days and without an error. */
export const isVerified = ({ lastVerifiedAtMs, verificationErrors }: PlacedCopy, { nowMs, verifyDays }: CopyTerms) =>
  lastVerifiedAtMs !== null && verificationErrors === 0 && nowMs - lastVerifiedAtMs <= days(verifyDays);

/** Whether nobody who holds production can destroy it: apart, or locked for good and still so. */
export const isBeyondReach = ({ apart, lockedForGoodUntilMs }: PlacedCopy, { nowMs }: CopyTerms) =>
  apart || (lockedForGoodUntilMs !== null && lockedForGoodUntilMs > nowMs);

/** Counts what a 3-2-1-1-0 rule speaks of, digit by digit; production is one copy where the terms say so (§3.5). */
export function tallyCopies(copies: readonly PlacedCopy[], terms: CopyTerms): CopyTally {
  const homes = new Set(copies.filter(({ kind }) => kind === "PRODUCTION").map(({ siteId }) => siteId));
  const production = terms.countProduction ? copies.filter(({ kind }) => kind === "PRODUCTION") : [];
  const backups = countedBackups(copies, terms);
  return {
    copies: new Set(production.map(({ locationId }) => locationId)).size + backups.length,
    media: new Set([...production, ...backups].map(({ mediaClass }) => mediaClass)).size,
    offsite: backups.filter(({ siteId }) => !homes.has(siteId)).length,
    immutableOrOffline: backups.filter((copy) => isBeyondReach(copy, terms)).length,
    unverifiedOrErrors: backups.filter((copy) => !isVerified(copy, terms)).length,
  };
}

/** Which digits of the rule are not kept, in the order of the rule. */
export function failingDigits(tally: CopyTally, rule: CopyRule): CopyDigitName[] {
  const failing: CopyDigitName[] = [];
  if (tally.copies < rule.copies) failing.push("copies");
  if (tally.media < rule.media) failing.push("media");
  if (tally.offsite < rule.offsite) failing.push("offsite");
  if (rule.immutable !== null && tally.immutableOrOffline < rule.immutable) failing.push("immutable");
  if (rule.errors !== null && tally.unverifiedOrErrors > rule.errors) failing.push("errors");
  return failing;
}
