import { text } from "node:stream/consumers";
import { z } from "zod";
import { roles } from "@/lib/access/permissions";
import { seedPerson } from "@/lib/people/seed";
import { closeDatabase } from "@/lib/platform/db";

const order = z.object({
  email: z.email(),
  displayName: z.string(),
  password: z.string(),
  totpSecret: z.string(),
  roles: z.array(z.enum(roles)).min(1),
  usableSince: z.coerce.date(),
});

/** Puts the person that standard input describes into the database of the environment, and prints their id. */
try {
  const person = order.parse(JSON.parse(await text(process.stdin)));
  process.stdout.write(await seedPerson(person));
} finally {
  await closeDatabase();
}
