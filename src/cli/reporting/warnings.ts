import type { ParseResult } from '../../ingest/tally.ts';
import { timeTroubles } from '../../ingest/time-tally.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import type { Context } from '../context.ts';

/** What a person should know of a run beside its answer. */
export function sayTroubles(context: Pick<Context, 'warn'>, result: ParseResult): void {
  for (const trouble of troubles(result)) context.warn(`monitor: ${trouble}\n`);
}

/** What became of files, a line each. */
export function sayNotices(context: Pick<Context, 'warn'>, notices: ParseResult['warnings']): void {
  for (const notice of noticeLines(notices)) context.warn(`monitor: ${notice}\n`);
}

/** A path that stands in a store, as its price file's does, is a stranger's words. */
function noticeLines(notices: ParseResult['warnings']): string[] {
  return notices.map(({ path, message }) => `${cleanLine(path)}: ${cleanLine(message)}`);
}

/** A line each. */
export function troubles(result: Pick<ParseResult, 'gaps' | 'warnings' | 'times' | 'faults'>): string[] {
  return [
    ...result.faults.map((fault) => `fault of this program: ${fault}`),
    ...result.gaps.map(
      ({ path, bytes }) =>
        `${cleanLine(path)} vanished with ${bytes} bytes unread, and the rounds in them are lost`,
    ),
    ...noticeLines(result.warnings),
    ...timeTroubles(result.times),
  ];
}
