import { parseLogs } from '../../ingest/parse-logs.ts';
import { nodeFiles } from '../../platform/files.ts';
import { inCurrency } from '../../query/currency.ts';
import { progressLine } from '../../report/parse-line.ts';
import { parseSummary } from '../../report/parse-text.ts';
import { readSnapshot } from '../../store/read.ts';
import type { SpokenContext } from '../language.ts';
import { printWarnings } from '../reporting/warnings.ts';
import { parseOnce, requireLogs } from './parse-once.ts';
import { parseRequest } from './parse-request.ts';
import { quietWhenBusy } from '../quiet-when-busy.ts';
import { screenOf } from '../reporting/screen.ts';
import { showProgress } from '../terminal/show-progress.ts';
import type { StoreOptions } from '../options/store-options.ts';

export interface ParseOptions extends StoreOptions {
  /** How many threads share a large backlog. */
  jobs?: number;
  quiet?: true;
  json?: true;
}

/** Stores what is new in the logs, once. On a terminal it shows progress, and a summary of the store at the end. */
export async function parse(context: SpokenContext, options: ParseOptions): Promise<void> {
  const progress =
    context.stderrIsTerminal && !options.quiet ? showProgress(context, progressLine) : undefined;
  const request = { ...(await parseRequest(options)), onProgress: progress?.update };
  const output = options.json ? 'json' : options.quiet ? 'none' : 'line';
  if (output === 'line' && context.stdoutIsTerminal) {
    const result = await parseLogs(nodeFiles, request).finally(() => progress?.clear());
    printWarnings(context, result);
    const { currencyOf } = await import('../reporting/report-currency.ts');
    const view = currencyOf(context, [options.dataDir], undefined);
    const sessions = inCurrency(readSnapshot(options.dataDir).sessions, view);
    await context.write(parseSummary(result, [...sessions.values()], screenOf(context)));
    requireLogs(result);
    return;
  }
  await quietWhenBusy(options.quiet === true, () => parseOnce(context, request, output)).finally(() =>
    progress?.clear(),
  );
}
