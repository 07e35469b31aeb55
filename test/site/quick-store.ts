import { join } from 'node:path';
import { nodeFiles } from '../../src/platform/files.ts';
import { attoPerToken } from '../../src/pricing/money.ts';
import { commit, type SessionAddition } from '../../src/store/commit.ts';
import { StoredIndex } from '../../src/store/index/stored-index.ts';
import { nameSessionFile } from '../../src/store/names.ts';
import { FULL_COVERAGE } from '../../src/model/index-coverage.ts';
import { readState, withCoverage } from '../../src/store/state.ts';
import { createStore, NO_FILTERS, openStore, resolveStatePath } from '../../src/store/store.ts';
import type { CellCounters } from '../../src/model/cell-counters.ts';
import { countersOf } from '../../src/model/round-counters.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { toolCountsOf, type ToolCount } from '../../src/model/tool-counts.ts';
import { readRound } from '../../src/session-format/read-round.ts';
import { ToolTally } from '../../src/session-format/tool-tally.ts';
import { bucketOf, type UsageCell } from '../../src/model/usage-cell.ts';

/** A round of a session for a quick store. Times are milliseconds since 1970 UTC. */
export interface QuickRound {
  at: number;
  model: string;
  input: number;
  cached: number;
  output: number;
  reasoning?: number;
  /** Set if the model has no price. */
  unpriced?: true;
  /** The currency in the index, and why the cost may be wrong; by default USD, and exact. */
  currency?: string;
  inexact?: string;
  /** The text of its answer. */
  text?: string;
  /** How it ended; by default with 200, after 1.5 s. If any is given, the index counts them. Undefined: it is not known. */
  status?: number | undefined;
  durationMs?: number;
  firstTokenMs?: number;
  /** By default that of the session. */
  consumer?: string;
  /** The field `route_name` of its line. */
  route?: string;
  /** Values of dimensions. */
  tags?: Record<string, string>;
  /** Tools that were called in the round before, and what they returned in this one. */
  results?: readonly { tool: string; text: string }[];
}

export interface QuickSession {
  id: string;
  title: string | null;
  consumer: string;
  api?: string;
  rounds: QuickRound[];
  tools?: ToolCount[];
}

/** USD per million tokens, the same for every model. */
const PRICE = { input: 2, output: 10, cache_read: 0.2 };

/**
 * Stores sessions without parsing a log, which takes a hundredth of the time: it calls the store's own functions with
 * what a run would pass. Existing sessions get more rounds.
 */
export function storeQuickly(
  dir: string,
  sessions: readonly QuickSession[],
  dimensions?: readonly string[],
): void {
  const isNew = nodeFiles.stat(join(dir, '.store.json')) === undefined;
  if (isNew) nodeFiles.makeFolder(dir);
  const store = isNew
    ? createStore(nodeFiles, dir, resolveStatePath(dir, undefined), NO_FILTERS)
    : openStore(nodeFiles, dir);
  const known = readState(nodeFiles, store.statePath, store.id);
  const state = dimensions
    ? withCoverage(known, {
        ...FULL_COVERAGE,
        dimensions: dimensions.map((name) => ({ name, from: null })),
      })
    : known;
  const index = new StoredIndex(nodeFiles, dir, state);
  const taken = new Set<string>();
  const additions = sessions.map((session): SessionAddition => {
    const known = index.sessions.get(session.id);
    const file = known?.file ?? nameSessionFile(session.id, (name) => taken.has(name));
    taken.add(file.toLowerCase());
    const before = known?.rounds ?? 0;
    const times = session.rounds.map(({ at }) => at);
    const lines = session.rounds.map((round, i) => roundLine(session, round, before + i + 1));
    const tally = new ToolTally(known && toolCountsOf(known));
    for (const line of lines) {
      const { stored, texts } = readRound(line);
      tally.addStored(stored, line, texts);
    }
    return {
      entry: {
        id: session.id,
        file,
        created: Math.min(known?.created ?? Infinity, ...times),
        updated: Math.max(known?.updated ?? 0, ...times),
        rounds: before + session.rounds.length,
        model: session.rounds.at(-1)?.model ?? '',
        title: known?.title ?? session.title,
        errors: (known?.errors ?? 0) + session.rounds.filter(({ status = 200 }) => status >= 400).length,
        ...(session.rounds.some(({ results }) => results) || known?.tools ? tally.counts : {}),
        ...(session.tools && { tools: session.tools }),
      },
      rounds: lines,
      summary: {},
      usage: session.rounds.map((round) => cellOf(session, round)),
    };
  });
  commit(nodeFiles, store, state, index, {
    sessions: additions,
    prices: isNew
      ? [JSON.stringify({ entry: 1, model: 'any', schedule: { prices: [PRICE] }, source: 'test' })]
      : [],
    rejected: [],
    logs: [],
    closed: [],
    nextLog: 1,
  });
}

function roundLine({ title, consumer, api }: QuickSession, round: QuickRound, number: number): string {
  const question = { role: 'user', content: number === 1 ? (title ?? 'hi') : `question ${number}` };
  const answer = { role: 'assistant', content: `answer ${number - 1}` };
  const results = round.results ?? [];
  const id = (i: number): string => `call-${number}-${i}`;
  const calls = {
    ...answer,
    tool_calls: results.map(({ tool }, i) => ({
      id: id(i),
      type: 'function',
      function: { name: tool, arguments: '{}' },
    })),
  };
  const returned = results.map(({ text }, i) => ({ role: 'tool', tool_call_id: id(i), content: text }));
  const added = [
    ...(number === 1 ? [] : [results.length > 0 ? calls : answer]),
    ...(number === 1 ? [] : returned),
    question,
  ];
  return JSON.stringify({
    round: number,
    timestamp: new Date(round.at).toISOString(),
    at: [1, number],
    input_tokens: round.input,
    output_tokens: round.output,
    reasoning_tokens: round.reasoning ?? 0,
    cached_tokens: round.cached,
    cache_write_tokens: 0,
    model: round.model,
    price: round.unpriced ? 'unpriced' : 1,
    has_tool_calls: false,
    consumer: round.consumer ?? consumer,
    ...(api !== undefined && { api }),
    response_code: 'status' in round ? round.status : 200,
    duration_ms: round.durationMs ?? 1500,
    ...(round.firstTokenMs !== undefined && { first_token_ms: round.firstTokenMs }),
    context:
      number === 1
        ? [[1, 0, 1]]
        : [
            [number - 1, 0, 2 * number - 3],
            [number, 0, added.length],
          ],
    ...(round.route !== undefined && { access_log: { route_name: round.route } }),
    new_messages: added,
    question: question.content,
    answer: round.text ?? `answer ${number}`,
  });
}

function cellOf({ consumer, api = '' }: QuickSession, round: QuickRound): UsageCell {
  const { at, model, input, cached, output, reasoning = 0, unpriced } = round;
  const { currency = 'USD', inexact = '' } = round;
  const fresh = BigInt(input - cached);
  const perToken = (usd: number): bigint => attoPerToken(usd);
  const cost =
    fresh * perToken(PRICE.input) +
    BigInt(cached) * perToken(PRICE.cache_read) +
    BigInt(output) * perToken(PRICE.output);
  return {
    bucket: bucketOf(at),
    model,
    consumer: round.consumer ?? consumer,
    api,
    price: unpriced ? 'unpriced' : input + output === 0 ? 'no-usage' : 1,
    rounds: 1,
    input,
    output,
    reasoning,
    cached,
    cacheWrite: 0,
    cost: unpriced ? 0n : cost,
    currency,
    inexact,
    tags: round.tags ? JSON.stringify(round.tags) : '',
    counters: countersIn(round),
    saved: unpriced ? 0n : BigInt(cached) * (perToken(PRICE.input) - perToken(PRICE.cache_read)),
  };
}

/** None for rounds that say nothing of how they ended: most tests do not ask. */
function countersIn(round: QuickRound): CellCounters {
  if (!('status' in round) && !('durationMs' in round) && !('firstTokenMs' in round)) return [];
  const { durationMs = 1500, firstTokenMs = null, output } = round;
  const isKnown = !('status' in round) || round.status !== undefined;
  const ended = {
    usage: { output },
    responseCode: isKnown ? (round.status ?? 200) : null,
    responseFlags: null,
    durationMs,
    firstTokenMs,
  };
  return countersOf(ended, isKnown ? 'all' : 'nothing');
}

/** Index entries of sessions that are not in any store. */
export function entriesOf(sessions: readonly QuickSession[]): SessionEntry[] {
  return sessions.map((session, i) => ({
    id: session.id,
    file: nameSessionFile(session.id, () => false),
    end: i + 1,
    last: { length: 1, crc: i },
    summary: { length: 1, crc: i },
    created: session.rounds[0]?.at ?? 0,
    updated: session.rounds.at(-1)?.at ?? 0,
    rounds: session.rounds.length,
    model: session.rounds.at(-1)?.model ?? '',
    title: session.title,
    errors: 0,
    ...(session.tools && { tools: session.tools }),
    usage: session.rounds.map((round) => cellOf(session, round)),
  }));
}

const MODELS = ['claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-pro', 'deepseek-reasoner', 'qwen3-coder-plus'];
const CONSUMERS = ['discord-bot', 'telegram-bot', 'cron', 'dev-cli', 'support-desk'];
const TASKS = [
  'The Discord bridge drops messages when the gateway answers 429. Find out why and fix it.',
  'Summarise yesterday’s incidents and list every alert that fired twice',
  'What does “context deadline exceeded” mean in the ingress log, and is it ours or the provider’s?',
  'List every caller of fetchWithRetry outside packages/bridge',
  'Port the invoice importer from xlsx to csv, keep the column order',
  'Nightly report',
];

/** Sessions spread over days up to `until`; the same for the same arguments. The last model has no price. */
export function quickSessions(count: number, days: number, until: number): QuickSession[] {
  const random = generator(count * 31 + days);
  const span = days * 86_400_000;
  return Array.from({ length: count }, (_, i) => {
    const start = until - span + Math.floor(((i + random()) / count) * span * 0.98);
    const model = pick([0, 0, 0, 1, 1, 2, 3, 3, i > count * 0.85 ? 4 : 0], random);
    const rounds = 1 + Math.floor(random() * random() * 30);
    return {
      id: `agent:main:${pick(['discord:channel', 'telegram:direct', 'cli'], random)}:${146536799301 + i}`,
      title: `${pick(TASKS, random)}`,
      consumer: pick(CONSUMERS, random),
      rounds: Array.from({ length: rounds }, (_unused, n) => {
        const used = random() < 0.1 ? pick([0, 1, 2, 3], random) : model;
        const input = 2000 + Math.floor(random() * 4000) + n * 1500;
        return {
          at: Math.min(until - 1, start + n * 60_000),
          model: MODELS[used] ?? '',
          input,
          cached: Math.floor(n === 0 ? 0 : input * (0.4 + random() * 0.5)),
          output: 100 + Math.floor(random() * 900),
          reasoning: used === 3 ? 80 : 0,
          ...(used === 4 && { unpriced: true as const }),
        };
      }),
    };
  });
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)] as T;
}

/** Pseudo-random numbers from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
