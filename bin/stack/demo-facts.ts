import { randomInt } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { generateSecret } from "otplib";
import { z } from "zod";
import { roles } from "@/lib/access/permissions";

const demoPerson = z.object({
  name: z.string(),
  email: z.string(),
  password: z.string(),
  totpSecret: z.string(),
  role: z.enum(roles),
});

const demoFacts = z.object({
  url: z.string(),
  sandbox: z.object({ aws: z.string() }),
  people: z.array(demoPerson),
});

export type DemoPerson = z.infer<typeof demoPerson>;
export type DemoFacts = z.infer<typeof demoFacts>;

/** Who works at Nordwind Handel. */
const cast: readonly Pick<DemoPerson, "name" | "email" | "role">[] = [
  { name: "Lena Fischer", email: "lena.fischer@nordwind.example", role: "operator" },
  { name: "Ben Adeyemi", email: "ben.adeyemi@nordwind.example", role: "approver" },
  { name: "Ivana Kos", email: "ivana.kos@nordwind.example", role: "approver" },
  { name: "Samir Haddad", email: "samir.haddad@nordwind.example", role: "security_approver" },
  { name: "Tom Reyes", email: "tom.reyes@nordwind.example", role: "administrator" },
  { name: "Grete Lund", email: "grete.lund@nordwind.example", role: "auditor" },
  { name: "Mara Oduya", email: "mara.oduya@nordwind.example", role: "viewer" },
  { name: "Olu Brandt", email: "olu.brandt@nordwind.example", role: "break_glass" },
];

/** Four words: long enough for the password rule, short enough to type. */
const newPassword = () => Array.from({ length: 4 }, () => wordlist[randomInt(wordlist.length)]).join("-");

/** The file that tells people and tests how to use the demo. */
export const factsFile = (home: string) => path.join(home, "demo.json");

/** The facts of the demo in this home, or null where none was ever started. */
export function readFacts(home: string): DemoFacts | null {
  const file = factsFile(home);
  return fs.existsSync(file) ? demoFacts.parse(JSON.parse(fs.readFileSync(file, "utf8"))) : null;
}

/** Writes the facts; the secrets of people who were there before stay as they are. */
export function writeFacts(home: string, places: Omit<DemoFacts, "people">): DemoFacts {
  const known = new Map(readFacts(home)?.people.map((person) => [person.email, person]));
  const people = cast.map((person) => {
    const { password, totpSecret } = known.get(person.email) ?? {
      password: newPassword(),
      totpSecret: generateSecret({ length: 20 }),
    };
    return { ...person, password, totpSecret };
  });
  const facts = { ...places, people };
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(factsFile(home), `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  return facts;
}
