import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as until } from "node:timers/promises";
import { generate, generateSecret } from "otplib";
import type { Role } from "@/lib/access/permissions";
import { readStack } from "./stack";

export type Person = { id: string; name: string; email: string; password: string; totpSecret: string };

const stepSeconds = 30;
const dayMs = 86_400_000;
const spentSteps = new Map<string, number>();

/** A person of this test's own, with password, authenticator app and roles, made by the product's own seeding. */
export async function makePerson(name: string, roles: readonly Role[]): Promise<Person> {
  const person = {
    email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}.${randomUUID().slice(0, 8)}@nordwind.example`,
    displayName: name,
    password: `journey ${randomUUID()}`,
    totpSecret: generateSecret({ length: 20 }),
    roles,
    usableSince: new Date(Date.now() - 90 * dayMs),
  };
  const { env, ownerUrl } = readStack();
  const args = ["--conditions=react-server", "--import", "tsx", "bin/programs/seed-person.ts"];
  const child = spawn(process.execPath, args, {
    // Where nobody changes the rules alone, the owner alone may give roles without being asked how.
    env: { ...process.env, ...env, HOLDFAST_DB_WORKER_URL: ownerUrl, NODE_ENV: "production" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(JSON.stringify(person));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [id, troubles, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`The person could not be made: ${troubles}`);
  return { id, name, email: person.email, password: person.password, totpSecret: person.totpSecret };
}

/** What a browser may need between reading a code and the server's looking at it. */
const onTheWayMs = 12_000;

/** The oldest step that the server still takes when the code arrives: near the end of a step the one before is too old. */
const oldestStep = (): number => Math.floor((Date.now() + onTheWayMs) / 1000 / stepSeconds) - 1;

/**
 * A one-time code that was not used before. The server takes the neighbouring steps too, so that codes can be had one
 * after the other; for more the clock has to move on.
 */
export async function nextCode({ totpSecret }: Pick<Person, "totpSecret">): Promise<string> {
  const newestStep = () => Math.floor(Date.now() / 1000 / stepSeconds) + 1;
  const wanted = (spentSteps.get(totpSecret) ?? 0) + 1;
  while (newestStep() < wanted) await until(250);
  const chosen = Math.max(wanted, oldestStep());
  spentSteps.set(totpSecret, chosen);
  return generate({ secret: totpSecret, epoch: chosen * stepSeconds });
}
