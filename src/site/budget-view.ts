import { boundMark } from '../pricing/bound-mark.ts';
import { attoOfUsd, costsText, currencySign, exactUsd, moneyText, usdOf } from '../pricing/money.ts';
import { plural } from '../platform/count-text.ts';
import { addDays } from '../query/add-days.ts';
import { emptyRow, type Row } from '../query/aggregate.ts';
import { sumBound } from '../query/costs.ts';
import { othersOf, percentOf, spentIn } from '../query/spent.ts';
import { sumOf } from './by-day-groups.ts';
import type { BudgetLine } from './by-day.ts';
import type { Words } from './cause.ts';
import { dateText, monthText } from './format.ts';
import { listHref, monthQuery, type ListQuery } from './list-link.ts';
import type { GivenBudget } from './remembered-filter.ts';
import type { Span } from './weeks.ts';

/** What is used of a budget: one sentence, and the level of the budget in the chart of days. */
export interface BudgetView {
  words: Words[];
  isOver: boolean;
  /** Null: no day has a share of it. */
  line: BudgetLine | null;
}

/** `days`: what was used on each date; `day`: the date of the render. */
export function budgetView(
  budget: GivenBudget,
  days: readonly (readonly [date: string, row: Row])[],
  day: string,
  path: string,
): BudgetView {
  const { currency, per } = budget;
  const amount = attoOfUsd(budget.amount);
  // $50, but $0.50
  const text = currencySign(currency) + exactUsd(amount).replace(/\.\d$/, '$&0');
  const { span, name, length } = currentSpan(per, day);
  const used = days.filter(([date]) => !span || (date >= span.from && date <= span.to));
  const sum = sumOf(used.map(([, row]) => row)) ?? emptyRow();
  const spent = spentIn(currency, sum);
  const query: ListQuery = { ...span, sort: 'cost' };
  const link = (of: string): Words => ({ text: of, href: sum.rounds > 0 ? listHref(path, query) : '' });
  const of = ` of the budget of ${text} `;
  return {
    words: [
      ...(spent === undefined
        ? [plain('What is used'), plain(of), link(name), plain(' is not known')]
        : [
            link(boundMark(sumBound(sum).bound) + moneyText(spent, currency, 2)),
            plain(
              `${of}${name} ${spent > amount ? 'is used: it is exceeded' : 'is used'}${shareText(spent, amount)}`,
            ),
          ]),
      plain(`${missingText(currency, sum)}.`),
    ],
    isOver: spent !== undefined && spent > amount,
    line:
      length === null
        ? null
        : {
            currency,
            value: usdOf(amount) / length,
            text:
              length === 1
                ? `budget ${text} a day`
                : `budget ${text} a ${per}: ${moneyText(amount / BigInt(length), currency, 2)} a day`,
          },
  };
}

/** The dates of the current period, and how many there are; null: all time. */
function currentSpan(
  per: GivenBudget['per'],
  day: string,
): { span: Span | null; name: string; length: number | null } {
  if (per === 'total') return { span: null, name: 'in total', length: null };
  if (per === 'day') return { span: { from: day, to: day }, name: `for ${dateText(day)}`, length: 1 };
  if (per === 'week') {
    const monday = addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
    const span = { from: monday, to: addDays(monday, 6) };
    return { span, name: `for the week of ${dateText(monday)}`, length: 7 };
  }
  const month = day.slice(0, 7);
  const { from = '', to = '' } = monthQuery(month);
  return { span: { from, to }, name: `for ${monthText(month)}`, length: Number(to.slice(-2)) };
}

/** ` (20.4%)` */
function shareText(spent: bigint, amount: bigint): string {
  const percent = percentOf(spent, amount);
  return percent === null ? '' : ` (${percent}%)`;
}

/** What the sum does not have. */
function missingText(currency: string, sum: Row): string {
  const others = othersOf(currency, sum);
  const missing = [
    ...(others.length > 0 ? [costsText(others, 2)] : []),
    ...(sum.unpricedRounds > 0 ? [plural(sum.unpricedRounds, 'unpriced round')] : []),
  ];
  return missing.length === 0 ? '' : `, without ${missing.join(' and ')}`;
}

function plain(text: string): Words {
  return { text, href: '' };
}
