/** Files read at once: one by one each would wait for the disk, all at once would take as many handles. */
export const READS_MAX = 16;

/**
 * Does `work` for all items, `size` of them at a time, each batch when the one before has ended. Results in the order of the items. All
 * items have had their turn before the first error is thrown.
 */
export async function inBatches<In, Out>(
  items: readonly In[],
  size: number,
  work: (item: In, index: number) => Promise<Out>,
): Promise<Out[]> {
  const outcomes: PromiseSettledResult<Out>[] = [];
  for (let start = 0; start < items.length; start += size) {
    outcomes.push(...(await Promise.allSettled(items.slice(start, start + size).map((item, at) => work(item, start + at)))));
  }
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
