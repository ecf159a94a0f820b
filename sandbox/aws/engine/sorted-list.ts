export type Keyed = { atMs: number; id: string };

/** Newest first; a page is cut after a key, so that entries that come or go between two pages neither repeat nor hide others. */
export class SortedList<T> {
  private readonly items: T[] = [];
  private isSorted = true;

  constructor(private readonly keyOf: (item: T) => Keyed) {}

  /** Adds an entry; the order is restored at the next read. */
  add(item: T): void {
    if (this.isSorted && this.items.length > 0) {
      this.items.splice(this.findStart(this.keyOf(item)), 0, item);
      return;
    }
    this.items.push(item);
  }

  /** Adds many entries at once, with one sort instead of many insertions. */
  addAll(items: Iterable<T>): void {
    for (const item of items) this.items.push(item);
    this.isSorted = false;
  }

  /** Removes an entry; it must still have the key it was added under. */
  remove(item: T): void {
    this.sort();
    const near = this.findStart(this.keyOf(item));
    const position = this.items.indexOf(item, Math.max(0, near - 1));
    if (position >= 0) this.items.splice(position, 1);
  }

  /** All entries, newest first. */
  all(): readonly T[] {
    this.sort();
    return this.items;
  }

  /** The position of the first entry that comes after the key. */
  positionAfter(key: Keyed): number {
    this.sort();
    const start = this.findStart(key);
    const item = this.items[start];
    return item !== undefined && compare(this.keyOf(item), key) === 0 ? start + 1 : start;
  }

  private sort() {
    if (this.isSorted) return;
    this.items.sort((left, right) => compare(this.keyOf(left), this.keyOf(right)));
    this.isSorted = true;
  }

  private findStart(key: Keyed): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.items[middle];
      if (item !== undefined && compare(this.keyOf(item), key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(left: Keyed, right: Keyed): number {
  if (left.atMs !== right.atMs) return right.atMs - left.atMs;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}
