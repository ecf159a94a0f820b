import "server-only";
import { read } from "@/lib/access/read";
import { accept } from "@/lib/core/outcome";
import { findRunning } from "@/lib/health/activity";
import { readNow } from "@/lib/health/current";
import { findHome, findHomeStamp } from "@/lib/health/data";
import { scopeText } from "@/lib/people/rules";
import { findFreshness } from "@/lib/shell/data";
import { addingDisplay, renewingCode } from "./operations";
import { type DisplayView, standingOf } from "./rules";
import { displayProven, displayToAdd, nothing } from "./schema";
import type { WallView } from "./view";

/** Can we recover, as a wall says it: of what may be seen, as of this moment. */
export const getWall = read("wall:read", nothing, async ({ db, visible }): Promise<WallView> => {
  const [home, work, freshness] = await Promise.all([
    findHome(db, visible),
    readNow(db).then((now) => findRunning(db, visible, now)),
    findFreshness(db),
  ]);
  const { now, verdict, attention } = home;
  return {
    now,
    verdict,
    tiers: home.tiers.map(
      ({ id, name, expected, within, beyond, unknown, proven, forecastWithin, forecastBeyond }) => ({
        id,
        name,
        expected,
        within,
        beyond,
        unknown,
        proven,
        forecastWithin,
        forecastBeyond,
      }),
    ),
    attention: { total: attention.total, rows: attention.rows.map(({ step: _, ...row }) => row) },
    running: work.running.map(({ href: _, ...row }) => row),
    runningTotal: work.runningTotal,
    freshness,
  };
});

/** A word that changes when the wall would show something else. */
export const getWallStamp = read("wall:read", nothing, ({ db }) => findHomeStamp(db));

/** The displays that were not taken off, the newest first; only for who sees all people, since they belong to no team. */
export const listDisplays = read(
  "people:read",
  nothing,
  async ({ db, visible }): Promise<{ now: string; displays: DisplayView[] } | null> => {
    if (visible !== "all") return null;
    const now = await readNow(db);
    const rows = await db.wallDisplay.findMany({
      where: { revokedAt: null },
      include: { scopeTeam: { select: { name: true } }, createdBy: { select: { displayName: true } } },
      orderBy: { id: "desc" },
      take: 500,
    });
    const displays = rows.map((row) => ({
      id: row.id,
      name: row.name,
      scopeText: scopeText(row),
      standing: standingOf(row, now),
      codeUntil: row.codeExpiresAt !== null && row.codeExpiresAt > now ? row.codeExpiresAt.toISOString() : null,
      lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
      expiresAt: row.expiresAt.toISOString(),
      addedBy: row.createdBy?.displayName ?? null,
    }));
    return { now: now.toISOString(), displays };
  },
);

/** What a proof of presence must name before a display is added. */
export const proofOfAdding = read("people:edit", displayToAdd, async ({ db, actor }, input) =>
  accept(await addingDisplay(db, actor.id, input)),
);
/** What a proof of presence must name before a display gets a new pairing code. */
export const proofOfNewCode = read("people:edit", displayProven, async ({ db, actor }, input) =>
  accept(await renewingCode(db, actor.id, input)),
);
