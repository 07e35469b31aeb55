import { cleanLine, printableId } from '../platform/clean-text.ts';
import { bytesText, exact } from '../platform/count-text.ts';
import { counted } from '../query/counted.ts';
import type { ToolFailure } from '../query/tool-failures.ts';
import type { ToolLacks, ToolRow, ToolStats } from '../query/tool-sums.ts';
import { toolLackNotes } from '../query/tool-text.ts';
import type { Texts } from '../texts/texts.ts';
import type { LocalTime } from '../query/time-zone.ts';
import { lostNote } from './numbers.ts';
import { labelsOf, type StatsAbout } from './stats.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { wrap } from './terminal.ts';

/** Calls, failures and results by tool. `otherwise`: what to say instead of an empty table. */
export function toolsTable(
  { rows, total, lacks }: ToolStats,
  about: StatsAbout,
  screen: Screen,
  otherwise: () => string,
): string {
  const { tools, costs } = screen.texts;
  const lines =
    rows.length === 0
      ? otherwise().split('\n')
      : drawTable({ columns: columnsOf(tools), rows, total: { name: tools.total, ...total } }, screen);
  const notes = toolLackNotes(lacks, tools);
  const below = [...(notes.length === 0 ? [] : ['', ...notes]), ...lostNote(about.lostRounds ?? 0, costs)];
  return frame(
    tools.title({ labels: labelsOf(about, screen.texts) }),
    [...lines, ...wrapped(below, screen)],
    screen,
  );
}

function columnsOf(texts: Texts['tools']): Column<ToolRow>[] {
  return [
    {
      head: texts.tool,
      align: 'left',
      flexible: true,
      atLeast: 20,
      cell: ({ name }) => cleanLine(name) || '-',
    },
    { head: texts.calls, align: 'right', cell: ({ calls }) => exact(calls) },
    { head: texts.sessions, align: 'right', rank: 1, cell: ({ sessions }) => exact(sessions) },
    { head: texts.failed, align: 'right', rank: 3, cell: failedText },
    {
      head: texts.results,
      align: 'right',
      rank: 2,
      cell: ({ bytes }) => (bytes === null ? '-' : bytesText(bytes)),
    },
  ];
}

/** `12 (3.5%)` */
function failedText({ failed, calls }: ToolRow): string {
  if (failed === 0 || calls === 0) return exact(failed);
  return `${exact(failed)} (${((100 * failed) / calls).toFixed(1)}%)`;
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
  const { tools } = screen.texts;
  const heading = tools.failures({ name: cleanLine(name), labels: labelsOf(about, screen.texts) });
  const columns: Column<ToolFailure>[] = [
    { head: tools.time, align: 'left', cell: ({ time }) => local.isoOf(time).replace('T', ' ').slice(0, 19) },
    { head: tools.session, align: 'left', flexible: true, cell: ({ session }) => printableId(session) },
    { head: tools.round, align: 'right', cell: ({ round }) => exact(round) },
    { head: tools.reason, align: 'left', rank: 1, cell: ({ reason }) => reason },
    { head: tools.result, align: 'left', flexible: true, cell: ({ text }) => cleanLine(text) || '-' },
  ];
  const lines =
    failures.length > 0
      ? drawTable({ columns, rows: [...failures] }, screen)
      : [count === 0 ? tools.noFailures : tools.noTexts];
  const notes = [
    ...moreNotes(failures.length, count, limit, tools),
    ...toolLackNotes({ ...lacks, unmeasured: 0 }, tools),
  ];
  const below = notes.length === 0 ? [] : ['', ...notes];
  return frame(heading, [...lines, ...wrapped(below, screen)], screen);
}

function moreNotes(shown: number, count: number | null, limit: number, texts: Texts['tools']): string[] {
  const isCut = limit > 0 && shown === limit;
  if (count === null) return isCut ? [texts.maybeMore] : [];
  const more = count - shown;
  if (more <= 0) return [];
  if (isCut) return [texts.more({ count: exact(more) })];
  return [texts.moreUnlisted({ count: counted(more) })];
}
