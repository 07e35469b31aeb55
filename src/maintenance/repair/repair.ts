import type { Files } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { exactUsd } from '../../pricing/money.ts';
import type { LostEntry } from '../../store/lost-file.ts';
import { recommit } from '../../store/recommit.ts';
import { checkFilters, lockPath, openStore, resolveStatePath } from '../../store/store.ts';
import { discardWaiting } from '../../store/waiting-file.ts';
import { recover, type RecoverOptions } from '../recover/recover.ts';
import { planRepair } from './repair-plan.ts';
import type { Problem } from './repair-problem.ts';

export interface RepairResult {
  /** Empty: the store is intact, and nothing was done. */
  problems: Problem[];
  /** What the store holds, or will hold after the repair. */
  sessions: number;
  rounds: number;
  /** Rounds read again from logs; included in the count above. */
  recoveredRounds: number;
  /** How many of them do not add up to the index's counts, and how many are at today's prices. */
  differingRounds: number;
  pricedToday: number;
  lostRounds: number;
  /** Logs that could not be examined, and why. */
  unseen: string[];
  isApplied: boolean;
}

export interface RepairOptions extends RecoverOptions {
  /** The state's file, as the user names it. */
  stateFile?: string | undefined;
}

/**
 * Reports what is damaged in a store, and with `apply` restores what it can: rounds missing from a session file are read
 * again from the logs that still exist. Throws InputOutputError if it cannot be done, and BusyError while another run
 * holds the store.
 */
export async function repairStore(
  files: Files,
  dir: string,
  apply: boolean,
  options: RepairOptions = {},
): Promise<RepairResult> {
  const { stateFile } = options;
  const store = openStore(files, dir);
  checkFilters(store, {}, stateFile === undefined ? undefined : resolveStatePath(dir, stateFile));
  const release = takeLock(lockPath(dir), `the store ${dir}`);
  try {
    const plan = planRepair(files, store, stateFile);
    const { problems, renewal } = plan;
    const recovery = await recover(files, store, plan, options);
    try {
      const entries = [...renewal.index.sessions.values()];
      const rounds = entries.reduce((sum, entry) => sum + entry.rounds, 0) + recovery.rounds;
      const isApplied = apply && problems.length > 0;
      if (isApplied) {
        await recovery.apply();
        recommit(files, store, { ...renewal, lost: lostOf(problems, options.now ?? Date.now()) });
      }
      const lostRounds = problems.reduce((sum, problem) => sum + problem.lostRounds, 0);
      if (apply) discardWaiting(files, dir, lostRounds > 0);
      return {
        problems,
        sessions: entries.length + recovery.newSessions,
        rounds,
        recoveredRounds: recovery.rounds,
        differingRounds: recovery.differing,
        pricedToday: recovery.pricedToday,
        lostRounds,
        unseen: recovery.unseen,
        isApplied,
      };
    } finally {
      recovery.close();
    }
  } finally {
    release();
  }
}

/** What the store remembers of rounds that are no longer in any sum. */
function lostOf(problems: readonly Problem[], now: number): LostEntry[] {
  return problems.flatMap(({ session, lostRounds, lost }) => {
    if (session === undefined || !lost || lostRounds === 0) return [];
    const { from, to, input, output, costs, logs } = lost;
    const others = [...costs].filter(([currency]) => currency !== 'USD');
    return {
      session,
      rounds: lostRounds,
      from: timeOf(from),
      to: timeOf(to),
      input_tokens: input,
      output_tokens: output,
      cost_usd: exactUsd(costs.get('USD') ?? 0n),
      ...(others.length > 0 && {
        other_costs: Object.fromEntries(others.map(([currency, cost]) => [currency, exactUsd(cost)])),
      }),
      logs,
      repaired: new Date(now).toISOString(),
    };
  });
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
