/** Does `work` for all items, `size` of them at a time, each batch when the one before has ended. Results in the order of the items. */
export async function inBatches<In, Out>(
  items: readonly In[],
  size: number,
  work: (item: In, index: number) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  for (let start = 0; start < items.length; start += size) {
    results.push(...(await Promise.all(items.slice(start, start + size).map((item, at) => work(item, start + at)))));
  }
  return results;
}
