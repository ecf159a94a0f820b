import "server-only";
import { command } from "@/lib/access/command";
import { Refusal, refuse } from "@/lib/core/outcome";
import { markSystemsDue } from "@/lib/health/due";
import type { Tx } from "@/lib/platform/db";
import { systemsVisible } from "@/lib/systems/visible";
import { exclusionAdd, exclusionEnd } from "./schema";

/** How late a form may arrive after the moment it names. */
const graceMs = 5 * 60_000;
/** How far ahead maintenance is planned. */
const aheadMs = 366 * 86_400_000;

async function lock(tx: Tx, visible: Parameters<typeof systemsVisible>[0], systemId: string): Promise<void> {
  const found = await tx.system.findFirst({
    where: { AND: [{ id: systemId }, systemsVisible(visible)] },
    select: { id: true },
  });
  if (!found) throw new Refusal(refuse("not_found", "There is no such system."));
  await tx.$queryRaw`select id from systems where id = ${systemId}::uuid for update`;
}

/**
 * Plans maintenance that will not count against a system. It never begins in the past: what has happened counts, or
 * anybody could mend a figure after the fact.
 */
export const addExclusion = command({
  action: "exclusion.add",
  permission: "estate:edit",
  input: exclusionAdd,
  async run({ tx, now, visible }, { systemId, reason, startsAt, hours }) {
    await lock(tx, visible, systemId);
    if (startsAt.getTime() < now.getTime() - graceMs)
      throw new Refusal(
        refuse("invalid", "Begins: give a time that is still to come. What has happened counts.", {
          startsAt: "Choose a time that is still to come.",
        }),
      );
    if (startsAt.getTime() > now.getTime() + aheadMs)
      throw new Refusal(refuse("invalid", "Begins: at most a year ahead.", { startsAt: "Choose another time." }));
    const validFrom = new Date(Math.max(startsAt.getTime(), now.getTime()));
    const validTo = new Date(validFrom.getTime() + hours * 3_600_000);
    const clash = await tx.exclusion.findFirst({
      where: { systemId, validFrom: { lt: validTo }, OR: [{ validTo: null }, { validTo: { gt: validFrom } }] },
      select: { reason: true },
    });
    if (clash)
      throw new Refusal(refuse("conflict", `Another exclusion covers part of that time already: ${clash.reason}`));
    const { id } = await tx.exclusion.create({ data: { systemId, reason, validFrom, validTo }, select: { id: true } });
    await markSystemsDue(tx, [systemId]);
    const detail = { exclusionId: id, reason, from: validFrom.toISOString(), to: validTo.toISOString() };
    return { value: { id }, audit: [["system", systemId], detail] };
  },
});

/** Ends maintenance early, or takes it back before it began; what of it has passed stays excluded. */
export const endExclusion = command({
  action: "exclusion.end",
  permission: "estate:edit",
  input: exclusionEnd,
  async run({ tx, now, visible }, { systemId, exclusionId }) {
    await lock(tx, visible, systemId);
    const found = await tx.exclusion.findFirst({
      where: { id: exclusionId, systemId },
      select: { validFrom: true, validTo: true, reason: true },
    });
    if (!found) throw new Refusal(refuse("not_found", "There is no such exclusion."));
    if (found.validTo && found.validTo <= now) throw new Refusal(refuse("conflict", "This exclusion is over already."));
    if (found.validFrom > now) await tx.exclusion.delete({ where: { id: exclusionId } });
    else await tx.exclusion.update({ where: { id: exclusionId }, data: { validTo: now } });
    await markSystemsDue(tx, [systemId]);
    return {
      value: null,
      audit: [["system", systemId], { exclusionId, reason: found.reason, begun: found.validFrom <= now }],
    };
  },
});
