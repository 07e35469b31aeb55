import type { RoundUsage } from '../model/token-usage.ts';
import type { Charge, Meter } from './charges.ts';

/**
 * What a cost was for. `output` is without reasoning, which is charged like other output. `fees` are for requests and
 * searches.
 */
export const COST_PARTS = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning', 'fees'] as const;
export type CostPart = (typeof COST_PARTS)[number];

/** A cost by what it was for, in 10⁻¹⁸ of its currency. The parts add up to the cost. */
export type CostSplit = Record<CostPart, bigint>;

const PART_OF: Readonly<Record<Meter, CostPart>> = {
  input: 'input',
  'input-audio': 'input',
  'input-image': 'input',
  'cache-read': 'cacheRead',
  'cache-read-audio': 'cacheRead',
  'cache-read-image': 'cacheRead',
  'cache-write': 'cacheWrite',
  'cache-write-1h': 'cacheWrite',
  output: 'output',
  'output-audio': 'output',
  'output-image': 'output',
  request: 'fees',
  search: 'fees',
};

export function noSplit(): CostSplit {
  return { input: 0n, cacheRead: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n, fees: 0n };
}

/** Splits the charges of a round. Reasoning is text: audio and images of the output are none. */
export function splitCharges(
  charges: readonly Charge[],
  { reasoning }: Pick<RoundUsage, 'reasoning'>,
): CostSplit {
  const split = noSplit();
  for (const { meter, quantity, each } of charges) {
    const thought = meter === 'output' ? Math.min(reasoning, quantity) : 0;
    split.reasoning += BigInt(thought) * each;
    split[PART_OF[meter]] += BigInt(quantity - thought) * each;
  }
  return split;
}

export function addSplit(sum: CostSplit, split: CostSplit): void {
  for (const part of COST_PARTS) sum[part] += split[part];
}

export function splitTotal(split: CostSplit): bigint {
  return COST_PARTS.reduce((sum, part) => sum + split[part], 0n);
}

/**
 * Changes each part, so that they add up to the changed total although each amount is rounded. Null if `change` cannot
 * tell.
 */
export function changeSplit(
  split: CostSplit,
  change: (amount: bigint) => bigint | undefined,
): CostSplit | null {
  const changed = noSplit();
  let [before, after] = [0n, 0n];
  for (const part of COST_PARTS) {
    before += split[part];
    const upToHere = change(before);
    if (upToHere === undefined) return null;
    changed[part] = upToHere - after;
    after = upToHere;
  }
  return changed;
}
