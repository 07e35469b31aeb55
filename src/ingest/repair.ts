import type { Files } from '../platform/files.ts';
import { takeLock } from '../platform/lock.ts';
import { recommit } from '../store/recommit.ts';
import { lockPath, openStore } from '../store/store.ts';
import { planRepair } from './repair-plan.ts';
import type { Problem } from './repair-problem.ts';

export interface RepairResult {
  /** None: the store is sound, and nothing was done. */
  problems: Problem[];
  /** What the store holds, or after a repair will hold. */
  sessions: number;
  rounds: number;
  lostRounds: number;
  isApplied: boolean;
}

/**
 * Names what is damaged in a store, and with `apply` makes anew what can be made anew. Throws InputOutputError
 * where it can't be done, and BusyError while another run holds the store.
 */
export function repairStore(files: Files, dir: string, apply: boolean): RepairResult {
  const store = openStore(files, dir);
  const release = takeLock(lockPath(dir), `the store ${dir}`);
  try {
    const { problems, renewal } = planRepair(files, store);
    const isApplied = apply && problems.length > 0;
    if (isApplied) recommit(files, store, renewal);
    const entries = [...renewal.index.sessions.values()];
    return {
      problems,
      sessions: entries.length,
      rounds: entries.reduce((sum, { rounds }) => sum + rounds, 0),
      lostRounds: problems.reduce((sum, { lostRounds }) => sum + lostRounds, 0),
      isApplied,
    };
  } finally {
    release();
  }
}
