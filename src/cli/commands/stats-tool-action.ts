import { cleanLine } from '../../platform/clean-text.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nearestNames } from '../../platform/nearest.ts';
import type { RoundSelection } from '../../query/round-filter.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import { toolFailures } from '../../query/tool-failures.ts';
import { toolStats } from '../../query/tool-stats.ts';
import type { ToolStats } from '../../query/tool-sums.ts';
import type { UnreadableSessions } from '../../query/unreadable-sessions.ts';
import { filterWords, type UsageFilter } from '../../query/usage-filter.ts';
import { bucketsOf, periodOf, type Period } from '../../report/period.ts';
import { clip } from '../../report/terminal.ts';
import { failuresJson, toolsJson } from '../../report/tools-json.ts';
import { failuresTable, toolsTable } from '../../report/tools.ts';
import { OTHER_TOOLS, toolNameOf } from '../../session-format/tool-tally.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';
import { filterOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { screenOf } from '../reporting/screen.ts';
import { complainOfUnreadable } from '../reporting/unreadable.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { readStores } from '../reporting/read-stores.ts';

export interface ToolOptions
  extends Pick<ReportOptions, 'dataDir' | 'gateway' | 'json' | 'timezone'>, PeriodOptions, GivenFilter {
  limit: number;
}

/** Prints tool calls by tool, or the failed calls of one tool. */
export async function statsTool(
  context: SpokenContext,
  name: string | undefined,
  options: ToolOptions,
): Promise<void> {
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now, context.texts.period);
  const snapshot = await readStores(context, options);
  const filter = filterOf(context, options, snapshot.state, context.texts.absent);
  const query = { ...filter, buckets: bucketsOf(period) };
  const unreadable: UnreadableSessions = new Map();
  const stats = toolStats(snapshot, query, unreadable);
  if (name === undefined) await printTools(context, snapshot, stats, { filter, period, unreadable }, options);
  else await printFailures(context, snapshot, stats, { name, query, period, unreadable }, options);
  if (stats.rows.length === 0)
    warnOfUnknownNames(context, snapshot.sessions, filter, local, period, context.texts.absent);
  warnOfUndecided(context, stats.lacks.undecidedRounds, context.texts.absent);
  complainOfUnreadable(context, unreadable);
}

async function printTools(
  context: SpokenContext,
  { state, sessions }: Snapshot,
  stats: ToolStats,
  { filter, period, unreadable }: { filter: UsageFilter; period: Period; unreadable: UnreadableSessions },
  { json }: ToolOptions,
): Promise<void> {
  const lostRounds = lostRoundsOf(state);
  if (json) return await writeJson(context, toolsJson(stats, lostRounds, unreadable));
  const { nothing, tools, filters } = context.texts;
  const otherwise = (): string => (sessions.size === 0 ? nothing.emptyStore : tools.none);
  const about = { period, filter: filterWords(filter, filters), lostRounds };
  await context.write(toolsTable(stats, about, screenOf(context), otherwise));
}

async function printFailures(
  context: SpokenContext,
  snapshot: Snapshot,
  { rows, lacks }: ToolStats,
  {
    name,
    query,
    period,
    unreadable,
  }: { name: string; query: RoundSelection; period: Period; unreadable: UnreadableSessions },
  { json, limit, timezone }: ToolOptions,
): Promise<void> {
  const tool = toolNameOf(name);
  const row = rows.find((one) => one.name === tool);
  // A session counts a tool for whose name it has no room among the others.
  const hasOthers = rows.some((one) => one.name === OTHER_TOOLS);
  if (!row && !hasOthers) throw unknownTool(name, rows);
  const failures = toolFailures(snapshot, query, { name: tool, limit }, unreadable);
  const count = hasOthers && tool !== OTHER_TOOLS ? null : (row?.failed ?? 0);
  if (json) return await writeJson(context, failuresJson(failures, { name: tool, count, lacks, unreadable }));
  const local = localTimeOf(context, timezone);
  const about = {
    name: tool,
    count,
    limit,
    lacks,
    local,
    period,
    filter: filterWords(query, context.texts.filters),
  };
  await context.write(failuresTable(failures, about, screenOf(context)));
}

function unknownTool(name: string, rows: ToolStats['rows']): NoAnswer {
  const wanted = clip(cleanLine(name), 200);
  const nearest = nearestNames(
    rows.map((row) => row.name),
    name,
  ).map((one) => `'${clip(cleanLine(one), 200)}'`);
  return new NoAnswer(
    nearest.length === 0
      ? `no calls of a tool '${wanted}'. List tools with 'monitor stats-tool'`
      : `no calls of a tool '${wanted}'. Did you mean ${nearest.join(' or ')}?`,
  );
}
