import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import { flag, freshen, layFleet, sizeOf } from "@/bench/fleet";
import { ensureBuild } from "@/bin/stack/build";
import { withCrew } from "@/bin/stack/crew";
import { startWeb } from "@/bin/stack/demo-stack";
import { nextFreePort } from "@/bin/stack/ports";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { loadSecrets } from "@/lib/platform/secrets";

/** `--resources=100000` measures a larger estate than this. */
const size = sizeOf(Number(flag("resources", "10000")));
const rounds = Number(flag("rounds", "6"));
const warmUps = 2;
/** So many requests are under way at once, as of a team that opens the console in the morning. */
const atOnce = 10;

/** The floor is a page of the same application, behind the same sign-in and in the same frame, that reads nothing. */
const floor = "/settings";
const pages = ["/", "/systems", "/systems?is=attention&sort=age", "/recovery-points"];

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const secrets = loadSecrets(benchHome);
const urls = await migrate({ ownerUrl: server.url, passwords: secrets.roles, dispatch: "web" });
becomeWorker(urls, { accessKeyId: "none", secretAccessKey: "none" });

const { env } = await import("@/lib/platform/env");
const { db, closeDatabase } = await import("@/lib/platform/db");
const { ensureDefaultTiers } = await import("@/lib/tiers/ensure");
const { evaluateHealth, sweepHealth } = await import("@/lib/health/jobs");
const { refreshCards } = await import("@/lib/systems/jobs");
const { jobPermissions } = await import("@/lib/access/permissions");
const { cookieName, sealCookie, tokenHashOf } = await import("@/lib/auth/cookie");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: "bench" } as const;

/** Somebody who may see everything, already signed in with two factors. */
async function makeCookie(): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  const later = new Date(Date.now() + 3_600_000);
  const user = await db.user.create({
    data: {
      email: `${randomUUID()}@bench.example`,
      displayName: "Bench",
      status: "active",
      roleGrants: { create: { role: "operator" } },
    },
  });
  await db.session.create({
    data: {
      tokenHash: new Uint8Array(tokenHashOf(secret)),
      userId: user.id,
      aal: 2,
      amr: ["pwd", "otp"],
      authEpoch: 0,
      idleExpiresAt: later,
      expiresAt: later,
    },
  });
  return `${cookieName}=${await sealCookie(secret)}`;
}

async function load(origin: string, path: string, cookie: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(origin + path, { headers: { cookie }, redirect: "manual" });
  const body = await response.text();
  const tookMs = performance.now() - began;
  if (response.status !== 200 || !body.includes("</html>")) throw new Error(`${path} answered ${response.status}`);
  return tookMs;
}

const share = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;

/** Loads a page by several at once, and answers how long each had to wait. */
const loadAtOnce = (origin: string, path: string, cookie: string) =>
  Promise.all(Array.from({ length: atOnce }, () => load(origin, path, cookie)));
const shown = (ms: number) => `${ms.toFixed(1)} ms`.padStart(10);

async function timed(what: string, work: () => Promise<{ systems: number; resources?: number }>): Promise<void> {
  const began = performance.now();
  const { systems, resources } = await work();
  const tookMs = performance.now() - began;
  const others = resources === undefined ? "" : ` and ${resources} resources`;
  process.stdout.write(`${what}: ${systems} systems${others} in ${tookMs.toFixed(0)} ms\n`);
}

/** Draws every card that is stale, as the worker does in turns. */
async function drawCards(): Promise<{ systems: number }> {
  let systems = 0;
  for (let drawn = 1; drawn > 0; systems += drawn) drawn = await refreshCards(actor);
  return { systems };
}

type Waits = { alone: number[]; together: number[] };

try {
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 90 * 86_400_000)));
  await layFleet(server.url, size);
  const owner = new Client({ connectionString: server.url });
  await owner.connect();
  await freshen(owner);
  await timed("evaluation from scratch", () => evaluateHealth(actor, {}));
  await timed("a sweep with nothing due", () => sweepHealth(actor));
  await timed("cards, none drawn before", drawCards);
  // A database that lives gathers these by itself; here the rows are younger than its clockwork.
  await owner.query("vacuum analyze");
  const cookie = await makeCookie();
  await ensureBuild();
  await withCrew({ logFolder: `${benchHome}/logs` }, async (crew) => {
    const port = await nextFreePort(3_950);
    const origin = `http://localhost:${port}`;
    const installation = {
      secrets: { ...secrets, nextAuth: env.NEXTAUTH_SECRET },
      urls,
      dispatch: "web",
      origin,
      mode: "production",
      demo: false,
      cloud: {},
    } as const;
    await startWeb(crew, installation, port);
    const waits = new Map<string, Waits>([floor, ...pages].map((path) => [path, { alone: [], together: [] }]));
    for (let round = -warmUps; round < rounds; round += 1) {
      await freshen(owner);
      await sweepHealth(actor);
      await drawCards();
      for (const [path, { alone, together }] of waits) {
        const single = [await load(origin, path, cookie), await load(origin, path, cookie)];
        const many = await loadAtOnce(origin, path, cookie);
        if (round >= 0) alone.push(...single);
        if (round >= 0) together.push(...many);
      }
    }
    await owner.end();
    const floorOf = waits.get(floor) ?? { alone: [], together: [] };
    const ratio = (values: readonly number[], floors: readonly number[], part: number) =>
      `${(share(values, part) / share(floors, part)).toFixed(2)} ×`.padStart(8);
    process.stdout.write(
      `${size.systems} systems, ${size.resources} resources, ${size.points} points; alone: median, ${atOnce} at once: p95; beside the empty page\n`,
    );
    for (const [path, { alone, together }] of waits)
      process.stdout.write(
        `${path.padEnd(34)}${shown(share(alone, 0.5))}${ratio(alone, floorOf.alone, 0.5)}${shown(share(together, 0.95))}${ratio(together, floorOf.together, 0.95)}\n`,
      );
    return 0;
  });
} finally {
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
