import { generate } from "otplib";
import { homeFolder } from "@/bin/env";
import { type Command, Trouble } from "@/bin/stack/command";
import { readFacts } from "@/bin/stack/demo-facts";

const stepSeconds = 30;

export const totp: Command = {
  summary: "the one-time code of a demo person at this moment",
  usage: "  totp EMAIL",
  async run([email]) {
    const facts = readFacts(homeFolder);
    if (!facts) throw new Trouble("No demo was started here yet: run `npm run demo` first.");
    const person = facts.people.find((one) => one.email === email);
    if (!person) throw new Trouble(`Name one of: ${facts.people.map((one) => one.email).join(", ")}.`);
    const left = stepSeconds - (Math.floor(Date.now() / 1000) % stepSeconds);
    process.stdout.write(`${await generate({ secret: person.totpSecret })}\n`);
    process.stderr.write(`good for ${left} s more, once\n`);
    return 0;
  },
};
