import { usdOf, usdText } from '../pricing/money.ts';
import { exact, plural } from '../query/count-text.ts';

/** What a refresh of the prices did, as far as a person is told. Costs are 10⁻¹⁸ USD. */
export interface RefreshReport {
  models: number;
  rounds: number;
  changedSessions: number;
  before: { cost: bigint; unpricedRounds: number };
  after: { cost: bigint; unpricedRounds: number };
}

export function refreshText({ models, rounds, changedSessions, before, after }: RefreshReport): string {
  const head = `The prices of ${plural(models, 'model')} were looked up again for ${plural(rounds, 'round')}: `;
  if (changedSessions === 0) return `${head}nothing changed.\n`;
  return (
    `${head}other prices in ${plural(changedSessions, 'session')}.\n` +
    `Before: ${sumText(before)}\nNow:    ${sumText(after)}\n`
  );
}

function sumText({ cost, unpricedRounds }: RefreshReport['before']): string {
  const unpriced = unpricedRounds === 0 ? '' : ` + ${exact(unpricedRounds)} unpriced`;
  return `${usdText(cost, 4)}${unpriced}`;
}

/** `prices --refresh --json`. */
export function refreshJson({ models, rounds, changedSessions, before, after }: RefreshReport): string {
  const sum = ({ cost, unpricedRounds }: RefreshReport['before']): Record<string, number> => ({
    cost_usd: usdOf(cost),
    unpriced_rounds: unpricedRounds,
  });
  const document = {
    version: 1,
    models,
    rounds,
    changed_sessions: changedSessions,
    before: sum(before),
    after: sum(after),
  };
  return `${JSON.stringify(document)}\n`;
}
