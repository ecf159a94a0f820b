import path from "node:path";
import { homeFolder } from "@/bin/env";
import type { Command } from "@/bin/stack/command";
import { withCrew } from "@/bin/stack/crew";
import { openOwnDatabase } from "@/bin/stack/database";
import { program } from "@/bin/stack/run-tool";

export const sandbox: Command = {
  summary: "a pretend cloud alone, speaking the vendor's wire protocol",
  usage: `  sandbox aws [--port 4566] [--estate small|large|empty] [--clock real|virtual] [--speed N]
              [--state FILE] [--database URL] [--size N]
  Without --database a PostgreSQL is started for its databases.`,
  async run(args) {
    const cloud = args.length === 0 || args[0]?.startsWith("--") ? ["aws", ...args] : args;
    return withCrew({ logFolder: null }, async (crew) => {
      const own = cloud.some((word) => word === "--database" || word.startsWith("--database="));
      const settings: Record<string, string> = {};
      if (!own) {
        const dataDir = path.join(homeFolder, "sandbox", "postgres");
        const database = await openOwnDatabase({ dataDir, port: 54_327, durable: true });
        crew.afterwards(() => database.stop());
        settings.HOLDFAST_SANDBOX_DATABASE = database.adminUrl;
      }
      crew.start({ name: "sandbox", args: program("sandbox/main.ts", ...cloud), env: settings });
      await crew.failure;
      return 1;
    });
  },
};
