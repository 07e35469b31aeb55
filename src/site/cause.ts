import { cleanLine, printableId } from '../platform/clean-text.ts';
import { compareBig, compareText } from '../query/aggregate.ts';
import { moneyText } from '../pricing/money.ts';
import { comparable, isWhole, onlyCurrency, type Change, type SiteChange } from './change.ts';
import { costIn, costView } from './cost-view.ts';
import { dateText } from './format.ts';
import { listHref } from './list-link.ts';
import { clipText, nameText } from './model-view.ts';
import { hrefTo, sessionName, sessionPath } from './names.ts';
import type { SiteSession } from './shown-session.ts';
import type { Span } from './weeks.ts';

/** A piece of a sentence; `href` can be empty. */
export interface Words {
  text: string;
  href: string;
}

/** A session with what it cost in both weeks. */
export interface ChangedCost extends Change {
  session: SiteSession;
}

/**
 * One sentence: what the last 7 days cost, and the 7 before, and what most of the difference is, if that is one session,
 * consumer or model. `sessions`: the most expensive ones of these days.
 */
export function causeOf(path: string, change: SiteChange, sessions: readonly ChangedCost[]): Words[] {
  const { weeks, last, before, first } = change;
  const link = (text: string, query: Span & { model?: string; consumer?: string }): Words => ({
    text,
    href: listHref(path, { ...query, sort: 'cost' }),
  });
  const head = [
    link(amountText(last), weeks.last),
    plain(' in the last 7 days'),
    ...(first > weeks.before.to
      ? [plain(`; the store begins on ${dateText(first)}`)]
      : [
          plain(', '),
          link(amountText(before), weeks.before),
          plain(isWhole(change) ? ' in the 7 before' : ` before, since ${dateText(first)}`),
        ]),
  ];
  const cause = isWhole(change) ? mainCause(change, sessions) : undefined;
  if (!cause) return [...head, plain('.')];
  const week = cause.isMore ? weeks.last : weeks.before;
  const of = cause.isMore ? 'of it' : 'of that';
  if (cause.kind === 'session') {
    const { entry, hasPages } = cause.session;
    const title = clipText(cleanLine(entry.title ?? '') || printableId(entry.id), 60);
    const href = hasPages ? hrefTo(path, sessionPath(sessionName(entry))) : '';
    return [...head, plain(`: ${cause.amount} ${of} in one session, `), { text: title, href }, plain('.')];
  }
  const name = link(nameText(cause.name), { ...week, [cause.kind]: nameText(cause.name) });
  const by = cause.kind === 'model' ? 'with' : 'for';
  return [
    ...head,
    plain(`: ${cause.amount} ${of} ${by} `),
    name,
    plain(`, ${cause.other} ${cause.isMore ? 'before' : 'now'}.`),
  ];
}

function plain(text: string): Words {
  return { text, href: '' };
}

/** `$7.31`, `$7.31 + 3 unpriced`, `nothing` */
function amountText(row: Change['last']): string {
  if (row.rounds === 0) return 'nothing';
  const { text, missing } = costView(row);
  return missing === '' ? text : `${text} ${missing}`;
}

type Cause = {
  /** Whether the last 7 days cost more. */
  isMore: boolean;
  /** What it cost in the dearer week, and in the other one. */
  amount: string;
  other: string;
} & ({ kind: 'session'; session: SiteSession } | { kind: 'consumer' | 'model'; name: string });

/** Costs in units of 10⁻¹⁸, in the dearer week and in the other one. */
interface Costs {
  dear: bigint;
  cheap: bigint;
}

/**
 * What at least half of the difference is, if both weeks were charged in one currency. Where rounds are unpriced, only a
 * session is named: its cost is a part of the known one in any case.
 */
function mainCause(change: SiteChange, sessions: readonly ChangedCost[]): Cause | undefined {
  const currency = onlyCurrency(change);
  if (currency === undefined) return undefined;
  const isMore = costIn(change.last, currency) > costIn(change.before, currency);
  const costsOf = ({ last, before }: Change): Costs => {
    const [now, then] = [costIn(last, currency), costIn(before, currency)];
    return isMore ? { dear: now, cheap: then } : { dear: then, cheap: now };
  };
  const all = costsOf(change);
  const difference = all.dear - all.cheap;
  if (difference <= 0n) return undefined;
  const most = <T>(named: readonly (readonly [T, Change, string])[]): [T, Costs] | undefined => {
    const known = named.map(([of, one, name]) => ({ of, costs: costsOf(one), name }));
    const [first] = known.toSorted(
      (a, b) =>
        compareBig(b.costs.dear - b.costs.cheap, a.costs.dear - a.costs.cheap) || compareText(a.name, b.name),
    );
    if (!first || 2n * (first.costs.dear - first.costs.cheap) < difference) return undefined;
    return [first.of, first.costs];
  };
  const amounts = ({ dear, cheap }: Costs): Pick<Cause, 'isMore' | 'amount' | 'other'> => ({
    isMore,
    amount: moneyText(dear, currency, 2),
    other: moneyText(cheap, currency, 2),
  });
  const session = most(sessions.map((one) => [one.session, one, one.session.entry.id] as const));
  // Of smaller ones it is not known whether another one cost more.
  if (session && 4n * session[1].dear > all.dear)
    return { kind: 'session', session: session[0], ...amounts(session[1]) };
  if (comparable(change) === undefined) return undefined;
  for (const [kind, named] of [
    ['consumer', change.consumers],
    ['model', change.models],
  ] as const) {
    // If there is only one, its name says nothing.
    const found = named.size > 1 && most(Array.from(named, ([name, one]) => [name, one, name] as const));
    if (found && found[0] !== '') return { kind, name: found[0], ...amounts(found[1]) };
  }
  return undefined;
}
