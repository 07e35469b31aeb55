import { NoAnswer } from '../../platform/errors.ts';
import type { Totals } from '../../query/aggregate.ts';
import { unpricedText } from '../../report/numbers.ts';

/** For `--strict`, after the output: throws NoAnswer if the sum includes unpriced rounds. */
export function requirePrices(sum: Totals, strict: true | undefined): void {
  const unpriced = strict ? unpricedText(sum) : null;
  if (unpriced !== null) throw new NoAnswer(`the total does not include ${unpriced}`);
}
