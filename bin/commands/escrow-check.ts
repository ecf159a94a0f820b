import fs from "node:fs";
import { z } from "zod";
import { say, Trouble } from "@/bin/stack/command";
import { asOwner, readKeys } from "@/bin/stack/keys";
import { joinTwo } from "@/lib/platform/escrow";
import { countOpened, withSealedValues } from "@/lib/platform/sealed-values";

const kept = z.object({ web: z.string(), worker: z.string() });

function readShares(files: readonly string[]): z.infer<typeof kept> {
  const [one, other] = files;
  if (!one || !other || files.length > 2)
    throw new Trouble("Name the two sheets: doctor --escrow-check FILE.share-1.txt FILE.share-2.txt");
  const missing = [one, other].find((file) => !fs.existsSync(file));
  if (missing) throw new Trouble(`${missing} is not there.`);
  try {
    return kept.parse(JSON.parse(joinTwo(fs.readFileSync(one, "utf8"), fs.readFileSync(other, "utf8"))));
  } catch (error) {
    throw new Trouble(
      error instanceof z.ZodError || error instanceof SyntaxError
        ? "These sheets hold no keys."
        : String(error instanceof Error ? error.message : error),
    );
  }
}

/** Tries an escrow on everything that is sealed, and says no more than how much of it it opens. */
export async function checkEscrow(files: readonly string[]): Promise<number> {
  const { web, worker } = readShares(files);
  const held = { web: readKeys("web", web), worker: readKeys("worker", worker) };
  const { opened, all } = await asOwner((url) => withSealedValues(url, (client) => countOpened(client, held)));
  say(`The escrow opens ${opened} of ${all} sealed values.`);
  if (opened === all) return 0;
  say("It is older than the keys in use: make a new one with `keys escrow`.");
  return 1;
}
