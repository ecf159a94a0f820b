import { describe, expect, it } from "vitest";
import { copyDigits, joinDigits, keyOf, type SeenCopy, whyUnusable } from "./rules";

const now = new Date("2026-11-24T12:00:00Z");
const production = { account: "1", region: "eu-central-1", kind: "RDS" };
const copy = (over: Partial<SeenCopy> = {}): SeenCopy => ({
  account: "1",
  region: "eu-central-1",
  vaultId: "v1",
  airGapped: false,
  lockedUntil: null,
  verified: true,
  refuted: false,
  ...over,
});
const met = (copies: SeenCopy[], kind = "RDS") => {
  const digits = copyDigits({ ...production, kind }, copies, now);
  return [
    digits.threeCopies.met,
    digits.twoMedia.met,
    digits.oneElsewhere.met,
    digits.oneLocked.met,
    digits.zeroErrors.met,
  ];
};

describe("3-2-1-1-0", () => {
  it.each<[string, SeenCopy[], (boolean | null)[]]>([
    ["nothing but production", [], [false, false, false, false, false]],
    ["one vault in the same region", [copy()], [false, true, false, false, true]],
    ["two copies in one vault count once", [copy(), copy()], [false, true, false, false, true]],
    ["two vaults", [copy(), copy({ vaultId: "v2" })], [true, true, false, false, true]],
    ["one of them elsewhere", [copy(), copy({ vaultId: "v2", region: "eu-west-1" })], [true, true, true, false, true]],
    ["a lock that has passed", [copy({ lockedUntil: now })], [false, true, false, false, true]],
    ["a lock that holds", [copy({ lockedUntil: new Date(now.getTime() + 1) })], [false, true, false, true, true]],
    ["an air-gapped vault", [copy({ airGapped: true })], [false, true, false, true, true]],
    ["a copy nobody verified", [copy(), copy({ vaultId: "v2", verified: false })], [true, true, false, false, null]],
    ["a copy that was refuted", [copy(), copy({ vaultId: "v2", refuted: true })], [true, true, false, false, false]],
  ])("%s", (_, copies, expected) => {
    expect(met(copies)).toEqual(expected);
  });

  it("asks for another account where production lies in an object store itself", () => {
    expect(met([copy()], "S3")[1]).toBe(false);
    expect(met([copy({ account: "2" })], "S3")[1]).toBe(true);
  });

  it("is kept by a whole only where every part keeps it", () => {
    const good = copyDigits(production, [copy({ region: "eu-west-1" }), copy({ vaultId: "v2" })], now);
    const poor = copyDigits(production, [copy({ verified: false })], now);
    const joined = joinDigits([good, poor]);
    expect([joined?.threeCopies.met, joined?.oneElsewhere.met, joined?.zeroErrors.met]).toEqual([false, false, null]);
    expect(joined?.threeCopies.why).toContain("1 vault");
    expect(joinDigits([])).toBeNull();
  });
});

describe("a key", () => {
  it.each([
    ["arn:aws:kms:eu-central-1:111111111111:key/1234-abcd", "1234-abcd", "111111111111", "eu-central-1"],
    ["arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/mrk-1", "mrk-1", "111111111111", "us-gov-west-1"],
    ["arn:aws:kms:eu-central-1:111111111111:alias/backup", "alias/backup", "111111111111", "eu-central-1"],
    ["projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k", "k", null, null],
    ["https://v.vault.azure.net/keys/backup/", "backup", null, null],
    ["alone", "alone", null, null],
  ])("named %s is %s, in account %s and region %s", (ref, name, account, region) => {
    expect(keyOf(ref)).toEqual({ ref, name, account, region });
  });
});

describe("a point that does not count", () => {
  const point = {
    status: "available" as const,
    completedAt: new Date(now.getTime() - 1),
    expiresAt: null,
    vanishedAt: null,
    storageClass: "warm" as const,
    malware: "clean" as const,
    contradictory: false,
    failedProof: false,
  };
  it.each([
    [{}, null],
    [{ completedAt: now }, null],
    [{ completedAt: new Date(now.getTime() + 1) }, "It is not complete yet."],
    [{ expiresAt: now }, "It has expired."],
    [{ vanishedAt: now }, "Its provider no longer lists it."],
    [{ malware: "infected" as const }, "A scan found malware in it."],
    [{ failedProof: true }, "A verification of it failed, and none since made that good."],
    [{ contradictory: true }, "Its times contradict each other, so it is kept and not used."],
    [{ status: "partial" as const }, "Its status is partial."],
  ])("with %o says why: %s", (over, why) => {
    expect(whyUnusable({ ...point, ...over }, now)).toBe(why);
  });
});
