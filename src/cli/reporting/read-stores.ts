import { UsageError } from '../../platform/errors.ts';
import { readSnapshot, type Snapshot } from '../../store/read.ts';
import type { ReadSnapshot } from '../../query/fetched.ts';
import type { Context } from '../context.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { storeDirs } from './store-dirs.ts';
import { warnOfUnsureRounds } from './unsure-rounds.ts';

/** What a report is made of: the stores, or the table of an engine. */
export async function readSource(
  context: Pick<Context, 'warn' | 'env'>,
  options: StoresOptions,
): Promise<ReadSnapshot> {
  if (options.source === undefined) return readStores(context, options);
  const { readEngine } = await import('./read-engine.ts');
  return await readEngine(context, options.source, options.gateway);
}

/** Reads the stores of a report, several as one. Throws InputOutputError for one that cannot be read. */
export async function readStores(context: Pick<Context, 'warn'>, options: StoresOptions): Promise<Snapshot> {
  if (options.source !== undefined)
    throw new UsageError(
      '--source: this report needs the rounds as they were stored, and the table has their numbers. Name the stores with --data-dir',
    );
  const dirs = await storeDirs(options);
  const [first = '', ...others] = dirs;
  if (others.length === 0) return readSnapshot(first);
  const { joinSnapshots } = await import('../../query/stores/joined-snapshot.ts');
  const joined = joinSnapshots(dirs.map((dir) => readSnapshot(dir)));
  warnOfUnsureRounds(context, joined.sessions.unsureRounds());
  return joined;
}
