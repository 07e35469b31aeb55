import { fileURLToPath } from 'node:url';
import type { Files } from '../../platform/files.ts';
import { mayHaveThreads } from '../../platform/worker-pool.ts';
import type { Threads } from '../options.ts';
import { startHere } from './own-link.ts';
import type { StartShard } from './messages.ts';
import { OWN_SHARD } from './shard-of.ts';
import { SharedGathering, type SharedFacts } from './shared-gathering.ts';
import { startThread } from './thread-link.ts';

/** The program that a worker runs, beside this one. */
const WORKER = './parse-worker.cjs';
/** On two cores, threads have not yet been measured to save what they cost: they have to be asked for. */
const DEFAULT_JOBS = 1;

/** Undefined if this process cannot have, or should not have, more than one worker. */
export function openShared(
  files: Files,
  { jobs, start }: Threads,
  facts: Omit<SharedFacts, 'count' | 'startShard'>,
): SharedGathering | undefined {
  const count = jobs ?? DEFAULT_JOBS;
  if (count < 2 || (!start && !mayHaveThreads(files))) return undefined;
  const startOther = start ?? startThread(fileURLToPath(new URL(WORKER, import.meta.url)));
  const startOwn = startHere(files);
  const startShard: StartShard = (given) => (given.shard === OWN_SHARD ? startOwn : startOther)(given);
  return new SharedGathering({ ...facts, count, startShard });
}
