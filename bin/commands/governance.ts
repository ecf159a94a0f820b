import { parseArgs } from "node:util";
import { Client } from "pg";
import { dataFolder, givenOwnerUrl } from "@/bin/stack/addresses";
import { type Command, say, Trouble } from "@/bin/stack/command";
import { openOwnDatabase } from "@/bin/stack/database";
import { recordAsOwner } from "@/lib/platform/owner-record";

type Standing = { governed_at: Date | null; single_operator: boolean; satisfiable: boolean };

const reasonLeast = 10;

/** The database as its owner: the given one, or the embedded one, which only one process can hold at a time. */
async function asOwner(work: (client: Client) => Promise<number>): Promise<number> {
  const given = givenOwnerUrl();
  const own = given ? null : await openOwnDatabase({ dataDir: dataFolder, durable: true });
  const client = new Client({ connectionString: given ?? own?.ownerUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
    await own?.stop();
  }
}

async function standingOf(client: Client): Promise<Standing> {
  const { rows } = await client.query<Standing>(
    "select governed_at, single_operator, governance_satisfiable() as satisfiable from installation",
  );
  const [row] = rows;
  if (!row) throw new Trouble("This database was never started: there is nothing to govern yet.");
  return row;
}

async function tell(client: Client): Promise<number> {
  const { governed_at, single_operator, satisfiable } = await standingOf(client);
  say(
    governed_at
      ? `Governed since ${governed_at.toISOString()}: what loosens the rules takes other people's votes.`
      : "Being set up: an administrator changes the rules alone until enough approvers have enrolled.",
  );
  if (single_operator) say("Single-operator mode is on, and stamped on every event.");
  if (!satisfiable) say("Nobody could satisfy the gravest level of the approval policy with the people there are now.");
  return satisfiable ? 0 : 1;
}

/** Opens the set-up again, where too few people are left to agree to anything. It closes by itself once they are there. */
async function reopen(client: Client, reason: string): Promise<number> {
  const { governed_at, satisfiable } = await standingOf(client);
  if (governed_at === null) throw new Trouble("This installation is being set up already.");
  if (satisfiable)
    throw new Trouble("Enough people can vote: ask them. The set-up is opened again only where too few are left.");
  await client.query("begin");
  await client.query("update installation set governed_at = null");
  await recordAsOwner(client, "installation.reopen", ["installation", "governance"], { reason });
  await client.query("commit");
  say("The set-up is open again. Give enough people the approver roles; it closes once they have enrolled.");
  return 0;
}

export const governance: Command = {
  summary: "whether changes of the rules take several people, and the way back where too few are left",
  usage: `  (nothing)               says how this installation is governed
  reopen --reason TEXT    opens the set-up again where nobody could approve anything; as the database's owner`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { reason: { type: "string" } },
    });
    const [verb = "status"] = positionals;
    if (verb === "status") return asOwner(tell);
    if (verb !== "reopen") throw new Trouble(`There is no "governance ${verb}". There are: status, reopen.`);
    const reason = values.reason?.trim() ?? "";
    if (reason.length < reasonLeast) throw new Trouble(`Say why with --reason, in at least ${reasonLeast} characters.`);
    return asOwner((client) => reopen(client, reason));
  },
};
