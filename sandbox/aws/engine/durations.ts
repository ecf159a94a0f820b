import { drawFraction, type Engine } from "@/sandbox/aws/engine/engine";

const secondMs = 1000;
const gigabyte = 1024 ** 3;

type Work = "backup" | "copy" | "restore";

const pace: Record<Work, { baseS: number; perGigabyteS: number; mostS: number }> = {
  backup: { baseS: 45, perGigabyteS: 1.2, mostS: 20 * 60 },
  copy: { baseS: 60, perGigabyteS: 1.6, mostS: 30 * 60 },
  restore: { baseS: 150, perGigabyteS: 2, mostS: 25 * 60 },
};

/** How long a job of this size runs, with a fifth of chance, divided by the sandbox's speed. */
export function durationMs(engine: Engine, work: Work, sizeBytes: number, jobId: string): number {
  const { baseS, perGigabyteS, mostS } = pace[work];
  const seconds = Math.min(mostS, baseS + (sizeBytes / gigabyte) * perGigabyteS);
  const chance = 0.9 + drawFraction(engine.world.seed, jobId, work) * 0.2;
  return Math.max(1, Math.round((seconds * secondMs * chance) / engine.speed));
}

/** How long a job waits before it runs. */
export function delayMs(engine: Engine, jobId: string): number {
  const seconds = 5 + drawFraction(engine.world.seed, jobId, "delay") * 55;
  return Math.max(1, Math.round((seconds * secondMs) / engine.speed));
}
