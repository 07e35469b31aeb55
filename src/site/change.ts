import { currencySign, formatUsd } from '../pricing/money.ts';
import { emptyRow, type Row } from '../query/aggregate.ts';
import { exact } from '../platform/count-text.ts';
import { sumOf } from './by-day-groups.ts';
import { costIn, costView, currenciesOf } from './cost-view.ts';
import { dateText, shortCount } from './format.ts';
import { datesOf, weeksUpTo, type Span } from './weeks.ts';
import type { SiteTotals } from './totals.ts';
import type { Recent } from './recent.ts';

/** What was used in the last 7 days, and in the 7 before. */
export interface Change {
  last: Row;
  before: Row;
}

/** The change of a site over two weeks. */
export interface SiteChange extends Change {
  weeks: { last: Span; before: Span };
  models: ReadonlyMap<string, Change>;
  consumers: ReadonlyMap<string, Change>;
  /** The first date of the store: if it is later than the weeks begin, the change says little. */
  first: string;
  /** How many sessions began. */
  begun: { last: number; before: number };
}

/** The change up to a day; undefined if nothing was used in these two weeks. */
export function changeUpTo(day: string, totals: SiteTotals, recent: Recent): SiteChange | undefined {
  const weeks = weeksUpTo(day);
  const rows = new Map(totals.days);
  const all = changeOf(weeks, (date) => rows.get(date));
  if (all.last.rounds + all.before.rounds === 0) return undefined;
  const models = totals.models.map(([model]): [string, Change] => [
    model,
    changeOf(weeks, (date) => totals.dayOf(date, model)),
  ]);
  const names = totals.consumers.map(([consumer]) => consumer);
  const consumers = namedChanges(weeks, names, (date, name) => recent.consumers.get(date + name));
  const first = totals.days[0]?.[0] ?? day;
  const begun = (span: Span): number =>
    datesOf(span).reduce((sum, date) => sum + (recent.begun.get(date) ?? 0), 0);
  return {
    ...all,
    weeks,
    models: new Map(models),
    consumers,
    first,
    begun: { last: begun(weeks.last), before: begun(weeks.before) },
  };
}

/** The changes of some names, which used something on dates. */
export function namedChanges(
  weeks: SiteChange['weeks'],
  names: readonly string[],
  dayOf: (date: string, name: string) => Row | undefined,
): Map<string, Change> {
  return new Map(names.map((name) => [name, changeOf(weeks, (date) => dayOf(date, name))]));
}

function changeOf(weeks: SiteChange['weeks'], rowOf: (date: string) => Row | undefined): Change {
  const used = (span: Span): Row => sumOf(datesOf(span).map(rowOf)) ?? emptyRow();
  return { last: used(weeks.last), before: used(weeks.before) };
}

/** Whether the store has all of the 7 days before. */
export function isWhole({ first, weeks }: SiteChange): boolean {
  return first <= weeks.before.from;
}

/** The one currency in which both weeks were charged. */
export function onlyCurrency({ last, before }: Change): string | undefined {
  const currencies = new Set([...currenciesOf(last), ...currenciesOf(before)]);
  return currencies.size === 1 ? [...currencies][0] : undefined;
}

/** The same if all costs are known; else a difference says nothing. */
export function comparable(change: Change): string | undefined {
  return change.last.unpricedRounds + change.before.unpricedRounds > 0 ? undefined : onlyCurrency(change);
}

/** A change as it is shown in a row: the last 7 days, and what that is against the 7 before. */
export interface ChangeView {
  text: string;
  exact: string;
  /** `+ 2 unpriced` */
  missing: string;
  /** `+$0.80, +200%`, or what there was before if the two cannot be compared. */
  against: string;
}

export function changeView(change: Change, site: SiteChange): ChangeView {
  const { text, exact: whole, missing } = costView(change.last);
  const shown = change.last.rounds === 0 ? 'none' : text;
  return { text: shown, exact: whole, missing, against: againstText(change, site) };
}

function againstText(change: Change, site: SiteChange): string {
  const { last, before } = change;
  if (before.rounds === 0) return isWhole(site) && last.rounds > 0 ? 'none before' : '';
  const currency = comparable(change);
  if (currency === undefined || !isWhole(site)) return beforeText(change, site);
  const [now, then] = [costIn(last, currency), costIn(before, currency)];
  const mark = last.bounds.size + before.bounds.size > 0 ? '≈ ' : '';
  const difference = differenceText(now - then, currency);
  return difference === ''
    ? `${mark}no change`
    : mark + [difference, ratioText(now, then)].filter(Boolean).join(', ');
}

/** `before: $0.40`; with the first date if the store begins in these days. */
function beforeText({ before }: Change, site: SiteChange): string {
  const { text, missing } = costView(before);
  const since = isWhole(site) ? '' : `, since ${dateText(site.first, false)}`;
  return `before: ${text}${missing === '' ? '' : ` ${missing}`}${since}`;
}

/** `+$0.80`, `−$0.80`; empty if it is less than a cent. */
function differenceText(difference: bigint, currency: string): string {
  const size = difference < 0n ? -difference : difference;
  const amount = formatUsd(size, 2);
  if (!/[1-9]/.test(amount)) return '';
  return (difference < 0n ? '−' : '+') + amount.replace('$', currencySign(currency));
}

/** `+200%`; empty without a whole. */
function ratioText(now: bigint, then: bigint): string {
  if (then === 0n) return '';
  return percentText(Number(((now - then) * 1000n) / then) / 10);
}

/** `7 days: $1.20, +$0.80, +200%` */
export function costChange(change: SiteChange): string {
  const { text, missing, against } = changeView(change, change);
  return `7 days: ${[missing === '' ? text : `${text} ${missing}`, against].filter(Boolean).join(', ')}`;
}

/** `7 days: 1,234, +12%`: of a count; `verb`: what they did. */
export function countChange(last: number, before: number, site: SiteChange, verb = ''): string {
  const ratio = before > 0 && isWhole(site) ? percentText((100 * (last - before)) / before) : '';
  const against = ratio === '' ? (before === 0 && isWhole(site) ? ', none before' : '') : `, ${ratio}`;
  const count = last < 10_000 ? exact(last) : shortCount(last);
  return `7 days: ${count}${verb === '' ? '' : ` ${verb}`}${against}`;
}

function percentText(percent: number): string {
  const rounded = Math.round(percent);
  if (rounded === 0) return percent === 0 ? 'no change' : percent > 0 ? '<1% more' : '<1% less';
  return `${rounded < 0 ? '−' : '+'}${exact(Math.abs(rounded))}%`;
}
