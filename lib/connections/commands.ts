import "server-only";
import { command } from "@/lib/access/command";
import type { CommandContext } from "@/lib/access/context";
import type { Actor } from "@/lib/access/permissions";
import { governed } from "@/lib/changes/governed";
import type { ChangeLine } from "@/lib/changes/rules";
import { changesBetween, mergeEdit, refuseStale } from "@/lib/core/edit";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { endpointTrouble } from "@/lib/platform/http-out";
import { Prisma } from "@/lib/platform/prisma/client";
import type { ConnectionSettings } from "@/lib/providers/contract";
import { enqueue } from "@/lib/queue/enqueue";
import { connectionNow, lockConnection } from "./data";
import { syncKey } from "./due";
import { type ConnectionDecision, decisionNames, levelOfEdit, type SyncKind } from "./rules";
import {
  connectionCreate,
  connectionEdit,
  connectionRef,
  connectionStateChange,
  foreignRoles,
  syncRequest,
} from "./schema";

const wrong = (field: string, message: string) => new Refusal(refuse("invalid", message, { [field]: message }));

async function refuseTakenName(tx: Tx, name: string, exceptId: string | null): Promise<void> {
  const taken = await tx.connection.findUnique({ where: { name }, select: { id: true } });
  if (taken && taken.id !== exceptId) throw wrong("name", "Another connection has this name.");
}

/** Calls to this address would carry signed requests: it is held to the rules of every outgoing call. */
function refuseClosedEndpoint(endpoint: string | null): void {
  const trouble = endpoint === null ? null : endpointTrouble(endpoint);
  if (trouble) throw wrong("endpoint", trouble);
}

/** A connection feeds everybody's estate: whoever changes one holds their role over everything, not over one team. */
function demandWholeScope({ visible }: Pick<CommandContext, "visible">): void {
  if (visible !== "all")
    throw new Refusal(
      refuse("forbidden", "Connections are for people whose role covers everything, not one team or tag."),
    );
}

/** Ours to make, so that no two connections send the same and nobody can guess it (the confused deputy). */
async function makeExternalId(tx: Tx): Promise<string> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`select 'holdfast-' || gen_random_uuid()::text as id`;
  if (!row) throw new Error("The database did not make an id.");
  return row.id;
}

async function startReading(tx: Tx, actor: Actor, connectionId: string, kind: SyncKind): Promise<string> {
  const { id } = await tx.syncRun.create({
    data: { connectionId, kind, requestedById: actor.kind === "user" ? actor.id : null },
    select: { id: true },
  });
  await enqueue(tx, "connection.sync", { connectionId, kind, runId: id }, { key: syncKey(connectionId, kind) });
  return id;
}

const linesOf = (before: Partial<ConnectionDecision>, after: ConnectionDecision): ChangeLine[] =>
  changesBetween<ConnectionDecision>(before, after, decisionNames).map(({ label, from, to }) => ({
    what: label,
    from,
    to,
  }));

const nothingYet = Object.fromEntries(Object.keys(decisionNames).map((field) => [field, null]));

/** Connects an AWS account and begins to read it. */
export const createConnection = governed({
  action: "connection.create",
  permission: "connection:edit",
  input: connectionCreate,
  async assess(_, { account, ...decision }) {
    return {
      level: 1,
      title: `Connect the account ${account}`,
      subject: { type: "connection", id: "none", name: decision.name },
      lines: linesOf(nothingYet as Partial<ConnectionDecision>, decision),
    };
  },
  async check({ tx, visible }, { name, endpoint }) {
    demandWholeScope({ visible });
    refuseClosedEndpoint(endpoint);
    await refuseTakenName(tx, name, null);
  },
  async run({ tx, actor }, { name, account, regions, intervalSeconds, ...roles }) {
    const settings: ConnectionSettings = {
      account,
      regions: regions.split(" "),
      ...roles,
      externalId: await makeExternalId(tx),
    };
    const { id } = await tx.connection.create({
      data: { kind: "aws", name, account, settings, intervalSeconds },
      select: { id: true },
    });
    await tx.connectionRegion.createMany({ data: settings.regions.map((region) => ({ connectionId: id, region })) });
    await startReading(tx, actor, id, "full");
    return { value: { id }, audit: [["connection", id], { name, account, regions: settings.regions, ...roles }] };
  },
});

/** Changes what was decided about a connection; of two who edit at once, the second learns what the first changed. */
export const editConnection = governed({
  action: "connection.edit",
  permission: "connection:edit",
  input: connectionEdit,
  async assess({ tx }, { connectionId, revision: _, base, ...wanted }) {
    const { decided } = await connectionNow(tx, connectionId);
    const merged = mergeEdit<ConnectionDecision>(base, wanted, decided);
    return {
      level: levelOfEdit(decided, merged),
      title: `Change the connection ${decided.name}`,
      subject: { type: "connection", id: connectionId, name: decided.name },
      lines: linesOf(decided, merged),
    };
  },
  async check({ tx, visible }, { connectionId, revision, base, ...wanted }) {
    demandWholeScope({ visible });
    const { decided, settings, ...current } = await connectionNow(tx, connectionId);
    if (current.revision !== revision)
      throw new Refusal(refuseStale("this connection", changesBetween(base, decided, decisionNames), current.revision));
    const merged = mergeEdit<ConnectionDecision>(base, wanted, decided);
    refuseClosedEndpoint(merged.endpoint);
    await refuseTakenName(tx, merged.name, connectionId);
    const [foreign] = foreignRoles(merged, settings.account);
    if (foreign) throw wrong(foreign, `This role is not in the account ${settings.account}.`);
  },
  async run({ tx }, { connectionId, revision, base, ...wanted }) {
    const { settings, decided, ...current } = await lockConnection(tx, connectionId);
    // Read again under the lock: two edits at once would both have passed the check.
    if (current.revision !== revision)
      throw new Refusal(refuseStale("this connection", changesBetween(base, decided, decisionNames), current.revision));
    const merged = mergeEdit<ConnectionDecision>(base, wanted, decided);
    const { name, intervalSeconds, regions, ...roles } = merged;
    const next: ConnectionSettings = { ...settings, ...roles, regions: regions.split(" ") };
    await tx.connection.update({
      where: { id: connectionId },
      data: {
        name,
        intervalSeconds,
        settings: next,
        revision: { increment: 1 },
        selfCheck: Prisma.DbNull,
        selfCheckedAt: null,
      },
    });
    await keepRegions(tx, connectionId, next.regions);
    const changed = changesBetween<ConnectionDecision>(decided, merged, decisionNames);
    const detail = { changed: changed.map(({ field, from, to }) => ({ field, from, to })) };
    return { value: { connectionId, revision: current.revision + 1 }, audit: [["connection", connectionId], detail] };
  },
});

async function keepRegions(tx: Tx, connectionId: string, regions: readonly string[]): Promise<void> {
  await tx.connectionRegion.createMany({
    data: regions.map((region) => ({ connectionId, region })),
    skipDuplicates: true,
  });
  await tx.connectionRegion.updateMany({
    where: { connectionId, region: { notIn: [...regions] } },
    data: { state: "disabled" },
  });
  await tx.connectionRegion.updateMany({
    where: { connectionId, region: { in: [...regions] }, state: "disabled" },
    data: { state: "waiting" },
  });
}

/** Stops reading a connection, or begins again; what was read stays, and turns stale. Going blind takes another's word. */
export const changeConnectionState = governed({
  action: "connection.change_state",
  permission: "connection:edit",
  input: connectionStateChange,
  async assess({ tx }, { connectionId, state }) {
    const { decided, state: before } = await connectionNow(tx, connectionId);
    return {
      level: state === "disabled" ? 2 : null,
      title: state === "disabled" ? `Stop reading ${decided.name}` : `Read ${decided.name} again`,
      subject: { type: "connection", id: connectionId, name: decided.name },
      lines: [{ what: "Connection", from: before, to: state }],
    };
  },
  async check({ tx, visible }, { connectionId, state }) {
    demandWholeScope({ visible });
    const current = await connectionNow(tx, connectionId);
    if (current.state === state) throw new Refusal(refuse("conflict", `This connection is ${state} already.`));
  },
  async run({ tx, actor, now }, { connectionId, state }) {
    await lockConnection(tx, connectionId);
    await tx.connection.update({
      where: { id: connectionId },
      data: { state, stateAt: now, revision: { increment: 1 } },
    });
    if (state === "disabled")
      await tx.syncRun.updateMany({
        where: { connectionId, state: { in: ["queued", "running"] } },
        data: { state: "cancelled", stateAt: now, finishedAt: now },
      });
    else await startReading(tx, actor, connectionId, "full");
    return { value: { state }, audit: [["connection", connectionId], { state }] };
  },
});

/** Has a connection read now. */
export const requestSync = command({
  action: "connection.sync",
  permission: "connection:sync",
  input: syncRequest,
  async run({ tx, actor, visible }, { connectionId, kind }) {
    demandWholeScope({ visible });
    const current = await lockConnection(tx, connectionId);
    if (current.state !== "active")
      throw new Refusal(refuse("conflict", "This connection is disabled, so it is not read."));
    const live = await tx.syncRun.findFirst({
      where: { connectionId, kind, state: { in: ["queued", "running"] } },
      select: { id: true },
    });
    if (live)
      throw new Refusal(refuse("conflict", "This connection is being read already; its progress is shown below."));
    const runId = await startReading(tx, actor, connectionId, kind);
    return { value: { runId }, audit: [["connection", connectionId], { kind, runId }] };
  },
});

/** Asks for a self-check; it is carried out after this is written down, because it calls the provider. */
export const requestSelfCheck = command({
  action: "connection.check",
  permission: "connection:edit",
  input: connectionRef,
  async run({ tx, visible }, { connectionId }) {
    demandWholeScope({ visible });
    await lockConnection(tx, connectionId);
    return { value: { connectionId }, audit: [["connection", connectionId], {}] };
  },
});
