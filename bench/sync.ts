import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import { flag } from "@/bench/fleet";
import type { Part, PartAnswer } from "@/bench/sync-part";
import { program } from "@/bin/stack/run-tool";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { largeEstateConnections, largeEstateCredentials } from "@/sandbox/aws/estates/large";

/** `--points=10000` reads a smaller account; jobs and resources follow the size that is asked for. */
const points = Number(flag("points", "200000"));
const rounds = Number(flag("rounds", "3"));
/** The estate spreads over so many accounts, of which one is read. */
const accounts = largeEstateConnections.length;
const sizes = [points, points / 10, points / 40].map((each) => Math.round(each * accounts));

const [target] = largeEstateConnections;
if (!target) throw new Error("The large estate has no connection.");

/** Starts a program of this bench and answers its first line. */
async function begin(file: string, ...args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, program(file, ...args), { stdio: ["ignore", "pipe", "inherit"] });
  if (!child.stdout) throw new Error("There is no output to read.");
  for await (const line of createInterface({ input: child.stdout })) return { child, line };
  throw new Error(`${file} ended without an answer.`);
}

async function measure(part: Part, ...args: string[]): Promise<PartAnswer> {
  const { child, line } = await begin("bench/sync-part.ts", part, ...args);
  if (child.exitCode === null) await once(child, "exit");
  return JSON.parse(line) as PartAnswer;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const medianOf = (answers: readonly PartAnswer[], of: (one: PartAnswer) => number) => median(answers.map(of));

function say(label: string, answers: readonly PartAnswer[], floorMs: number): void {
  const ms = medianOf(answers, (one) => one.ms);
  const mb = Math.max(...answers.map(({ peakBytes }) => peakBytes)) / 1_048_576;
  process.stdout.write(
    `${label.padEnd(44)} ${ms.toFixed(0).padStart(7)} ms  ${(ms / floorMs).toFixed(2)} ×  peak ${mb.toFixed(0)} MB\n`,
  );
}

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const passwords = { app: "app-in-bench", worker: "worker-in-bench", sealer: "sealer-in-bench" };
const urls = await migrate({ ownerUrl: server.url, passwords, dispatch: "web" });
// Only a demo calls addresses of its own machine.
becomeWorker(urls, largeEstateCredentials, { HOLDFAST_DEMO: "1" });
const { child: cloud, line: url } = await begin("bench/sync-cloud.ts", ...sizes.map(String));
const owner = new Client({ connectionString: server.url });
await owner.connect();

/** A connection that nothing was read of yet; what an earlier round read is forgotten. */
async function freshConnection(): Promise<string> {
  // The history is append-only; as a replica's session the owner may empty it all the same.
  await owner.query("set session_replication_role = replica");
  await owner.query("truncate connections, recovery_points, resources, jobs, vaults cascade");
  await owner.query("set session_replication_role = origin");
  const settings = {
    account: target?.accountId,
    regions: target?.regions,
    endpoint: url,
    readRoleRef: target?.readRoleArn,
    actRoleRef: null,
    cleanupRoleRef: null,
    externalId: target?.externalId,
    serviceRoleRef: null,
  };
  const { rows } = await owner.query<{ id: string }>(
    "insert into connections (kind, name, account, settings) values ('aws', 'Bench', $1, $2) returning id",
    [target?.accountId, settings],
  );
  return rows[0]?.id ?? "";
}

try {
  const bare: PartAnswer[] = [];
  const first: PartAnswer[] = [];
  const again: PartAnswer[] = [];
  const idle: PartAnswer[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const connectionId = await freshConnection();
    bare.push(await measure("bare", url));
    first.push(await measure("full", url, connectionId));
    again.push(await measure("full", url, connectionId));
    idle.push(await measure("incremental", url, connectionId));
  }
  const floorMs = medianOf(bare, ({ ms }) => ms);
  process.stdout.write(`${JSON.stringify(bare[0]?.counts)}, first reading ${JSON.stringify(first[0]?.counts)}\n`);
  process.stdout.write(
    `bare SDK paging ${medianOf(bare, ({ readMs }) => readMs).toFixed(0)} ms, bare COPY ${medianOf(bare, ({ copyMs }) => copyMs).toFixed(0)} ms; the slower is the floor\n`,
  );
  say("the floor", bare, floorMs);
  say("full, every row new", first, floorMs);
  say("full, no row changed", again, floorMs);
  say("incremental, nothing new", idle, floorMs);
  const share = medianOf(idle, ({ ms }) => ms) / medianOf(first, ({ ms }) => ms);
  process.stdout.write(`incremental is ${(share * 100).toFixed(1)} % of full\n`);
} finally {
  await owner.end();
  cloud.kill();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
