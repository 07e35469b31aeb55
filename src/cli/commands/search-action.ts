import { cleanLine } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { InputOutputError, NoAnswer, UsageError } from '../../platform/errors.ts';
import { nearestNames } from '../../platform/nearest.ts';
import type { SessionEntry, SessionHead } from '../../model/session-entry.ts';
import { sumTools } from '../../model/tool-counts.ts';
import { compareText } from '../../query/aggregate.ts';
import { groupBy } from '../../query/grouping.ts';
import { nameMatcher } from '../../query/name-pattern.ts';
import { literalPattern, type SearchPattern } from '../../query/search/pattern.ts';
import { filterWords, hasTags } from '../../query/usage-filter.ts';
import { RoundFilter, type RoundSelection } from '../../query/round-filter.ts';
import { ALL_TIME, bucketsOf, periodOf } from '../../report/period.ts';
import type { SearchReport } from '../../report/search.ts';
import { clip } from '../../report/terminal.ts';
import { OTHER_TOOLS } from '../../session-format/tool-tally.ts';
import type { Snapshot } from '../../store/read.ts';
import type { SpokenContext } from '../language.ts';
import { filterOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { readStores } from '../reporting/read-stores.ts';
import type { SearchOptions } from './search-options.ts';
import { jsonOutput, textOutput } from './search-output.ts';
import { searchAll } from './search-run.ts';

/**
 * Searches the texts of a store. Finding nothing is no error. Throws NoAnswer if the store keeps no texts, and
 * InputOutputError, at the end, if the files of some sessions could not be read.
 */
export async function search(context: SpokenContext, text: string, options: SearchOptions): Promise<void> {
  const pattern = await patternOf(text, options);
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const snapshot = await readStores(context, options);
  const filter = filterOf(context, options, snapshot.state);
  const isFiltered =
    filterWords(filter).length > 0 || period.from !== ALL_TIME.from || period.to !== ALL_TIME.to;
  const selection: RoundSelection = { ...filter, buckets: bucketsOf(period) };
  const rounds = isFiltered ? new RoundFilter(snapshot, selection) : undefined;
  const meant = sessionsOf(snapshot, rounds);
  if (meant.length === 0) warnOfUnknownNames(context, snapshot.sessions, filter, local, period);
  if (hasTags(filter))
    warnOfUndecided(context, groupBy(snapshot.sessions, ['model'], { ...selection, local }).undecided);
  const { textless = [], noContent } = snapshot;
  if (textless.length > 0 && !noContent)
    context.warn(
      `monitor: not searched, because no texts are kept: ${textless.map((dir) => cleanLine(dir)).join(', ')}\n`,
    );
  const output = options.json ? jsonOutput(context, text, options) : textOutput(context, snapshot, options);
  await output.start();
  const asked = { pattern, rounds, asksAll: hasTags(filter), meant };
  const report = await searchAll(context, snapshot, asked, options, output.hits);
  await output.end(report);
  const { tool } = options;
  if (tool !== undefined && report.hits === 0 && meant.length > 0) warnOfUnknownTool(context, meant, tool);
  complain(report);
}

async function patternOf(text: string, { regex }: SearchOptions): Promise<SearchPattern> {
  if (text === '') throw new UsageError('the text to search for is empty');
  if (!regex) return literalPattern(text);
  const { regexPattern } = await import('../../query/search/regex-pattern.ts');
  return regexPattern(text);
}

/** The sessions that have such rounds, the most recent first. Their usage is not kept: there may be many. */
function sessionsOf({ sessions }: Snapshot, rounds: RoundFilter | undefined): SessionHead[] {
  const meant = rounds ? matching(sessions.values(), rounds) : [...sessions.heads()];
  return meant.toSorted((a, b) => b.updated - a.updated || compareText(a.id, b.id));
}

function matching(sessions: Iterable<SessionEntry>, rounds: RoundFilter): SessionHead[] {
  const meant: SessionHead[] = [];
  for (const { usage, ...head } of sessions) if (rounds.isSession({ id: head.id, usage })) meant.push(head);
  return meant;
}

/** Nothing found is no answer if no session ever called the tool. */
function warnOfUnknownTool(context: SpokenContext, meant: readonly SessionHead[], tool: string): void {
  const names = sumTools(meant).tools?.map(([name]) => name);
  // Not known for all, or for those beyond the room that a session has.
  if (!names || names.includes(OTHER_TOOLS) || names.some(nameMatcher(tool, false))) return;
  const nearest = nearestNames(names, tool).map((name) => `'${clip(cleanLine(name), 200)}'`);
  const hint = nearest.length > 0 ? `. Did you mean ${nearest.join(' or ')}?` : '';
  context.warn(`monitor: no call of a tool '${clip(cleanLine(tool), 200)}' in these sessions${hint}\n`);
}

function complain({ noContent, unreadable, sessions }: SearchReport): void {
  if (noContent) throw new NoAnswer('the store keeps no texts (--no-content), so there is nothing to search');
  if (unreadable.length > 0)
    throw new InputOutputError(
      `${unreadable.length} of ${plural(sessions, 'session')} could not be searched to the end: see above`,
    );
}
