import type { FoundHit, SearchReport } from './search.ts';

/** `search --json`: the start of the document, each hit, and its end. */
export function searchStartJson(text: string, isRegex: boolean): string {
  return `{"version":1,"text":${JSON.stringify(text.toWellFormed())},"regex":${isRegex},"hits":[`;
}

export function hitJson({ session, hit, url }: FoundHit, isFirst: boolean): string {
  const { round, role, part, tool, matches, snippet } = hit;
  const { before, match, after, startsLater, endsEarlier } = snippet;
  const keys = {
    session_id: session.id,
    round: round.round,
    timestamp: round.timestamp,
    role,
    part,
    tool,
    matches,
    before,
    match,
    after,
    more_before: startsLater,
    more_after: endsEarlier,
    url,
  };
  return `${isFirst ? '' : ','}\n${JSON.stringify(keys)}`;
}

export function searchEndJson(report: SearchReport): string {
  const keys = {
    total_hits: report.hits,
    limited: report.isLimited,
    sessions: report.sessions,
    searched_sessions: report.searched,
    sessions_with_hits: report.withHits,
    searched_bytes: report.bytes,
    unreadable_sessions: report.unreadable.map(({ id, problem }) => ({ session_id: id, problem })),
    pruned_sessions: report.pruned,
    no_content: report.noContent,
  };
  return `${report.hits > 0 ? '\n' : ''}],${JSON.stringify(keys).slice(1)}\n`;
}
