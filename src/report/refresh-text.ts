import { cleanLine } from '../platform/clean-text.ts';
import type { CostChange, KnownCost, PricedSum, RefreshResult } from '../model/refresh-result.ts';
import { costsText, usdFirst, usdOf } from '../pricing/money.ts';
import { exact, plural } from '../query/count-text.ts';
import { drawTable, type Column, type Screen } from './tables.ts';

export function refreshText(report: RefreshResult, screen: Screen): string {
  const { models, rounds, changedSessions, isDryRun, before, after } = report;
  const head = `The prices of ${plural(models, 'model')} were looked up again for ${plural(rounds, 'round')}: `;
  if (changedSessions === 0) return `${head}nothing ${isDryRun ? 'would change' : 'changed'}.\n`;
  const sessions = plural(changedSessions, 'session');
  if (!isDryRun) {
    return `${head}prices changed in ${sessions}.\nBefore: ${sumText(before)}\nNow:    ${sumText(after)}\n`;
  }
  return `${head}prices would change in ${sessions}.\n${plannedText(report, screen)}Nothing was written.\n`;
}

/** What a refresh would change, by month and model, and what the store would come to. */
export function plannedText(report: RefreshResult, screen: Screen): string {
  const { changes, sameCostRounds, before, after } = report;
  const table =
    changes.length === 0 ? [] : ['', ...drawTable({ columns: COLUMNS, rows: [...changes] }, screen), ''];
  const same =
    sameCostRounds === 0
      ? []
      : [`${plural(sameCostRounds, 'round')} would get another price but cost the same.`];
  const sums = [`Before: ${sumText(before)}`, `Then:   ${sumText(after)}`];
  return `${[...table, ...same, ...sums].join('\n')}\n`;
}

const COLUMNS: Column<CostChange>[] = [
  { head: 'Month', align: 'left', cell: ({ month }) => month },
  { head: 'Model', align: 'left', flexible: true, cell: ({ model }) => cleanLine(model) },
  { head: 'Rounds', align: 'right', rank: 1, cell: ({ rounds }) => exact(rounds) },
  { head: 'Before', align: 'right', cell: (change) => costText(change.before, change.rounds) },
  { head: 'Then', align: 'right', cell: (change) => costText(change.after, change.rounds) },
];

function costText(known: KnownCost, rounds: number): string {
  return sumText({ ...known, settledRounds: rounds - known.unpricedRounds });
}

function sumText(sum: PricedSum): string {
  const unpriced = sum.unpricedRounds === 0 ? [] : [`${exact(sum.unpricedRounds)} unpriced`];
  return [...(isKnown(sum) ? [costsText(usdFirst(sum.costs), 4)] : []), ...unpriced].join(' + ');
}

/** Whether any cost is known. */
function isKnown({ settledRounds, unpricedRounds }: PricedSum): boolean {
  return settledRounds > 0 || unpricedRounds === 0;
}

/** `prices --refresh --json`. */
export function refreshJson(report: RefreshResult): string {
  const { models, rounds, changedSessions, changes, repricedRounds, sameCostRounds, isDryRun } = report;
  const document = {
    version: 1,
    dry_run: isDryRun,
    models,
    rounds,
    changed_sessions: changedSessions,
    changed_rounds: changes.reduce((sum, change) => sum + change.rounds, 0),
    repriced_rounds: repricedRounds,
    same_cost_rounds: sameCostRounds,
    before: sumJson(report.before),
    after: sumJson(report.after),
    changes: changes.map(({ month, model, rounds: count, before, after }) => ({
      month,
      model,
      rounds: count,
      before: sumJson({ ...before, settledRounds: count - before.unpricedRounds }),
      after: sumJson({ ...after, settledRounds: count - after.unpricedRounds }),
    })),
  };
  return `${JSON.stringify(document)}\n`;
}

function sumJson(sum: PricedSum): Record<string, unknown> {
  const { costs } = sum;
  const isInUsd = costs.has('USD') || costs.size === 0;
  return {
    cost_usd: isKnown(sum) && isInUsd ? usdOf(costs.get('USD') ?? 0n) : null,
    unpriced_rounds: sum.unpricedRounds,
    costs: Object.fromEntries(usdFirst(costs).map(([currency, cost]) => [currency, usdOf(cost)])),
  };
}
