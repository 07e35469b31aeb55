import type { LogFacts } from '../../../doctor/log-facts.ts';
import { compareText } from '../../../query/aggregate.ts';
import type { Family, Sample } from './families.ts';

/** What a store says about itself. Times are milliseconds since 1970 UTC; null: nothing is stored yet. */
export interface StoreMetrics extends Pick<LogFacts, 'knownRounds' | 'gaps'> {
  gateway: string;
  sessions: number;
  rejectedLines: number;
  lostRounds: number;
  lastCommit: number | null;
  lastRequest: number | null;
}

interface StoreFamily extends Family {
  of: (store: StoreMetrics) => number | null;
  /** Of stores whose gateways have the same name. */
  join: (a: number, b: number) => number;
}

/** The health of the stores themselves, by gateway. */
export const STORE_FAMILIES: readonly StoreFamily[] = [
  {
    name: 'agent_session_sessions',
    help: 'Sessions in the store.',
    type: 'gauge',
    of: ({ sessions }) => sessions,
    join: sum,
  },
  {
    name: 'agent_session_rejected_lines_total',
    help: 'Log lines with an ai_log that could not be read.',
    type: 'counter',
    of: ({ rejectedLines }) => rejectedLines,
    join: sum,
  },
  {
    name: 'agent_session_repeated_requests_total',
    help: 'Log lines that were not stored because the store had their requests from another log.',
    type: 'counter',
    of: ({ knownRounds }) => knownRounds,
    join: sum,
  },
  {
    name: 'agent_session_log_gaps_total',
    help: 'Logs that vanished before they were read to the end.',
    type: 'counter',
    of: ({ gaps }) => gaps.length,
    join: sum,
  },
  {
    name: 'agent_session_log_gap_bytes_total',
    help: 'Bytes of logs that vanished before they were read.',
    type: 'counter',
    of: ({ gaps }) => gaps.reduce((bytes, gap) => bytes + gap.bytes, 0),
    join: sum,
  },
  {
    name: 'agent_session_lost_requests',
    help: 'Requests that a repair could not bring back. No other metric includes them.',
    type: 'gauge',
    of: ({ lostRounds }) => lostRounds,
    join: sum,
  },
  {
    name: 'agent_session_last_stored_timestamp_seconds',
    help: 'When a run last stored something. A run with nothing new stores nothing.',
    type: 'gauge',
    of: ({ lastCommit }) => secondsOf(lastCommit),
    join: Math.min,
  },
  {
    name: 'agent_session_last_request_timestamp_seconds',
    help: 'When the latest stored request ended.',
    type: 'gauge',
    of: ({ lastRequest }) => secondsOf(lastRequest),
    join: Math.min,
  },
];

/** The samples of a family: one for each gateway. */
export function storeSamples({ of, join }: StoreFamily, stores: readonly StoreMetrics[]): Sample[] {
  const values = new Map<string, number>();
  for (const store of stores) {
    const value = of(store);
    if (value === null) continue;
    const before = values.get(store.gateway);
    values.set(store.gateway, before === undefined ? value : join(before, value));
  }
  return [...values]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([gateway, value]) => ({ labels: [['gateway', gateway]], value }));
}

function sum(a: number, b: number): number {
  return a + b;
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
