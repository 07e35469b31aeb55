/** Items that are sorted in one go. */
const RUN = 4096;

/** Lets the browser do other things. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Sorts a long list in steps, so that the page stays responsive; undefined if it `isStale` meanwhile. */
export async function sortLong<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  isStale: () => boolean,
): Promise<T[] | undefined> {
  if (items.length <= RUN) return items.toSorted(compare);
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).toSorted(compare));
    await pause();
    if (isStale()) return undefined;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(await mergeLong(runs[i] ?? [], runs[i + 1] ?? [], compare));
      if (isStale()) return undefined;
    }
    runs = merged;
  }
  return runs[0];
}

async function mergeLong<T>(
  some: readonly T[],
  others: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < some.length || j < others.length) {
    const isFirst = j >= others.length || (i < some.length && compare(some[i] as T, others[j] as T) <= 0);
    merged.push((isFirst ? some[i++] : others[j++]) as T);
    if (merged.length % (4 * RUN) === 0) await pause();
  }
  return merged;
}
