import type { TokenUsage } from './token-usage.ts';

/** What is counted in a round, in a usage cell, and in every sum of them. To add a count, start here. */
export class Counts implements TokenUsage {
  rounds = 0;
  input = 0;
  output = 0;
  reasoning = 0;
  cached = 0;
  cacheWrite = 0;
}

export const COUNT_NAMES = Object.keys(new Counts()) as readonly (keyof Counts)[];

/** Those of tokens: all but the rounds. */
export const TOKEN_NAMES = COUNT_NAMES.filter((name) => name !== 'rounds');

/** Runs for every cell of a store. Spelled out, it is several times faster than a loop over the names. */
export function addCounts(sum: Counts, counts: Counts): void {
  sum.rounds += counts.rounds;
  sum.input += counts.input;
  sum.output += counts.output;
  sum.reasoning += counts.reasoning;
  sum.cached += counts.cached;
  sum.cacheWrite += counts.cacheWrite;
}
