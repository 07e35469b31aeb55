import { createTable } from '../../clickhouse/ddl.ts';
import { pushRounds, type PushResult } from '../../clickhouse/push.ts';
import { RequestError } from '../../clickhouse/server-errors.ts';
import { ClickHouseServer } from '../../clickhouse/server.ts';
import { dialectOfServer } from '../../clickhouse/table.ts';
import { targetOf, type Target } from '../../clickhouse/target.ts';
import { dialectOf } from '../../clickhouse/types.ts';
import { UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { nothingPushed, type PushReport } from '../../report/push-text.ts';
import { copyLockPath, isCopied, readCursor } from '../../store/copy-cursor.ts';
import { readCurrentState } from '../../store/current-state.ts';
import { openStore } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { quietWhenBusy } from '../quiet-when-busy.ts';
import { requireAll } from './push-missing.ts';
import type { PushOptions } from './push-options.ts';
import { sayPushed } from './push-output.ts';

/** Sends what a table lacks of a store's rounds. */
export async function pushClickhouse(context: Context, options: PushOptions): Promise<void> {
  if (options.protocol !== undefined) throw new UsageError('--protocol works only with push otlp');
  const target = targetOf(options);
  if (options.printDdl !== undefined) return printDdl(context, target, options);
  const report = { target: target.name, ...(await pushed(context, target, options)) };
  await sayPushed(context, options, report);
  requireAll(context, report);
}

async function printDdl(context: Context, target: Target, options: PushOptions): Promise<void> {
  const { printDdl: version } = options;
  if (typeof version === 'string') {
    const dialect = dialectOf(version);
    if (!dialect) throw new UsageError(`--print-ddl takes a version of ClickHouse, such as 26.7 or 18.16`);
    return context.write(`${createTable(target, dialect)};\n`);
  }
  await withServer(context, target, options, async (server) => {
    await context.write(`${createTable(target, await dialectOfServer(server, target))};\n`);
  });
}

async function pushed(
  context: Context,
  target: Target,
  options: PushOptions,
): Promise<PushResult | PushReport> {
  const { dataDir: dir, quiet, withContent = false, again = false, create = false } = options;
  const store = openStore(nodeFiles, dir);
  const cursor = readCursor(nodeFiles, dir, target.name);
  const isOther = again || cursor?.content !== withContent;
  if (!isOther && isCopied(cursor, store, readCurrentState(nodeFiles, store)))
    return nothingPushed(target.name);
  return quietWhenBusy(quiet === true, async () => {
    const release = takeLock(copyLockPath(dir, target.name), `the push to ${target.name}`);
    try {
      const request = { files: nodeFiles, dir, target, now: context.now, create, withContent, again };
      return await withServer(context, target, options, (server) => pushRounds({ ...request, server }));
    } finally {
      release();
    }
  });
}

async function withServer<T>(
  context: Pick<Context, 'env' | 'warn'>,
  target: Target,
  { retries, timeout }: PushOptions,
  use: (server: ClickHouseServer) => Promise<T>,
): Promise<T> {
  const server = new ClickHouseServer({
    target,
    user: context.env['CLICKHOUSE_USER'] ?? 'default',
    password: context.env['CLICKHOUSE_PASSWORD'] ?? '',
    timeoutSeconds: timeout,
    retries,
  });
  try {
    return await use(server);
  } catch (error) {
    if (error instanceof RequestError)
      error.message += '. Nothing is lost: the next push sends what is missing';
    throw error;
  } finally {
    await server.close();
  }
}
