import fs from "node:fs";
import path from "node:path";
import { z } from "zod";

const facts = z.object({
  url: z.url(),
  sandbox: z.object({ aws: z.url() }),
  people: z.array(
    z.object({
      name: z.string(),
      email: z.string(),
      password: z.string(),
      totpSecret: z.string(),
      role: z.string(),
    }),
  ),
});

const access = z.object({
  ownerUrl: z.string(),
  workerUrl: z.string(),
  env: z.record(z.string(), z.string()),
  /** The identity provider that web was told of; a journey starts it. */
  sso: z
    .object({
      HOLDFAST_OIDC_ISSUER: z.url(),
      HOLDFAST_OIDC_CLIENT_ID: z.string(),
      HOLDFAST_OIDC_CLIENT_SECRET: z.string(),
    })
    .optional(),
});

export type Stack = z.infer<typeof facts> & z.infer<typeof access>;

const stackHome = () => process.env.HOLDFAST_E2E_HOME ?? process.env.HOLDFAST_HOME ?? ".holdfast";

/** The number of the stack's process of this name: web, worker or sandbox. */
export function findProcess(name: string): number {
  const lines = fs.readFileSync(path.join(stackHome(), "demo/running.pid"), "utf8").split("\n");
  const line = lines.findLast((one) => one.endsWith(` ${name}`));
  if (!line) throw new Error(`The stack has no process called ${name}.`);
  return Number.parseInt(line, 10);
}

/** The running stack that the journeys go through: `npm test` raises one, else the demo's. */
export function readStack(): Stack {
  const home = stackHome();
  const read = (file: string): unknown => {
    const place = path.join(home, file);
    if (!fs.existsSync(place)) throw new Error(`${place} is missing: run \`npm test\`, or \`npm run demo\` first.`);
    return JSON.parse(fs.readFileSync(place, "utf8"));
  };
  return { ...facts.parse(read("demo.json")), ...access.parse(read("demo/stack.json")) };
}

/** What a process of the stack has written so far. */
export const readLog = (name: string): string =>
  fs.readFileSync(
    path.join(process.env.HOLDFAST_E2E_LOGS ?? path.join(stackHome(), "demo/logs"), `${name}.log`),
    "utf8",
  );
