import { parseLogs } from '../../ingest/parse-logs.ts';
import type { ParseResult } from '../../ingest/tally.ts';
import { InputOutputError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { parseLine, progressLine } from '../../report/parse-line.ts';
import type { Context } from '../context.ts';
import { parseJson } from '../parse-json.ts';
import { parseRequest, troubles, type StoreOptions } from '../parse-request.ts';
import { showProgress } from '../show-progress.ts';

export interface ParseOptions extends StoreOptions {
  quiet?: true;
  json?: true;
}

/** Stores what is new in the logs, once, and says what it did. */
export async function parse(context: Context, options: ParseOptions): Promise<void> {
  const progress =
    context.stderrIsTerminal && !options.quiet ? showProgress(context, progressLine) : undefined;
  const result = await parseLogs(nodeFiles, {
    ...(await parseRequest(options)),
    onProgress: progress?.update,
  }).finally(() => progress?.clear());
  for (const trouble of troubles(result)) context.warn(`monitor: ${trouble}\n`);
  if (options.json) await context.write(parseJson(result));
  else if (!options.quiet) await context.write(await parseText(context, options.dataDir, result));
  if (result.missing.length > 0) {
    throw new InputOutputError(`no log at ${result.missing.join(', ')}; the other logs were read`);
  }
}

async function parseText(context: Context, dir: string, result: ParseResult): Promise<string> {
  if (!context.stdoutIsTerminal) return parseLine(result);
  const { parseSummary } = await import('../../report/parse-text.ts');
  const { readSnapshot } = await import('../../store/read.ts');
  const { screenOf } = await import('../report-context.ts');
  return parseSummary(result, [...readSnapshot(dir).sessions.values()], screenOf(context));
}
