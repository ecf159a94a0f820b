import { describe, expect, it } from "vitest";
import { after, before, days, hours, minutes, seconds } from "@/lib/core/time";
import { isLocked, type LockStanding, takeTry } from "./factor-lock-rules";

const now = new Date("2026-11-25T12:00:00Z");
const at = (change: Partial<LockStanding> = {}): LockStanding => ({
  failures: 0,
  windowStart: before(now, minutes(1)),
  lockCount: 0,
  lockedUntil: null,
  ...change,
});

describe("a failed second factor", () => {
  it.each([
    ["the first", at(), 1, null],
    ["the fourth", at({ failures: 3 }), 4, null],
    ["the fifth within five minutes", at({ failures: 4 }), 5, minutes(15)],
    ["the fifth, at the window's end", at({ failures: 4, windowStart: before(now, minutes(5) - 1) }), 5, minutes(15)],
    ["the fifth, after the window", at({ failures: 4, windowStart: before(now, minutes(5)) }), 1, null],
    ["the fifth after one lock", at({ failures: 4, lockCount: 1 }), 5, minutes(30)],
    ["the fifth after two locks", at({ failures: 4, lockCount: 2 }), 5, hours(1)],
    ["the fifth after four locks", at({ failures: 4, lockCount: 4 }), 5, hours(4)],
    ["the fifth after forty locks", at({ failures: 4, lockCount: 40 }), 5, hours(4)],
    ["one with a lock that is over", at({ failures: 5, lockCount: 1, lockedUntil: now }), 1, null],
  ])("counts %s", (_, standing, failures, lockedMs) => {
    const next = takeTry(standing, now);
    expect(next?.failures).toBe(failures);
    expect(next?.lockedUntil ?? null).toEqual(lockedMs === null ? null : after(now, lockedMs));
  });

  it.each([
    ["a second left", after(now, seconds(1)), true],
    ["nothing left", now, false],
    ["the longest lock left", after(now, hours(4)), true],
    ["more left than any lock lasts, since the clock went back", after(now, hours(4) + 1), false],
  ])("finds a lock with %s", (_, lockedUntil, locked) => {
    const standing = at({ failures: 5, lockCount: 1, lockedUntil });
    expect(isLocked(standing, now)).toBe(locked);
    expect(takeTry(standing, now) === null).toBe(locked);
  });

  it("is forgotten after a quiet day, and not before", () => {
    expect(takeTry(at({ lockCount: 3, windowStart: before(now, days(1)) }), now)?.lockCount).toBe(0);
    expect(takeTry(at({ lockCount: 3, windowStart: before(now, days(1) - 1) }), now)?.lockCount).toBe(3);
  });

  it("counts anew where the window lies in the future, since the clock went back", () => {
    expect(takeTry(at({ failures: 4, windowStart: after(now, minutes(6)) }), now)?.failures).toBe(1);
    expect(takeTry(at({ failures: 4, windowStart: after(now, seconds(1)) }), now)?.failures).toBe(5);
  });
});
