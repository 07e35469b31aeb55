import { NoAnswer } from '../../platform/errors.ts';
import type { Totals } from '../../query/aggregate.ts';
import { unpricedText } from '../../report/numbers.ts';
import * as en from '../../texts/en.ts';

/** For `--strict`, after the output: throws NoAnswer if the sum includes unpriced rounds. */
export function requirePrices(
  sum: Totals,
  strict: true | undefined,
  { absent, costs }: Pick<typeof en, 'absent' | 'costs'> = en,
): void {
  const unpriced = strict ? unpricedText(sum, costs) : null;
  if (unpriced !== null) throw new NoAnswer(absent.unpriced({ unpriced }));
}
