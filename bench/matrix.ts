import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import { Client } from "pg";
import { type BrowserContext, chromium, type Page } from "playwright";
import { becomeWorker, benchHome } from "@/bench/env";
import { flag } from "@/bench/fleet";
import { ensureBuild } from "@/bin/stack/build";
import { demandChromium } from "@/bin/stack/chromium";
import { Trouble } from "@/bin/stack/command";
import { withCrew } from "@/bin/stack/crew";
import { startWeb } from "@/bin/stack/demo-stack";
import { nextFreePort } from "@/bin/stack/ports";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { loadSecrets } from "@/lib/platform/secrets";

/** `--systems=3000` measures another number. */
const systems = Number(flag("systems", "100000"));
const fewSystems = 100;
const runsEach = 12;
const warmUps = 3;
const rounds = Number(flag("rounds", "15"));
const scrollMs = 10_000;
const pxPerSecond = 2_000;
const frameMs = 1_000 / 60;

/** The floor is a page of the same application, behind the same sign-in and in the same frame, that reads nothing. */
const floor = { path: "/settings", mark: "main h1" };
const matrix = { path: "/systems", mark: "[data-row] [data-row-link]" };
/** The same list with so few rows that nothing has to be read on. */
const short = { path: "/systems?q=Handful", mark: matrix.mark };

fs.mkdirSync(benchHome, { mode: 0o755 });
const browserOf = demandChromium();
if ("missing" in browserOf) throw new Trouble(browserOf.missing);
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: false });
const secrets = loadSecrets(benchHome);
const urls = await migrate({ ownerUrl: server.url, passwords: secrets.roles, dispatch: "web" });
becomeWorker(urls, { accessKeyId: "none", secretAccessKey: "none" });

const { env } = await import("@/lib/platform/env");
const { db, closeDatabase } = await import("@/lib/platform/db");
const { ensureDefaultTiers } = await import("@/lib/tiers/ensure");
const { refreshCards } = await import("@/lib/systems/jobs");
const { jobPermissions } = await import("@/lib/access/permissions");
const { cookieName, sealCookie, tokenHashOf } = await import("@/lib/auth/cookie");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: "bench" } as const;

/** Systems of three tiers and a hundred teams, each with a resource, a point, runs and a verdict that stands for a while. */
const estateSql = [
  `insert into teams (name) select 'Team ' || n from generate_series(1, 100) n`,
  `insert into connections (kind, name, account, settings, last_success_at) values ('aws', 'Bench', '111111111111', '{}', now())`,
  `insert into vaults (connection_id, region, provider_ref, name, kind, observed_at)
   select id, 'eu-central-1', 'vault', 'main', 'standard', now() from connections`,
  `insert into systems (slug, name, owner_team_id, environment, in_service_from)
   select 'bench-' || n, case when n <= ${fewSystems} then 'Handful ' else 'System ' end || n, t.id, 'production', now() - interval '60 days'
   from generate_series(1, ${systems}) n join (select id, row_number() over (order by id) as nth from teams) t on t.nth = 1 + n % 100`,
  `insert into system_tiers (system_id, tier_id, valid_from)
   select id, 'tier-' || (1 + row_number() over (order by id) % 3), now() - interval '60 days' from systems`,
  `insert into resources (connection_id, region, provider_ref, kind, name, account, observed_at)
   select c.id, 'eu-central-1', s.slug, 'RDS', s.slug || '-db', '111111111111', now() from systems s cross join connections c`,
  `insert into system_resources (system_id, resource_id, valid_from)
   select s.id, r.id, now() - interval '60 days' from systems s join resources r on r.provider_ref = s.slug`,
  `insert into recovery_points (connection_id, region, provider_ref, resource_id, vault_id, account, kind, status, raw_status,
     data_as_of, started_at, completed_at, expires_at, size_bytes, observed_at)
   select r.connection_id, 'eu-central-1', r.provider_ref || '-p', r.id, v.id, '111111111111', 'snapshot', 'available', 'COMPLETED',
     x.at, x.at, x.at, now() + interval '30 days', 1000000000, now()
   from resources r cross join vaults v, lateral (select now() - make_interval(mins => abs(hashtext(r.id::text)) % 600)) x (at)`,
  `insert into policies (connection_id, region, provider_ref, name, observed_at)
   select id, 'eu-central-1', 'plan', 'hourly', now() from connections`,
  `insert into policy_rules (policy_id, provider_ref, name, schedule, start_window_minutes, completion_window_minutes, vault_name, valid_from)
   select id, 'rule', 'hourly', 'cron(0 * * * ? *)', 60, 120, 'main', now() - interval '60 days' from policies`,
  `insert into expected_runs (rule_id, resource_id, due_at, start_by, complete_by, state)
   select p.id, r.id, x.at, x.at + interval '1 hour', x.at + interval '2 hours',
     (case when abs(hashtext(r.id::text)) % 40 = 0 and n < 3 then 'missed' else 'matched' end)::run_state
   from policy_rules p cross join resources r cross join generate_series(3, ${runsEach + 2}) n,
     lateral (select date_trunc('hour', now()) - make_interval(hours => n)) x (at)`,
  `insert into resource_health (resource_id, state, newest_as_of, rpo_seconds, next_change_at, evaluated_at)
   select r.id, 'within', p.data_as_of, 14400, now() + interval '1 day', now() from resources r join recovery_points p on p.resource_id = r.id`,
  `update system_health s set state = (array['within', 'within', 'within', 'at_risk', 'breached'])[1 + abs(hashtext(h.resource_id::text)) % 5]::health_state,
     worst_resource_id = h.resource_id, newest_as_of = h.newest_as_of, rpo_seconds = 14400, rto_seconds = 86400,
     proven_at = now() - interval '9 days', proven_within = true, tier_rank = t.rank, digest = 'bench',
     next_change_at = now() + interval '1 day', evaluated_at = now()
   from resource_health h join system_resources m on m.resource_id = h.resource_id
   join system_tiers st on st.system_id = m.system_id join tiers t on t.id = st.tier_id where m.system_id = s.system_id`,
  "analyze",
];

async function layEstate(): Promise<void> {
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 90 * 86_400_000)));
  const client = new Client({ connectionString: server.url });
  await client.connect();
  for (const sql of estateSql) await client.query(sql);
  while ((await refreshCards(actor)) > 0);
  await client.query("vacuum analyze");
  await client.end();
}

/** Somebody who may see and change everything, already signed in with two factors. */
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
  return sealCookie(secret);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Notes when what is waited for is first drawn: looked for in each frame, told in the next. */
const watchFor = (mark: string) => {
  const look = () => {
    if (document.querySelector(mark) === null) requestAnimationFrame(look);
    else requestAnimationFrame((at) => Object.assign(window, { shownAtMs: at }));
  };
  look();
};

const readShown = () =>
  new Promise<number>((resolve) => {
    const read = () => {
      const at = (window as { shownAtMs?: number }).shownAtMs;
      if (at === undefined) requestAnimationFrame(read);
      else resolve(at);
    };
    read();
  });

/** Milliseconds from asking for the page to the first frame that shows the mark. */
async function shownAfter(context: BrowserContext, origin: string, { path, mark }: typeof floor): Promise<number> {
  const page = await context.newPage();
  await page.addInitScript(watchFor, mark);
  await page.goto(origin + path);
  await page.waitForSelector(mark);
  const tookMs = await page.evaluate(readShown);
  await page.close();
  return tookMs;
}

/** Scrolls at a fixed speed, up again at the end, and gives the time between frames. */
const scrollFor = ({ scrollMs, pxPerSecond }: { scrollMs: number; pxPerSecond: number }) =>
  new Promise<number[]>((resolve) => {
    const deltas: number[] = [];
    const began = performance.now();
    let last = began;
    const step = (now: number) => {
      deltas.push(now - last);
      last = now;
      if (now - began >= scrollMs) return resolve(deltas.slice(1));
      const wayPx = document.documentElement.scrollHeight - window.innerHeight;
      const gonePx = ((now - began) / 1_000) * pxPerSecond;
      const inLap = gonePx % (2 * wayPx);
      window.scrollTo(0, inLap <= wayPx ? inLap : 2 * wayPx - inLap);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });

type Scrolled = { droppedShare: number; longestMs: number; rowsSeen: string };

async function scroll(page: Page, url: string, mark: string): Promise<Scrolled> {
  await page.goto(url);
  await page.waitForSelector(mark);
  await page.waitForLoadState("networkidle");
  const deltas = await page.evaluate(scrollFor, { scrollMs, pxPerSecond });
  const dropped = deltas.reduce((sum, delta) => sum + Math.max(Math.round(delta / frameMs) - 1, 0), 0);
  const rowsSeen = await page.locator("[data-row]").last().getAttribute("aria-rowindex");
  return {
    droppedShare: dropped / (dropped + deltas.length),
    longestMs: Math.max(...deltas),
    rowsSeen: rowsSeen ?? "no row",
  };
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

try {
  await layEstate();
  const value = await makeCookie();
  await ensureBuild();
  await withCrew({ logFolder: `${benchHome}/logs` }, async (crew) => {
    const port = await nextFreePort(5_530);
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
    const browser = await chromium.launch({ executablePath: browserOf.place, args: ["--no-sandbox"] });
    const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
    // The compiler names functions by a helper of its own, which the browser does not have.
    await context.addInitScript({ content: "globalThis.__name = (one) => one" });
    await context.addCookies([{ name: cookieName, value, url: origin }]);
    const looks = [floor, matrix, short].map((look) => ({ look, tookMs: [] as number[] }));
    for (let round = -warmUps; round < rounds; round += 1)
      for (const { look, tookMs } of looks) {
        const ms = await shownAfter(context, origin, look);
        if (round >= 0) tookMs.push(ms);
      }
    const floorMs = median(looks[0]?.tookMs ?? []);
    process.stdout.write(`median of ${rounds} loads in Chromium at ${systems} systems\n`);
    for (const { look, tookMs } of looks)
      process.stdout.write(
        `${look.path.padEnd(24)}${median(tookMs).toFixed(0).padStart(8)} ms   ${(median(tookMs) / floorMs).toFixed(2)} × the empty page\n`,
      );
    process.stdout.write(`frames dropped in ${scrollMs / 1_000} s of scrolling at ${pxPerSecond} px/s, three rounds\n`);
    const page = await context.newPage();
    for (let round = 0; round < 3; round += 1)
      for (const { path, mark } of [short, matrix]) {
        const { droppedShare, longestMs, rowsSeen } = await scroll(page, origin + path, mark);
        process.stdout.write(
          `${path.padEnd(24)}${percent(droppedShare).padStart(8)}   longest frame ${longestMs.toFixed(0)} ms, down to line ${rowsSeen}\n`,
        );
      }
    await browser.close();
    return 0;
  });
} finally {
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
