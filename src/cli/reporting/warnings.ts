import type { ParseResult } from '../../ingest/tally.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { unknownTimesText } from '../../report/unknown-times.ts';
import type { Context } from '../context.ts';

/** Prints a run's warnings. */
export function printWarnings(context: Pick<Context, 'warn'>, result: ParseResult): void {
  for (const warning of warningLines(result)) context.warn(`monitor: ${warning}\n`);
}

/** Prints a line for each notice about a file. */
export function printNotices(context: Pick<Context, 'warn'>, notices: ParseResult['warnings']): void {
  for (const notice of noticeLines(notices)) context.warn(`monitor: ${notice}\n`);
}

/** Paths can come from a store, so they are untrusted text. */
function noticeLines(notices: ParseResult['warnings']): string[] {
  return notices.map(({ path, message }) => `${cleanLine(path)}: ${cleanLine(message)}`);
}

/** One line each. */
export function warningLines(result: Pick<ParseResult, 'gaps' | 'warnings' | 'times' | 'faults'>): string[] {
  return [
    ...result.faults.map((fault) => `internal error: ${fault}`),
    ...result.gaps.map(
      ({ path, bytes }) =>
        `${cleanLine(path)} disappeared with ${bytes} unread bytes; any rounds in them are lost`,
    ),
    ...noticeLines(result.warnings),
    ...unknownTimesText(result.times),
  ];
}
