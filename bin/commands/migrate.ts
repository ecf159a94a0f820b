import { parseArgs } from "node:util";
import { escapeIdentifier, escapeLiteral } from "pg";
import { env } from "@/bin/env";
import { givenOwnerUrl, rolePasswords, urlOf } from "@/bin/stack/addresses";
import { type Command, say, Trouble } from "@/bin/stack/command";
import { draftMigration } from "@/bin/stack/draft-migration";
import { migrate } from "@/lib/platform/migrate";

const kinds = ["app", "worker", "sealer"] as const;

function demandOwner(): string {
  const owner = givenOwnerUrl();
  if (owner) return owner;
  throw new Trouble(
    "Set DATABASE_URL to the address of the database's owner; an embedded one is migrated by `npm start`.",
  );
}

/** For an owner who may not make roles: what an administrator runs once, and where each process then connects. */
function printRoles(owner: string): void {
  const database = new URL(owner).pathname.slice(1);
  const passwords = rolePasswords();
  say("-- As an administrator of the server, before the first migration:");
  for (const kind of kinds) {
    const role = escapeIdentifier(`holdfast_${kind}_${database}`);
    say(`create role ${role} login password ${escapeLiteral(passwords[kind])};`);
  }
  say("-- What each process is told:");
  for (const kind of kinds) say(`-- HOLDFAST_DB_${kind.toUpperCase()}_URL=${urlOf(kind)}`);
}

export const migrateCommand: Command = {
  summary: "brings the database of DATABASE_URL to this version, with its roles and its queue",
  usage: `  (nothing)       applies what is pending
  --draft NAME    writes the migration from the committed schema files to today's
  --print-roles   prints the roles' SQL and each process's address; they hold passwords`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { draft: { type: "string" }, "print-roles": { type: "boolean" } },
    });
    if (values.draft !== undefined) {
      if (!/^[a-z0-9_]{1,60}$/.test(values.draft)) throw new Trouble("Name the draft in lower_snake words.");
      const file = await draftMigration(values.draft, new Date());
      say(
        file
          ? `${file}: read it, and add what the schema cannot say.`
          : "The schema has not changed since the last commit.",
      );
      return 0;
    }
    const ownerUrl = demandOwner();
    if (values["print-roles"]) {
      printRoles(ownerUrl);
      return 0;
    }
    const dispatch = env.HOLDFAST_DISPATCH ?? "web";
    await migrate({ ownerUrl, passwords: rolePasswords(), dispatch, say });
    say(
      `The database is at this version; the ${dispatch === "web" ? "web process and the worker" : "worker alone"} may dispatch and apply approved changes.`,
    );
    return 0;
  },
};
