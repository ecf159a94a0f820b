import "server-only";
import { command } from "@/lib/access/command";
import type { Visible } from "@/lib/access/permissions";
import { Refusal, refuse } from "@/lib/core/outcome";
import { visible as spelled } from "@/lib/core/words";
import type { Tx } from "@/lib/platform/db";
import { lockSystems } from "@/lib/systems/data";
import { readCircle } from "./data";
import { circleMeaning, circleText } from "./rules";
import { dependencyAdd, dependencyRef } from "./schema";

const atField = (code: "invalid" | "conflict" | "not_found", field: string, message: string) =>
  new Refusal(refuse(code, message, { [field]: message }));

/** Both ends, under one lock: whoever changes what stands between two systems may change both. */
async function lockEnds(tx: Tx, visible: Visible, fromId: string, toId: string) {
  const locked = await lockSystems(tx, visible, [fromId, toId]);
  const [from, to] = [locked.find(({ id }) => id === fromId), locked.find(({ id }) => id === toId)];
  if (from && to) return { from, to };
  throw atField("not_found", "toId", "One of these two systems is not there, or you may not change it.");
}

/** Writes down that a system needs another one to recover; a circle is named first, and written down when it is meant. */
export const addDependency = command({
  action: "system.depend",
  permission: "estate:edit",
  input: dependencyAdd,
  async run({ tx, now, visible }, { systemId, toId, kind, acceptCircle }) {
    if (systemId === toId) throw atField("invalid", "toId", "A system does not need itself. Choose another system.");
    // One at a time, so that two people do not close a circle between them that neither was told of.
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtext('system_dependencies'))::text`;
    const { from, to } = await lockEnds(tx, visible, systemId, toId);
    if (to.lifecycle === "retired")
      throw atField("invalid", "toId", `${spelled(to.name)} is retired: nothing can recover with its help.`);
    const open = await tx.systemDependency.findFirst({
      where: { fromId: systemId, toId, validTo: null },
      select: { kind: true },
    });
    if (open)
      throw atField(
        "conflict",
        "toId",
        `${spelled(from.name)} already needs ${spelled(to.name)}, as a ${open.kind} dependency. End that one first to write it down otherwise.`,
      );
    const circle = kind === "hard" ? await readCircle(tx, visible, toId, systemId) : null;
    const members = circle?.members.map(({ name }) => name) ?? [];
    if (circle && !acceptCircle)
      throw atField(
        "conflict",
        "acceptCircle",
        `This closes a circle of ${circleText(members.map(spelled), circle.hidden)}. ${circleMeaning} Tick the box and add it again if it is so.`,
      );
    const { id } = await tx.systemDependency.create({
      data: { fromId: systemId, toId, kind, validFrom: now },
      select: { id: true },
    });
    const detail = { needs: toId, needsName: to.name, kind, circle: circle?.members.map((one) => one.id) ?? [] };
    return { value: { id, circle: members }, audit: [["system", systemId], detail] };
  },
});

/** Ends a dependency from now on; that it was there stays known. */
export const endDependency = command({
  action: "system.undepend",
  permission: "estate:edit",
  input: dependencyRef,
  async run({ tx, now, visible }, { systemId, dependencyId }) {
    const found = await tx.systemDependency.findFirst({
      where: { id: dependencyId, validTo: null, OR: [{ fromId: systemId }, { toId: systemId }] },
      select: { fromId: true, toId: true, validFrom: true },
    });
    if (!found) throw new Refusal(refuse("not_found", "This dependency is no longer there. Load the page again."));
    const { to } = await lockEnds(tx, visible, found.fromId, found.toId);
    const at = new Date(Math.max(now.getTime(), found.validFrom.getTime()));
    const ended = await tx.systemDependency.updateMany({
      where: { id: dependencyId, validTo: null },
      data: { validTo: at },
    });
    if (ended.count === 0)
      throw new Refusal(refuse("not_found", "This dependency is no longer there. Load the page again."));
    return {
      value: null,
      audit: [["system", found.fromId], { dependencyId, needs: found.toId, needsName: to.name }],
    };
  },
});
