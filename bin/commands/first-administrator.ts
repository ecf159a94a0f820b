import { env as settings } from "@/bin/env";
import { deployedSecrets, originFor, urlOf } from "@/bin/stack/addresses";
import { ensureClient } from "@/bin/stack/build";
import { type Command, say } from "@/bin/stack/command";
import { demandTool, program } from "@/bin/stack/run-tool";
import { workerSettings } from "@/bin/stack/settings";

export const firstAdministrator: Command = {
  summary: "a new one-time code for the first administrator, while there is none",
  usage: "  Reads the same settings as `worker`.",
  async run() {
    await ensureClient();
    const env = workerSettings({
      secrets: deployedSecrets("worker"),
      urls: { worker: urlOf("worker"), sealer: urlOf("sealer") },
      dispatch: settings.HOLDFAST_DISPATCH ?? "web",
      origin: originFor(3000),
      mode: "production",
      demo: false,
      cloud: {},
    });
    const said = await demandTool("Making the code", program("bin/programs/prepare-installation.ts", "administrator"), {
      env,
    });
    say(said.trim() || "There is an administrator already: they invite others under Settings, People.");
    return 0;
  },
};
