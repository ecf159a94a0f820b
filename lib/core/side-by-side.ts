/**
 * Does something for each item, at most so many at once, in the order of the items. After a failure nothing new begins;
 * what has begun is waited for, and the first failure is thrown.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const lane = async () => {
    for (let at = next++; at < items.length && failures.length === 0; at = next++)
      await work(items[at] as Item, at).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
