import { ensureBuild } from "@/bin/stack/build";
import { type Command, say } from "@/bin/stack/command";

export const build: Command = {
  summary: "the database client and the web application, where they are older than their sources",
  usage: "  (nothing)",
  async run() {
    await ensureBuild();
    say("Built.");
    return 0;
  },
};
