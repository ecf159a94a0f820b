import "server-only";
import { command } from "@/lib/access/command";
import { makePairingCode } from "@/lib/auth/displays";
import { demand, refuse } from "@/lib/core/outcome";
import { after, days } from "@/lib/core/time";
import { checkTeam, columnsOf, overEverybody } from "@/lib/people/assess";
import { scopeOf } from "@/lib/people/operations";
import { addingDisplay, renewingCode } from "./operations";
import type { PairingCode } from "./rules";
import { displayProven, displayRef, displayToAdd } from "./schema";

/**
 * Adds a display and answers its pairing code, which is kept nowhere. It lets a reader in, so it needs what letting
 * people in needs; it gives no role and decides nothing, so nobody else is asked.
 */
export const addDisplay = command({
  action: "wall.add",
  permission: "people:edit",
  input: displayToAdd,
  stepUp: ({ tx, actor }, input) => addingDisplay(tx, actor.id, input),
  async run(ctx, { name, days: lastsDays, ...said }) {
    overEverybody(ctx);
    const { tx, actor, now } = ctx;
    const scope = scopeOf(said);
    await checkTeam(ctx, scope);
    const { code, kept } = makePairingCode(now);
    const expiresAt = after(now, days(lastsDays));
    const { id } = await tx.wallDisplay.create({
      data: { name, ...columnsOf(scope), ...kept, createdById: actor.id, createdAt: now, expiresAt },
    });
    const value: PairingCode = { code, until: kept.codeExpiresAt.toISOString(), name };
    return { value, audit: [["wall_display", id], { name, scope, expiresAt }] };
  },
});

/** Makes a new pairing code for a display; the browser that it is paired with goes on until another uses the code. */
export const renewPairingCode = command({
  action: "wall.renew_code",
  permission: "people:edit",
  input: displayProven,
  stepUp: ({ tx, actor }, input) => renewingCode(tx, actor.id, input),
  async run(ctx, { displayId }) {
    overEverybody(ctx);
    const { tx, now } = ctx;
    const { code, kept } = makePairingCode(now);
    const display = await tx.wallDisplay.findUnique({ where: { id: displayId }, select: { name: true } });
    const live = { id: displayId, revokedAt: null, expiresAt: { gt: now } };
    const { count } = await tx.wallDisplay.updateMany({ where: live, data: kept });
    if (!display || count !== 1)
      return demand(refuse("conflict", "This display was taken off, or its time is over. Add it anew."));
    const value: PairingCode = { code, until: kept.codeExpiresAt.toISOString(), name: display.name };
    return { value, audit: [["wall_display", displayId], { name: display.name, codeUntil: kept.codeExpiresAt }] };
  },
});

/** Takes a display off: its browser sees nothing more with its next question. It only takes access away, so it asks for no proof. */
export const revokeDisplay = command({
  action: "wall.revoke",
  permission: "people:edit",
  input: displayRef,
  async run(ctx, { displayId }) {
    overEverybody(ctx);
    const { tx, now } = ctx;
    const { count } = await tx.wallDisplay.updateMany({
      where: { id: displayId, revokedAt: null },
      data: { revokedAt: now, codeHash: null, codeExpiresAt: null },
    });
    const display = await tx.wallDisplay.findUnique({ where: { id: displayId }, select: { name: true } });
    if (!display || count !== 1) return demand(refuse("not_found", "This display was taken off already."));
    return { value: null, audit: [["wall_display", displayId], { name: display.name }] };
  },
});
