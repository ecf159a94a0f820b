import { setTimeout as pause } from "node:timers/promises";
import { db } from "@/lib/platform/db";
import { enqueue } from "@/lib/queue/enqueue";

const limitMs = 10 * 60_000;

type Run = { id: string; name: string; full: boolean };

async function requestRun(connection: { id: string; name: string; lastFullAt: Date | null }): Promise<Run> {
  const full = connection.lastFullAt === null;
  const kind = full ? "full" : "incremental";
  return db.$transaction(async (tx) => {
    const { id } = await tx.syncRun.create({ data: { connectionId: connection.id, kind }, select: { id: true } });
    await enqueue(tx, "connection.sync", { connectionId: connection.id, kind, runId: id });
    return { id, name: connection.name, full };
  });
}

async function awaitRun(run: Run): Promise<void> {
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    const row = await db.syncRun.findUniqueOrThrow({
      where: { id: run.id },
      select: { finishedAt: true, state: true, counts: true, perRegion: true },
    });
    if (row.finishedAt) {
      const told = Object.entries(row.counts ?? {}).map(([what, count]) => `${count} ${what}`);
      process.stdout.write(
        `  ${run.name}: ${row.state.replaceAll("_", " ")}${told.length ? ` (${told.join(", ")})` : ""}\n`,
      );
      if (row.state === "failed") throw new Error(`${run.name} could not be read: ${JSON.stringify(row.perRegion)}`);
      return;
    }
    await pause(250);
  }
  throw new Error(`${run.name} was not read to its end within ${limitMs / 60_000} minutes.`);
}

/** Has the worker read every connection, and waits until it has. */
export async function synchronise(): Promise<void> {
  const connections = await db.connection.findMany({
    where: { state: "active" },
    select: { id: true, name: true, lastFullAt: true },
    orderBy: { name: "asc" },
  });
  const runs: Run[] = [];
  for (const connection of connections) runs.push(await requestRun(connection));
  await Promise.all(runs.map(awaitRun));
}
