import type { ParseOptions as Request } from '../../ingest/options.ts';
import { parseLogs } from '../../ingest/parse-logs.ts';
import type { ParseResult } from '../../ingest/tally.ts';
import { Fault, InputOutputError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { parseLine } from '../../report/parse-line.ts';
import { writeJson, type Context } from '../context.ts';
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
  if (output === 'json') await writeJson(context, parseJson(result));
  else if (output === 'line') await context.write(parseLine(result));
  requireLogs(result);
}

/** Throws, after the answer: InputOutputError for a given path without a log, Fault if the lines do not add up. */
export function requireLogs({ missing, faults }: Pick<ParseResult, 'missing' | 'faults'>): void {
  if (faults.length > 0) throw new Fault(`the lines that were read do not add up: ${faults.join('; ')}`);
  if (missing.length > 0) {
    throw new InputOutputError(`no log at ${missing.join(', ')}; the other logs were read`);
  }
}
