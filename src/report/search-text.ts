import { cleanLine, printableId } from '../platform/clean-text.ts';
import { bytesText, exact, plural } from '../platform/count-text.ts';
import { endOfWord, startOfWord, type Snippet } from '../query/search/snippet.ts';
import { whoText } from '../query/search/who-text.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { FoundHit, SearchReport } from './search.ts';
import type { Screen } from './tables.ts';
import { clip, takeColumns, takeLastColumns, widthOf } from './terminal.ts';

const INDENT = '    ';
/** A longer match is cut. */
const LONGEST_MATCH = 200;

/** A hit in one line, after a heading if it is the first of its session, and one if it is the first of its round. */
export function hitText(
  { session, hit, url }: FoundHit,
  before: FoundHit | undefined,
  local: LocalTime,
  screen: Screen,
): string {
  const { colour, width } = screen;
  const lines: string[] = [];
  const isNewSession = before?.session.id !== session.id;
  if (isNewSession) {
    const id = printableId(session.id);
    const title = clip(cleanLine(session.title ?? ''), width - widthOf(id) - 2);
    if (before) lines.push('');
    lines.push(`${colour.bold(id)}${title === '' ? '' : `  ${colour.dim(title)}`}`);
  }
  if (isNewSession || before.hit.round.round !== hit.round.round) {
    lines.push(`  Round ${hit.round.round} @ ${local.isoOf(Date.parse(hit.round.timestamp))}`);
    if (url !== null) lines.push(`  ${url}`);
  }
  const who = clip(whoText(hit), Math.floor(width / 2));
  const room = width - INDENT.length - widthOf(who) - 2;
  lines.push(`${INDENT}${colour.dim(`${who}:`)} ${snippetText(hit.snippet, screen, room)}`, '');
  return lines.join('\n');
}

/** On one line, with the match in a colour. Cut between words, where there are any, to the width. */
function snippetText(snippet: Snippet, { colour }: Screen, width: number): string {
  const cut = snippet.match.length > LONGEST_MATCH;
  const match = clip(cleaned(cut ? `${snippet.match.slice(0, LONGEST_MATCH)}…` : snippet.match), width - 2);
  const left = cleaned(snippet.before).trimStart();
  const right = cleaned(cut ? '' : snippet.after).trimEnd();
  const room = width - widthOf(match);
  const wide = [
    widthOf(left) + (snippet.startsLater ? 1 : 0),
    widthOf(right) + (snippet.endsEarlier ? 1 : 0),
  ] as const;
  // What one side does not need, the other one has.
  const rooms = [
    Math.max(Math.floor(room / 3), room - wide[1]),
    Math.max(Math.ceil((room * 2) / 3), room - wide[0]),
  ];
  const before = endOfLine(left, Math.min(room, rooms[0] ?? 0), snippet.startsLater);
  const after = startOfLine(right, Math.max(0, room - widthOf(before)), snippet.endsEarlier);
  return `${before}${colour.red.bold(match === '' ? ' ' : match)}${after}`;
}

/** Clean text of one line. A space at either end stays, since something is on its other side. */
function cleaned(text: string): string {
  const line = cleanLine(text);
  if (line === '') return /\s/.test(text) ? ' ' : '';
  return `${/^\s/.test(text) ? ' ' : ''}${line}${/\s$/.test(text) ? ' ' : ''}`;
}

/** The start of a text in at most so many columns; `…` if anything follows. */
function startOfLine(text: string, width: number, goesOn: boolean): string {
  if (!goesOn && widthOf(text) <= width) return text;
  if (width < 1) return '';
  const taken = takeColumns(text, width - 1);
  return `${text.slice(0, endOfWord(text, taken.length, 0))}…`;
}

/** The same for its end. */
function endOfLine(text: string, width: number, goesOn: boolean): string {
  if (!goesOn && widthOf(text) <= width) return text;
  if (width < 1) return '';
  const taken = takeLastColumns(text, width - 1);
  return `…${text.slice(startOfWord(text, text.length - taken.length, text.length))}`;
}

/** `3 hits in 2 of 26 sessions (1.2 MB)` */
export function searchSummary(report: SearchReport): string {
  const { hits, sessions, searched, withHits, bytes, isLimited, pruned } = report;
  const many = hits === 1 ? '1 hit' : `${exact(hits)} hits`;
  const summary = isLimited
    ? `The first ${many}, in ${plural(withHits, 'session')}; searched ${exact(searched)} of ${plural(sessions, 'session')} (${bytesText(bytes)}). --limit 0 finds all.`
    : hits === 0
      ? `no hits in ${plural(searched, 'session')} (${bytesText(bytes)})`
      : `${many} in ${exact(withHits)} of ${plural(searched, 'session')} (${bytesText(bytes)})`;
  const gone =
    pruned === 0 ? '' : `Texts of ${plural(pruned, 'session')} were pruned and cannot be searched.\n`;
  return `${summary}\n${gone}`;
}
