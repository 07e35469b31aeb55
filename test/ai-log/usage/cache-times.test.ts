import { describe, expect, test } from 'vitest';
import { aiLine, round } from '../lines.ts';

const USAGE = {
  model: 'claude-sonnet-4-5',
  input_token: 12,
  output_token: 500,
  total_token: 20512,
  response_type: 'normal',
};
const WRITES = { cache_creation_input_tokens: 20000, cache_read_input_tokens: 0 };
const HOUR = { type: 'ephemeral', ttl: '1h' };
const MINUTES = { type: 'ephemeral' };
const block = (mark: unknown) => ({ type: 'text', text: 'x', cache_control: mark });
const user = (...content: unknown[]) => ({ role: 'user', content });

/** Tokens that were written for an hour, and the flags. */
function hourOf(sent: object, details: object = WRITES, model = USAGE.model): unknown[] {
  const line = aiLine({
    ...USAGE,
    model,
    input_token_details: JSON.stringify(details),
    messages: [user()],
    ...sent,
  });
  const { usage, flags } = round(line);
  expect(usage).toMatchObject({ input: 20012, cacheWrite: 20000 });
  return [usage.details?.cacheWrite1h, ...flags];
}

describe('how long cache writes last', () => {
  test.each([
    ['in system', { system: [block(HOUR)] }],
    ['in a message’s block', { messages: [user(block(HOUR))] }],
    ['in a message', { messages: [{ role: 'system', content: 'x', cache_control: HOUR }] }],
    ['in a tool’s result', { messages: [user({ type: 'tool_result', content: [block(HOUR)] })] }],
    ['in a tool', { tools: [{ name: 't', cache_control: HOUR }] }],
    ['in a function', { tools: [{ type: 'function', function: { name: 't', cache_control: HOUR } }] }],
    ['for the whole request', { cache_control: HOUR }],
    ['as Bedrock’s cachePoint', { messages: [user({ text: 'x' }, { cachePoint: { type: 'default', ttl: '1h' } })] }],
  ])('a mark for an hour %s', (_, sent) => {
    expect(hourOf(sent)).toEqual([20000]);
  });

  test.each([
    ['no mark', {}],
    ['marks without a ttl', { system: [block(MINUTES)], messages: [user(block(MINUTES))] }],
    ['marks for five minutes', { system: [block({ type: 'ephemeral', ttl: '5m' })] }],
    ['words of a client', { messages: [user({ type: 'text', text: JSON.stringify(block(HOUR)) })] }],
    ['words of a client as system', { system: JSON.stringify([block(HOUR)]) }],
    ['the input that a model gave a tool', { messages: [user({ type: 'tool_use', input: block(HOUR) })] }],
    ['another member with a ttl', { messages: [user({ ttl: '1h' }, block(MINUTES))] }],
  ])('%s: five minutes', (_, sent) => {
    expect(hourOf(sent)).toEqual([undefined]);
  });

  test('marks of both kinds are priced as an hour, and say so', () => {
    expect(hourOf({ system: [block(HOUR)], messages: [user(block(MINUTES))] })).toEqual([20000, 'cache-ttl-mixed']);
    expect(hourOf({ system: [block(HOUR)], messages: null })).toEqual([20000, 'cache-ttl-mixed']);
  });

  test('nothing was logged of what was sent: of Claude the log says so', () => {
    expect(hourOf({ messages: null })).toEqual([undefined, 'cache-ttl-unlogged']);
    expect(hourOf({ messages: '[map[role:user] [truncated] x]' })).toEqual([undefined, 'cache-ttl-unlogged']);
    expect(hourOf({ messages: null }, WRITES, 'some-model')).toEqual([undefined]);
  });

  test('counts go before marks', () => {
    const system = [block(HOUR)];
    const nested = { ...WRITES, cache_creation: { ephemeral_5m_input_tokens: 15000, ephemeral_1h_input_tokens: 5000 } };
    expect(hourOf({ system }, nested)).toEqual([5000]);
    expect(hourOf({ system }, { ...WRITES, ephemeral_5m_input_tokens: 20000 })).toEqual([undefined]);
    expect(hourOf({ messages: null }, { ...WRITES, ephemeral_1h_input_tokens: 0 })).toEqual([undefined]);
    expect(hourOf({}, { ...WRITES, claude_cache_creation_1_h_tokens: 20001 })).toEqual([20000, 'bad-count']);
    expect(hourOf({ usage: { ...WRITES, cache_creation: { ephemeral_1h_input_tokens: 7 } } })).toEqual([7]);
  });

  test('without writes nothing is looked for', () => {
    const line = aiLine({ ...USAGE, input_token_details: { ...WRITES, cache_creation_input_tokens: 0 }, system: [block(HOUR)] });
    expect(round(line)).toMatchObject({ usage: { cacheWrite: 0 }, flags: ['total-mismatch', 'total-larger'] });
    expect(round(line).usage.details).toBeUndefined();
  });

  test('depth does no harm', () => {
    const deep = `${'['.repeat(20_000)}{"cache_control":{"ttl":"1h"}}${']'.repeat(20_000)}`;
    const line = `{"ai_log":{"model":"claude-x","input_token":9,"output_token":1,"input_token_details":{"cache_write_tokens":5},"messages":[${deep}]}}`;
    expect(round(line).usage.details).toBeUndefined();
  });
}); // prettier-ignore
