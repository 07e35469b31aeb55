import type { SessionEntry } from '../model/session-entry.ts';
import { InputOutputError, UsageError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { sessionMatcher } from '../query/session-matcher.ts';
import { filterFor, type GivenFilter } from '../query/store-names.ts';
import { filterWords, type Answer } from '../query/usage-filter.ts';
import { coverageOf, type State } from '../store/state.ts';
import {
  parseRemembered,
  rememberedText,
  type GivenBudget,
  type GivenPeriod,
  type Remembered,
} from './remembered-filter.ts';

/** What a render was told about its sessions: a filter, or to show all again; undefined: as before. */
export type AskedSessions = GivenFilter | 'all' | undefined;

/** The same of the period; `all`: every session has pages. */
export type AskedPeriod = GivenPeriod | 'all' | undefined;

/** The same of the budget, of which the site may know the currency; `none`: there is no budget. */
export type AskedBudget =
  (Omit<GivenBudget, 'currency'> & { currency?: string | undefined }) | 'none' | undefined;

/** What a render was told to show. */
export interface Asked {
  sessions?: AskedSessions;
  period?: AskedPeriod;
  budget?: AskedBudget;
}

/** The sessions of a site, and its budget. */
export interface SiteFilter {
  /** Empty: all sessions. */
  words: readonly string[];
  /** Null: all of them have pages. */
  period: GivenPeriod | null;
  /** Null: the overview shows none. */
  budget: GivenBudget | null;
  /** The text of the file that keeps all of it; empty if there is none. */
  remembered: string;
  /** Whether the site shows a session; undefined if the store does not know: then it does not. */
  matches(session: SessionEntry): Answer;
  /** To be called under the site's lock, before a page is written. */
  remember(): void;
}

/**
 * The filter of a site, which is kept at `path`, so that a later render does not show what this one left out. Throws
 * UsageError for a name that the store does not have, and for a budget without a currency: `currency` is that of the site.
 */
export function siteFilter(
  files: Files,
  path: string,
  state: State,
  { sessions, period, budget }: Asked,
  currency: string | undefined,
): SiteFilter {
  const before = readWhole(files, path)?.toString();
  const known = remembered(path, before, sessions !== undefined);
  const next: Remembered = {
    filter: sessions === 'all' ? null : (sessions ?? known.filter),
    period: period === 'all' ? null : (period ?? known.period),
    budget: budget === 'none' ? null : budget ? budgetIn(budget, currency) : known.budget,
  };
  const text = rememberedText(next);
  const filter = next.filter && filterFor(next.filter, coverageOf(state));
  return {
    words: filter ? filterWords(filter) : [],
    period: next.period,
    budget: next.budget,
    remembered: text ?? '',
    matches: filter ? sessionMatcher(filter) : () => true,
    remember() {
      if (text === before) return;
      if (text === undefined) files.remove(path);
      else replaceFile(files, path, text);
    },
  };
}

function budgetIn(
  { amount, per, ...of }: Exclude<AskedBudget, string | undefined>,
  site?: string,
): GivenBudget {
  const currency = of.currency ?? site;
  if (currency !== undefined) return { amount, currency, per };
  throw new UsageError('--budget needs a currency: add one, such as --currency CNY');
}

/** A damaged file is an error, unless the sessions were named again: the site might show what it must not show. */
function remembered(path: string, text: string | undefined, isNamed: boolean): Remembered {
  const nothing = { filter: null, period: null, budget: null };
  const known = text === undefined ? nothing : parseRemembered(text);
  if (known ?? isNamed) return known ?? nothing;
  throw new InputOutputError(
    `the filter of the site, ${path}, is damaged. Nothing was changed. Name the filter again, or show all sessions with --all-sessions`,
  );
}
