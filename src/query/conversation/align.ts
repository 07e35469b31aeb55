/** How a request differs from an earlier one of its thread. Messages are numbers; equal content has the same number. */
export interface Alignment {
  /** How many leading messages both have in common. */
  prefix: number;
  /** Positions of the later request's messages that the earlier one lacks, ascending. */
  added: number[];
  /** How many messages of the earlier request are missing from the later one. */
  removed: number;
}

/** The length of the longest common prefix of two lists. */
export function commonPrefix<T>(a: readonly T[], b: readonly T[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/**
 * Compares two requests. After the common prefix, each message of the later request is looked up in the earlier one,
 * after the previous match. So two equal messages match two, and a third counts as added.
 */
export function align(earlier: readonly number[], later: readonly number[]): Alignment {
  const prefix = commonPrefix(earlier, later);
  if (prefix === earlier.length) return { prefix, added: range(prefix, later.length), removed: 0 };
  const positions = new Map<number, Positions>();
  for (let i = prefix; i < earlier.length; i++) {
    const known = positions.get(earlier[i] ?? -1);
    if (known) known.all.push(i);
    else positions.set(earlier[i] ?? -1, { all: [i], next: 0 });
  }
  const added: number[] = [];
  let last = -1;
  let found = 0;
  for (let i = prefix; i < later.length; i++) {
    const position = nextPosition(positions.get(later[i] ?? -1), last);
    if (position === undefined) {
      added.push(i);
    } else {
      last = position;
      found++;
    }
  }
  return { prefix, added, removed: earlier.length - prefix - found };
}

/** Where a message occurs, ascending. */
interface Positions {
  all: number[];
  /** Index of the first that was not passed yet. */
  next: number;
}

/** The first position after `last`. `last` only grows, so earlier positions are never needed again. */
function nextPosition(known: Positions | undefined, last: number): number | undefined {
  if (!known) return undefined;
  while ((known.all[known.next] ?? Infinity) <= last) known.next++;
  return known.all[known.next];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
