import {
  type CopyDigitName,
  type CopyRule,
  type CopyTerms,
  failingDigits,
  isBeyondReach,
  isVerified,
  type PlacedCopy,
  tallyCopies,
} from "./copy-rule";

export const pointStatuses = ["creating", "available", "partial", "stopped", "expired", "deleting", "unknown"] as const;
export type PointStatus = (typeof pointStatuses)[number];
export const pointKinds = ["snapshot", "continuous", "logical", "archive"] as const;
export type PointKind = (typeof pointKinds)[number];
export const storageClasses = ["warm", "cold", "deleted"] as const;
export type StorageClass = (typeof storageClasses)[number];
export const malwareResults = ["not_scanned", "clean", "infected", "unknown"] as const;
export type MalwareResult = (typeof malwareResults)[number];

export type PointFacts = {
  status: PointStatus;
  completedAt: Date | null;
  expiresAt: Date | null;
  vanishedAt: Date | null;
  storageClass: StorageClass;
  malware: MalwareResult;
  contradictory: boolean;
  /** Whether a verification of it failed and was not made good since. */
  failedProof: boolean;
};

/** Whether a recovery point counts at a moment: the twin of point_is_usable in the database. */
export const isUsable = (point: PointFacts, at: Date): boolean =>
  point.status === "available" &&
  point.completedAt !== null &&
  point.completedAt <= at &&
  (point.expiresAt === null || at < point.expiresAt) &&
  point.vanishedAt === null &&
  point.storageClass !== "deleted" &&
  point.malware !== "infected" &&
  !point.contradictory &&
  !point.failedProof;

/** Why a recovery point does not count, in a sentence; null where it does. */
export function whyUnusable(point: PointFacts, at: Date): string | null {
  if (isUsable(point, at)) return null;
  if (point.vanishedAt) return "Its provider no longer lists it.";
  if (point.status === "creating") return "It is still being made.";
  if (point.expiresAt && point.expiresAt <= at) return "It has expired.";
  if (point.storageClass === "deleted") return "Its data was deleted.";
  if (point.malware === "infected") return "A scan found malware in it.";
  if (point.contradictory) return "Its times contradict each other, so it is kept and not used.";
  if (point.failedProof) return "A verification of it failed, and none since made that good.";
  if (point.status === "available") return "It is not complete yet.";
  return `Its status is ${point.status}.`;
}

/** A key as its reference tells it; account and region are null where the reference names none. */
export type KeyView = { ref: string; name: string; account: string | null; region: string | null };

/** Reads an AWS KMS ARN (`arn:aws:kms:<region>:<account>:key/<id>`); of any other reference only its last part is told. */
export function keyOf(ref: string): KeyView {
  const arn = /^arn:[^:]+:kms:([^:]*):([^:]*):(?:key\/)?(.+)$/.exec(ref);
  if (!arn) return { ref, name: ref.replace(/\/+$/, "").split("/").at(-1) ?? ref, account: null, region: null };
  const [, region, account, name] = arn;
  return { ref, name: name ?? ref, account: account || null, region: region || null };
}

/** One place where a resource's data lies, as seen on recovery points that count and are fresh. */
export type SeenCopy = {
  account: string;
  region: string;
  vaultId: string;
  airGapped: boolean;
  /** Locked by a rule that nobody can lift any more, until then; null where it is not. */
  lockedUntil: Date | null;
  verified: boolean;
  refuted: boolean;
};

export type Production = { account: string; region: string; kind: string };

export type CopyDigit = { met: boolean | null; why: string };
export type CopyDigits = {
  threeCopies: CopyDigit;
  twoMedia: CopyDigit;
  oneElsewhere: CopyDigit;
  oneLocked: CopyDigit;
  zeroErrors: CopyDigit;
};

/** Kinds whose production data already lies in an object store, as backup vaults do. */
const objectKinds = ["S3", "DynamoDB"];

const countOf = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Production and its copies in the words of the copy rule; the best of the copies in a vault stands for it. */
function placed(production: Production, copies: readonly SeenCopy[], terms: CopyTerms): PlacedCopy[] {
  const common = { usable: true, dataAsOfMs: terms.nowMs, lastVerifiedAtMs: null, verificationErrors: 0 };
  const objectStore = objectKinds.includes(production.kind);
  const home: PlacedCopy = {
    ...common,
    id: "production",
    kind: "PRODUCTION",
    locationId: "production",
    siteId: production.region,
    mediaClass: objectStore ? "object" : "block",
    apart: false,
    lockedForGoodUntilMs: null,
  };
  const backups = copies.map((copy): PlacedCopy => {
    const elsewhere = copy.airGapped || copy.account !== production.account;
    return {
      ...common,
      id: copy.vaultId,
      kind: "BACKUP",
      locationId: copy.vaultId,
      siteId: copy.region,
      // A vault is an object store; one account's object stores are one medium, another account's is another.
      mediaClass: objectStore && elsewhere ? "other-provider" : "object",
      lastVerifiedAtMs: copy.verified ? terms.nowMs : null,
      verificationErrors: copy.refuted ? 1 : 0,
      apart: copy.airGapped,
      lockedForGoodUntilMs: copy.lockedUntil?.getTime() ?? null,
    };
  });
  const best = (copy: PlacedCopy) => Number(isVerified(copy, terms)) * 2 + Number(isBeyondReach(copy, terms));
  return [home, ...backups.sort((a, b) => best(b) - best(a))];
}

function mediaWhy(production: Production, backups: number, met: boolean): string {
  if (backups === 0) return "no fresh copy";
  if (!objectKinds.includes(production.kind)) return "production is no object store, the vault is one";
  return met ? "a copy lies in another account" : "production and copies lie in one account's object store";
}

function lockWhy(copies: readonly SeenCopy[], at: Date): string {
  if (copies.some(({ airGapped }) => airGapped)) return "a copy lies in an air-gapped vault";
  const locks = copies.flatMap(({ lockedUntil }) => (lockedUntil !== null && lockedUntil > at ? [lockedUntil] : []));
  const last = locks.sort((a, b) => a.getTime() - b.getTime()).at(-1);
  if (last === undefined) return "no copy is locked beyond recall or air-gapped";
  const forGood = last.getUTCFullYear() >= 9999;
  return forGood ? "a copy is locked for good" : `a copy is locked until ${last.toISOString().slice(0, 10)}`;
}

/** A failed verification breaks the digit; one that is only due leaves it untold. */
function errorDigit(copies: readonly SeenCopy[], backups: number, unverified: number): CopyDigit {
  if (copies.some(({ refuted }) => refuted)) return { met: false, why: "the newest verification of a copy failed" };
  if (backups === 0) return { met: false, why: "no fresh copy" };
  const why = `${backups - unverified} of ${countOf(backups, "copy", "copies")} verified within the tier's cadence`;
  return { met: unverified === 0 ? true : null, why };
}

const strictest: CopyRule = { copies: 3, media: 2, offsite: 1, immutable: 1, errors: 0 };

/**
 * The 3-2-1-1-0 rule, digit by digit, from copies actually seen and fresh. Production counts as one copy; several
 * copies in one vault count once.
 */
export function copyDigits(production: Production, copies: readonly SeenCopy[], at: Date): CopyDigits {
  const terms: CopyTerms = { nowMs: at.getTime(), freshnessMs: 0, verifyDays: 0, countProduction: true };
  const tally = tallyCopies(placed(production, copies, terms), terms);
  const failing = failingDigits(tally, strictest);
  const kept = (digit: CopyDigitName) => !failing.includes(digit);
  const backups = tally.copies - 1;
  const found =
    backups === 0 ? "no fresh copy" : countOf(backups, "vault with a fresh copy", "vaults with fresh copies");
  const elsewhere = copies.find(({ region }) => region !== production.region);
  return {
    threeCopies: { met: kept("copies"), why: `production and ${found}` },
    twoMedia: { met: kept("media"), why: mediaWhy(production, backups, kept("media")) },
    oneElsewhere: {
      met: kept("offsite"),
      why: elsewhere ? `a copy lies in ${elsewhere.region}` : `all lie in ${production.region}`,
    },
    oneLocked: { met: kept("immutable"), why: lockWhy(copies, at) },
    zeroErrors: errorDigit(copies, backups, tally.unverifiedOrErrors),
  };
}

const worseMet = (a: boolean | null, b: boolean | null) =>
  a === false || b === false ? false : a === null || b === null ? null : true;

/** The digits of a whole: each is kept only where every part keeps it. */
export function joinDigits(parts: readonly CopyDigits[]): CopyDigits | null {
  const [first, ...rest] = parts;
  if (!first) return null;
  return rest.reduce<CopyDigits>((whole, part) => {
    const pick = (key: keyof CopyDigits): CopyDigit => {
      const met = worseMet(whole[key].met, part[key].met);
      return whole[key].met === met ? whole[key] : part[key];
    };
    return {
      threeCopies: pick("threeCopies"),
      twoMedia: pick("twoMedia"),
      oneElsewhere: pick("oneElsewhere"),
      oneLocked: pick("oneLocked"),
      zeroErrors: pick("zeroErrors"),
    };
  }, first);
}
