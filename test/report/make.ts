import { Chalk } from 'chalk';
import * as en from '../../src/texts/en.ts';
import type { ExpandedRound, StoredRound } from '../../src/session-format/stored-round.ts';
import type { Screen } from '../../src/report/tables.ts';
import type { StoredSessions } from '../../src/store/index/index-files.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { BUCKET_MS, bucketOf, type UsageCell } from '../../src/model/usage-cell.ts';
import { sharedCellsOf } from '../store/make.ts';

/** USD in attodollars. */
export function usd(amount: number): bigint {
  return BigInt(Math.round(amount * 1e12)) * 1_000_000n;
}

/** A cell at an ISO time; priced by an entry of the price book if a cost is given. */
export function cell(time: string, model: string, rest: Partial<UsageCell> = {}): UsageCell {
  return {
    bucket: bucketOf(Date.parse(time)),
    model,
    consumer: '',
    api: '',
    price: 1,
    rounds: 1,
    input: 0,
    output: 0,
    reasoning: 0,
    cached: 0,
    cacheWrite: 0,
    cost: 0n,
    saved: 0n,
    currency: 'USD',
    inexact: '',
    tags: '',
    counters: [],
    ...rest,
  };
}

export function session(id: string, usage: UsageCell[], rest: Partial<SessionEntry> = {}): SessionEntry {
  const buckets = usage.map(({ bucket }) => bucket * BUCKET_MS);
  return {
    id,
    file: `${id}.json`,
    end: 0,
    last: { length: 0, crc: 0 },
    summary: { length: 0, crc: 0 },
    created: Math.min(...buckets),
    updated: Math.max(...buckets),
    rounds: usage.reduce((sum, { rounds }) => sum + rounds, 0),
    model: usage.at(-1)?.model ?? 'unknown',
    title: null,
    errors: 0,
    usage,
    ...rest,
  };
}

/** Sessions as a report gets them from a store. */
export function source(sessions: readonly SessionEntry[]): StoredSessions {
  const byId = new Map(sessions.map((one) => [one.id, one]));
  return {
    size: sessions.length,
    get: (id) => byId.get(id),
    has: (id) => byId.has(id),
    keys: () => byId.keys(),
    inOrder: () => [],
    tailCrc: 0,
    changedSince: () => [],
    values: () => sessions,
    heads: () =>
      sessions.map((one) => {
        const { usage: _, ...head } = one;
        return head;
      }),
    usages: () => sessions.map(({ id, usage }) => ({ id, usage })),
    sharedCells: () => sharedCellsOf(sessions),
  };
}

export function screen(width: number): Screen {
  return { width, colour: new Chalk({ level: 0 }), texts: en };
}

type Texts = Omit<ExpandedRound, 'line' | 'stored' | 'newMessages'>;

/** A round. All its messages are new unless `stored.context` says otherwise. */
export function round(
  number: number,
  stored: Partial<StoredRound> = {},
  texts: Partial<Texts> = {},
): ExpandedRound {
  const messages = texts.messages ?? null;
  return {
    line: '',
    stored: {
      round: number,
      timestamp: '2026-02-01T01:30:15.000Z',
      at: [1, 0],
      input_tokens: 250,
      output_tokens: 160,
      reasoning_tokens: 0,
      cached_tokens: 0,
      cache_write_tokens: 0,
      model: 'Qwen3-rerank',
      price: 1,
      has_tool_calls: false,
      ...(messages && { context: [[number, 0, messages.length]] }),
      ...stored,
    },
    messages: null,
    messagesText: null,
    attributes: null,
    accessLog: null,
    system: null,
    question: null,
    answer: null,
    reasoning: null,
    toolCalls: null,
    newMessages: 0,
    ...texts,
  };
}

/** The keys about money in JSON other than `cost_usd`, if everything is in USD and exact. */
export function exactCosts(usd: number | null): Record<string, unknown> {
  return {
    costs: usd === null ? {} : { USD: usd },
    cost_bound: null,
    lower_bound_rounds: 0,
    upper_bound_rounds: 0,
    lower_bound_costs: {},
    upper_bound_costs: {},
    bound_reasons: {},
  };
}
