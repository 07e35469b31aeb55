import type { SessionEntry } from '../model/session-entry.ts';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { sessionMatcher } from '../query/session-matcher.ts';
import { filterFor, type GivenFilter } from '../query/store-names.ts';
import { filterWords, type Answer } from '../query/usage-filter.ts';
import { coverageOf, type State } from '../store/state.ts';
import { parseRemembered, rememberedText, type GivenPeriod, type Remembered } from './remembered-filter.ts';

/** What a render was told about its sessions: a filter, or to show all again; undefined: as before. */
export type AskedSessions = GivenFilter | 'all' | undefined;

/** The same of the period; `all`: every session has pages. */
export type AskedPeriod = GivenPeriod | 'all' | undefined;

/** The sessions of a site. */
export interface SiteFilter {
  /** Empty: all sessions. */
  words: readonly string[];
  /** Null: all of them have pages. */
  period: GivenPeriod | null;
  /** The text of the file that keeps both; empty if there is none. */
  remembered: string;
  /** Whether the site shows a session; undefined if the store does not know: then it does not. */
  matches(session: SessionEntry): Answer;
  /** To be called under the site's lock, before a page is written. */
  remember(): void;
}

/**
 * The filter of a site, which is kept at `path`, so that a later render does not show what this one left out. Throws
 * UsageError for a name that the store does not have.
 */
export function siteFilter(
  files: Files,
  path: string,
  state: State,
  { sessions, period }: { sessions?: AskedSessions; period?: AskedPeriod },
): SiteFilter {
  const before = readWhole(files, path)?.toString();
  const known = remembered(path, before, sessions !== undefined);
  const next: Remembered = {
    filter: sessions === 'all' ? null : (sessions ?? known.filter),
    period: period === 'all' ? null : (period ?? known.period),
  };
  const text = rememberedText(next);
  const filter = next.filter && filterFor(next.filter, coverageOf(state));
  return {
    words: filter ? filterWords(filter) : [],
    period: next.period,
    remembered: text ?? '',
    matches: filter ? sessionMatcher(filter) : () => true,
    remember() {
      if (text === before) return;
      if (text === undefined) files.remove(path);
      else replaceFile(files, path, text);
    },
  };
}

/** A damaged file is an error, unless the sessions were named again: the site might show what it must not show. */
function remembered(path: string, text: string | undefined, isNamed: boolean): Remembered {
  const nothing = { filter: null, period: null };
  const known = text === undefined ? nothing : parseRemembered(text);
  if (known ?? isNamed) return known ?? nothing;
  throw new InputOutputError(
    `the filter of the site, ${path}, is damaged. Nothing was changed. Name the filter again, or show all sessions with --all-sessions`,
  );
}
