import { createTable } from '../../clickhouse/ddl.ts';
import { pushRounds, type PushResult } from '../../clickhouse/push.ts';
import { RequestError } from '../../clickhouse/server-errors.ts';
import { ClickHouseServer } from '../../clickhouse/server.ts';
import { dialectOfServer } from '../../clickhouse/table.ts';
import { targetOf, type Target, type TargetOptions } from '../../clickhouse/target.ts';
import { dialectOf } from '../../clickhouse/types.ts';
import { printableId, printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { InputOutputError, UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { nothingPushed, type PushReport } from '../../report/push-text.ts';
import { copyLockPath, isCopied, readCursor } from '../../store/copy-cursor.ts';
import { readCurrentState } from '../../store/current-state.ts';
import { openStore } from '../../store/store.ts';
import type { Context } from '../context.ts';
import { quietWhenBusy } from '../quiet-when-busy.ts';
import { sayPushed, type PushOutput } from './push-output.ts';

export interface PushOptions extends TargetOptions, PushOutput {
  dataDir: string;
  create?: true;
  /** True: for the server. */
  printDdl?: string | true;
  withContent?: true;
  again?: true;
  retries: number;
  timeout: number;
}

/** Sends what a table lacks of a store's rounds. */
export async function push(context: Context, options: PushOptions): Promise<void> {
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

/** How many sessions are named: a store can have lost thousands of files. */
const NAMED = 5;

/** Throws InputOutputError, after the answer, if some sessions could not be sent. */
function requireAll(context: Pick<Context, 'warn'>, { target, unread }: PushReport): void {
  if (unread.length === 0) return;
  for (const { session, problem } of unread.slice(0, NAMED))
    context.warn(`monitor: the file of session ${printableId(session)} ${printableMessage(problem)}\n`);
  throw new InputOutputError(
    `${plural(unread.length, 'session')} could not be read and ${unread.length === 1 ? 'is' : 'are'} missing in ${target}; the others were sent. ` +
      'Run monitor repair, then push again',
  );
}
