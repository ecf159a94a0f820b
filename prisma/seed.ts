import { closeDatabase } from "@/lib/platform/db";
import { closeQueue } from "@/lib/queue/enqueue";
import { seedCompany } from "@/prisma/seed/company";
import { synchronise } from "@/prisma/seed/first-sync";

/** `company FACTS` lays the demo company, `sync` reads its estate for the first time. Settings come from the environment. */
async function seed([step, file]: string[]): Promise<void> {
  if (step === "company" && file) return seedCompany(file);
  if (step === "sync") return synchronise();
  throw new Error("Usage: prisma/seed.ts company FACTS | sync");
}

try {
  await seed(process.argv.slice(2));
} finally {
  await closeQueue();
  await closeDatabase();
}
