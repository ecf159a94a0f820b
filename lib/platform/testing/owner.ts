import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "@/lib/platform/prisma/client";

/** The owner's address of the test's database. */
export const ownerUrl = process.env.TEST_DATABASE_OWNER_URL ?? "";

/** The test's database as its owner sees it, for laying rows that no running role may write. */
export const ownerDb = new PrismaClient({
  adapter: new PrismaPg({ connectionString: ownerUrl, max: 2 }),
});

/** Changes rows as somebody who holds the whole database would, past every trigger. */
export const tamper = <Value>(run: (tx: Prisma.TransactionClient) => Promise<Value>): Promise<Value> =>
  ownerDb.$transaction(async (tx) => {
    await tx.$executeRaw`set local session_replication_role = replica`;
    return run(tx);
  });
