import type { Check, Found, Severity, Share } from '../check.ts';
import type { LineTally } from '../line-tally.ts';

/** Below this share, a lack is an exception (a request that was cut off), not a setting: a note. */
const SETTING = 0.1;
/** Embeddings and the like have no messages. */
const MOST = 0.5;

/** `mainReason`: as the store's list of rejected lines gives it. */
interface BadLines {
  lines: Share;
  mainReason: string;
}

type LogLinesFound =
  | Found<'unknown-form' | 'rejected-lines', BadLines>
  /** `isJson`: the lines are JSON, as access log lines are. */
  | Found<'no-ai-log', { lines: number; isJson: boolean }>
  | Found<'no-ai-calls', { lines: number }>
  | Found<'no-session-id' | 'no-messages' | 'cut-values' | 'cache-unknown' | 'no-times', { rounds: Share }>
  | Found<'no-usage', { rounds: Share; streams: number }>
  | Found<'unread-times', { rounds: Share; example: string }>
  | Found<'not-utf8', { lines: Share }>;

/** What a sample of the log shows of the gateway's configuration. */
export const logLinesCheck: Check<LogLinesFound> = {
  kinds: {
    'no-ai-log': { area: 'log', severity: 'error' },
    'no-ai-calls': { area: 'log', severity: 'warning' },
    'no-session-id': { area: 'log', severity: 'error' },
    'no-usage': { area: 'log', severity: 'warning' },
    'no-messages': { area: 'log', severity: 'warning' },
    'cut-values': { area: 'log', severity: 'warning' },
    'cache-unknown': { area: 'log', severity: 'warning' },
    'rejected-lines': { area: 'log', severity: 'warning' },
    'unknown-form': { area: 'log', severity: 'error' },
    'unread-times': { area: 'log', severity: 'warning' },
    'no-times': { area: 'log', severity: 'warning' },
    'not-utf8': { area: 'log', severity: 'note' },
  },
  find({ sample: { tally }, logPaths, store }) {
    const { lines, named, objects } = tally;
    if (lines === 0) return [];
    const where = logPaths.join(', ');
    const unread = [...tally.unread.values()].reduce((sum, count) => sum + count, 0);
    const found: LogLinesFound[] = [];
    // If something wrapped the lines, the access log format may be right.
    const isWrapped = named === 0 && unread >= lines * SETTING;
    if (unread > 0) {
      const facts = { lines: { count: unread, all: lines }, mainReason: mostFrequent(tally.unread) };
      found.push({ code: 'unknown-form', where, severity: isWrapped ? undefined : 'warning', facts });
    }
    if (named > 0) {
      const wantsTexts = !(store?.noContent ?? false);
      found.push(...lineProblems(tally, where), ...roundProblems(tally, where, wantsTexts));
    } else if (!isWrapped) {
      found.push({ code: 'no-ai-log', where, facts: { lines, isJson: objects > 0 } });
    }
    return found;
  },
};

function lineProblems({ rejected, reasons, rounds, lines }: LineTally, where: string): LogLinesFound[] {
  if (rejected > 0) {
    const facts = { lines: { count: rejected, all: lines }, mainReason: mostFrequent(reasons) };
    return [{ code: 'rejected-lines', where, facts }];
  }
  return rounds === 0 ? [{ code: 'no-ai-calls', where, facts: { lines } }] : [];
}

function roundProblems(tally: LineTally, where: string, wantsTexts: boolean): LogLinesFound[] {
  const { rounds: all, answered, noSession, noUsage, noMessages, cut, cacheUnknown, times } = tally;
  const found: LogLinesFound[] = [];
  const of = (count: number): { rounds: Share } => ({ rounds: { count, all } });
  const add = (count: number, one: LogLinesFound): void => {
    if (count > 0) found.push(one);
  };
  add(noSession, {
    code: 'no-session-id',
    where,
    severity: exceptionOf(noSession, all),
    facts: of(noSession),
  });
  const usage = { rounds: { count: noUsage, all: answered }, streams: tally.noUsageStreams };
  add(noUsage, { code: 'no-usage', where, severity: exceptionOf(noUsage, answered), facts: usage });
  if (wantsTexts) {
    if (noMessages >= all * MOST) add(noMessages, { code: 'no-messages', where, facts: of(noMessages) });
    add(cut, { code: 'cut-values', where, facts: of(cut) });
  }
  add(cacheUnknown, {
    code: 'cache-unknown',
    where,
    severity: exceptionOf(cacheUnknown, all),
    facts: of(cacheUnknown),
  });
  const example = times.example ?? '';
  add(times.unread, { code: 'unread-times', where, facts: { ...of(times.unread), example } });
  add(times.missing, { code: 'no-times', where, facts: of(times.missing) });
  const lines = { count: tally.notUtf8, all: tally.lines };
  add(tally.notUtf8, { code: 'not-utf8', where, facts: { lines } });
  return found;
}

function exceptionOf(count: number, all: number): Severity | undefined {
  return count >= all * SETTING ? undefined : 'note';
}

function mostFrequent(reasons: ReadonlyMap<string, number>): string {
  return [...reasons].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
