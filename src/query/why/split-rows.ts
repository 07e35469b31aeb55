import { COST_PARTS, type CostPart } from '../../pricing/cost-split.ts';
import { usdFirst } from '../../pricing/money.ts';
import type { Row } from '../aggregate.ts';
import { tokensOfPart } from './split-tokens.ts';
import type { SplitSums } from './split-sums.ts';

export type SplitPart = CostPart | 'unsplit' | 'total';

/** A line of the table of what a cost was for. */
export interface SplitRow {
  part: SplitPart;
  /** Null if the part is not for tokens. */
  tokens: number | null;
  /** By currency, in the order of `currencies`. */
  costs: bigint[];
}

const WORDS: Readonly<Record<CostPart, string>> = {
  input: 'New input',
  cacheRead: 'Cache reads',
  cacheWrite: 'Cache writes',
  output: 'Output',
  reasoning: 'Reasoning',
  fees: 'Fees',
};

export function partWords(part: Exclude<SplitPart, 'total'>): string {
  return part === 'unsplit' ? 'Not split' : WORDS[part];
}

/** The parts that have tokens or a cost, and their total. */
export function splitRows(
  sum: Row,
  splits: SplitSums,
): { currencies: string[]; rows: SplitRow[]; total: SplitRow } {
  const currencies = usdFirst(splits.currencies.map((currency) => [currency, null])).map(([code]) => code);
  const parts = COST_PARTS.map((part): SplitRow => ({
    part,
    tokens: part === 'fees' ? null : tokensOfPart(sum, part),
    costs: currencies.map((currency) => splits.of(currency)[part]),
  }));
  const rest: SplitRow = {
    part: 'unsplit',
    tokens: null,
    costs: currencies.map((currency) => splits.unsplitOf(currency)),
  };
  return {
    currencies,
    rows: [...parts, rest].filter(
      ({ tokens, costs }) => (tokens ?? 0) > 0 || costs.some((cost) => cost !== 0n),
    ),
    total: {
      part: 'total',
      tokens: sum.input + sum.output,
      costs: currencies.map((currency) => splits.totalOf(currency)),
    },
  };
}
