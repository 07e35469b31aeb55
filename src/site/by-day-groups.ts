import { addDays } from '../query/add-days.ts';
import { addRow, emptyRow, tokensOf, type Row } from '../query/aggregate.ts';
import { plural } from '../platform/count-text.ts';
import type { Breakdown } from './breakdowns.ts';
import { NO_MODEL_SLOT, SLOTS } from './model-colours.ts';
import { isUnpriced, modelView, type ModelView } from './model-view.ts';
import { RECENT_DAYS } from './recent.ts';
import type { SiteContext } from './site-context.ts';
import type { SiteTotals } from './totals.ts';
import { datesOf } from './weeks.ts';

/** What columns of days are made of. */
export interface ByDay {
  /** Consecutive dates. */
  days: string[];
  /** Whether these are all days with rounds. */
  isWhole: boolean;
  /** The colours of a column, from the bottom up. */
  groups: DayGroup[];
  /** What all of them used on a day. */
  dayOf(date: string): Row | undefined;
}

/** A colour of the charts: one name, or all names without a colour of their own. */
interface DayGroup {
  view: ModelView;
  dayOf(date: string): Row | undefined;
}

/** Fewer columns would be too wide. */
const LEAST_DAYS = 14;

/** By model, for at most `most` days up to the last one with rounds. */
export function modelsByDay(totals: SiteTotals, most: number, site: SiteContext): ByDay {
  const days = daysUpToLast(totals, most);
  const rows = new Map(totals.days);
  return {
    days,
    isWhole: totals.days.every(([date]) => days.includes(date)),
    groups: modelGroups(totals, site),
    dayOf: (date) => rows.get(date),
  };
}

function modelGroups({ models, dayOf }: SiteTotals, site: SiteContext): DayGroup[] {
  const views = models.map(([model, row]) => ({
    view: modelView(model, isUnpriced(row), site.colours),
    model,
    row,
  }));
  const groupOf = (view: ModelView, names: readonly string[]): DayGroup => ({
    view,
    dayOf: (date) => sumOf(names.map((name) => dayOf(date, name))),
  });
  const together = (of: typeof views, slot: number, name: string): DayGroup[] => {
    const isHatched = of.every(({ view }) => view.isHatched);
    const names = of.map(({ model }) => model);
    return of.length === 0 ? [] : [groupOf({ name, slot, isHatched }, names)];
  };
  const own = views.filter(({ view: { slot } }) => slot > 0 && slot !== NO_MODEL_SLOT);
  const others = views.filter(({ view }) => view.slot === 0);
  const nameless = views.filter(({ view, row }) => view.slot === NO_MODEL_SLOT && tokensOf(row) > 0);
  return [
    ...own.map(({ view, model }) => groupOf(view, [model])),
    ...together(others, 0, plural(others.length, 'other model')),
    ...together(nameless, NO_MODEL_SLOT, nameless.length === 1 ? (nameless[0]?.view.name ?? '') : 'no model'),
  ];
}

/** By other names, for the last days up to a day. The most expensive ones have a colour, in this order. */
export function namesByDay({ rows, dayOf, nameOf, noun }: Breakdown, day: string, totals: SiteTotals): ByDay {
  const days = datesOf({ from: addDays(day, 1 - RECENT_DAYS), to: day });
  const used = rows.filter(([name]) => days.some((date) => (dayOf(date, name)?.rounds ?? 0) > 0));
  const own = used.slice(0, used.length === SLOTS + 1 ? SLOTS + 1 : SLOTS);
  const others = used.slice(own.length);
  const all = new Map(totals.days);
  const groupOf = (view: Omit<ModelView, 'isHatched'>, names: typeof used): DayGroup => ({
    view: { ...view, isHatched: names.every(([, row]) => isUnpriced(row)) },
    dayOf: (date) => sumOf(names.map(([name]) => dayOf(date, name))),
  });
  return {
    days,
    isWhole: totals.days.every(([date]) => days.includes(date)),
    groups: [
      ...own.map((one, i) => groupOf({ name: nameOf(one[0]), slot: (i + 1) % (SLOTS + 1) }, [one])),
      ...(others.length === 0
        ? []
        : [groupOf({ name: plural(others.length, `other ${noun}`), slot: 0 }, others)]),
    ],
    dayOf: (date) => all.get(date),
  };
}

/** Consecutive dates up to the last one with rounds. */
export function daysUpToLast({ days }: SiteTotals, most: number): string[] {
  const [first = '', last = ''] = [days[0]?.[0], days.at(-1)?.[0]];
  const count = Math.min(most, Math.max(LEAST_DAYS, daysBetween(first, last) + 1));
  return datesOf({ from: addDays(last, 1 - count), to: last });
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** Undefined without rows. */
export function sumOf(rows: readonly (Row | undefined)[]): Row | undefined {
  const known = rows.filter((row) => row !== undefined);
  if (known.length < 2) return known[0];
  const sum = emptyRow();
  for (const row of known) addRow(sum, row);
  return sum;
}
