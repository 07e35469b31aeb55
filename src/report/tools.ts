import { cleanLine, printableId } from '../platform/clean-text.ts';
import { bytesText, exact } from '../platform/count-text.ts';
import type { ToolFailure } from '../query/tool-failures.ts';
import type { ToolLacks, ToolRow, ToolStats } from '../query/tool-sums.ts';
import { toolLackNotes } from '../query/tool-text.ts';
import type { LocalTime } from '../query/time-zone.ts';
import { lostNote } from './numbers.ts';
import type { StatsAbout } from './stats.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { wrap } from './terminal.ts';

/** Calls, failures and results by tool. `otherwise`: what to say instead of an empty table. */
export function toolsTable(
  { rows, total, lacks }: ToolStats,
  about: StatsAbout,
  screen: Screen,
  otherwise: () => string,
): string {
  const lines =
    rows.length === 0
      ? otherwise().split('\n')
      : drawTable({ columns: TOOL_COLUMNS, rows, total: { name: 'TOTAL', ...total } }, screen);
  const notes = toolLackNotes(lacks);
  const below = [...(notes.length === 0 ? [] : ['', ...notes]), ...lostNote(about.lostRounds ?? 0)];
  return frame(`📊 Tools${labelsOf(about)}`, [...lines, ...wrapped(below, screen)], screen);
}

const TOOL_COLUMNS: Column<ToolRow>[] = [
  { head: 'Tool', align: 'left', flexible: true, atLeast: 20, cell: ({ name }) => cleanLine(name) || '-' },
  { head: 'Calls', align: 'right', cell: ({ calls }) => exact(calls) },
  { head: 'Sessions', align: 'right', rank: 1, cell: ({ sessions }) => exact(sessions) },
  { head: 'Failed', align: 'right', rank: 3, cell: failedText },
  {
    head: 'Results',
    align: 'right',
    rank: 2,
    cell: ({ bytes }) => (bytes === null ? '-' : bytesText(bytes)),
  },
];

/** `12 (3.5%)` */
function failedText({ failed, calls }: ToolRow): string {
  if (failed === 0 || calls === 0) return exact(failed);
  return `${exact(failed)} (${((100 * failed) / calls).toFixed(1)}%)`;
}

function labelsOf({ period, filter }: StatsAbout): string {
  const labels = [...(period.label === null ? [] : [period.label]), ...filter.map(cleanLine)];
  return labels.length === 0 ? '' : ` (${labels.join(', ')})`;
}

function wrapped(lines: readonly string[], { width }: Screen): string[] {
  return lines.flatMap((line) => wrap(line, width, 100).lines);
}

interface FailuresAbout extends StatsAbout {
  name: string;
  /** How many there are; null: not known. */
  count: number | null;
  /** How many were asked for; 0: all. */
  limit: number;
  local: LocalTime;
  lacks: ToolLacks;
}

/** The failed results of a tool, the latest first. */
export function failuresTable(
  failures: readonly ToolFailure[],
  { name, count, limit, local, lacks, ...about }: FailuresAbout,
  screen: Screen,
): string {
  const heading = `📊 Failed calls of ${cleanLine(name)}${labelsOf(about)}`;
  const columns: Column<ToolFailure>[] = [
    { head: 'Time', align: 'left', cell: ({ time }) => local.isoOf(time).replace('T', ' ').slice(0, 19) },
    { head: 'Session', align: 'left', flexible: true, cell: ({ session }) => printableId(session) },
    { head: 'Round', align: 'right', cell: ({ round }) => exact(round) },
    { head: 'Reason', align: 'left', rank: 1, cell: ({ reason }) => reason },
    { head: 'Result', align: 'left', flexible: true, cell: ({ text }) => cleanLine(text) || '-' },
  ];
  const lines =
    failures.length > 0
      ? drawTable({ columns, rows: [...failures] }, screen)
      : [count === 0 ? 'no failed calls' : 'no failed calls whose text is stored'];
  const notes = [...moreNotes(failures.length, count, limit), ...toolLackNotes({ ...lacks, unmeasured: 0 })];
  const below = notes.length === 0 ? [] : ['', ...notes];
  return frame(heading, [...lines, ...wrapped(below, screen)], screen);
}

function moreNotes(shown: number, count: number | null, limit: number): string[] {
  const isCut = limit > 0 && shown === limit;
  if (count === null) return isCut ? ['There may be more: --limit 0 lists all.'] : [];
  const more = count - shown;
  if (more <= 0) return [];
  if (isCut) return [`${exact(more)} more: --limit 0 lists all.`];
  return [`${exact(more)} more ${more === 1 ? 'is' : 'are'} not listed: the texts were pruned.`];
}
