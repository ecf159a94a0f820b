import { text } from "node:stream/consumers";
import { type Command, Trouble } from "@/bin/stack/command";
import { answers, BadCase, isRecomputeKind, recompute } from "@/lib/recompute/answers";

const kinds = Object.keys(answers).join(", ");

function parse(given: string): unknown {
  try {
    return JSON.parse(given.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Trouble(`Standard input is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Does a figure again from its facts, by the functions that the pages use. */
export const recomputeCommand: Command = {
  summary: "Calculate figures again from cases on standard input, as the pages do.",
  usage: [
    `npm run --silent holdfast -- recompute KIND < cases.json, where KIND is one of ${kinds}.`,
    'Reads {"cases": [{"id": "…", "input": {…}}]} and answers {"results": [{"id": "…", "output": {…}}]}.',
    'A case that cannot be answered is told as {"id": "…", "error": "…"}; the others go on.',
  ].join("\n"),
  run: async ([kind, ...rest]) => {
    if (kind === undefined || !isRecomputeKind(kind) || rest.length > 0)
      throw new Trouble(`Say which figure: recompute KIND, where KIND is one of ${kinds}.`);
    try {
      process.stdout.write(`${JSON.stringify(recompute(kind, parse(await text(process.stdin))), null, 2)}\n`);
      return 0;
    } catch (error) {
      if (error instanceof BadCase) throw new Trouble(error.message);
      throw error;
    }
  },
};
