import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { childEnv } from "@/bin/env";
import { Trouble } from "@/bin/stack/command";
import type { Home } from "@/bin/stack/home";
import { endTools } from "@/bin/stack/run-tool";

type Member = {
  name: string;
  child: ChildProcess;
  log: string | null;
  ended: Promise<string>;
  startedMs: number;
  awaited: string | null;
};

type Order = {
  name: string;
  args: readonly string[];
  env: Record<string, string>;
  /** Begins anew when it ends by itself, as a service manager would see to; not when it does so again and again. */
  renewed?: boolean;
  /**
   * The words by which it says that it listens: an answer before them comes from somebody else on its port. Until then
   * its end is a matter for whoever waits for it.
   */
  awaited?: string;
};

const patienceMs = 12_000;
const renewalPauseMs = 1_000;
const renewalWindowMs = 60_000;
const renewalsInWindow = 5;

/** The processes of one stack: started one by one, stopped together, and never outliving us unseen. */
export class Crew {
  readonly #members: Member[] = [];
  readonly #last: (() => Promise<void>)[] = [];
  #tellFailure: ((how: string) => void) | undefined;
  /** Resolves with the reason when a process ends that nobody asked to end. */
  readonly failure = new Promise<string>((resolve) => {
    this.#tellFailure = resolve;
  });
  #stopping = false;
  #stopped: Promise<void> | null = null;

  /** With a folder, each process writes its words to NAME.log there; without one they go to our own output. */
  constructor(
    readonly logFolder: string | null,
    readonly remember?: Home["remember"],
  ) {
    if (logFolder) fs.mkdirSync(logFolder, { recursive: true });
  }

  start(order: Order): void {
    if (this.#stopping) throw new Trouble("Stopped while starting.");
    const { name, args, env, renewed = false, awaited = null } = order;
    const isAgain = awaited === null && this.#members.some((one) => one.name === name);
    const log = this.logFolder ? path.join(this.logFolder, `${name}.log`) : null;
    const sink = log ? fs.openSync(log, isAgain ? "a" : "w", 0o600) : ("inherit" as const);
    const child = spawn(process.execPath, args, { env: childEnv(env), stdio: ["ignore", sink, sink] });
    if (typeof sink === "number") fs.closeSync(sink);
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
    });
    if (child.pid !== undefined) this.remember?.(child.pid, name);
    const member = { name, child, log, ended, awaited, startedMs: Date.now() };
    this.#members.push(member);
    ended.then(async (how) => {
      if (this.#stopping || member.awaited !== null) return;
      if (!renewed || this.#endsTooOften(name)) return this.#tellFailure?.(await describeEnd(member));
      process.stderr.write(`${name} ended (${how}) and is started again.\n`);
      await pause(renewalPauseMs);
      if (!this.#stopping) this.start(order);
    }, console.error);
  }

  #endsTooOften(name: string): boolean {
    const since = Date.now() - renewalWindowMs;
    return this.#members.filter((one) => one.name === name && one.startedMs > since).length > renewalsInWindow;
  }

  /** What runs after every process has ended: the database, last of all. */
  afterwards(stop: () => Promise<void>): void {
    this.#last.unshift(stop);
  }

  /** Waits for an answer below 500 from an address; a process that ends meanwhile ends the wait with its last words. */
  async answers(name: string, url: string, limitMs = 120_000): Promise<void> {
    const until = Date.now() + limitMs;
    while (Date.now() < until) {
      const member = this.#members.findLast((one) => one.name === name);
      if (this.#stopping) throw new Trouble("Stopped while starting.");
      if (member && hasEnded(member.child)) throw new Trouble(await describeEnd(member));
      const status = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) }).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status > 0 && status < 500 && (!member || hasSpoken(member))) {
        if (member) member.awaited = null;
        return;
      }
      await pause(150);
    }
    const log = this.#members.findLast((one) => one.name === name)?.log;
    throw new Trouble(
      `${name} did not answer at ${url} within ${limitMs / 1000} s.${log ? `\n${lastWords(log)}` : ""}`,
    );
  }

  /** Asks every process to end, insists after 12 s, then runs what comes afterwards. Safe to call again. */
  stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    endTools();
    for (const { child } of this.#members) if (!hasEnded(child)) child.kill("SIGTERM");
    const gone = Promise.all(this.#members.map(({ ended }) => ended));
    const insist = setTimeout(() => {
      for (const { child } of this.#members) if (!hasEnded(child)) child.kill("SIGKILL");
    }, patienceMs);
    await gone;
    clearTimeout(insist);
    for (const stop of this.#last) await stop();
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

const hasSpoken = ({ awaited, log }: Member) =>
  awaited === null || log === null || fs.readFileSync(log, "utf8").includes(awaited);

const lastWords = (log: string) => fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-25).join("\n");

async function describeEnd({ name, log, ended }: Member): Promise<string> {
  const how = await ended;
  return log ? `${name} ended (${how}). Its last words, from ${log}:\n${lastWords(log)}` : `${name} ended (${how}).`;
}

/**
 * Runs work under a crew and stops everything when it ends, fails, loses a process, or somebody presses Ctrl-C.
 * Work that is there to stay ends with `crew.failure`.
 */
export async function withCrew(
  { logFolder, home }: { logFolder: string | null; home?: Home },
  work: (crew: Crew) => Promise<number>,
): Promise<number> {
  const crew = new Crew(logFolder, home?.remember);
  let signalled: (() => void) | undefined;
  const interrupted = new Promise<"stopped">((resolve) => {
    signalled = () => resolve("stopped");
  });
  const onSignal = () => signalled?.();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  const working = work(crew);
  working.catch(() => undefined);
  const failing = crew.failure.then((how) => {
    throw new Trouble(how);
  });
  try {
    const outcome = await Promise.race([working, failing, interrupted]);
    if (outcome !== "stopped") return outcome;
    process.stdout.write("Stopping …\n");
    return 0;
  } finally {
    await crew.stop();
  }
}
