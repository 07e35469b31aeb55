import { bytesText, plural } from '../platform/count-text.ts';

/** What a prune did. */
export interface PruneReport {
  sessions: number;
  rounds: number;
  bytes: number;
  rejectedLines: number;
  isDryRun: boolean;
  /** Milliseconds since 1970 UTC. */
  before: number;
  /** Only texts were removed. */
  content: boolean;
}

/** `Removed 3 sessions (12 rounds), last used before 2026-01-01T00:00Z; 1.2 MB freed.` */
export function pruneText(report: PruneReport): string {
  const { sessions, rounds, bytes, isDryRun, content } = report;
  const before = new Date(report.before).toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
  if (sessions === 0)
    return `Nothing to prune: no session was last used before ${before}.${rejectedText(report)}\n`;
  const what = `${content ? 'the texts of ' : ''}${plural(sessions, 'session')} (${plural(rounds, 'round')}), last used before ${before}`;
  return isDryRun
    ? `Nothing was changed. A prune would remove ${what}: ${bytesText(bytes)} of files.${rejectedText(report)}\n`
    : `Removed ${what}; ${bytesText(bytes)} freed.${rejectedText(report)}\n`;
}

function rejectedText({ rejectedLines, isDryRun }: PruneReport): string {
  if (rejectedLines === 0) return '';
  return ` The text of ${plural(rejectedLines, 'rejected line')} ${isDryRun ? 'would be' : 'was'} removed too.`;
}
