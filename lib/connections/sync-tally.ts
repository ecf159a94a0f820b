/** What one reading did to the stored rows, and which resources it touched. */
export type Written = { read: number; written: number; vanished: number; resourceIds: readonly string[] };

/** Rows by sort, as a run's `counts` holds them. */
export type Counts = Record<string, { read: number; written: number; vanished: number }>;

/** Nothing read, nothing written. */
export const nothingWritten: Written = { read: 0, written: 0, vanished: 0, resourceIds: [] };

/** Collects what a run did. */
export class Tally {
  readonly counts: Counts = {};
  readonly touched = new Set<string>();
  /** Those of which recovery points were written or went. */
  readonly restocked = new Set<string>();

  add(sort: string, { read, written, vanished, resourceIds }: Written): void {
    const known = this.counts[sort] ?? { read: 0, written: 0, vanished: 0 };
    this.counts[sort] = {
      read: known.read + read,
      written: known.written + written,
      vanished: known.vanished + vanished,
    };
    for (const id of resourceIds) this.touched.add(id);
    if (sort === "points") for (const id of resourceIds) this.restocked.add(id);
  }
}
