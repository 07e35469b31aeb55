import { hexDigest } from '../../platform/digest.ts';
import { exactTime } from '../clock.ts';
import { drawnCurrency } from '../cost-view.ts';
import { roundsPath } from '../names.ts';
import type { Page } from '../page.ts';
import type { SiteContext } from '../site-context.ts';
import { sumOfColumns } from './column.ts';
import { MOST_LINES, roundLine, type RoundLine } from './rounds-table.ts';
import { roundBars } from './timeline-bars.ts';
import type { Column } from './view.ts';

/*
 * sessions/<name>~r<n>.js: the table of rounds of a long session, whose page has no room for a line for each. A file has so
 * many rounds that one more changes little.
 */
const ROUNDS = 500;

/** A line of the table, as a browser gets it: a list, because a hostile key can do no harm there. */
export type RoundData = [
  round: number,
  failed: string,
  time: string,
  model: string,
  before: string,
  firstToken: string,
  took: string,
  input: string,
  cached: string,
  output: string,
  cost: string,
  unpriced: string,
];

/** How many files a session of so many rounds has. */
export function roundFileCount(rounds: number): number {
  return rounds <= MOST_LINES ? 0 : Math.ceil(rounds / ROUNDS);
}

export function* roundFiles(name: string, columns: readonly Column[], site: SiteContext): Generator<Page> {
  const count = roundFileCount(columns.length);
  if (count === 0) return;
  const { currency } = drawnCurrency(sumOfColumns(columns));
  for (let part = 1; part <= count; part++) {
    const own = columns.slice((part - 1) * ROUNDS, part * ROUNDS);
    yield {
      path: roundsPath(name, part),
      key: hexDigest(`${currency} ${own.map(columnKey).join('\n')}`),
      render: () => fileText(part, own, currency, site),
    };
  }
}

/** All that a line shows. */
function columnKey({ number, time, usage, timing, idleMs, failedTools, status }: Column): string {
  const { model, price, input, cached, output, cost, currency, inexact } = usage;
  return JSON.stringify([
    [number, time, model, price, input, cached, output, String(cost), currency, inexact],
    [usage.converted?.to, String(usage.converted?.cost), timing, idleMs, failedTools, status],
  ]);
}

function fileText(
  part: number,
  columns: readonly Column[],
  currency: string,
  { local }: SiteContext,
): string {
  const timeOf = (ms: number): string => exactTime(local.isoOf(ms)).slice(0, 19);
  const style = { timeOf, hrefOf: () => '' };
  const lines = roundBars(columns, currency).map((bar) => dataOf(bar.from, roundLine(bar, style)));
  return `monitorRounds(${part},[\n${lines.map((line) => JSON.stringify(line)).join(',\n')}\n]);\n`;
}

/** Why a cost may be wrong is said at the round itself. */
function dataOf(
  round: number,
  { failed, time, model, before, firstToken, took, input, cached, output, cost, unpriced }: RoundLine,
): RoundData {
  return [round, failed, time, model, before, firstToken, took, input, cached, output, cost, unpriced];
}
