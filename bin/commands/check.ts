import { ensureClient } from "@/bin/stack/build";
import { type Command, say } from "@/bin/stack/command";
import { runTool, tools } from "@/bin/stack/run-tool";

export type StepResult = { name: string; passed: boolean; output: string };

const steps = [
  { name: "format and lint", args: [tools.biome, "check", "--error-on-warnings", "--max-diagnostics=200", "."] },
  { name: "route types", args: [tools.next, "typegen"] },
  { name: "types", args: [tools.tsc, "--noEmit", "-p", "tsconfig.json"] },
] as const;

/** Runs format, lint and types one after another, to the end even when one fails. */
export async function runChecks(): Promise<StepResult[]> {
  await ensureClient();
  const results: StepResult[] = [];
  for (const { name, args } of steps) {
    say(`${name} …`);
    const { code, output } = await runTool(args);
    if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
    results.push({ name, passed: code === 0, output });
  }
  return results;
}

export const check: Command = {
  summary: "format, lint and types",
  usage: "  (nothing)",
  async run() {
    const results = await runChecks();
    const failed = results.filter(({ passed }) => !passed);
    say(failed.length === 0 ? "All clean." : `Failed: ${failed.map(({ name }) => name).join(", ")}.`);
    return failed.length === 0 ? 0 : 1;
  },
};
