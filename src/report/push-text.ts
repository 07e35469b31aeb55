import { plural } from '../platform/count-text.ts';

/** What a push did, for its line and its JSON. */
export interface PushReport {
  /** The target's name. */
  target: string;
  rounds: number;
  sessions: number;
  /** Pruned rounds, which were sent as sums. */
  prunedRounds: number;
  bytes: number;
  batches: number;
  /** Of OpenTelemetry: the spans that were sent; pruned rounds have none. */
  spans?: number;
  /** Rounds were pruned since the last push that it had not sent. */
  lacksPruned?: boolean;
  /** What a collector did not take, or what it had to say. */
  rejected?: readonly { spans: number; message: string }[];
  /** Why all rounds were sent; undefined: only new ones were. */
  reason?: string | undefined;
  unread: readonly { session: string; problem: string }[];
}

/** Why all rounds were sent, in words. */
const REASONS: Readonly<Record<string, string>> = {
  first: 'the first push to it',
  asked: '--again',
  emptied: 'the table had none of them',
  content: '--with-content has changed',
  'other-store': 'the cursor was that of another store',
  restored: 'the store was restored from a backup',
  gateway: 'the gateway has another name',
  refreshed: 'prices were refreshed',
  rewritten: 'the store was repaired or reindexed',
  recounted: 'the store counts by other dimensions',
  pruned: 'rounds were pruned before they were sent',
  unfinished: 'the push before had not finished',
};

/** The line on stdout. */
export function pushLine({ target, rounds, sessions, prunedRounds, spans, reason }: PushReport): string {
  if (rounds === 0 && prunedRounds === 0 && reason === undefined) return `Nothing new for ${target}\n`;
  const pruned =
    prunedRounds > 0 && spans === undefined
      ? `, and ${plural(prunedRounds, 'pruned round')} as ${prunedRounds === 1 ? 'a sum' : 'sums'}`
      : '';
  const as = spans === undefined ? '' : ` as ${plural(spans, 'span')}`;
  const why = reason === undefined ? '' : ` (all of them: ${REASONS[reason] ?? reason})`;
  return `${plural(rounds, 'round')} of ${plural(sessions, 'session')}${pruned}${as} to ${target}${why}\n`;
}

/** Documented in docs/commands.md. */
export function pushJson(report: PushReport): string {
  const {
    target,
    rounds,
    sessions,
    prunedRounds,
    bytes,
    batches,
    spans,
    rejected = [],
    reason,
    unread,
  } = report;
  const document = {
    version: 1,
    target,
    rounds,
    sessions,
    pruned_rounds: prunedRounds,
    bytes,
    batches,
    all_because: reason ?? null,
    unread: unread.map(({ session, problem }) => ({ session_id: session, problem })),
    ...(spans !== undefined && {
      spans,
      rejected_spans: rejected.reduce((sum, one) => sum + one.spans, 0),
      messages: [...new Set(rejected.map(({ message }) => message))],
    }),
  };
  return `${JSON.stringify(document)}\n`;
}

/** What a push that sends nothing reports. */
export function nothingPushed(target: string, spans?: number): PushReport {
  const nothing = { target, rounds: 0, sessions: 0, prunedRounds: 0, bytes: 0, batches: 0, unread: [] };
  return spans === undefined ? nothing : { ...nothing, spans };
}
