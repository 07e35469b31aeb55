import type { SessionEntry } from '../store/types.ts';
import { ALL_QUARTERS, groupUsage, sessionTotals, tokensOf, type Row } from './aggregate.ts';
import { costText, exact, plural } from './numbers.ts';
import { drawTable, type Column, type Screen } from './tables.ts';
import { printableId } from './terminal.ts';

/** What a run did, as far as a person is told. */
export interface ParseReport {
  rounds: number;
  sessions: number;
  otherLines: number;
  rejectedLines: number;
  filteredRounds: number;
  bytes: number;
  logs: readonly unknown[];
}

/** `120 rounds of 3 sessions from 2 logs (1.2 MB); 40 other lines, 0 rejected` */
export function parseLine(report: ParseReport): string {
  const { rounds, sessions, logs, bytes, otherLines, rejectedLines, filteredRounds } = report;
  const filtered =
    filteredRounds > 0 ? `, ${plural(filteredRounds, 'round')} left out by the store's filters` : '';
  return (
    `${plural(rounds, 'round')} of ${plural(sessions, 'session')} from ${plural(logs.length, 'log')} (${bytesText(bytes)}); ` +
    `${plural(otherLines, 'other line')}, ${exact(rejectedLines)} rejected${filtered}\n`
  );
}

/** `980 B`, `1.2 MB` */
function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

const LISTED = 10;

/** The store after a run: the sessions updated last, and the sum of all. */
export function parseSummary(report: ParseReport, sessions: readonly SessionEntry[], screen: Screen): string {
  const rule = '━'.repeat(Math.min(screen.width, 48));
  const latest = sessions.toSorted((a, b) => b.updated - a.updated).slice(0, LISTED);
  const rows = latest.map((session) => ({ session, sum: sessionTotals(session) }));
  const more =
    sessions.length > latest.length
      ? [`… and ${plural(sessions.length - latest.length, 'more session')}`]
      : [];
  return [
    screen.colour.bold('🔍 Session Monitor'),
    rule,
    '',
    `📊 Active Sessions: ${exact(sessions.length)}`,
    '',
    ...(rows.length > 0 ? [...drawTable({ columns: COLUMNS, rows }, screen), ...more, ''] : []),
    '📈 Token Statistics',
    ...statistics(groupUsage(sessions, () => '', ALL_QUARTERS).total),
    '',
    rule,
    parseLine(report),
  ].join('\n');
}

interface SummaryRow {
  session: SessionEntry;
  sum: Row;
}

const COLUMNS: Column<SummaryRow>[] = [
  { head: 'Session ID', align: 'left', flexible: true, cell: ({ session }) => printableId(session.id) },
  { head: 'Messages', align: 'right', rank: 1, cell: ({ session }) => exact(session.rounds) },
  { head: 'Input Tokens', align: 'right', rank: 3, cell: ({ sum }) => exact(sum.input) },
  { head: 'Output Tokens', align: 'right', rank: 2, cell: ({ sum }) => exact(sum.output) },
];

function statistics(total: Row): string[] {
  const width = exact(tokensOf(total)).length;
  const tokens = (label: string, count: number): string =>
    labelled(label, `${exact(count).padStart(width)} tokens`);
  return [
    tokens('Total Input', total.input),
    tokens('Total Output', total.output),
    tokens('Total Reasoning', total.reasoning),
    tokens('Total Cached', total.cached),
    labelled('Total Cost', costText(total, 6)),
  ];
}

function labelled(label: string, text: string): string {
  return `  ${`${label}:`.padEnd(17)} ${text}`;
}

/** One line, redrawn while a long run goes on. */
export function progressLine(
  progress: { bytes: number; totalBytes: number; rounds: number },
  elapsedMs: number,
  width: number,
): string {
  const share = progress.totalBytes === 0 ? 1 : Math.min(1, progress.bytes / progress.totalBytes);
  const left = share > 0.01 ? `, ${Math.ceil((elapsedMs * (1 / share - 1)) / 1000)} s left` : '';
  const text = ` ${Math.floor(share * 100)}%  ${bytesText(progress.bytes)} of ${bytesText(progress.totalBytes)}, ${plural(progress.rounds, 'round')}${left}`;
  const room = Math.min(30, width - text.length - 3);
  if (room < 5) return text.slice(0, width - 1);
  const done = Math.round(share * room);
  return `${'█'.repeat(done)}${'░'.repeat(room - done)}${text}`;
}
