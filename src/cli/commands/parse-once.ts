import type { ParseOptions as Request } from '../../ingest/options.ts';
import { parseLogs } from '../../ingest/parse-logs.ts';
import type { ParseResult } from '../../ingest/tally.ts';
import { InputOutputError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { parseLine } from '../../report/parse-line.ts';
import type { Context } from '../context.ts';
import { printWarnings } from '../reporting/warnings.ts';
import { parseJson } from './parse-json.ts';

/** What a run prints on stdout. */
export type ParseOutput = 'line' | 'json' | 'none';

/** Stores what is new in the logs, once, and prints what it did. */
export async function parseOnce(
  context: Pick<Context, 'write' | 'warn'>,
  request: Request,
  output: ParseOutput,
): Promise<void> {
  const result = await parseLogs(nodeFiles, request);
  printWarnings(context, result);
  if (output !== 'none') await context.write(output === 'json' ? parseJson(result) : parseLine(result));
  requireLogs(result);
}

/** Throws, behind the answer: InputOutputError where a given path led to no log, an Error where the lines don't add up. */
export function requireLogs({ missing, faults }: Pick<ParseResult, 'missing' | 'faults'>): void {
  if (faults.length > 0) throw new Error(`the lines that were read do not add up: ${faults.join('; ')}`);
  if (missing.length > 0) {
    throw new InputOutputError(`no log at ${missing.join(', ')}; the other logs were read`);
  }
}
