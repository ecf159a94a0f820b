import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import { ensureBuild } from "@/bin/stack/build";
import { withCrew } from "@/bin/stack/crew";
import { startWeb } from "@/bin/stack/demo-stack";
import { nextFreePort } from "@/bin/stack/ports";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { loadSecrets } from "@/lib/platform/secrets";

const systems = 1_000;
const resourcesEach = 2;
const pointsEach = 60;
const warmUps = 5;
const rounds = 30;

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
const { jobPermissions } = await import("@/lib/access/permissions");
const { cookieName, sealCookie, tokenHashOf } = await import("@/lib/auth/cookie");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: "bench" } as const;

/** Systems of three tiers with resources, points every half hour, runs that were kept and some that were missed. */
async function layEstate(): Promise<void> {
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 90 * 86_400_000)));
  const { id: connectionId } = await db.connection.create({
    data: { kind: "aws", name: "Bench", account: "111111111111", settings: {}, lastSuccessAt: new Date() },
  });
  const { id: vaultId } = await db.vault.create({
    data: {
      connectionId,
      region: "eu-central-1",
      providerRef: "vault",
      name: "main",
      kind: "standard",
      observedAt: new Date(),
    },
  });
  await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`
        insert into systems (slug, name, in_service_from) select 'bench-' || n, 'Bench ' || n, now() - interval '60 days'
        from generate_series(1, ${systems}::int) n`;
      await tx.$executeRaw`
        insert into system_tiers (system_id, tier_id, valid_from)
        select id, 'tier-' || (1 + row_number() over (order by id) % 3), now() - interval '60 days' from systems`;
      await tx.$executeRaw`
        insert into resources (connection_id, region, provider_ref, kind, name, account, observed_at)
        select ${connectionId}::uuid, 'eu-central-1', s.slug || '-' || n, 'RDS', s.slug || '-db-' || n, '111111111111', now()
        from systems s cross join generate_series(1, ${resourcesEach}::int) n`;
      await tx.$executeRaw`
        insert into system_resources (system_id, resource_id, valid_from)
        select s.id, r.id, now() - interval '60 days' from systems s join resources r on r.provider_ref like s.slug || '-_'`;
      await tx.$executeRaw`
        insert into recovery_points (connection_id, region, provider_ref, resource_id, vault_id, account, kind, status, raw_status,
          data_as_of, started_at, completed_at, expires_at, size_bytes, observed_at)
        select ${connectionId}::uuid, 'eu-central-1', r.provider_ref || '-p' || n, r.id, ${vaultId}::uuid, '111111111111', 'snapshot',
          'available', 'COMPLETED', x.at, x.at, x.at + interval '1 minute', now() + interval '30 days', 1000000000, now()
        from resources r cross join generate_series(0, ${pointsEach - 1}::int) n,
          lateral (select now() - make_interval(mins => 2 + 30 * n + abs(hashtext(r.id::text)) % 300 / 60)) x (at)`;
      await tx.$executeRaw`
        insert into verifications (point_id, level, result, at)
        select distinct on (resource_id) id, 'validated', 'passed', now() - interval '10 days' from recovery_points
        where abs(hashtext(resource_id::text)) % 3 > 0 order by resource_id, data_as_of`;
      const [policy] = await tx.$queryRaw<{ id: string }[]>`
        insert into policies (connection_id, region, provider_ref, name, observed_at)
        values (${connectionId}::uuid, 'eu-central-1', 'plan', 'half-hourly', now()) returning id`;
      const [rule] = await tx.$queryRaw<{ id: string }[]>`
        insert into policy_rules (policy_id, provider_ref, name, schedule, start_window_minutes, completion_window_minutes, vault_name, valid_from)
        values (${policy?.id}::uuid, 'rule', 'half-hourly', 'cron(0/30 * * * ? *)', 60, 120, 'main', now() - interval '60 days') returning id`;
      await tx.$executeRaw`
        insert into expected_runs (rule_id, resource_id, due_at, start_by, complete_by, state)
        select ${rule?.id}::uuid, r.id, x.at, x.at + interval '1 hour', x.at + interval '2 hours',
          (case when n < 0 then 'pending' when abs(hashtext(r.id::text)) % 40 = 0 and n < 3 then 'missed' else 'matched' end)::run_state
        from resources r cross join generate_series(-10, 35) n,
          lateral (select date_trunc('hour', now()) - make_interval(mins => 30 * n)) x (at)`;
    },
    { timeout: 120_000 },
  );
}

/** A database that lives has them by itself; here the rows are younger than its clockwork. */
async function gatherStatistics(): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query("vacuum analyze");
  await client.end();
}

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

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const shown = (ms: number) => `${ms.toFixed(1)} ms`.padStart(10);

async function timed(what: string, work: () => Promise<{ systems: number; resources: number }>): Promise<void> {
  const began = performance.now();
  const done = await work();
  const tookMs = performance.now() - began;
  process.stdout.write(`${what}: ${done.systems} systems and ${done.resources} resources in ${tookMs.toFixed(0)} ms\n`);
}

try {
  await layEstate();
  await gatherStatistics();
  await timed("evaluation from scratch", () => evaluateHealth(actor, {}));
  await timed("a sweep with nothing due", () => sweepHealth(actor));
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
    const tookMs = new Map([floor, ...pages].map((path) => [path, [] as number[]]));
    for (let round = -warmUps; round < rounds; round += 1)
      for (const [path, took] of tookMs) {
        const ms = await load(origin, path, cookie);
        if (round >= 0) took.push(ms);
      }
    const floorMs = median(tookMs.get(floor) ?? []);
    process.stdout.write(
      `median of ${rounds} answers at ${systems} systems and ${systems * resourcesEach * pointsEach} points\n`,
    );
    for (const [path, took] of tookMs)
      process.stdout.write(
        `${path.padEnd(34)}${shown(median(took))}   ${(median(took) / floorMs).toFixed(2)} × the empty page\n`,
      );
    return 0;
  });
} finally {
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
