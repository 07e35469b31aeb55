import { exact, plural } from '../../platform/count-text.ts';
import { ThreadSums } from '../../query/conversation/thread-sums.ts';
import { sumOfRows } from '../../query/family.ts';
import type { PartKind } from '../../query/session-key.ts';
import { costView } from '../cost-view.ts';
import type { FamilyCost, FamilyRow, FamilyView } from '../family-view.ts';
import { hrefTo, LIST_PATH, sessionPath } from '../names.ts';
import { FIND_PATH } from '../find-page.ts';
import type { Column } from './view.ts';

/** A line of the table of a session's parts. */
interface PartRow {
  name: string;
  href: string;
  /** `sub-agent`, or the rounds of a thread. */
  note: string;
  rounds: string;
  cost: FamilyCost;
  isSum: boolean;
}

/** What a session is part of, and its parts: threads within it and sessions below it. */
export interface PartsView {
  /** `Sub-agent of`; null if it is none. */
  up: { words: string; id: string; href: string; rest: string } | null;
  /** Null if it has no parts. */
  table: { summary: string; rows: PartRow[]; more: string; moreHref: string } | null;
}

interface PartsPlace {
  /** The path of the page. */
  path: string;
  /** The session's id, as it is in lists. */
  id: string;
  hrefOf: (round: number) => string;
}

export function partsView(
  family: FamilyView | null,
  columns: readonly Column[],
  place: PartsPlace,
): PartsView {
  return { up: upOf(family, place), table: tableOf(family, columns, place) };
}

const WORDS: Readonly<Record<PartKind, string>> = { 'sub-agent': 'Sub-agent', thread: 'Thread', run: 'Run' };

function upOf(family: FamilyView | null, { path }: PartsPlace): PartsView['up'] {
  if (!family?.kind) return null;
  const { kind, parent } = family;
  if (!parent)
    return {
      words: `${WORDS[kind]} of another session: its key does not say of which`,
      id: '',
      href: '',
      rest: '',
    };
  const { id, page, isStored, isLookedUp } = parent;
  const find = `${hrefTo(path, FIND_PATH)}?id=${encodeURIComponent(id)}`;
  return {
    words: `${WORDS[kind]} of `,
    id,
    href: isStored ? (isLookedUp ? find : hrefTo(path, sessionPath(page))) : '',
    rest: isStored ? '' : ', which is not here',
  };
}

function tableOf(
  family: FamilyView | null,
  columns: readonly Column[],
  { path, id, hrefOf }: PartsPlace,
): PartsView['table'] {
  const sums = new ThreadSums();
  for (const { number, threadName, thread, usage } of columns) sums.add(number, threadName, thread, usage);
  const threads = sums.rows;
  const below = family?.descendants ?? 0;
  if (threads.length === 0 && below === 0) return null;
  const whole = costOf(sumOfRows(...threads.map(({ sum }) => sum)));
  const rows = [
    ...threads.map(({ name, from, to, sum }) => ({
      name,
      href: hrefOf(from),
      note: from === to ? `#${exact(from)}` : `#${exact(from)} to #${exact(to)}`,
      rounds: exact(sum.rounds),
      cost: costOf(sum),
      isSum: false,
    })),
    ...(family && below > 0 ? familyRows(family, path) : []),
  ];
  const side = threads.filter(({ kind }) => kind !== 'main').length;
  const more = (family?.children ?? 0) - (family?.named.length ?? 0);
  const counts = [
    ...(side > 0 ? [`${plural(side, 'side thread')} within it`] : []),
    ...(below > 0 ? [`${plural(below, 'session')} below it`] : []),
  ];
  const total = family && below > 0 ? family.together : whole;
  const missing = total.missing === '' ? '' : ` ${total.missing}`;
  return {
    summary: `Parts: ${counts.join(', ')}, ${total.text}${missing} together`,
    rows,
    more: more > 0 ? `${plural(more, 'more session')} directly below it` : '',
    moreHref: `${hrefTo(path, LIST_PATH)}#${new URLSearchParams({ search: id }).toString()}`,
  };
}

function familyRows(family: FamilyView, path: string): PartRow[] {
  return [
    sumRow('This session', exact(family.rounds), family.own),
    ...family.named.map((row) => memberRow(row, path)),
    sumRow(`All ${plural(family.descendants, 'session')} below it`, exact(family.roundsBelow), family.below),
    sumRow('Together', exact(family.rounds + family.roundsBelow), family.together),
  ];
}

function sumRow(name: string, rounds: string, cost: FamilyCost): PartRow {
  return { name, href: '', note: '', rounds, cost, isSum: true };
}

function memberRow({ id, kind, page, rounds, cost }: FamilyRow, path: string): PartRow {
  const href = page === '' ? '' : hrefTo(path, sessionPath(page));
  return { name: id, href, note: kind ?? '', rounds: exact(rounds), cost, isSum: false };
}

function costOf(sum: Parameters<typeof costView>[0]): FamilyCost {
  const { text, exact: whole, missing } = costView(sum, 4);
  return { text, exact: whole, missing };
}
