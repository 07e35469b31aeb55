import { hexDigest } from '../platform/digest.ts';
import { counterOf, failedRoundsOf } from '../model/cell-counters.ts';
import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import type { FamilyView } from './family-view.ts';
import type { ModelColours } from './model-colours.ts';

/** A session of the site. */
export interface SiteSession {
  entry: SessionEntry;
  /** A digest of its id: its key in what the site remembers. */
  key: string;
  /** A digest of everything that its pages and its rows in lists depend on. */
  mark: string;
  /** Whether it has pages: not if its last round is before the site's cut. */
  hasPages: boolean;
  /** Whether lists have it: not if all its rounds were pruned. */
  isListed: boolean;
  /** The sessions around it; null until its page is made, and if there are none. */
  family: FamilyView | null;
  /** The provider of its last failed request, read from its file: for a session in which no model answered. */
  sentTo?: () => string;
}

/** What decides how a session is shown. */
export interface ShownAs {
  colours: ModelColours;
  /** Sessions with their last round before this time have no pages; null: all have. */
  cut: number | null;
}

/** The mark covers a session's committed rounds, the colours of its models, and the currencies and bounds of its costs. */
export function siteSession(entry: SessionEntry, { colours, cut }: ShownAs): SiteSession {
  const isListed = !isPruned(entry);
  const hasPages = isListed && (cut === null || entry.updated >= cut);
  const { file, end, last, summary, rounds, errors, tools } = entry;
  const { pruned_rounds: pruned = 0, pruned_content: content } = entry;
  const counts = [end, last.crc, summary.crc, rounds, errors, pruned, content?.rounds ?? 0, Number(hasPages)];
  const gateways = entry.gateways ? JSON.stringify(entry.gateways) : '';
  const looks = `${slotsOf(entry, colours)}${moneyMark(entry)}${outcomeMark(entry)}${tools ? JSON.stringify(tools) : ''}${gateways}${tagsMark(entry)}`;
  return {
    entry,
    key: keyOfId(entry.id),
    mark: hexDigest(`${file} ${counts.join(' ')} ${looks}`),
    hasPages,
    isListed,
    family: null,
  };
}

export function keyOfId(id: string): string {
  return hexDigest(id);
}

/** Its models with their colours. Sorted, because cells have no order that lasts. */
function slotsOf({ usage }: SessionEntry, colours: ModelColours): string {
  let model: string | undefined;
  const slots = new Set<string>();
  for (const cell of usage) {
    if (cell.model === model) continue;
    model = cell.model;
    slots.add(`${colours.slotOf(model)} ${model}`);
  }
  return slots.size === 1 ? [...slots].join('') : [...slots].toSorted().join('\n');
}

/** How many rounds failed, and of how many that is not known: a reindex can find out. Empty if there are none. */
function outcomeMark({ usage }: SessionEntry): string {
  let failed = 0;
  let uncounted = 0;
  for (const { counters } of usage) {
    failed += failedRoundsOf(counters);
    uncounted += counterOf(counters, 'uncounted');
  }
  return failed + uncounted === 0 ? '' : ` ${failed} ${uncounted} `;
}

/** The values of dimensions that lists filter by: a reindex can find out more of them. Empty without any. */
function tagsMark({ usage }: SessionEntry): string {
  const rounds = new Map<string, number>();
  for (const cell of usage)
    if (cell.tags !== '') rounds.set(cell.tags, (rounds.get(cell.tags) ?? 0) + cell.rounds);
  const text = Array.from(rounds, ([tags, count]) => `${count} ${tags}`).toSorted();
  return text.length === 0 ? '' : `#${hexDigest(text.join('\n'))}`;
}

/**
 * The currencies of a session's costs, and why these may be wrong: both can change with the price book, long after the
 * rounds. Empty if all costs are exact and in USD, as in most stores.
 */
export function moneyMark({ usage }: Pick<SessionEntry, 'usage'>): string {
  const sums = new Map<string, bigint>();
  for (const { currency, inexact, converted } of usage) {
    if (currency === 'USD' && inexact === '' && !converted) continue;
    const name = `${currency} ${inexact} ${converted ? `${converted.to} ${converted.currency}` : ''}`;
    sums.set(name, (sums.get(name) ?? 0n) + (converted?.cost ?? 0n));
  }
  const text = Array.from(sums, ([name, sum]) => `${name} ${sum}\n`).toSorted();
  return text.length === 0 ? '' : `.${hexDigest(text.join(''))}`;
}
