import path from "node:path";
import { parseArgs } from "node:util";
import { homeFolder } from "@/bin/env";
import { type Command, parsePort, say, Trouble } from "@/bin/stack/command";
import { withCrew } from "@/bin/stack/crew";
import type { DemoFacts } from "@/bin/stack/demo-facts";
import { raiseDemo } from "@/bin/stack/demo-stack";
import { claimHome } from "@/bin/stack/home";
import { isPortFree, nextFreePort } from "@/bin/stack/ports";

const usage = `  --port N     where the browser finds it (3000)
  --fresh      forget the last demo and begin anew
  --speed N    how many times faster than in life backup and restore jobs run (10)
  --hardened   only the worker may start anything at the cloud (HOLDFAST_DISPATCH=worker)`;

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!Number.isFinite(speed) || speed < 1 || speed > 10_000)
    throw new Trouble(`"${text}" is not a speed: give 1 to 10000.`);
  return speed;
}

async function choosePort(wanted: string | undefined): Promise<number> {
  const port = parsePort(wanted ?? "3000");
  if (await isPortFree(port)) return port;
  const next = await nextFreePort(port + 1);
  if (wanted !== undefined)
    throw new Trouble(`Port ${port} is taken. Stop what listens there, or start with --port ${next}, which is free.`);
  say(`Port ${port} is taken: using ${next} instead (--port chooses another).`);
  return next;
}

function announce({ url, sandbox, people }: DemoFacts): void {
  const wide = Math.max(...people.map(({ email }) => email.length));
  say(`ready ${url}`);
  say("");
  say("Sign in as (password, then a one-time code from the secret):");
  for (const { name, email, password, totpSecret, role } of people)
    say(`  ${email.padEnd(wide)}  ${password.padEnd(34)} ${totpSecret}  ${name}, ${role.replaceAll("_", " ")}`);
  say("");
  say("The code of the moment: npm run holdfast -- totp EMAIL");
  say(`The pretend AWS listens at ${sandbox.aws} (its admin side at ${sandbox.aws}/_sandbox/health).`);
  say("Ctrl-C stops everything; the next start goes on from here.");
}

const demoIn = (mode: "production" | "development") => async (args: string[]) => {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      fresh: { type: "boolean" },
      speed: { type: "string" },
      hardened: { type: "boolean" },
    },
  });
  const speed = parseSpeed(values.speed ?? "10");
  const home = await claimHome(path.join(homeFolder, "demo"));
  try {
    const port = await choosePort(values.port);
    return await withCrew({ logFolder: path.join(homeFolder, "demo", "logs"), home }, async (crew) => {
      const fresh = values.fresh ?? false;
      const dispatch = values.hardened ? "worker" : "web";
      announce(await raiseDemo(crew, { home: homeFolder, port, fresh, speed, mode, dispatch, durable: true }));
      await crew.failure;
      return 1;
    });
  } finally {
    home.release();
  }
};

export const demo: Command = {
  summary: "a company with backups, a pretend cloud and people to sign in as",
  usage,
  run: demoIn("production"),
};

export const dev: Command = {
  summary: "the demo on `next dev`, for those who change the code",
  usage,
  run: demoIn("development"),
};
