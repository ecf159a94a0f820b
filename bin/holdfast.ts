import { type Command, Trouble } from "@/bin/stack/command";
import { DatabaseTrouble } from "@/lib/platform/migrate";

const verbs = {
  demo: () => import("@/bin/commands/demo").then((found) => found.demo),
  dev: () => import("@/bin/commands/demo").then((found) => found.dev),
  start: () => import("@/bin/commands/start").then((found) => found.start),
  web: () => import("@/bin/commands/web").then((found) => found.web),
  worker: () => import("@/bin/commands/worker").then((found) => found.worker),
  migrate: () => import("@/bin/commands/migrate").then((found) => found.migrateCommand),
  sandbox: () => import("@/bin/commands/sandbox").then((found) => found.sandbox),
  build: () => import("@/bin/commands/build").then((found) => found.build),
  "first-administrator": () => import("@/bin/commands/first-administrator").then((found) => found.firstAdministrator),
  totp: () => import("@/bin/commands/totp").then((found) => found.totp),
  check: () => import("@/bin/commands/check").then((found) => found.check),
  test: () => import("@/bin/commands/test").then((found) => found.test),
  bench: () => import("@/bin/commands/bench").then((found) => found.bench),
  audit: () => import("@/bin/commands/audit").then((found) => found.audit),
  governance: () => import("@/bin/commands/governance").then((found) => found.governance),
  keys: () => import("@/bin/commands/keys").then((found) => found.keys),
  recompute: () => import("@/bin/commands/recompute").then((found) => found.recomputeCommand),
  doctor: () => import("@/bin/commands/doctor").then((found) => found.doctor),
} satisfies Record<string, () => Promise<Command>>;

const isVerb = (word: string): word is keyof typeof verbs => Object.hasOwn(verbs, word);

async function printHelp(): Promise<void> {
  const lines = ["Usage: npm run holdfast -- VERB [options]", ""];
  for (const [verb, load] of Object.entries(verbs)) lines.push(`  ${verb.padEnd(20)} ${(await load()).summary}`);
  lines.push("", "`VERB --help` tells a verb's options. HOLDFAST_HOME moves data and secrets away from .holdfast/.");
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function run([verb, ...args]: string[]): Promise<number> {
  if (verb === undefined || verb === "--help" || verb === "help") {
    await printHelp();
    return verb === undefined ? 2 : 0;
  }
  if (!isVerb(verb)) throw new Trouble(`There is no verb "${verb}". \`npm run holdfast -- --help\` lists them.`);
  const command = await verbs[verb]();
  if (args.includes("--help")) {
    process.stdout.write(`${command.summary}\n\n${command.usage}\n`);
    return 0;
  }
  return command.run(args);
}

/** Troubles have a remedy in their message; everything else is a bug and shows where it came from. */
function tell(error: unknown): number {
  if (error instanceof Trouble || error instanceof DatabaseTrouble) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const badOption = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`${badOption ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  return badOption ? 2 : 1;
}

process.exit(await run(process.argv.slice(2)).catch(tell));
