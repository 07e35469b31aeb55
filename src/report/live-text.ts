import type { SessionEntry } from '../model/session-entry.ts';
import { plural } from '../query/count-text.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { storeSummary } from './parse-text.ts';
import type { Screen } from './tables.ts';
import { clip, widthOf } from './terminal.ts';

/** What a watch has seen so far. */
export interface LiveReport {
  rounds: number;
  rejectedLines: number;
  /** Local times of day. */
  began: string;
  now: string;
  /** What is wrong now, and what went wrong before; the latest last. */
  notes: readonly string[];
  isOver: boolean;
}

const LISTED = 10;

/**
 * The store as it is now, in at most `height` lines: if there is not enough room, with fewer sessions, and then only the
 * last lines.
 */
export function liveLines(
  report: LiveReport,
  sessions: readonly SessionEntry[],
  screen: Screen,
  height: number,
): string[] {
  const status = statusLines(report, screen);
  const draw = (listed: number): string[] => [...storeSummary(sessions, screen, listed), ...status];
  const all = draw(LISTED);
  if (all.length <= height) return all;
  const shown = Math.min(LISTED, sessions.length);
  // A list that is cut has one more line, which says so.
  const more = sessions.length > LISTED ? 0 : 1;
  const fewer = draw(Math.max(0, shown - (all.length - height) - more));
  return fewer.slice(Math.max(0, fewer.length - height));
}

function statusLines(
  { rounds, rejectedLines, began, now, notes, isOver }: LiveReport,
  screen: Screen,
): string[] {
  const rejected = rejectedLines > 0 ? `, ${plural(rejectedLines, 'rejected line')}` : '';
  const stored = `${plural(rounds, 'round')} stored since ${began}${rejected}`;
  const status = isOver ? `${now}  stopped: ${stored}` : `${now}  ${stored}  (Ctrl-C to stop)`;
  const width = screen.width;
  return [
    clip(status, width),
    ...notes.map((note) => screen.colour.yellow(clip(`! ${cleanLine(note)}`, width))),
  ];
}

/**
 * Draws lines over those above the cursor. If the terminal has become narrower, it has wrapped the old lines: their width
 * says into how many.
 */
export function redraw(previous: readonly string[], next: readonly string[], columns: number): string {
  const rows = previous.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  const up = rows > 0 ? `\u001b[${rows}A` : '';
  // Each line is erased before it is written: a full line leaves the cursor on its last column, which would be erased.
  return `\r${up}${next.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`;
}
