import { expect, test } from 'vitest';
import { ConversationReader } from '../../../src/query/conversation/reader.ts';
import { CacheMisses, type CacheMiss } from '../../../src/query/why/cache-misses.ts';
import { RoundPrices } from '../../../src/query/why/round-prices.ts';
import { round } from '../../report/make.ts';

const say = (role: string, content: string): string => JSON.stringify({ role, content });

interface Sent {
  messages: string[];
  input: number;
  cached?: number;
  write?: number;
  model?: string;
  system?: string;
  flags?: string[];
}

const prices = new RoundPrices([], 'store');

function missesOf(sent: readonly Sent[], most = 100): CacheMisses {
  const misses = new CacheMisses(prices, most);
  const reader = new ConversationReader(false);
  for (const [i, { messages, input, cached = 0, write = 0, model = 'm', system, flags }] of sent.entries()) {
    const given = round(i + 1, {
      timestamp: new Date(i * 60_000).toISOString(),
      model,
      input_tokens: input,
      cached_tokens: cached,
      cache_write_tokens: write,
      price: 'unpriced',
      ...(flags && { flags }),
    });
    const whole = {
      ...given,
      messages,
      system: system === undefined ? null : JSON.stringify(system),
      answer: null,
    };
    misses.add(reader.read(whole), prices.moneyOf(whole));
  }
  return misses;
}

const only = (misses: CacheMisses): Omit<CacheMiss, 'cost'>[] =>
  misses.largest.map(({ round: at, after, tokens, cause }) => ({ round: at, after, tokens, cause }));

const A = [say('user', 'a')];
const B = [...A, say('assistant', 'b'), say('user', 'c')];
const C = [...B, say('assistant', 'd'), say('user', 'e')];
const PROMPT = 'You are an assistant who answers briefly. Today is ';

test('what was written to the cache is missed if it is not read', () => {
  const sent = [
    { messages: A, input: 1000, write: 900 },
    { messages: B, input: 1100, write: 1000 },
  ];
  const misses = missesOf(sent);
  expect(only(misses)).toEqual([
    { round: 2, after: 1, tokens: 900, cause: { kind: 'none', afterMs: 60_000 } },
  ]);
  expect(misses).toMatchObject({ count: 1, tokens: 900, unpriced: 1, unknown: 0 });
});

test('reading as much as before is no miss', () => {
  const sent = [
    { messages: A, input: 1000, cached: 100, write: 800 },
    { messages: B, input: 1100, cached: 900 },
  ];
  expect(missesOf(sent)).toMatchObject({ count: 0, unknown: 0 });
});

test('a shorter request can only miss what it has', () => {
  const sent = [
    { messages: C, input: 5000, cached: 4000 },
    { messages: B, input: 300, cached: 100 },
  ];
  expect(only(missesOf(sent))).toEqual([
    { round: 2, after: 1, tokens: 200, cause: { kind: 'message', at: 4, role: null } },
  ]);
});

test('a message that was put in', () => {
  const put = [...A, say('user', 'new'), ...B.slice(1), say('user', 'x')];
  const sent = [
    { messages: B, input: 1000, cached: 900 },
    { messages: put, input: 1100, cached: 10 },
  ];
  expect(only(missesOf(sent))).toEqual([
    { round: 2, after: 1, tokens: 890, cause: { kind: 'message', at: 2, role: 'user' } },
  ]);
});

test('another model, another system prompt', () => {
  const sent = [
    { messages: A, input: 1000, cached: 900, system: `${PROMPT}Monday` },
    { messages: B, input: 1100, cached: 0, system: `${PROMPT}Friday` },
    { messages: C, input: 1200, cached: 1100, system: `${PROMPT}Friday` },
    { messages: [...C, say('user', 'f')], input: 1300, cached: 5, model: 'n', system: `${PROMPT}Friday` },
  ];
  expect(only(missesOf(sent))).toEqual([
    { round: 4, after: 3, tokens: 1095, cause: { kind: 'model', before: 'm' } },
    { round: 2, after: 1, tokens: 900, cause: { kind: 'system' } },
  ]);
});

test('a failed request in between may be what changed the messages', () => {
  const changed = [say('user', 'A!'), ...B.slice(1)];
  const sent = [
    { messages: B, input: 1000, cached: 900 },
    { messages: changed, input: 0 },
    { messages: [...changed, say('assistant', 'd'), say('user', 'e')], input: 1200, cached: 0 },
  ];
  expect(only(missesOf(sent))).toEqual([
    { round: 3, after: 1, tokens: 900, cause: { kind: 'message', at: 1, role: 'user' } },
  ]);
});

test('rounds of which the log does not say what was cached are counted, and compared with none', () => {
  const sent = [
    { messages: A, input: 1000, cached: 900 },
    { messages: B, input: 1100, flags: ['cache-unknown'] },
    { messages: C, input: 1200, cached: 0 },
    { messages: [], input: 1200 },
  ];
  expect(missesOf(sent)).toMatchObject({ count: 0, unknown: 2 });
});

test('the largest are kept', () => {
  const chain = Array.from({ length: 9 }, (_, i) => say('user', `m${i}`));
  const sent = chain.map((_, i) => ({
    messages: chain.slice(0, i + 1),
    input: 1000,
    cached: [900, 400, 300, 900, 0, 800, 100, 90, 900][i] ?? 0,
  }));
  const misses = missesOf(sent, 2);
  expect(misses.largest.map(({ round: at, tokens }) => [at, tokens])).toEqual([
    [5, 900],
    [7, 700],
  ]);
  expect(misses).toMatchObject({ count: 5, tokens: 500 + 100 + 900 + 700 + 10 });
});
