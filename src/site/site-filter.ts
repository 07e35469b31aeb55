import type { SessionEntry } from '../model/session-entry.ts';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import { sessionMatcher } from '../query/session-matcher.ts';
import { filterFor, type GivenCondition, type GivenFilter } from '../query/store-names.ts';
import { filterWords, type Answer } from '../query/usage-filter.ts';
import { coverageOf, type State } from '../store/state.ts';

/** What a render was told about its sessions: a filter, or to show all again; undefined: as before. */
export type AskedSessions = GivenFilter | 'all' | undefined;

/** The sessions of a site. */
export interface SiteFilter {
  /** Empty: all sessions. */
  words: readonly string[];
  /** Whether the site shows a session; undefined if the store does not know: then it does not. */
  matches(session: SessionEntry): Answer;
  /** To be called under the site's lock, before a page is written. */
  remember(): void;
}

/**
 * The filter of a site, which is kept at `path`, so that a later render does not show what this one left out. Throws
 * UsageError for a name that the store does not have.
 */
export function siteFilter(files: Files, path: string, state: State, asked: AskedSessions): SiteFilter {
  const given = asked ?? readFilter(files, path);
  if (given === 'all') {
    return {
      words: [],
      matches: () => true,
      remember() {
        if (readWhole(files, path)) files.remove(path);
      },
    };
  }
  const filter = filterFor(given, coverageOf(state));
  return {
    words: filterWords(filter),
    matches: sessionMatcher(filter),
    remember() {
      if (asked) replaceFile(files, path, `${JSON.stringify({ version: 1, filter: given })}\n`);
    },
  };
}

/** A damaged file is an error: the site might show sessions that it must not show. */
function readFilter(files: Files, path: string): GivenFilter | 'all' {
  const text = readWhole(files, path)?.toString();
  if (text === undefined) return 'all';
  const value = parseJson(text);
  const filter = isRecord(value) && value['version'] === 1 ? value['filter'] : undefined;
  if (isGivenFilter(filter)) return filter;
  throw new InputOutputError(
    `the filter of the site, ${path}, is damaged. Nothing was changed. Name the filter again, or show all sessions with --all-sessions`,
  );
}

const NAMES: ReadonlySet<string> = new Set(['model', 'consumer', 'session', 'agent', 'channel']);

function isGivenFilter(value: unknown): value is GivenFilter {
  if (!isRecord(value)) return false;
  const { where = [], ...names } = value;
  return (
    Object.entries(names).every(([name, text]) => NAMES.has(name) && typeof text === 'string') &&
    Array.isArray(where) &&
    where.every(isGivenCondition)
  );
}

function isGivenCondition(value: unknown): value is GivenCondition {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['isNot'] === 'boolean' &&
    typeof value['pattern'] === 'string'
  );
}
