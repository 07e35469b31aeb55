import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import { sessionTotals, tokensOf, type Row } from '../query/aggregate.ts';
import { groupUsage } from '../query/group-usage.ts';
import { exact, plural } from '../query/count-text.ts';
import { parseLine, type ParseReport } from './parse-line.ts';
import { costText } from './numbers.ts';
import { drawTable, type Column, type Screen } from './tables.ts';
import { printableId } from '../platform/clean-text.ts';
import { clip } from './terminal.ts';

const LISTED = 10;

/** The store after a run: the sessions that were updated last, and the sum of all. */
export function parseSummary(report: ParseReport, sessions: readonly SessionEntry[], screen: Screen): string {
  return [...storeSummary(sessions, screen), parseLine(report)].join('\n');
}

/** The store in lines that fit the screen: the `listed` sessions that were updated last, and the sum of all. */
export function storeSummary(sessions: readonly SessionEntry[], screen: Screen, listed = LISTED): string[] {
  const rule = '━'.repeat(Math.min(screen.width, 48));
  const active = sessions.filter((session) => !isPruned(session));
  const latest = active.toSorted((a, b) => b.updated - a.updated).slice(0, listed);
  const rows = latest.map((session) => ({ session, sum: sessionTotals(session) }));
  const more =
    active.length > latest.length ? [`… and ${plural(active.length - latest.length, 'more session')}`] : [];
  return [
    screen.colour.bold('🔍 Session Monitor'),
    rule,
    '',
    `📊 Active Sessions: ${exact(active.length)}`,
    '',
    ...(rows.length > 0 ? [...drawTable({ columns: COLUMNS, rows }, screen), ...more, ''] : []),
    '📈 Token Statistics',
    ...statistics(groupUsage(sessions, { by: [] }).total).map((line) => clip(line, screen.width)),
    '',
    rule,
  ];
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
