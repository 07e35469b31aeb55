import { clipText } from '../model-view.ts';
import { causeText } from '../../query/why/miss-words.ts';
import type { ContextSize, SessionWhy } from '../../query/why/session-why.ts';

/** A request's length: the number of its round, and its tokens. */
type Size = [round: number, tokens: number];

/** What the site remembers of a session's context: how it grew, and what of it caches did not hold. */
export interface ContextFacts {
  /** Rounds that missed the cache, and the tokens that they did not read from it. */
  misses: number;
  tokens: number;
  /** What that cost more, in 10⁻¹⁸ of each currency. */
  costs: [currency: string, cost: string][];
  /** Misses without a price; rounds of which it is not known. */
  unpriced: number;
  unknown: number;
  /** The largest misses, that first. */
  largest: [round: number, tokens: number, cause: string][];
  /** The first, the largest and the last request of the main thread; null if it has none. */
  growth: [first: Size, largest: Size, last: Size] | null;
}

const MOST_MISSES = 3;

/** Facts as JSON. */
export function contextFacts({ misses, growth }: SessionWhy): string {
  const facts: ContextFacts = {
    misses: misses.count,
    tokens: misses.tokens,
    costs: Array.from(misses.costs, ([currency, cost]) => [currency, String(cost)]),
    unpriced: misses.unpriced,
    unknown: misses.unknown,
    largest: misses.largest
      .slice(0, MOST_MISSES)
      .map(({ round, tokens, cause, after }) => [round, tokens, causeText(cause, after, clipText)]),
    growth: growth && [sizeOf(growth.first), sizeOf(growth.largest), sizeOf(growth.last)],
  };
  return JSON.stringify(facts);
}

function sizeOf({ round, tokens }: ContextSize): Size {
  return [round, tokens];
}

/** How much longer the largest request is than the first. */
export function grownBy({ growth }: ContextFacts): number {
  return growth ? growth[1][1] - growth[0][1] : 0;
}
