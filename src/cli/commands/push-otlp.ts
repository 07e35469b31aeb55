import { UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { CollectorError } from '../../otlp/answers.ts';
import { Collector } from '../../otlp/collector.ts';
import { JSON_ENCODING } from '../../otlp/encoding.ts';
import { endpointOf, headersOf, type Endpoint } from '../../otlp/endpoint.ts';
import { PROTOBUF_ENCODING } from '../../otlp/protobuf.ts';
import { pushSpans } from '../../otlp/push.ts';
import { nothingPushed, type PushReport } from '../../report/push-text.ts';
import { copyLockPath, isCopied, readCursor } from '../../store/copy-cursor.ts';
import { readCurrentState } from '../../store/current-state.ts';
import { openStore } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { quietWhenBusy } from '../quiet-when-busy.ts';
import { requireAll, warnOfPruned } from './push-missing.ts';
import type { PushOptions } from './push-options.ts';
import { sayPushed } from './push-output.ts';

const OF_TABLES = [
  ['database', '--database'],
  ['table', '--table'],
  ['create', '--create'],
  ['printDdl', '--print-ddl'],
] as const;

/** Sends what a collector was not sent of a store's rounds, as spans. */
export async function pushOtlp(context: Context, options: PushOptions): Promise<void> {
  const other = OF_TABLES.find(([key]) => options[key] !== undefined);
  if (other) throw new UsageError(`${other[1]} is for tables: it does not work with push otlp`);
  const endpoint = endpointOf(options.url);
  const report = { target: endpoint.name, ...(await pushed(context, endpoint, options)) };
  await sayPushed(context, options, report);
  warnOfPruned(context, report);
  requireAll(context, report);
}

async function pushed(
  context: Context,
  endpoint: Endpoint,
  options: PushOptions,
): Promise<Omit<PushReport, 'target'>> {
  const { dataDir: dir, quiet, again = false, withContent = false, timeout, retries, protocol } = options;
  const headers = headersOf(context.env);
  const store = openStore(nodeFiles, dir);
  const cursor = readCursor(nodeFiles, dir, endpoint.name);
  if (!again && isCopied(cursor, store, readCurrentState(nodeFiles, store)))
    return nothingPushed(endpoint.name, 0);
  return quietWhenBusy(quiet === true, async () => {
    const release = takeLock(copyLockPath(dir, endpoint.name), `the push to ${endpoint.name}`);
    try {
      return await pushSpans({
        files: nodeFiles,
        dir,
        endpoint,
        collector: new Collector({ endpoint, headers, timeoutSeconds: timeout, retries }),
        encoding: protocol === 'http/protobuf' ? PROTOBUF_ENCODING : JSON_ENCODING,
        now: context.now,
        again,
        withContent,
        serviceName: context.env['OTEL_SERVICE_NAME'] || undefined,
      });
    } catch (error) {
      if (error instanceof CollectorError)
        error.message += '. Nothing is lost: the next push sends what is missing';
      throw error;
    } finally {
      release();
    }
  });
}
