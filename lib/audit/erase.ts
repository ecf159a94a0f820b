import "server-only";
import { z } from "zod";
import { db } from "@/lib/platform/db";
import { consoleActor } from "./machine";
import { record } from "./record";

const said: Record<string, string> = {
  unknown: "There is no such person.",
  "not disabled": "This person can still sign in. Shut them out first, under Settings, People.",
};

/**
 * Forgets who a pseudonym was: name, address and the key behind the hashes of them. The events stay, their hashes hold,
 * and the screens say "an erased person" from then on.
 */
export async function erasePerson(personId: string): Promise<"unknown" | "not disabled" | "erased"> {
  return db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ outcome: "unknown" | "not disabled" | "erased"; now: Date }[]>`
      select erase_person(${personId}::uuid) as outcome, now() as now`;
    if (!row) throw new Error("The database did not answer.");
    if (row.outcome === "erased")
      await record(tx, {
        actor: consoleActor(),
        action: "person.erase",
        outcome: "success",
        subject: ["user", personId],
        detail: {},
        at: row.now,
      });
    return row.outcome;
  });
}

/** The same for the console, in words; what cannot be done ends in an error that says why. */
export async function eraseNow(personId: string): Promise<string> {
  if (!z.uuid().safeParse(personId).success)
    throw new Error("Name the person by their id, as their page's address does.");
  const outcome = await erasePerson(personId);
  const refusal = said[outcome];
  if (refusal) throw new Error(refusal);
  return "Erased. The log's hashes hold as before.";
}
