import { hexDigest } from '../platform/digest.ts';
import { byCost, type Row } from '../query/aggregate.ts';
import { NOT_RECORDED } from '../query/group-keys.ts';
import { OTHER_NAMES, type DimensionSums } from './dimension-sums.ts';
import type { ListQuery } from './list-link.ts';
import { nameText } from './model-view.ts';
import type { Recent } from './recent.ts';
import type { SiteTotals } from './totals.ts';

/** What usage is told apart by besides models: consumers, or a dimension of the store. */
export interface Breakdown {
  /** Of its page. */
  path: string;
  /** On one line. */
  title: string;
  head: string;
  /** `consumer`: what one of them is called. */
  noun: string;
  /** The most expensive first. */
  rows: readonly (readonly [name: string, row: Row])[];
  /** Of the last days. */
  dayOf(date: string, name: string): Row | undefined;
  nameOf(name: string): string;
  /** Undefined if the list has no filter for it. */
  queryOf(name: string): ListQuery | undefined;
}

export function consumerBreakdown({ consumers }: SiteTotals, recent: Recent): Breakdown {
  return {
    path: 'consumers.html',
    title: 'Consumers',
    head: 'Consumer',
    noun: 'consumer',
    rows: consumers,
    dayOf: (date, name) => recent.consumers.get(date + name),
    nameOf: (name) => (name === '' ? 'no consumer' : nameText(name)),
    queryOf: (name) => ({ consumer: name === '' ? '-' : nameText(name) }),
  };
}

export function dimensionBreakdowns(sums: DimensionSums, recent: Recent): Breakdown[] {
  return sums.names.map((dimension, i): Breakdown => {
    const title = nameText(dimension);
    const days = recent.dimensions[i];
    return {
      path: dimensionPath(dimension),
      title,
      head: title,
      noun: 'value',
      rows: byCost(sums.rowsOf(i)),
      dayOf: (date, name) => days?.get(date + name),
      nameOf: valueText,
      queryOf: (name) =>
        name === OTHER_NAMES || name === NOT_RECORDED
          ? undefined
          : { where: [`${dimension}=${nameText(name)}`] },
    };
  });
}

/** The page of a dimension. Its name can be anything. */
export function dimensionPath(dimension: string): string {
  return `by-${/^[a-z0-9][a-z0-9_-]{0,60}$/.test(dimension) ? dimension : `~${hexDigest(dimension)}`}.html`;
}

/** A value of a dimension for people. */
function valueText(value: string): string {
  if (value === NOT_RECORDED) return 'not recorded';
  if (value === OTHER_NAMES) return 'all other values';
  return nameText(value) || 'none';
}
