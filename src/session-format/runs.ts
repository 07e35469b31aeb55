export type Run = [first: number, count: number];

/** Length of the run from `at` on in which each ordinal is the expected one. The first is assumed to be. */
export function runLength(
  ordinals: readonly number[],
  at: number,
  expected: (i: number) => number | undefined,
): number {
  let count = 1;
  while (at + count < ordinals.length && ordinals[at + count] === expected(count)) count++;
  return count;
}

/** A list of ordinals as runs of consecutive ones. */
export function toRuns(ordinals: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < ordinals.length;) {
    const first = ordinals[i] ?? 0;
    const count = runLength(ordinals, i, (k) => first + k);
    runs.push([first, count]);
    i += count;
  }
  return runs;
}

export function fromRuns(runs: Run[]): number[] {
  return runs.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
}
