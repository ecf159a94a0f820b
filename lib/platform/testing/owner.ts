import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@/lib/platform/prisma/client";

/** The test's database by its owner's address. */
export const ownerUrl = process.env.TEST_DATABASE_OWNER_URL ?? "";

/** The test's database as its owner sees it, for laying rows that no running role may write. */
export const ownerDb = new PrismaClient({
  adapter: new PrismaPg({ connectionString: ownerUrl, max: 2 }),
});
