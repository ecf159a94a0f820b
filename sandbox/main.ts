import { parseArgs } from "node:util";
import { openDatabases } from "@/sandbox/aws/databases";
import type { DatabasePort } from "@/sandbox/aws/engine/ports";
import { buildEmptyEstate } from "@/sandbox/aws/estates/empty";
import { buildLargeEstate } from "@/sandbox/aws/estates/large";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import { startCloud } from "@/sandbox/aws/start";
import type { World } from "@/sandbox/aws/world";
import { env } from "@/sandbox/env";

const estates = ["small", "large", "empty"] as const;
export type Estate = (typeof estates)[number];

export type SandboxOptions = {
  /** 0 takes any free port. */
  port?: number;
  estate?: Estate;
  /** A world of one's own instead of an estate. */
  world?: World;
  seed?: string;
  /** Recovery points of the large estate. */
  size?: number;
  clock?: "real" | "virtual";
  startMs?: number;
  speed?: number;
  stateFile?: string;
  /** The PostgreSQL server for real databases: an address where databases may be created. */
  databaseUrl?: string;
  /** Stands in for the real databases. */
  databases?: DatabasePort;
};

export type Sandbox = { url: string; readonly world: World; stop(): Promise<void> };

const defaultPort = 4566;
const defaultSeed = "nordwind";
const defaultPoints = 200_000;

/** Starts the pretend cloud; without a database address its RDS resources have no data behind them. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { estate = "small", seed = defaultSeed, size = defaultPoints } = options;
  const databases =
    options.databases ??
    (options.databaseUrl === undefined ? null : await openDatabases({ adminUrl: options.databaseUrl, seed }));
  const cloud = await startCloud({
    port: options.port ?? 0,
    clock: options.clock ?? "real",
    speed: options.speed ?? 1,
    stateFile: options.stateFile ?? null,
    databases,
    ...(options.startMs === undefined ? {} : { startMs: options.startMs }),
    build: (order) =>
      order.estate === undefined && options.world
        ? options.world
        : buildEstate(
            (order.estate as Estate | undefined) ?? estate,
            order.now,
            order.seed ?? seed,
            order.size ?? size,
          ),
  });
  return {
    url: cloud.url,
    get world() {
      return cloud.engine.world;
    },
    stop: cloud.stop,
  };
}

function buildEstate(estate: Estate, now: Date, seed: string, size: number): World {
  if (estate === "empty") return buildEmptyEstate({ now, seed });
  if (estate === "small") return buildSmallEstate({ now, seed });
  return buildLargeEstate({
    now,
    seed,
    points: size,
    resources: Math.max(8, Math.round(size / 40)),
    jobs: Math.round(size / 4),
  });
}

const usage = `sandbox aws [--port 4566] [--estate small|large|empty] [--clock real|virtual] [--speed N]
            [--state FILE] [--database URL] [--size N] [--seed TEXT]`;

/** The command line: starts the sandbox and keeps it until it is told to stop. */
export async function runSandbox(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      port: { type: "string" },
      estate: { type: "string" },
      clock: { type: "string" },
      speed: { type: "string" },
      state: { type: "string" },
      database: { type: "string" },
      size: { type: "string" },
      seed: { type: "string" },
    },
  });
  if (positionals.length !== 1 || positionals[0] !== "aws") throw new Error(`Usage: ${usage}`);
  const estate = oneOf(values.estate, estates, "small");
  const clock = oneOf(values.clock, ["real", "virtual"] as const, "real");
  const databaseUrl = values.database ?? env.HOLDFAST_SANDBOX_DATABASE;
  const sandbox = await startSandbox({
    port: positive(values.port, defaultPort),
    speed: positive(values.speed, 1),
    size: positive(values.size, defaultPoints),
    estate,
    clock,
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  process.stdout.write(`The pretend AWS listens at ${sandbox.url} (estate ${estate}, ${clock} clock).\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await sandbox.stop();
}

function oneOf<Value extends string>(given: string | undefined, known: readonly Value[], fallback: Value): Value {
  if (given === undefined) return fallback;
  const found = known.find((value) => value === given);
  if (found === undefined) throw new Error(`${given} is none of ${known.join(", ")}.\nUsage: ${usage}`);
  return found;
}

function positive(given: string | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given);
  if (!(value > 0)) throw new Error(`${given} is not a positive number.\nUsage: ${usage}`);
  return value;
}

if (import.meta.main)
  runSandbox(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
