import { isLog } from '../model/log-position.ts';
import type { LogNumbers } from '../query/stores/round-keys.ts';
import type { Snapshot } from '../store/read.ts';

/** Length of the digests of a log's first 4 KiB. */
const WHOLE_HEAD = 512;

/**
 * Names for the logs of one store, which are the same in every store that has read the same log: what its first 4 KiB
 * are. A shorter log has a name in its own store only.
 */
export function logHeads({ state, closed }: Pick<Snapshot, 'state' | 'closed'>): LogNumbers {
  const heads = new Map<number, string>();
  for (const log of [...state.logs, ...closed.values()])
    if (isLog(log) && log.head.length === WHOLE_HEAD) heads.set(log.id, log.head);
  return { numberOf: (_, log) => heads.get(log) ?? `${state.store} ${log}` };
}
