import "server-only";
import type { Tx } from "./db";

/** The database's clock, for watermarks that later readings are compared with. */
export const readClock = async (tx: Tx): Promise<Date> => {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`select clock_timestamp() as now`;
  if (!row) throw new Error("The database did not tell the time.");
  return row.now;
};
