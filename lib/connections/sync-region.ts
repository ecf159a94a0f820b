import "server-only";
import { observe } from "@/lib/access/observe";
import { sideBySide } from "@/lib/core/side-by-side";
import { before, days, hours, minutes } from "@/lib/core/time";
import { readClock } from "@/lib/platform/clock";
import { writePolicies } from "@/lib/policies/observe-policies";
import {
  type ObservedHold,
  type ObservedJob,
  type ObservedPolicy,
  type ObservedWindow,
  type Provider,
  ProviderError,
} from "@/lib/providers/contract";
import { applyAssignmentRules } from "@/lib/resources/membership";
import { writeHolds } from "./holds-sql";
import {
  markResourcesVanished,
  markVaultsVanished,
  type Place,
  writeJobs,
  writeResources,
  writeVaults,
} from "./rows-sql";
import type { RegionResult } from "./rules";
import { writePoints } from "./sync-points";
import type { RunningSync } from "./sync-run";
import { nothingWritten } from "./sync-tally";
import { writeWindows } from "./windows-sql";

/** Where a region stands: what an interrupted reading goes on with, and when the slow lists were read last. */
type Cursor = { runId?: string; step?: Step; vaultName?: string; readAt?: string; inventoryAt?: string };

const steps = ["resources", "vaults", "points", "jobs", "policies", "holds", "windows"] as const;
type Step = (typeof steps)[number];

/** What changes seldom and takes many calls. */
const slowSteps: readonly Step[] = ["resources", "policies", "holds"];

/** AWS remembers jobs for so long. */
const jobHorizonMs = days(30);
/** New resources and changed policies are looked for this often between full readings. */
const inventoryEveryMs = hours(1);

type Reading = {
  sync: RunningSync;
  provider: Provider;
  place: Place;
  region: string;
  readAt: Date;
  watermark: Date | null;
  cursor: Cursor;
  isFull: boolean;
};

/** Reads one region, step by step; what goes wrong there is the region's own and answered, never thrown. */
export async function syncRegion(sync: RunningSync, provider: Provider, region: string): Promise<RegionResult> {
  const reading = await begin(sync, provider, region);
  try {
    const warning = await readSteps(reading);
    await settle(reading, warning);
    return { state: "ok", code: warning?.providerCode ?? null, message: warning?.message ?? null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await fail(reading, error);
    return { state: "failed", code: error.kind, message: error.message };
  }
}

async function begin(sync: RunningSync, provider: Provider, region: string): Promise<Reading> {
  const { connectionId, id: runId, kind } = sync.run;
  return observe(sync.actor, async (tx) => {
    const now = await readClock(tx);
    const row = await tx.connectionRegion.upsert({
      where: { connectionId_region: { connectionId, region } },
      create: { connectionId, region, lastAttemptAt: now },
      update: { lastAttemptAt: now },
    });
    const kept = (row.cursor ?? {}) as Cursor;
    const goesOn = kind === "full" && kept.runId === runId && kept.readAt !== undefined;
    return {
      sync,
      provider,
      region,
      place: { connectionId, region },
      readAt: goesOn ? new Date(kept.readAt ?? now) : now,
      watermark: row.watermark,
      cursor: goesOn ? kept : { ...(kept.inventoryAt ? { inventoryAt: kept.inventoryAt } : {}) },
      isFull: kind === "full" || row.watermark === null,
    };
  });
}

/** Answers the refusal of what backups can be judged without: the inventory, or legal holds. */
async function readSteps(reading: Reading): Promise<ProviderError | null> {
  const { sync, cursor, isFull, readAt } = reading;
  if (sync.run.kind === "restorable") {
    await readRestorable(reading);
    return null;
  }
  const inventoryIsDue =
    isFull || !cursor.inventoryAt || new Date(cursor.inventoryAt) < before(readAt, inventoryEveryMs);
  const from = cursor.step ? steps.indexOf(cursor.step) : 0;
  let warning: ProviderError | null = null;
  for (const step of steps.slice(from)) {
    if (!inventoryIsDue && slowSteps.includes(step)) continue;
    await keepPlace(reading, { step });
    await sync.say({ region: reading.region, step });
    warning = (await readers[step](reading)) ?? warning;
  }
  if (inventoryIsDue) cursor.inventoryAt = readAt.toISOString();
  return warning;
}

/** The refusal of something that a role need not be allowed. */
async function unlessDenied(step: () => Promise<void>): Promise<ProviderError | null> {
  try {
    await step();
    return null;
  } catch (error) {
    if (error instanceof ProviderError && error.kind === "denied") return error;
    throw error;
  }
}

/** Notes how far a full reading came, so that another worker can go on from here. */
async function keepPlace(
  { sync, place, cursor, readAt, isFull }: Reading,
  at: { step: Step; vaultName?: string },
): Promise<void> {
  if (!isFull) return;
  const next = {
    runId: sync.run.id,
    readAt: readAt.toISOString(),
    ...at,
    ...(cursor.inventoryAt ? { inventoryAt: cursor.inventoryAt } : {}),
  };
  await observe(sync.actor, (tx) =>
    tx.connectionRegion.update({ where: { connectionId_region: place }, data: { cursor: next } }),
  );
}

async function readResources({ sync, provider, place, region, readAt }: Reading): Promise<ProviderError | null> {
  const seen: string[] = [];
  let refused: ProviderError | null = null;
  try {
    for await (const page of provider.resources(region)) {
      seen.push(...page.map(({ providerRef }) => providerRef));
      sync.tally.add("resources", await observe(sync.actor, (tx) => writeResources(tx, place, page)));
      await sync.say({ region, step: "resources" }, page.length);
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind !== "denied" || seen.length === 0) throw error;
    refused = error;
  }
  const touched = await observe(sync.actor, async (tx) => {
    if (!refused) sync.tally.add("resources", await markResourcesVanished(tx, place, seen, readAt));
    return (await applyAssignmentRules(tx, await readClock(tx))).resourceIds;
  });
  sync.tally.add("resources", { ...nothingWritten, resourceIds: touched });
  return refused;
}

async function readVaults({ sync, provider, place, region, readAt }: Reading): Promise<void> {
  const seen: string[] = [];
  for await (const page of provider.vaults(region)) {
    seen.push(...page.map(({ providerRef }) => providerRef));
    sync.tally.add("vaults", await observe(sync.actor, (tx) => writeVaults(tx, place, page)));
  }
  sync.tally.add("vaults", await observe(sync.actor, (tx) => markVaultsVanished(tx, place, seen, readAt)));
}

async function readPoints(reading: Reading): Promise<ProviderError | null> {
  const { sync, provider, place, region, readAt, isFull, cursor } = reading;
  const vaults = await observe(
    sync.actor,
    (tx) =>
      tx.$queryRaw<{ id: string; name: string; point_count: number; since: Date | null }[]>`
      select v.id::text, v.name, v.point_count, least(
        ${reading.watermark}::timestamptz - case when exists (select 1 from recovery_points p where p.vault_id = v.id and p.copy_of_ref is not null)
          then interval '24 hours' else interval '2 hours' end,
        (select min(p.data_as_of) - interval '1 minute' from recovery_points p where p.vault_id = v.id and p.status = 'creating' and p.vanished_at is null)) as since
      from vaults v where v.connection_id = ${place.connectionId}::uuid and v.region = ${region} and v.vanished_at is null
      order by v.name`,
  );
  const open = new Set(vaults.filter(({ name }) => cursor.vaultName === undefined || name >= cursor.vaultName));
  const short: string[] = [];
  await sideBySide([...open], vaultsAtOnce, async (vault) => {
    // The first that is not done yet: another worker would go on there.
    const [first = vault] = open;
    await keepPlace(reading, { step: "points", vaultName: first.name });
    const query = { vaultName: vault.name, ...(isFull || !vault.since ? {} : { createdAfter: vault.since }) };
    const complete = query.createdAfter === undefined;
    const read = { ...place, vaultId: vault.id, readAt, complete, expectedPoints: vault.point_count };
    const written = await writePoints(sync.actor, read, provider.points(region, query), (count) =>
      sync.say({ region, step: "points", detail: vault.name }, count),
    );
    sync.tally.add("points", written);
    if (written.short) short.push(vault.name);
    open.delete(vault);
  });
  return short.length === 0 ? null : cutShort(short);
}

/** While the rows of one vault are brought in line, the next is read. */
const vaultsAtOnce = 2;

const cutShort = (vaults: readonly string[]) =>
  new ProviderError(
    "broken",
    `The listing of ${vaults.slice(0, 3).join(", ")}${vaults.length > 3 ? ` and ${vaults.length - 3} more` : ""} showed fewer recovery points than the vault says it holds. What it left out was not taken for gone.`,
    "listing_cut_short",
    true,
  );

const jobKinds: readonly ObservedJob["kind"][] = ["backup", "copy", "restore"];

async function readJobs({ sync, provider, place, region, readAt, isFull, watermark }: Reading): Promise<void> {
  const horizon = before(readAt, jobHorizonMs);
  for (const kind of jobKinds) {
    const oldestOpen = await observe(sync.actor, (tx) =>
      tx.job.aggregate({
        where: { ...place, kind, state: { in: ["queued", "running", "cancelling"] }, createdAt: { gt: horizon } },
        _min: { createdAt: true },
      }),
    );
    const since = isFull || !watermark ? horizon : before(watermark, minutes(10));
    const oldest = oldestOpen._min.createdAt;
    const createdAfter = oldest && oldest <= since ? before(oldest, minutes(1)) : since;
    for await (const page of provider.jobs(region, { kind, createdAfter })) {
      sync.tally.add("jobs", await observe(sync.actor, (tx) => writeJobs(tx, place, page)));
      await sync.say({ region, step: "jobs", detail: kind }, page.length);
    }
  }
}

async function readPolicies({ sync, provider, place, region }: Reading): Promise<void> {
  const policies: ObservedPolicy[] = [];
  for await (const page of provider.policies(region)) policies.push(...page);
  const { written, resourceIds } = await observe(sync.actor, async (tx) =>
    writePolicies(tx, place, policies, await readClock(tx)),
  );
  sync.tally.add("policies", { read: policies.length, written, vanished: 0, resourceIds });
}

async function readHolds({ sync, provider, place, region }: Reading): Promise<void> {
  const holds: ObservedHold[] = [];
  for await (const page of provider.holds(region)) holds.push(...page);
  sync.tally.add("holds", await observe(sync.actor, (tx) => writeHolds(tx, place, holds)));
}

async function readWindows({ sync, provider, place, region }: Reading): Promise<void> {
  const windows: ObservedWindow[] = [];
  for await (const page of provider.windows(region)) windows.push(...page);
  sync.tally.add("windows", await observe(sync.actor, (tx) => writeWindows(tx, place, windows)));
}

/** Streams that stand still are asked after: an incremental list shows young points only, and theirs are old. */
async function readRestorable(reading: Reading): Promise<void> {
  await readWindows(reading);
  const { sync, provider, place, region } = reading;
  const doubtful = await observe(
    sync.actor,
    (tx) =>
      tx.$queryRaw<{ id: string; ref: string; vault: string; status: string; resource_id: string }[]>`
      select p.id::text, p.provider_ref as ref, v.name as vault, p.status::text, p.resource_id::text
      from recovery_points p join vaults v on v.id = p.vault_id
      where p.connection_id = ${place.connectionId}::uuid and p.region = ${region} and p.kind = 'continuous'
        and p.status in ('available', 'creating') and p.vanished_at is null
        and not exists (select 1 from restore_windows w where w.point_id = p.id and w.to_at is null and w.still_polls = 0)`,
  );
  for (const point of doubtful) {
    const told = await provider.pointStatus(region, { vaultName: point.vault, pointRef: point.ref });
    if (told.status === point.status) continue;
    await observe(sync.actor, (tx) =>
      tx.recoveryPoint.update({
        where: { id: point.id },
        data: { status: told.status, rawStatus: told.rawStatus, expiresAt: told.expiresAt, observedAt: new Date() },
      }),
    );
    sync.tally.add("points", { read: 1, written: 1, vanished: 0, resourceIds: [point.resource_id] });
  }
}

/** Each step answers what it was refused or doubts, where the rest of the reading is worth something without it. */
const readers: Record<Step, (reading: Reading) => Promise<ProviderError | null | undefined>> = {
  resources: readResources,
  vaults: (reading) => readVaults(reading).then(() => undefined),
  points: readPoints,
  jobs: (reading) => readJobs(reading).then(() => undefined),
  policies: (reading) => readPolicies(reading).then(() => undefined),
  holds: (reading) => unlessDenied(() => readHolds(reading)),
  windows: (reading) => readRestorable(reading).then(() => undefined),
};

/** A region counts as read at the moment its reading began: what happened since may have been missed. */
async function settle({ sync, place, readAt, cursor }: Reading, warning: ProviderError | null): Promise<void> {
  await observe(sync.actor, async (tx) => {
    const isRestorable = sync.run.kind === "restorable";
    const fresh = { state: "ok" as const, errorCode: warning?.kind ?? null, errorMessage: warning?.message ?? null };
    await tx.connectionRegion.update({
      where: { connectionId_region: place },
      data: isRestorable
        ? {}
        : { ...fresh, watermark: readAt, lastSuccessAt: readAt, cursor: { inventoryAt: cursor.inventoryAt ?? null } },
    });
  });
}

async function fail({ sync, place }: Reading, error: ProviderError): Promise<void> {
  await observe(sync.actor, (tx) =>
    tx.connectionRegion.update({
      where: { connectionId_region: place },
      data: { state: "failed", errorCode: error.kind, errorMessage: error.message.slice(0, 2_000) },
    }),
  );
}
