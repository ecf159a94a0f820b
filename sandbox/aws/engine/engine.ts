import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "@/sandbox/aws/engine/clock";
import { EventQueue, type SandboxEvent } from "@/sandbox/aws/engine/event-queue";
import type { DatabasePort } from "@/sandbox/aws/engine/ports";
import { createRegionIndex, type RegionIndex } from "@/sandbox/aws/engine/region-index";
import type { Account, DatabaseEndpoint, Region, World } from "@/sandbox/aws/world";

/** The running cloud: the world, the clock, what is due, and the lists kept beside the world. */
export type Engine = {
  world: World;
  clock: Clock;
  /** Divides the duration of every job. */
  speed: number;
  databases: DatabasePort | null;
  queue: EventQueue;
  /** The moment being lived through; inside an event it is the event's own moment. */
  nowMs: number;
  /** Something changed since the state was last saved. */
  isDirty: boolean;
  indexes: Map<string, RegionIndex>;
  /** Database work of restore jobs under way, by job id. */
  databaseWork: Map<string, DatabaseWork>;
};

export type DatabaseWork = {
  promise: Promise<void>;
  result: { ok: true; endpoint: DatabaseEndpoint; sizeBytes: number } | { ok: false; message: string } | null;
};

/** One region of one account. */
export type Place = { engine: Engine; account: Account; region: Region; index: RegionIndex };

/** A cloud at rest: nothing is due in it until its events are laid out. */
export function createEngine(options: {
  world: World;
  clock: Clock;
  speed: number;
  databases: DatabasePort | null;
}): Engine {
  return {
    ...options,
    queue: new EventQueue(),
    nowMs: options.world.asOfMs,
    isDirty: false,
    indexes: new Map(),
    databaseWork: new Map(),
  };
}

/** The region of the account with its lists, or null where there is none. */
export function findPlace(engine: Engine, accountId: string, regionName: string): Place | null {
  const account = engine.world.accounts[accountId];
  const region = account?.regions[regionName];
  if (!account || !region) return null;
  const key = `${accountId}/${regionName}`;
  const index = engine.indexes.get(key) ?? createRegionIndex(region);
  engine.indexes.set(key, index);
  return { engine, account, region, index };
}

/** Every region of every account. */
export function* allPlaces(engine: Engine): Iterable<Place> {
  for (const account of Object.values(engine.world.accounts))
    for (const regionName of Object.keys(account.regions)) {
      const place = findPlace(engine, account.id, regionName);
      if (place) yield place;
    }
}

/** Puts something of this place on the calendar. */
export function scheduleAt(place: Place, atMs: number, kind: SandboxEvent["kind"], key: string): void {
  place.engine.queue.push({ atMs, kind, key, accountId: place.account.id, region: place.region.name });
}

/** A new id in the upper-case form of AWS Backup's job ids. */
export function createJobId(): string {
  return randomUUID().toUpperCase();
}

/** A number in [0, 1) that is always the same for the same words: chance that can be repeated. */
export function drawFraction(...words: (string | number)[]): number {
  return createHash("sha256").update(words.join("\n")).digest().readUInt32BE(0) / 2 ** 32;
}

/** A short lower-case hexadecimal name drawn from the words. */
export function drawHex(length: number, ...words: (string | number)[]): string {
  return createHash("sha256").update(words.join("\n")).digest("hex").slice(0, length);
}
