import { expect, it } from "vitest";
import { type DisplayMoments, standingOf } from "./rules";

const now = new Date("2026-03-02T12:00:00Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const paired: DisplayMoments = { pairedAt: at(-9_000), codeExpiresAt: null, lastSeenAt: at(-30), expiresAt: at(9_000) };
const fresh: DisplayMoments = { ...paired, pairedAt: null, lastSeenAt: null, codeExpiresAt: at(1) };

it.each<[string, DisplayMoments, string]>([
  ["whose code still works", fresh, "waiting"],
  ["whose code just ran out", { ...fresh, codeExpiresAt: now }, "unpaired"],
  ["without a code", { ...fresh, codeExpiresAt: null }, "unpaired"],
  ["seen just now", paired, "showing"],
  ["seen a second less than three minutes ago", { ...paired, lastSeenAt: at(-179) }, "showing"],
  ["seen three minutes ago", { ...paired, lastSeenAt: at(-180) }, "silent"],
  ["paired and never seen", { ...paired, lastSeenAt: null }, "silent"],
  ["paired, with a new code", { ...paired, codeExpiresAt: at(60) }, "showing"],
  ["a second before its end", { ...paired, expiresAt: at(1) }, "showing"],
  ["at its end", { ...paired, expiresAt: now }, "expired"],
  ["at its end, with a code", { ...fresh, expiresAt: now }, "expired"],
])("a display %s", (_, moments, standing) => expect(standingOf(moments, now)).toBe(standing));
