import { allPlaces, type Engine } from "@/sandbox/aws/engine/engine";
import type { LiveDatabase } from "@/sandbox/aws/world";

function* liveDatabases(engine: Engine): Iterable<LiveDatabase> {
  for (const { region } of allPlaces(engine))
    for (const resource of Object.values(region.resources))
      if (resource.database && resource.deletedMs === null) yield resource.database;
}

/**
 * Brings every real database of the world up: made where it is missing, its rows up to now, the accidents of its story
 * carried out. A world that was just built begins with empty shelves.
 */
export async function bringUpDatabases(engine: Engine, isFresh: boolean): Promise<void> {
  const { databases, clock } = engine;
  if (!databases) return;
  for (const live of liveDatabases(engine)) {
    if (isFresh) await databases.drop(live.ref);
    for (const { atMs, kind } of [...live.accidents].sort((left, right) => left.atMs - right.atMs))
      if (atMs <= clock.now()) await databases.breakLive(live.ref, { at: new Date(atMs), kind });
    live.endpoint = await databases.ensureLive(live.ref, new Date(clock.now()));
  }
  engine.isDirty = true;
}

/** Brings the rows of every live database up to now. */
export async function refreshDatabases(engine: Engine): Promise<void> {
  for (const live of liveDatabases(engine)) await engine.databases?.ensureLive(live.ref, new Date(engine.clock.now()));
}
