import { Calls } from "@/sandbox/aws/admin/calls";
import { Faults } from "@/sandbox/aws/admin/faults";
import { createRealClock, createVirtualClock } from "@/sandbox/aws/engine/clock";
import { createEngine, type Engine } from "@/sandbox/aws/engine/engine";
import { catchUp, catchUpFully, layOutEvents } from "@/sandbox/aws/engine/live";
import type { DatabasePort } from "@/sandbox/aws/engine/ports";
import { bringUpDatabases, refreshDatabases } from "@/sandbox/aws/live-databases";
import { serveCloud } from "@/sandbox/aws/server";
import { loadWorld, saveWorld } from "@/sandbox/aws/state-file";
import type { World } from "@/sandbox/aws/world";

const tickMs = 200;
const saveEveryMs = 15_000;
const refreshEveryMs = 60_000;

export type CloudOptions = {
  port: number;
  clock: "real" | "virtual";
  /** Divides the duration of every job. */
  speed: number;
  /** Where the state is kept between starts; null keeps none. */
  stateFile: string | null;
  databases: DatabasePort | null;
  /** Where a virtual clock begins; the real one begins now. */
  startMs?: number;
  /** Builds the world for a first start and for `POST /_sandbox/seed`. */
  build(order: { now: Date; estate?: string; seed?: string; size?: number }): World;
};

export type RunningCloud = { url: string; readonly engine: Engine; stop(): Promise<void> };

/** Starts the pretend AWS: the saved world or a new one, caught up to now, and its server. */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const saved = options.stateFile === null ? null : loadWorld(options.stateFile);
  let engine = await raise(
    options,
    saved ?? options.build({ now: new Date(options.startMs ?? Date.now()) }),
    saved === null,
  );
  const faults = new Faults();
  const calls = new Calls();
  const server = await serveCloud(options.port, {
    engine: () => engine,
    faults,
    calls,
    reseed: async (order) => {
      const { estate, seed, size } = order;
      const world = options.build({
        now: new Date(engine.clock.now()),
        estate,
        ...(seed === undefined ? {} : { seed }),
        ...(size === undefined ? {} : { size }),
      });
      engine = await raise(options, world, true);
    },
  });
  const keeper = startKeeping(options, () => engine);
  return {
    url: server.url,
    get engine() {
      return engine;
    },
    stop: async () => {
      await keeper.stop();
      await server.stop();
      save(options, engine, true);
      await options.databases?.stop();
    },
  };
}

async function raise(options: CloudOptions, world: World, isFresh: boolean): Promise<Engine> {
  const clock = options.clock === "real" ? createRealClock() : createVirtualClock(options.startMs ?? world.asOfMs);
  const engine = createEngine({ world, clock, speed: options.speed, databases: options.databases });
  await bringUpDatabases(engine, isFresh);
  layOutEvents(engine);
  if (clock.kind === "virtual") await catchUpFully(engine);
  else void catchUp(engine);
  save(options, engine, true);
  return engine;
}

function save({ stateFile }: CloudOptions, engine: Engine, always: boolean) {
  if (stateFile === null || !(always || engine.isDirty)) return;
  saveWorld(stateFile, engine.world);
  engine.isDirty = false;
}

/** What goes on while the sandbox runs: due work, saving, and rows that keep coming in. */
function startKeeping(options: CloudOptions, engineNow: () => Engine): { stop(): Promise<void> } {
  let refreshing = Promise.resolve();
  const report = (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  };
  const guard = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      report(error);
    }
  };
  const timers = [
    setInterval(
      guard(() => save(options, engineNow(), false)),
      saveEveryMs,
    ),
  ];
  if (options.clock === "real") {
    timers.push(
      setInterval(
        guard(() => void catchUp(engineNow())),
        tickMs,
      ),
    );
    timers.push(
      setInterval(() => {
        refreshing = refreshing.then(() => refreshDatabases(engineNow())).catch(report);
      }, refreshEveryMs),
    );
  }
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await refreshing;
      await Promise.allSettled([...engineNow().databaseWork.values()].map(({ promise }) => promise));
    },
  };
}
