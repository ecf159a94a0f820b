import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { before, minutes } from "@/lib/core/time";
import type { Reader } from "@/lib/platform/db";
import { resourcesVisible } from "@/lib/systems/visible";
import {
  type BackupStanding,
  chooseVault,
  liveStates,
  longestDays,
  mayStart,
  retentionDays,
  type StartFacts,
} from "./rules";
import { backupRef, resourceRef } from "./schema";

const live = { in: [...liveStates] };
const mostVaults = 100;

/** Until so long after it was seen, a job that ran then counts as running. */
const seenFor = minutes(15);

type Db = Pick<Reader, "resource" | "backupRequest" | "job" | "vault" | "recoveryPoint" | "policyRule">;

const settingOf = (settings: unknown, key: string): string | null => {
  const value = typeof settings === "object" && settings !== null ? (settings as Record<string, unknown>)[key] : null;
  return typeof value === "string" && value ? value : null;
};

const daysOf = (lifecycle: unknown): number | null => {
  const days = (lifecycle as { deleteAfterDays?: unknown } | null)?.deleteAfterDays;
  return typeof days === "number" ? days : null;
};

/** Everything that decides whether and where a resource can be backed up now; null when it may not be seen. */
export async function startSource(db: Db, visible: Visible, resourceId: string, now: Date) {
  const resource = await db.resource.findFirst({
    where: { AND: [{ id: resourceId }, resourcesVisible(visible)] },
    include: { connection: true },
  });
  if (!resource) return null;
  const { connection, connectionId, region } = resource;
  const here = { connectionId, region };
  // One after another: inside a transaction there is one connection.
  const asked = await db.backupRequest.count({ where: { resourceId, state: live } });
  const seenRunning = await db.job.count({
    where: { resourceId, kind: "backup", state: live, vanishedAt: null, observedAt: { gt: before(now, seenFor) } },
  });
  const vaults = await db.vault.findMany({
    where: { ...here, kind: "standard", vanishedAt: null },
    select: { name: true, minDays: true, maxDays: true },
    orderBy: { name: "asc" },
    take: mostVaults,
  });
  const newest = await db.recoveryPoint.findFirst({
    where: { ...here, resourceId, vanishedAt: null, copyOfRef: null, vault: { kind: "standard", vanishedAt: null } },
    orderBy: { completedAt: { sort: "desc", nulls: "last" } },
    select: { vault: { select: { name: true } } },
  });
  const rules = await db.policyRule.findMany({
    where: {
      validTo: null,
      policy: { ...here, vanishedAt: null, assignments: { some: { resourceId, validTo: null } } },
    },
    select: { vaultName: true, lifecycle: true },
    orderBy: { validFrom: "asc" },
  });
  const facts: StartFacts = {
    resource: { name: resource.name, kind: resource.kind, vanished: resource.vanishedAt !== null },
    connection: {
      name: connection.name,
      kind: connection.kind,
      active: connection.state === "active",
      actRole: settingOf(connection.settings, "actRoleRef") !== null,
      serviceRole: settingOf(connection.settings, "serviceRoleRef") !== null,
    },
    asked: asked > 0,
    seenRunning: seenRunning > 0,
  };
  return {
    resource,
    facts,
    vaults,
    newestPoint: newest?.vault.name ?? null,
    rules: rules.map(({ vaultName, lifecycle }) => ({ vaultName, deleteAfterDays: daysOf(lifecycle) })),
  };
}

export type StartSource = NonNullable<Awaited<ReturnType<typeof startSource>>>;

/** The vault a backup goes to and how long it stays there. */
export function destination({ vaults, newestPoint, rules }: StartSource, asked?: string) {
  const chosen = chooseVault(vaults, { asked, newestPoint, rules: rules.map(({ vaultName }) => vaultName) });
  if (!chosen.ok) return chosen;
  const here = rules.filter(({ vaultName }) => vaultName === chosen.value.name);
  const days = retentionDays(longestDays(here.map(({ deleteAfterDays }) => deleteAfterDays)), chosen.value);
  return { ok: true as const, value: { vault: chosen.value.name, deleteAfterDays: days } };
}

/** What the dialog shows: whether a backup can start, where it would go, and what became of the last one. */
export const getBackupStanding = read(
  "estate:read",
  resourceRef,
  async ({ db, visible }, { resourceId }): Promise<BackupStanding | null> => {
    const source = await startSource(db, visible, resourceId, new Date());
    if (!source) return null;
    const latest = await db.backupRequest.findFirst({
      where: { resourceId },
      orderBy: { createdAt: "desc" },
      include: { requestedBy: { select: { displayName: true } } },
    });
    const start = mayStart(source.facts);
    const usual = destination(source);
    const { region, providerRef, connection } = source.resource;
    const roleRef = settingOf(connection.settings, "serviceRoleRef");
    return {
      resourceId,
      name: source.resource.name,
      kind: source.resource.kind,
      refusal: start.ok ? null : start.message,
      vaults: source.vaults.map(({ name }) => {
        const there = destination(source, name);
        return {
          name,
          keptDays: there.ok ? there.value.deleteAfterDays : null,
          usual: usual.ok && usual.value.vault === name,
        };
      }),
      call: roleRef === null ? null : { region, resourceRef: providerRef, roleRef },
      latest: latest && {
        id: latest.id,
        state: latest.state,
        unanswered: latest.state === "queued" && latest.outcome === "unknown",
        vault: latest.vaultName,
        jobRef: latest.providerJobRef,
        message: latest.message,
        askedBy: latest.requestedBy.displayName,
        at: latest.createdAt.toISOString(),
      },
    };
  },
);

/** One request as whoever asked for it may see it. */
export const getBackup = read("estate:read", backupRef, ({ db, visible }, { requestId }) =>
  db.backupRequest.findFirst({
    where: { id: requestId, resource: resourcesVisible(visible) },
    select: { id: true, state: true, outcome: true, providerJobRef: true, message: true },
  }),
);

/** What the dispatcher and the follower need of a request; for the worker alone. */
export const getBackupOrder = read("restore:dispatch", backupRef, ({ db }, { requestId }) =>
  db.backupRequest.findUnique({
    where: { id: requestId },
    include: { resource: { include: { connection: true } } },
  }),
);

export type BackupOrderRow = NonNullable<Awaited<ReturnType<typeof getBackupOrder>>>;

/** Requests that somebody must look after: left by a crash, unanswered, or running. */
export const listUnfinishedBackups = read("restore:follow", z.object({}), ({ db }) =>
  db.backupRequest.findMany({
    where: { state: live, OR: [{ leaseUntil: null }, { leaseUntil: { lt: new Date() } }] },
    select: { id: true, createdAt: true },
    orderBy: { id: "asc" },
    take: 200,
  }),
);
