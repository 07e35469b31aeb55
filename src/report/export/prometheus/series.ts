import { cleanLine } from '../../../platform/clean-text.ts';
import { addRow, compareText, emptyRow, type Row } from '../../../query/aggregate.ts';
import { groupBy, type UsageQuery } from '../../../query/grouping.ts';
import type { StoredSessions } from '../../../store/index/index.ts';
import type { Label } from './families.ts';

/** What the rounds of one gateway, model and consumer used. */
export interface Series {
  labels: readonly Label[];
  row: Row;
}

/** How many models, and how many consumers, have series of their own. */
export const MOST_NAMES = 200;

/** The label of the others. No name of a log has angle brackets at both ends by chance. */
export const OTHERS = '<other>';

/** Longer names are cut. */
const LONGEST_NAME = 200;

/**
 * The series of a store, in the order of their names. The names that were used first have series of their own, and those
 * that came later share one: a series that exists goes on, whatever comes.
 */
export function seriesOf(
  sessions: Pick<StoredSessions, 'usages' | 'sharedCells'>,
  query: UsageQuery,
): Series[] {
  const { rows } = groupBy(sessions, ['gateway', 'model', 'consumer'], { ...query, withHealth: true });
  const shown = {
    model: shownNames(
      sessions,
      'model',
      rows.map(({ names }) => names[1] ?? ''),
      query,
    ),
    consumer: shownNames(
      sessions,
      'consumer',
      rows.map(({ names }) => names[2] ?? ''),
      query,
    ),
  };
  const series = new Map<string, Series>();
  for (const { names, row } of rows) {
    const [gateway = '', model = '', consumer = ''] = names;
    const labels: Label[] = [
      ['gateway', labelOf(gateway)],
      ['model', shown.model(model)],
      ['consumer', shown.consumer(consumer)],
    ];
    const key = JSON.stringify(labels);
    const one = series.get(key) ?? { labels, row: emptyRow() };
    series.set(key, one);
    addRow(one.row, row);
  }
  return [...series].toSorted(([a], [b]) => compareText(a, b)).map(([, one]) => one);
}

/** The label of each name. Only if there are too many is it looked up which came first. */
function shownNames(
  sessions: Pick<StoredSessions, 'usages' | 'sharedCells'>,
  key: 'model' | 'consumer',
  names: readonly string[],
  query: UsageQuery,
): (name: string) => string {
  if (new Set(names.map(labelOf)).size <= MOST_NAMES) return labelOf;
  const shown = new Set<string>();
  // The days ascend.
  for (const { names: named } of groupBy(sessions, ['date', key], query).rows.toSorted(byNames)) {
    if (shown.size === MOST_NAMES) break;
    shown.add(labelOf(named[1] ?? ''));
  }
  return (name) => (shown.has(labelOf(name)) ? labelOf(name) : OTHERS);
}

function byNames(
  { names: a }: { names: readonly string[] },
  { names: b }: { names: readonly string[] },
): number {
  return compareText(a[0] ?? '', b[0] ?? '') || compareText(a[1] ?? '', b[1] ?? '');
}

/** A name as a label: Prometheus refuses text that is not UTF-8, and people read it in a legend. */
function labelOf(name: string): string {
  const clean = cleanLine(name.toWellFormed());
  return clean.length <= LONGEST_NAME ? clean : `${clean.slice(0, LONGEST_NAME - 1).toWellFormed()}…`;
}
