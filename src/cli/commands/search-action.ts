import { printableMessage } from '../../platform/clean-text.ts';
import { InputOutputError, NoAnswer, UsageError } from '../../platform/errors.ts';
import { plural } from '../../platform/count-text.ts';
import { isPruned, type SessionHead } from '../../model/session-entry.ts';
import { compareText } from '../../query/aggregate.ts';
import { groupBy } from '../../query/grouping.ts';
import { nameMatcher } from '../../query/name-pattern.ts';
import { literalPattern, type SearchPattern } from '../../query/search/pattern.ts';
import type { Role } from '../../query/search/roles.ts';
import { searchSession, type Hit, type RoundTest } from '../../query/search/search-session.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import { filterWords, hasTags, type UsageFilter } from '../../query/usage-filter.ts';
import { RoundFilter, type RoundSelection } from '../../report/export/round-filter.ts';
import { barLine, bytesText } from '../../report/parse-line.ts';
import { ALL_TIME, bucketsOf, periodOf } from '../../report/period.ts';
import { emptyReport, type FoundHit, type SearchReport } from '../../report/search.ts';
import { hitJson, searchEndJson, searchStartJson } from '../../report/search-json.ts';
import { hitText, searchSummary } from '../../report/search-text.ts';
import { DamagedSession } from '../../session-format/damaged-session.ts';
import { pageUrl } from '../../site/names.ts';
import { PrunedMeanwhile, readSnapshot, type Snapshot } from '../../store/read.ts';
import { newMemory } from '../../store/round-bytes.ts';
import { writeJson, type Context } from '../context.ts';
import type { PeriodOptions } from '../options/report-options.ts';
import { filterOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { EMPTY_STORE } from '../reporting/nothing-found.ts';
import { screenOf } from '../reporting/screen.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { showProgress } from '../terminal/show-progress.ts';

export interface SearchOptions extends PeriodOptions, GivenFilter {
  dataDir: string;
  regex?: true;
  role?: Role[];
  tool?: string;
  limit: number;
  timezone?: string;
  baseUrl?: string;
  json?: true;
}

/**
 * Searches the texts of a store. Finding nothing is no error. Throws NoAnswer if the store keeps no texts, and
 * InputOutputError, at the end, if the files of some sessions could not be read.
 */
export async function search(context: Context, text: string, options: SearchOptions): Promise<void> {
  const pattern = await patternOf(text, options);
  const local = localTimeOf(context, options.timezone);
  const period = periodOf(options, local, context.now);
  const snapshot = readSnapshot(options.dataDir);
  const filter = filterOf(context, options, snapshot.state);
  const isFiltered =
    filterWords(filter).length > 0 || period.from !== ALL_TIME.from || period.to !== ALL_TIME.to;
  const selection: RoundSelection = { ...filter, buckets: bucketsOf(period) };
  const rounds = isFiltered ? new RoundFilter(snapshot, selection) : undefined;
  const meant = sessionsOf(snapshot, rounds);
  if (meant.length === 0) warnOfUnknownNames(context, snapshot.sessions, filter, local, period);
  if (hasTags(filter))
    warnOfUndecided(context, groupBy(snapshot.sessions, ['model'], { ...selection, local }).undecided);
  const output = options.json ? jsonOutput(context, text, options) : textOutput(context, snapshot, options);
  await output.start();
  const report = await searchAll(context, snapshot, { pattern, rounds, filter, meant }, options, output.hits);
  await output.end(report);
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
  const meant: SessionHead[] = [];
  if (!rounds) meant.push(...sessions.heads());
  else
    for (const { usage, ...head } of sessions.values())
      if (rounds.isSession({ id: head.id, usage })) meant.push(head);
  return meant.toSorted((a, b) => b.updated - a.updated || compareText(a.id, b.id));
}

interface Output {
  start: () => Promise<void>;
  hits: (hits: readonly FoundHit[]) => Promise<void>;
  end: (report: SearchReport) => Promise<void>;
}

function jsonOutput(context: Context, text: string, { regex }: SearchOptions): Output {
  let isFirst = true;
  return {
    start: () => writeJson(context, searchStartJson(text, regex === true)),
    async hits(hits) {
      await writeJson(context, hits.map((hit, i) => hitJson(hit, isFirst && i === 0)).join(''));
      isFirst = false;
    },
    end: (report) => writeJson(context, searchEndJson(report)),
  };
}

function textOutput(context: Context, snapshot: Snapshot, { timezone }: SearchOptions): Output {
  const [screen, local] = [screenOf(context), localTimeOf(context, timezone)];
  let before: FoundHit | undefined;
  return {
    start: async () => {},
    async hits(hits) {
      let text = '';
      for (const hit of hits) {
        text += hitText(hit, before, local, screen);
        before = hit;
      }
      await context.write(text);
    },
    async end(report) {
      if (report.noContent) return;
      if (snapshot.sessions.size === 0) await context.write(`${EMPTY_STORE}\n`);
      else await context.write(`${report.hits > 0 ? '\n' : ''}${searchSummary(report)}`);
    },
  };
}

interface Asked {
  pattern: SearchPattern;
  rounds: RoundFilter | undefined;
  filter: UsageFilter;
  meant: readonly SessionHead[];
}

/** Passes hits on as they are found. */
async function searchAll(
  context: Context,
  { dir, noContent }: Snapshot,
  { pattern, rounds, filter, meant }: Asked,
  options: SearchOptions,
  onHits: Output['hits'],
): Promise<SearchReport> {
  const { role, tool, baseUrl } = options;
  const most = options.limit === 0 ? Infinity : options.limit;
  const pruned = meant.filter(
    (head) => head.pruned_rounds !== undefined || head.pruned_content !== undefined,
  );
  const sessions = meant.filter((head) => !isPruned(head));
  const report = emptyReport(sessions.length, pruned.length, noContent);
  if (noContent) return report;
  const wanted = {
    pattern,
    roles: role && new Set(role),
    isTool: tool === undefined ? undefined : nameMatcher(tool, false),
  };
  const totalBytes = sessions.reduce((sum, { end }) => sum + end, 0);
  const progress = context.stderrIsTerminal
    ? showProgress(context, ({ hits, bytes }: SearchReport, elapsedMs, width) =>
        barLine(
          bytes / totalBytes,
          `${bytesText(bytes)} of ${bytesText(totalBytes)}, ${plural(hits, 'hit')}`,
          elapsedMs,
          width,
        ),
      )
    : undefined;
  const memory = newMemory();
  for (const session of sessions) {
    if (report.hits >= most) break;
    const link = (hit: Hit): string | null =>
      baseUrl === undefined ? null : `${pageUrl(baseUrl, session)}#r-${hit.round.round}`;
    const test: RoundTest | undefined = rounds && {
      isMeant: rounds.roundsOf(session),
      asksAll: hasTags(filter),
    };
    const before = report.hits;
    report.searched++;
    try {
      for (const { bytes, hits } of searchSession(dir, session, wanted, test, memory)) {
        report.bytes += bytes;
        progress?.update(report);
        const shown = hits.slice(0, most - report.hits);
        if (shown.length === 0) continue;
        if (report.hits === before) report.withHits++;
        report.hits += shown.length;
        progress?.clear();
        await onHits(shown.map((hit) => ({ session, hit, url: link(hit) })));
        if (report.hits < most) continue;
        report.isLimited = true;
        break;
      }
    } catch (error) {
      if (!(error instanceof DamagedSession || error instanceof PrunedMeanwhile)) throw error;
      progress?.clear();
      report.unreadable.push({ id: session.id, problem: problemOf(error) });
      context.warn(`monitor: ${printableMessage(error.message)}\n`);
    }
  }
  progress?.clear();
  return report;
}

function problemOf(error: DamagedSession | PrunedMeanwhile): string {
  return error instanceof DamagedSession ? error.problem : 'was pruned while it was read';
}

function complain({ noContent, unreadable, sessions }: SearchReport): void {
  if (noContent) throw new NoAnswer('the store keeps no texts (--no-content), so there is nothing to search');
  if (unreadable.length > 0)
    throw new InputOutputError(
      `${unreadable.length} of ${plural(sessions, 'session')} could not be searched to the end: see above`,
    );
}
