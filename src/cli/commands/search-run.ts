import { printableMessage } from '../../platform/clean-text.ts';
import { bytesText, plural } from '../../platform/count-text.ts';
import { isPruned, type SessionHead } from '../../model/session-entry.ts';
import { nameMatcher } from '../../query/name-pattern.ts';
import type { SearchPattern } from '../../query/search/pattern.ts';
import { searchSession, type Hit, type RoundTest } from '../../query/search/search-session.ts';
import type { RoundFilter } from '../../query/round-filter.ts';
import { barLine } from '../../report/parse-line.ts';
import { emptyReport, type SearchReport } from '../../report/search.ts';
import { pageUrl } from '../../site/names.ts';
import { isUnreadable, type Snapshot } from '../../store/read.ts';
import { newMemory } from '../../store/round-bytes.ts';
import type { Context } from '../context.ts';
import { showProgress } from '../terminal/show-progress.ts';
import type { SearchOptions } from './search-options.ts';
import type { Output } from './search-output.ts';

/** What to search for, and where. */
interface Asked {
  pattern: SearchPattern;
  rounds: RoundFilter | undefined;
  /** Whether the filter must see every round. */
  asksAll: boolean;
  /** In the order in which they are searched. */
  meant: readonly SessionHead[];
}

/** Searches sessions one by one, and passes hits on as they are found. A session that cannot be read is reported. */
export async function searchAll(
  context: Context,
  snapshot: Snapshot,
  { pattern, rounds, asksAll, meant }: Asked,
  options: SearchOptions,
  onHits: Output['hits'],
): Promise<SearchReport> {
  const { role, tool, baseUrl } = options;
  const most = options.limit === 0 ? Infinity : options.limit;
  const pruned = meant.filter(
    (head) => head.pruned_rounds !== undefined || head.pruned_content !== undefined,
  );
  const sessions = meant.filter((head) => !isPruned(head));
  const report = emptyReport(sessions.length, pruned.length, snapshot.noContent);
  if (snapshot.noContent) return report;
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
  const blocksOf: Snapshot['blocks'] = (session, memory) => snapshot.blocks(session, memory);
  for (const session of sessions) {
    if (report.hits >= most) break;
    const link = (hit: Hit): string | null =>
      baseUrl === undefined ? null : `${pageUrl(baseUrl, session)}#r-${hit.round.round}`;
    const test: RoundTest | undefined = rounds && {
      isMeant: rounds.roundsOf(session),
      asksAll,
    };
    const before = report.hits;
    report.searched++;
    try {
      for (const { bytes, hits } of searchSession(blocksOf, session, wanted, test, memory)) {
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
      if (!isUnreadable(error)) throw error;
      progress?.clear();
      report.unreadable.push({ id: session.id, problem: error.problem });
      context.warn(`monitor: ${printableMessage(error.message)}\n`);
    }
  }
  progress?.clear();
  return report;
}
