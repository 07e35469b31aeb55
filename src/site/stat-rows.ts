import { isCostKnown, tokensOf, type Row } from '../query/aggregate.ts';
import { exact } from '../query/count-text.ts';
import { costView, type CostView } from './cost-view.ts';
import { percent, shownCount, type Shown } from './format.ts';

/** What a row of statistics says, beside its name. */
export interface StatView {
  sessions: Shown;
  rounds: Shown;
  input: Shown;
  cached: string;
  output: Shown;
  reasoning: Shown;
  cost: CostView;
  /** Share of all tokens: `39%`, and as the width of a bar. */
  tokenShare: string;
  tokenWidth: string;
  /** Share of all costs; `unknown` without a price. */
  costShare: string;
  costWidth: string;
  /** `+ 40 rounds` that the cost lacks. */
  missing: string;
}

export function statView(row: Row, total: Row): StatView {
  const cost = costView(row);
  return {
    sessions: shownCount(row.sessions),
    rounds: shownCount(row.rounds),
    input: shownCount(row.input),
    cached: percent(row.cached, row.input),
    output: shownCount(row.output),
    reasoning: shownCount(row.reasoning),
    cost,
    tokenShare: percent(tokensOf(row), tokensOf(total)),
    tokenWidth: width(tokensOf(row), tokensOf(total)),
    costShare: cost.isKnown ? percent(microUsd(row.cost), microUsd(total.cost)) : 'unknown',
    costWidth: cost.isKnown ? width(microUsd(row.cost), microUsd(total.cost)) : '0%',
    missing: isCostKnown(row) && row.unpricedRounds > 0 ? `+ ${exact(row.unpricedRounds)} rounds` : '',
  };
}

/** Exact enough for a share. */
function microUsd(atto: bigint): number {
  return Number(atto / 1_000_000_000_000n);
}

function width(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((1000 * part) / whole) / 10}%`;
}
