import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import { databaseUrl } from "./env";
import { type Prisma, PrismaClient } from "./prisma/client";

const open = (options: string) =>
  new PrismaClient({
    adapter: new PrismaPg({
      connectionString: databaseUrl(),
      max: 10,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      options,
    }),
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  });

const openBoth = () => ({
  writer: open("-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"),
  reader: open("-c default_transaction_read_only=on -c statement_timeout=15000"),
});

/** Kept across the reloads of a development server, which would otherwise open pool after pool. */
const kept = globalThis as { holdfastClients?: ReturnType<typeof openBoth> };
kept.holdfastClients ??= openBoth();
const clients = kept.holdfastClients;

/** The writer. Only lib/access and the few files that law 3 names import it: everyone else is handed a Tx or a Reader. */
export const db = clients.writer;

export type Tx = Prisma.TransactionClient;

type ReadMethod = "findUnique" | "findFirst" | "findMany" | "count" | "aggregate" | "groupBy";
type Model = Exclude<keyof PrismaClient, `$${string}` | symbol>;

/** The client with its writing methods out of reach; its raw queries run on a connection that PostgreSQL keeps read-only. */
export type Reader = { [M in Model]: Pick<PrismaClient[M], ReadMethod & keyof PrismaClient[M]> } & Pick<
  PrismaClient,
  "$queryRaw"
>;

/** The reader's own connections: read-only by the server's word, not by ours. */
export const reader: Reader = clients.reader;

/** Closes both pools; for processes that end. */
export const closeDatabase = async () => {
  await Promise.all([clients.writer.$disconnect(), clients.reader.$disconnect()]);
};
