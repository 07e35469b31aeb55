import { exact, plural } from '../../platform/count-text.ts';
import { healthOf, type Health, type Times } from '../../query/health.ts';
import { duration, percent, shownCount, type Shown } from '../format.ts';
import type { ModelView } from '../model-view.ts';
import { HealthRow } from './health-row.ts';

/** A row of such a table. */
export interface NamedHealth {
  name: string;
  row: HealthRow;
  /** The same in the days before today, if the table compares them. */
  before?: HealthRow | undefined;
  /** Of a model. */
  square?: ModelView | undefined;
  /** The list of its sessions; absent if no address says that. */
  href?: string;
  /** The list of its sessions with failed requests; empty if no address says that. */
  failedHref: string;
  beforeHref: string;
}

/** The data of templates/health-table.hbs. */
export interface HealthTable {
  /** Of the first column. */
  head: string;
  /** The same in a sentence. */
  caption: string;
  /** The end of the bars' scale. */
  scale: string;
  hasBefore: boolean;
  rows: RowView[];
}

interface RowView {
  name: string;
  /** Can be empty. */
  href: string;
  square: ModelView | null;
  /** Class of the bar: a model's colour, or `plain`. */
  bar: string;
  requests: Shown;
  requestsBefore: string;
  failed: FailedView;
  failedBefore: FailedView | null;
  range: Range | null;
  rangeBefore: Range | null;
  times: { class: string; label: string; text: string; before: string }[];
}

interface FailedView {
  /** `12 (15%)` */
  text: string;
  href: string;
  isSome: boolean;
  /** `7 × 429, 5 × 5xx` */
  classes: string;
}

/** From p50 to p90, in the width of the cell. */
interface Range {
  x: string;
  width: string;
}

/** Shown of a table; all others are summed in one row. */
export function withOthers(rows: readonly NamedHealth[], most: number, noun: string): NamedHealth[] {
  if (rows.length <= most) return [...rows];
  const others = rows.slice(most);
  return [
    ...rows.slice(0, most),
    {
      name: `${plural(others.length, `other ${noun}`)}`,
      row: HealthRow.sumOf(others.map(({ row }) => row)),
      before: HealthRow.sumOf(others.flatMap(({ before }) => (before ? [before] : []))),
      failedHref: '',
      beforeHref: '',
    },
  ];
}

export function healthTable(head: string, rows: readonly NamedHealth[], hasBefore: boolean): HealthTable {
  const healths = rows.map(({ row, before }) => ({
    now: healthOf(row),
    before: hasBefore && before && before.rounds > 0 ? healthOf(before) : undefined,
  }));
  const longest = Math.max(
    0,
    ...healths.flatMap(({ now, before }) => [now.duration.p90 ?? 0, before?.duration.p90 ?? 0]),
  );
  return {
    head,
    caption: head === 'API' ? head : head.toLowerCase(),
    scale: longest === 0 ? '' : `0 to ${duration(longest)}`,
    hasBefore,
    rows: rows.map(({ name, href = '', square, failedHref, beforeHref }, i) => {
      const { now, before } = healths[i] as (typeof healths)[number];
      return {
        name,
        href,
        square: square ?? null,
        bar: square ? `m${square.slot}` : 'plain',
        requests: shownCount(now.rounds),
        requestsBefore: hasBefore ? shownCount(before?.rounds ?? 0).text : '',
        failed: failedView(now, failedHref),
        failedBefore: before ? failedView(before, beforeHref) : null,
        range: rangeOf(now.duration, longest),
        rangeBefore: before ? rangeOf(before.duration, longest) : null,
        times: timesOf(now, hasBefore ? before : undefined, hasBefore),
      };
    }),
  };
}

function timesOf(now: Health, before: Health | undefined, hasBefore: boolean): RowView['times'] {
  return TIMES.map(({ name, label, text }) => ({
    class: name,
    label,
    text: text(now),
    before: hasBefore ? (before ? text(before) : '–') : '',
  }));
}

/** `label`: what stands before the number on a phone. */
const TIMES: readonly { name: string; label: string; text: (health: Health) => string }[] = [
  { name: 'p50', label: 'p50', text: ({ duration: { p50 } }) => timeText(p50) },
  { name: 'p90', label: 'p90', text: ({ duration: { p90 } }) => timeText(p90) },
  { name: 'p99', label: 'p99', text: ({ duration: { p99 } }) => timeText(p99) },
  { name: 'first', label: 'first token p50', text: ({ firstToken: { p50 } }) => timeText(p50) },
  { name: 'f90', label: 'p90', text: ({ firstToken: { p90 } }) => timeText(p90) },
  { name: 'f99', label: 'p99', text: ({ firstToken: { p99 } }) => timeText(p99) },
  {
    name: 'speed',
    label: 'tokens/s',
    // Without output, nothing was timed.
    text: ({ speed: { tokensPerSecond } }) => (tokensPerSecond ? tokensPerSecond.toFixed(1) : '–'),
  },
];

function timeText(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}

function failedView(health: Health, href: string): FailedView {
  const { failed, rounds, uncounted } = health;
  const known = rounds - uncounted;
  if (known === 0) return { text: '–', href: '', isSome: false, classes: '' };
  if (failed === 0) return { text: '0', href: '', isSome: false, classes: '' };
  return { text: failedText(health), href, isSome: true, classes: classesText(health) };
}

/** `12 (15%)` */
function failedText({ failed, rounds, uncounted }: Health): string {
  return `${exact(failed)} (${percent(failed, rounds - uncounted)})`;
}

/** `7 × 429, 5 × 5xx` */
function classesText({ statuses }: Health): string {
  return [
    ['429', statuses['429']] as const,
    ['other 4xx', statuses['4xx'] - statuses['429']] as const,
    ['5xx', statuses['5xx']] as const,
    ['no response', statuses['0']] as const,
  ]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${exact(count)} × ${name}`)
    .join(', ');
}

function rangeOf({ p50, p90 }: Times, longest: number): Range | null {
  if (p50 === null || p90 === null || longest === 0) return null;
  return { x: part(p50, longest), width: part(p90 - p50, longest) };
}

function part(value: number, whole: number): string {
  return `${Math.round((1000 * value) / whole) / 10}%`;
}
