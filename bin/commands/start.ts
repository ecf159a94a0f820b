import path from "node:path";
import { parseArgs } from "node:util";
import { env, homeFolder } from "@/bin/env";
import {
  dataFolder,
  demandCurrent,
  givenOwnerUrl,
  installationSecrets,
  originFor,
  rolePasswords,
  urlOf,
} from "@/bin/stack/addresses";
import { ensureBuild } from "@/bin/stack/build";
import { type Command, parsePort, say, Trouble } from "@/bin/stack/command";
import { type Crew, withCrew } from "@/bin/stack/crew";
import { openOwnDatabase } from "@/bin/stack/database";
import { startWeb } from "@/bin/stack/demo-stack";
import { claimHome } from "@/bin/stack/home";
import { demandKeys } from "@/bin/stack/keys";
import { isPortFree } from "@/bin/stack/ports";
import { demandTool, program } from "@/bin/stack/run-tool";
import { cloudCredentials, type Installation, webCloudCredentials, workerSettings } from "@/bin/stack/settings";
import { type DispatchMode, migrate, type RoleUrls } from "@/lib/platform/migrate";

/** The roles' addresses of a database that is at this version: ours, one whose owner we are, or one migrated elsewhere. */
async function openDatabase(crew: Crew, dispatch: DispatchMode): Promise<RoleUrls> {
  const passwords = rolePasswords();
  const given = givenOwnerUrl();
  if (given) return migrate({ ownerUrl: given, passwords, dispatch, say });
  if (env.HOLDFAST_DB_APP_URL) {
    await demandCurrent(env.HOLDFAST_DB_APP_URL);
    return { app: urlOf("app"), worker: urlOf("worker"), sealer: urlOf("sealer") };
  }
  say("Starting PostgreSQL …");
  const database = await openOwnDatabase({ dataDir: path.join(dataFolder, "postgres"), port: 54_328, durable: true });
  crew.afterwards(() => database.stop());
  return migrate({ ownerUrl: database.ownerUrl, passwords, dispatch, say });
}

async function raise(crew: Crew, port: number, origin: string): Promise<void> {
  const dispatch = env.HOLDFAST_DISPATCH ?? "web";
  await ensureBuild();
  const urls = await openDatabase(crew, dispatch);
  const secrets = installationSecrets();
  const keys = { web: env.HOLDFAST_WEB_KEYS ?? secrets.web, worker: env.HOLDFAST_WORKER_KEYS ?? secrets.worker };
  await demandKeys(urls.app, keys);
  await demandKeys(urls.worker, keys);
  const installation: Installation = {
    secrets,
    urls,
    dispatch,
    origin,
    mode: "production",
    demo: false,
    cloud: cloudCredentials(),
  };
  const settings = workerSettings(installation);
  const invited = await demandTool(
    "Preparing the installation",
    program("bin/programs/prepare-installation.ts", "administrator"),
    { env: settings },
  );
  crew.start({ name: "worker", args: program("lib/worker/main.ts"), env: settings, renewed: true });
  await startWeb(crew, { ...installation, cloud: webCloudCredentials(dispatch) }, port);
  say(`ready ${origin}`);
  if (invited.trim()) say(invited.trim());
  if (dispatch === "worker") say("Hardened: only the worker holds what can change a cloud.");
}

export const start: Command = {
  summary: "Holdfast for real: your database or an embedded one, no demo data",
  usage: `  --port N   where it listens (3000); behind a proxy, name its address in NEXTAUTH_URL
  DATABASE_URL           the owner's address of a PostgreSQL of your own (15 or newer)
  HOLDFAST_DISPATCH      web (default) or worker: who may start restores at the cloud`,
  async run(args) {
    const { values } = parseArgs({ args, options: { port: { type: "string" } } });
    const port = parsePort(values.port ?? "3000");
    const origin = originFor(port);
    if (!(await isPortFree(port)))
      throw new Trouble(`Port ${port} is taken. Stop what listens there, or choose another with --port.`);
    const home = await claimHome(homeFolder);
    try {
      return await withCrew({ logFolder: null, home }, async (crew) => {
        await raise(crew, port, origin);
        await crew.failure;
        return 1;
      });
    } finally {
      home.release();
    }
  },
};
