/** How a request stands to an earlier one of its thread. Messages are numbers: the same number, the same content. */
export interface Alignment {
  /** How many messages both begin with. */
  prefix: number;
  /** Places in the later request that the earlier one does not have, in order. */
  added: number[];
  /** How many messages of the earlier request are gone. */
  removed: number;
}

/** Length of the beginning that two lists have in common. */
export function commonPrefix<T>(a: readonly T[], b: readonly T[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/**
 * Compares two requests: behind their common beginning, each message of the later is looked for behind the last one
 * found in the earlier. So a "yes" that stands there twice is found twice, and one sent once more is added.
 */
export function align(earlier: readonly number[], later: readonly number[]): Alignment {
  const prefix = commonPrefix(earlier, later);
  if (prefix === earlier.length) return { prefix, added: range(prefix, later.length), removed: 0 };
  const places = new Map<number, { at: number[]; next: number }>();
  for (let i = prefix; i < earlier.length; i++) {
    const known = places.get(earlier[i] ?? -1);
    if (known) known.at.push(i);
    else places.set(earlier[i] ?? -1, { at: [i], next: 0 });
  }
  const added: number[] = [];
  let last = -1;
  let found = 0;
  for (let i = prefix; i < later.length; i++) {
    const place = nextPlace(places.get(later[i] ?? -1), last);
    if (place === undefined) {
      added.push(i);
    } else {
      last = place;
      found++;
    }
  }
  return { prefix, added, removed: earlier.length - prefix - found };
}

/** The first of the places that lies behind `last`; those before it will not be asked for again. */
function nextPlace(known: { at: number[]; next: number } | undefined, last: number): number | undefined {
  if (!known) return undefined;
  while ((known.at[known.next] ?? Infinity) <= last) known.next++;
  return known.at[known.next];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
