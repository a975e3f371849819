import { Slice } from './slice.ts';

/**
 * The results of all promises, in their order. Rejects with the first failure of the list as `Promise.all` does, but only
 * after all have settled: nothing of a request that failed runs on behind its back.
 */
export async function settleAll<T>(promises: readonly (T | Promise<T>)[]): Promise<T[]> {
  const [only] = promises;
  if (promises.length === 1) return [await (only as T | Promise<T>)];
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** The same of a call for each item, at most `lanes` of them under way at once. The event loop turns between calls. */
export async function settleInLanes<Item, T>(
  items: readonly Item[],
  lanes: number,
  call: (item: Item) => Promise<T>,
): Promise<T[]> {
  if (items.length === 1) return [await call(items[0] as Item)];
  const results: T[] = [];
  let next = 0;
  const slice = new Slice();
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      if (slice.isOver) await slice.turn();
      results[index] = await call(items[index] as Item);
    }
  };
  await settleAll(Array.from({ length: Math.min(lanes, items.length) }, lane));
  return results;
}
