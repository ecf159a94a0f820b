import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { childEnv } from "@/bin/env";
import { Trouble } from "@/bin/stack/command";

type ToolOptions = {
  env?: Record<string, string>;
  /** Shows the tool's words as they come; otherwise they are shown only when it fails. */
  show?: boolean;
};

export type ToolResult = { code: number; output: string };

/** Programs that npm installed, started with our own Node: no shell, no PATH. */
export const tools = {
  next: "node_modules/next/dist/bin/next",
  prisma: "node_modules/prisma/build/index.js",
  biome: "node_modules/@biomejs/biome/bin/biome",
  tsc: "node_modules/typescript/bin/tsc",
  vitest: "node_modules/vitest/vitest.mjs",
  playwright: "node_modules/@playwright/test/cli.js",
} as const;

/** Arguments that make Node run one of our own TypeScript programs. */
export const program = (file: string, ...args: string[]): string[] => [
  "--conditions=react-server",
  "--import",
  "tsx",
  path.resolve(file),
  ...args,
];

const running = new Set<ChildProcess>();

/** Ends the programs that are still at work, when what they work for is being stopped. */
export function endTools(): void {
  for (const child of running) child.kill("SIGTERM");
}

/** Runs a program to its end and answers what it said. */
export function runTool(args: readonly string[], { env = {}, show = false }: ToolOptions = {}): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: childEnv(env),
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
    });
    running.add(child);
    let output = "";
    const keep = (chunk: Buffer) => {
      output = `${output}${chunk.toString("utf8")}`.slice(-200_000);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? (signal ? 130 : 1), output });
    });
  });
}

/** Runs a program that must succeed; its own words are in the message when it does not. */
export async function demandTool(what: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { code, output } = await runTool(args, options);
  if (code !== 0) throw new Trouble(`${output.trimEnd()}\n${what} did not succeed (exit ${code}).`);
  return output;
}
