import fs from "node:fs";
import path from "node:path";
import { ensureBuild, ensureClient } from "@/bin/stack/build";
import { say, Trouble } from "@/bin/stack/command";
import type { Crew } from "@/bin/stack/crew";
import { openOwnDatabase } from "@/bin/stack/database";
import { type DemoFacts, factsFile, writeFacts } from "@/bin/stack/demo-facts";
import { nextFreePort } from "@/bin/stack/ports";
import { demandTool, program, tools } from "@/bin/stack/run-tool";
import { type Installation, type WebInstallation, webSettings, workerSettings } from "@/bin/stack/settings";
import { type DispatchMode, migrate } from "@/lib/platform/migrate";
import { loadSecrets } from "@/lib/platform/secrets";
import { estateSeed } from "@/prisma/seed/estate-seed";
import { smallEstateCredentials } from "@/sandbox/aws/estates/nordwind";

export type StackOptions = {
  /** The folder of this stack: facts on top, everything else below `demo/`. */
  home: string;
  port: number;
  fresh: boolean;
  /** How many times faster than in life the pretend cloud's jobs run. */
  speed: number;
  mode: "production" | "development";
  dispatch: DispatchMode;
  /** Throw-away stacks skip fsync. */
  durable: boolean;
  /** An identity provider that somebody else starts. */
  sso?: Record<string, string>;
};

/** What tests need to know beyond the facts: where the database lets them in. */
export type StackSecrets = {
  ownerUrl: string;
  workerUrl: string;
  env: Record<string, string>;
  sso?: Record<string, string>;
};

/** The file that tells the browser tests how to reach the stack's database. */
export const stackFile = (home: string) => path.join(home, "demo", "stack.json");

/** Raises the whole demo, from an empty folder or from what an earlier start left, and answers once it can be used. */
export async function raiseDemo(crew: Crew, options: StackOptions): Promise<DemoFacts> {
  const { home, port, fresh, mode } = options;
  const place = path.join(home, "demo");
  if (fresh) forget(home, place);
  fs.mkdirSync(place, { recursive: true });
  await ensureClient();
  const building = mode === "production" ? ensureBuild() : Promise.resolve();
  building.catch(() => undefined);

  const database = await openOwnDatabase({
    dataDir: path.join(place, "postgres"),
    port: 54_329,
    durable: options.durable,
    fresh,
  });
  crew.afterwards(() => database.stop());
  const secrets = loadSecrets(place);
  const { roles: passwords } = secrets;
  const urls = await migrate({
    ownerUrl: database.ownerUrl,
    passwords,
    dispatch: options.dispatch,
    factorCoolingSeconds: 0,
    say,
  });

  const aws = await startSandbox(crew, options, database.adminUrl);
  const facts = writeFacts(home, { url: `http://localhost:${port}`, sandbox: { aws } });
  const installation: Installation = {
    secrets,
    urls,
    dispatch: options.dispatch,
    origin: facts.url,
    mode,
    demo: true,
    secretsHome: place,
    ...(options.sso ? { sso: options.sso } : {}),
    cloud: cloudOf(aws, smallEstateCredentials),
  };
  const env = workerSettings(installation);
  const handed: StackSecrets = {
    ownerUrl: database.ownerUrl,
    workerUrl: urls.worker,
    env,
    ...(options.sso ? { sso: options.sso } : {}),
  };
  fs.writeFileSync(stackFile(home), JSON.stringify(handed, null, 2), { mode: 0o600 });

  say("Seeding the company …");
  await demandTool("The seed", program("prisma/seed.ts", "company", factsFile(home)), { env });
  crew.start({ name: "worker", args: program("lib/worker/main.ts"), env, renewed: true });
  say("Reading the estate for the first time …");
  await demandTool("The first synchronisation", program("prisma/seed.ts", "sync"), { env, show: true });
  await building;
  const reader = options.dispatch === "worker" ? smallEstateCredentials.reader : undefined;
  await startWeb(crew, reader ? { ...installation, cloud: cloudOf(aws, reader) } : installation, port);
  return facts;
}

const cloudOf = (endpoint: string, pair: { accessKeyId: string; secretAccessKey: string }) => ({
  AWS_ACCESS_KEY_ID: pair.accessKeyId,
  AWS_SECRET_ACCESS_KEY: pair.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
  HOLDFAST_AWS_ENDPOINT: endpoint,
});

/** Starts the web process and waits for its first page. */
export async function startWeb(
  crew: Crew,
  installation: WebInstallation,
  port: number,
  host = "localhost",
): Promise<void> {
  const verb = installation.mode === "production" ? "start" : "dev";
  crew.start({
    name: "web",
    args: [tools.next, verb, "-p", String(port), "-H", host],
    env: webSettings(installation),
    awaited: "Ready in",
  });
  await crew.answers("web", `${host === "localhost" ? installation.origin : `http://127.0.0.1:${port}`}/sign-in`);
}

/** Somebody else may take the port between our look and the sandbox's start: then the next one is tried. */
async function startSandbox(crew: Crew, options: StackOptions, adminUrl: string): Promise<string> {
  say("Starting the pretend cloud …");
  for (let port = await nextFreePort(4566); ; port = await nextFreePort(port + 1)) {
    const url = `http://127.0.0.1:${port}`;
    try {
      crew.start({
        name: "sandbox",
        args: sandboxArgs(options, port),
        env: sandboxEnv(adminUrl),
        awaited: "listens at",
      });
      await crew.answers("sandbox", `${url}/_sandbox/health`);
      return url;
    } catch (error) {
      if (!(error instanceof Trouble && error.message.includes("EADDRINUSE"))) throw error;
    }
  }
}

const sandboxEnv = (adminUrl: string) => ({ HOLDFAST_SANDBOX_DATABASE: adminUrl });

function sandboxArgs({ home, speed }: StackOptions, port: number): string[] {
  const state = path.join(home, "demo", "aws.json");
  const shape = ["--estate", "small", "--clock", "real", "--seed", estateSeed];
  const own = ["--port", String(port), "--speed", String(speed), "--state", state];
  return program("sandbox/main.ts", "aws", ...shape, ...own);
}

/** Everything but the database's files, which the server itself empties. */
function forget(home: string, place: string): void {
  fs.rmSync(factsFile(home), { force: true });
  for (const name of ["aws.json", "stack.json", "secrets"])
    fs.rmSync(path.join(place, name), { recursive: true, force: true });
}
