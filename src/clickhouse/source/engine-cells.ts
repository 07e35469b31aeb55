import type { CounterPart } from '../../model/cell-counters.ts';
import type { PriceRef, UsageCell } from '../../model/usage-cell.ts';
import { attoOfUsd } from '../../pricing/money.ts';
import { numbersOf } from './sql.ts';

/** The sums of rows, in the order of `readSums`. */
export function sumsOf(part: CounterPart): string {
  // Ids of failures are the lowest, and most rounds have none: without the others there is little to add up.
  const [ids, values] =
    part === 'all'
      ? ['counter_ids', 'counter_values']
      : [
          `arraySlice(counter_ids, 1, ${FAILURES})`,
          `arraySlice(arrayMap(x -> toUInt64(x), counter_values), 1, ${FAILURES})`,
        ];
  return [
    'sum(rounds)',
    'sum(input_tokens)',
    'sum(output_tokens)',
    'sum(reasoning_tokens)',
    'sum(cached_tokens)',
    'sum(cache_write_tokens)',
    'toString(sum(cost))',
    'toString(sum(saved))',
    `tupleElement(sumMap(${ids}, ${values}) AS counters, 1)`,
    'tupleElement(counters, 2)',
  ].join(', ');
}

const FAILURES = 'arrayCount(x -> x <= 28, counter_ids)';

/** Rows that lack counters stay apart: what follows from the counters is not known of them. */
export const IS_UNCOUNTED = 'has(counter_ids, 1)';

export type CellSums = Pick<
  UsageCell,
  'rounds' | 'input' | 'output' | 'reasoning' | 'cached' | 'cacheWrite' | 'cost' | 'saved' | 'counters'
>;

export function readSums(values: readonly string[]): CellSums {
  const [rounds, input, output, reasoning, cached, cacheWrite, cost = '', saved = '', ids = '', counts = ''] =
    values;
  const amounts = numbersOf(counts);
  return {
    rounds: Number(rounds),
    input: Number(input),
    output: Number(output),
    reasoning: Number(reasoning),
    cached: Number(cached),
    cacheWrite: Number(cacheWrite),
    cost: attoOf(cost),
    saved: attoOf(saved),
    counters: numbersOf(ids).flatMap((id, i) => [id, amounts[i] ?? 0]),
  };
}

/** Null where nothing that is summed has a price. */
export function attoOf(amount: string): bigint {
  if (amount === '' || amount === '\\N' || amount === 'N') return 0n;
  return amount.startsWith('-') ? -attoOfUsd(amount.slice(1)) : attoOfUsd(amount);
}

/** What the price of a round says in sums. Which entry of the price book it is makes no difference to them. */
export function priceOf(state: string): PriceRef {
  if (state === 'free' || state === 'gateway-cache' || state === 'no-usage' || state === 'unpriced')
    return state;
  return 1;
}
