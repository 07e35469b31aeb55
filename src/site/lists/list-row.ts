import { compareText, sessionTotals } from '../../query/aggregate.ts';
import { listedJson } from '../../query/json.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { hrefTo, LIST_PATH, sessionJsonPath, sessionName, sessionPath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteSession } from '../shown-session.ts';
import { renderTemplate } from '../templates.ts';
import { lineBytes } from './line-bytes.ts';
import { sessionData } from './session-data.ts';
import { dayNumber } from './session-parts.ts';
import { sessionRow } from './session-row.ts';

/** A session's place in a list, and its lines in the list's files. */
export interface ListRow {
  /** The time that the list is ordered by, in milliseconds since 1970 UTC. */
  at: number;
  /** Sessions with equal times are in the order of their keys. */
  key: string;
  id: string;
  mark: string;
  /** Its cost may be wrong. */
  isBounded: boolean;
  /** It has a page. */
  isLinked: boolean;
  /** The local date of its last round, as a number of days since 1970. */
  lastDay: number;
  /** Undefined if they must be made anew. */
  lines?: RowLines | undefined;
}

/**
 * A session's line in each of a list's files: each is one line, so that an update replaces it and copies the others. As
 * bytes: see line-bytes.ts.
 */
export interface RowLines {
  html: string;
  /** For the browser; empty in a list that has no such file. */
  data: string;
  json: string;
  /** For the search in the browser; empty in a list that has no such file. */
  said: string;
}

export type Place = Pick<ListRow, 'at' | 'key'>;

export function comparePlaces(a: Place, b: Place): number {
  return a.at - b.at || compareText(a.key, b.key);
}

/** The latest first; equal times by id. */
export function latestFirst(a: ListRow, b: ListRow): number {
  return b.at - a.at || compareText(a.id, b.id);
}

export function listRow(session: SiteSession, at: number, local: LocalTime): ListRow {
  const { entry, key, mark, hasPages } = session;
  const isBounded = entry.usage.some(({ inexact }) => inexact !== '');
  return {
    at,
    key,
    id: entry.id,
    mark,
    isBounded,
    isLinked: hasPages,
    lastDay: dayNumber(entry.updated, local),
  };
}

/** What the foot of a page says of its rows. */
export interface ListNotes {
  isBounded: boolean;
  hasUnlinked: boolean;
}

export function notesOf(rows: readonly ListRow[]): ListNotes {
  return {
    isBounded: rows.some((row) => row.isBounded),
    hasUnlinked: rows.some((row) => !row.isLinked),
  };
}

/** The page with a list's rows; the year whose times it shows without the year; and the list's other files. */
export interface ListPlace {
  page: string;
  year: string;
  json: string;
  hasData: boolean;
}

export function rowLines(session: SiteSession, place: ListPlace, site: SiteContext): RowLines {
  const sum = sessionTotals(session.entry);
  return {
    html: rowHtml(session, place, site, sum),
    data: place.hasData ? lineBytes(JSON.stringify(sessionData(session, sum, LIST_PATH, site))) : '',
    json: lineBytes(JSON.stringify({ ...listedJson(session.entry, sum), ...jsonLinks(session, place.json) })),
    said: '',
  };
}

export function rowHtml(
  session: SiteSession,
  place: ListPlace,
  site: SiteContext,
  sum = sessionTotals(session.entry),
): string {
  // Only tooltips have line breaks.
  return lineBytes(
    renderTemplate('list-row', sessionRow(session, sum, place, site))
      .trim()
      .replaceAll('\n', '&#10;'),
  );
}

function jsonLinks({ entry, hasPages }: SiteSession, from: string): object {
  const name = sessionName(entry);
  return hasPages
    ? { page: hrefTo(from, sessionPath(name)), json: hrefTo(from, sessionJsonPath(name)) }
    : { page: null, json: null };
}

/** The lines between the first and the last one, of a file with a document per line. */
export function rowsInLines(text: string): string[] {
  const lines = text.trimEnd().split('\n').slice(1, -1);
  return lines.map((line) => (line.endsWith(',') ? line.slice(0, -1) : line));
}

export function dataText(month: string, number: number, rows: readonly string[]): string {
  // JSON is valid JavaScript. `</script>` in it does no harm, because this is a file of its own.
  return `monitorSessions(${JSON.stringify(month)},${number},[\n${rows.join(',\n')}\n]);\n`;
}

/** api/sessions.json and its parts: `list --json`, with links to each session's page and JSON. */
export function jsonText(head: object, rows: readonly string[]): string {
  return `${JSON.stringify({ version: 1, ...head }).slice(0, -1)},"sessions":[\n${rows.join(',\n')}\n]}\n`;
}
