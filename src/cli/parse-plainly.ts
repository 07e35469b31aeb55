import type { ParseOptions as Request } from '../ingest/options.ts';
import { parseLogs } from '../ingest/parse-logs.ts';
import type { ParseResult } from '../ingest/tally.ts';
import { InputOutputError } from '../platform/errors.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { nodeFiles } from '../platform/files.ts';
import { parseLine } from '../report/parse-line.ts';
import { unknownTimesText } from '../report/unknown-times.ts';
import type { Context } from './context.ts';
import { parseJson } from './parse-json.ts';

/** What of a run is said on stdout. */
export type ParseOutput = 'line' | 'json' | 'none';

/** Stores what is new in the logs, once, and says what it did. */
export async function parsePlainly(
  context: Pick<Context, 'write' | 'warn'>,
  request: Request,
  output: ParseOutput,
): Promise<void> {
  const result = await parseLogs(nodeFiles, request);
  sayTroubles(context, result);
  if (output !== 'none') await context.write(output === 'json' ? parseJson(result) : parseLine(result));
  requireLogs(result);
}

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
    ...unknownTimesText(result.times),
  ];
}

/** Throws, behind the answer: InputOutputError where a given path led to no log, an Error where the lines don't add up. */
export function requireLogs({ missing, faults }: Pick<ParseResult, 'missing' | 'faults'>): void {
  if (faults.length > 0) throw new Error(`the lines that were read do not add up: ${faults.join('; ')}`);
  if (missing.length > 0) {
    throw new InputOutputError(`no log at ${missing.join(', ')}; the other logs were read`);
  }
}
