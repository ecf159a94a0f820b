import fs from "node:fs";
import path from "node:path";
import { ensureClient } from "@/bin/stack/build";
import { type Command, Trouble } from "@/bin/stack/command";
import { program, runTool } from "@/bin/stack/run-tool";

const folder = "bench";
/** What measurements share is none itself. */
const shared = ["env.ts", "fleet.ts", "sync-cloud.ts", "sync-part.ts"];

const known = (): string[] =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder)
        .filter((file) => /^[a-z-]+\.ts$/.test(file) && !shared.includes(file))
        .map((file) => path.basename(file, ".ts"))
        .toSorted()
    : [];

export const bench: Command = {
  summary: "repeatable measurements, each beside its floor",
  usage: "  bench [NAME …] [--resources=N,N] [--rounds=N]   all of them without a name",
  async run(args) {
    const names = known();
    const wanted = args.filter((word) => !word.startsWith("--"));
    const flags = args.filter((word) => word.startsWith("--"));
    const unknown = wanted.find((name) => !names.includes(name));
    if (unknown) throw new Trouble(`There is no bench "${unknown}". There are: ${names.join(", ") || "none"}.`);
    await ensureClient();
    let worst = 0;
    for (const name of wanted.length > 0 ? wanted : names) {
      process.stdout.write(`\n# ${name}\n`);
      const { code } = await runTool(program(path.join(folder, `${name}.ts`), ...flags), { show: true });
      worst = Math.max(worst, code);
    }
    return worst;
  },
};
