import { join } from 'node:path';
import { readWhole, type Files } from '../platform/files.ts';
import { isLog, type ClosedLog, type LogPosition } from '../model/log-position.ts';
import { lagOfTargets } from '../store/copy-lag.ts';
import { readLost, type LostEntry } from '../store/lost-file.ts';
import { readSnapshot } from '../store/read.ts';
import type { PriceList } from '../store/pricing-settings.ts';
import { findStore } from '../store/store.ts';
import { addCounters, failuresIn, NO_COUNTERS, type CellCounters } from '../model/cell-counters.ts';
import { bucketOf, type UsageCell } from '../model/usage-cell.ts';
import { cellsOf } from '../store/index/index.ts';

/** What the checks go by of a store. */
export interface StoreFacts {
  dir: string;
  noContent: boolean;
  sessions: number;
  rounds: number;
  /** Rounds of each model that has no price. */
  unpriced: Map<string, number>;
  /** Rounds whose cost may be wrong, by reason. */
  bounded: Map<string, BoundedRounds>;
  /** The requests of the last 7 days. */
  recent: { rounds: number; counters: CellCounters };
  /** All rounds in the sums of the index, pruned ones too. */
  countedRounds: number;
  /** Which of the built-in prices come first. */
  priceList: PriceList;
  rejectedLines: number;
  /** Lines that were not stored because the store had them from another log, or from another part of the same one. */
  knownRounds: number;
  /** Lines that wait for their last part. */
  held: number;
  /** Logs that vanished before they were read to the end. */
  gaps: Gap[];
  /** Rounds that a repair could not bring back. */
  lostRounds: readonly LostEntry[];
  /** How far the targets of `monitor push` are behind. */
  copies: ReturnType<typeof lagOfTargets>;
  /** When a run last stored something. */
  lastCommit: number | null;
  /** Logs that the store reads, and those whose files are gone. */
  generations: LogPosition[];
  closed: ClosedLog[];
}

interface Gap {
  path: string;
  bytes: number;
  /** Milliseconds since 1970 UTC; null: not known. */
  at: number | null;
}

/** Rounds whose cost may be wrong for one reason. */
interface BoundedRounds {
  rounds: number;
  /** What they cost as counted, by currency, in 10⁻¹⁸ of it. */
  costs: Map<string, bigint>;
  /** Rounds of each model. */
  models: Map<string, number>;
}

/** Failures of requests are of interest for this long. */
const FAILURES_MS = 7 * 86_400_000;

/** Undefined where there is no store yet. Throws where it is damaged, or this user may not read it. */
export function readStoreFacts(files: Files, dir: string, now: number): StoreFacts | undefined {
  const store = findStore(files, dir);
  if (!store) return undefined;
  const snapshot = readSnapshot(dir, files);
  const { sessions, state, closed, noContent } = snapshot;
  const unpriced = new Map<string, number>();
  let rounds = 0;
  for (const session of sessions.heads()) rounds += session.rounds;
  const bounded = new Map<string, BoundedRounds>();
  let countedRounds = 0;
  const recent: StoreFacts['recent'] = { rounds: 0, counters: NO_COUNTERS };
  const firstRecent = bucketOf(now - FAILURES_MS);
  for (const cell of cellsOf(sessions, 'failures')) {
    const { price, model, rounds: count } = cell;
    countedRounds += count;
    if (price === 'unpriced') unpriced.set(model, (unpriced.get(model) ?? 0) + count);
    addBounds(bounded, cell);
    if (cell.bucket < firstRecent) continue;
    recent.rounds += count;
    recent.counters = addCounters(recent.counters, failuresIn(cell.counters));
  }
  // A log that turned up again is among both.
  const logs = new Map([...closed.values(), ...state.logs].map((log) => [log.id, log]));
  const lost = [...closed.values()].filter(isLog).filter(({ lost, offset }) => (lost ?? 0) > offset);
  return {
    dir,
    noContent,
    sessions: sessions.size,
    rounds,
    unpriced,
    bounded,
    recent,
    countedRounds,
    priceList: store.pricing.list,
    rejectedLines: countLines(readWhole(files, join(dir, '.rejected.jsonl')), state.rejected.length),
    knownRounds: [...logs.values()].filter(isLog).reduce((sum, { known = 0 }) => sum + known, 0),
    held: state.logs.reduce((sum, log) => sum + (log.open?.length ?? 0), 0),
    gaps: lost.map(({ path, lost, offset, closed: at }) => ({
      path,
      bytes: (lost ?? 0) - offset,
      at: at ?? null,
    })),
    lostRounds: readLost(files, dir, state),
    copies: lagOfTargets(files, snapshot),
    lastCommit: state.commit > 0 ? (files.stat(store.statePath)?.mtime ?? null) : null,
    generations: state.logs,
    closed: [...closed.values()],
  };
}

function addBounds(
  bounded: Map<string, BoundedRounds>,
  { inexact, model, rounds, currency, cost }: UsageCell,
): void {
  if (inexact === '') return;
  for (const reason of inexact.split(' ')) {
    const sum = bounded.get(reason) ?? { rounds: 0, costs: new Map(), models: new Map() };
    bounded.set(reason, sum);
    sum.rounds += rounds;
    sum.costs.set(currency, (sum.costs.get(currency) ?? 0n) + cost);
    sum.models.set(model, (sum.models.get(model) ?? 0) + rounds);
  }
}

function countLines(bytes: Buffer | undefined, length: number): number {
  let count = 0;
  for (const byte of bytes?.subarray(0, length) ?? []) if (byte === 0x0a) count++;
  return count;
}
