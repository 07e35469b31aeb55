import { readSnapshot, type Snapshot } from '../../store/read.ts';
import type { Context } from '../context.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { storeDirs } from './store-dirs.ts';
import { warnOfUnsureRounds } from './unsure-rounds.ts';

/** Reads the stores of a report, several as one. Throws InputOutputError for one that cannot be read. */
export async function readStores(context: Pick<Context, 'warn'>, options: StoresOptions): Promise<Snapshot> {
  const dirs = await storeDirs(options);
  const [first = '', ...others] = dirs;
  if (others.length === 0) return readSnapshot(first);
  const { joinSnapshots } = await import('../../query/stores/joined-snapshot.ts');
  const joined = joinSnapshots(dirs.map((dir) => readSnapshot(dir)));
  warnOfUnsureRounds(context, joined.sessions.unsureRounds());
  return joined;
}
