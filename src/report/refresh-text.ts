import { usdOf, usdText } from '../pricing/money.ts';
import { exact, plural } from '../query/count-text.ts';

/** What a refresh of the prices did, as far as a person is told. Costs are 10⁻¹⁸ USD. */
export interface RefreshReport {
  models: number;
  rounds: number;
  changedSessions: number;
  before: PricedSum;
  after: PricedSum;
}

interface PricedSum {
  cost: bigint;
  /** Rounds whose cost is known, which may be zero. */
  settledRounds: number;
  unpricedRounds: number;
}

export function refreshText({ models, rounds, changedSessions, before, after }: RefreshReport): string {
  const head = `The prices of ${plural(models, 'model')} were looked up again for ${plural(rounds, 'round')}: `;
  if (changedSessions === 0) return `${head}nothing changed.\n`;
  return (
    `${head}other prices in ${plural(changedSessions, 'session')}.\n` +
    `Before: ${sumText(before)}\nNow:    ${sumText(after)}\n`
  );
}

function sumText(sum: PricedSum): string {
  const unpriced = sum.unpricedRounds === 0 ? [] : [`${exact(sum.unpricedRounds)} unpriced`];
  return [...(isKnown(sum) ? [usdText(sum.cost, 4)] : []), ...unpriced].join(' + ');
}

/** Whether the sum of costs says anything. */
function isKnown({ settledRounds, unpricedRounds }: PricedSum): boolean {
  return settledRounds > 0 || unpricedRounds === 0;
}

/** `prices --refresh --json`. */
export function refreshJson({ models, rounds, changedSessions, before, after }: RefreshReport): string {
  const document = {
    version: 1,
    models,
    rounds,
    changed_sessions: changedSessions,
    before: sumJson(before),
    after: sumJson(after),
  };
  return `${JSON.stringify(document)}\n`;
}

function sumJson(sum: PricedSum): Record<string, number | null> {
  return { cost_usd: isKnown(sum) ? usdOf(sum.cost) : null, unpriced_rounds: sum.unpricedRounds };
}
