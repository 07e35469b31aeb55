import { describe, expect, test } from 'vitest';
import { operationOf, providerName } from '../../src/otlp/conventions.ts';
import { rootIdOf, spanIdOf, traceIdOf } from '../../src/otlp/ids.ts';
import { rootSpan, roundSpan, type Span } from '../../src/otlp/span.ts';
import { faultsOf } from './proto.ts';
import { rowOf, valuesOf, type RowChanges } from './make.ts';

function spanOf(changes: RowChanges = {}): Span {
  const span = roundSpan(rowOf(changes), 'openai', false);
  expect(faultsOf(span, 'Span')).toEqual([]);
  return span;
}

function attributesOf(changes: RowChanges = {}): Record<string, unknown> {
  return valuesOf(spanOf(changes).attributes);
}

describe('the span of a round', () => {
  test('has what the log says, under the names of the conventions', () => {
    const texts = {
      access_log: { upstream_host: 'api.openai.com:443', path: '/v1/chat/completions?key=secret' },
    };
    const stored = {
      consumer: 'team-a',
      api: 'route-1',
      chat_id: 'chatcmpl-1',
      response_type: 'stream',
      first_token_ms: 250,
      flags: ['cache-unlogged'],
    };
    const tags = '{"department":"search","service_tier":"flex"}';
    const row = rowOf({ texts, stored, tags, inexact: ['cache-unlogged'] });
    const span = roundSpan(row, 'openai', false);
    const { attributes, ...rest } = span;
    expect(rest).toEqual({
      traceId: traceIdOf(row),
      spanId: spanIdOf(row),
      parentSpanId: rootIdOf(row),
      name: 'chat gpt-4o',
      kind: 3,
      startTimeUnixNano: '1769904000250000000',
      endTimeUnixNano: '1769904001750000000',
      status: {},
    });
    expect(valuesOf(attributes)).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.conversation.id': 's1',
      'session.id': 's1',
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 0.25,
      'gen_ai.usage.input_tokens': '100',
      'gen_ai.usage.output_tokens': '10',
      'gen_ai.usage.cache_read.input_tokens': '20',
      'gen_ai.usage.reasoning.output_tokens': '4',
      'http.response.status_code': '200',
      'server.address': 'api.openai.com',
      'server.port': '443',
      'agent_session_monitor.round': '2',
      'agent_session_monitor.consumer': 'team-a',
      'agent_session_monitor.api': 'route-1',
      'agent_session_monitor.request_id': 'request-1',
      'agent_session_monitor.dimension.department': 'search',
      'agent_session_monitor.dimension.service_tier': 'flex',
      'agent_session_monitor.flags': ['cache-unlogged'],
      'agent_session_monitor.cost.state': 'priced',
      'agent_session_monitor.cost.bound': 'upper',
      'agent_session_monitor.cost.bound_reasons': ['cache-unlogged'],
      'agent_session_monitor.cost.amount': 0.000123,
      'agent_session_monitor.cost.exact': '0.000123',
      'agent_session_monitor.cost.currency': 'USD',
    });
    expect(JSON.stringify(span)).not.toContain('secret');
  });

  test('a cost and counts that are not known are left out, and are not zero', () => {
    const unpriced = attributesOf({ price: 'unpriced' });
    expect(unpriced).toMatchObject({
      'agent_session_monitor.cost.state': 'unpriced',
      'gen_ai.usage.input_tokens': '100',
    });
    expect(Object.keys(unpriced).filter((key) => /cost\.(?!state)/.test(key))).toEqual([]);
    const uncounted = attributesOf({ price: 'no-usage' });
    expect(uncounted).toMatchObject({ 'agent_session_monitor.cost.state': 'no-usage' });
    expect(Object.keys(uncounted).filter((key) => /usage|cost\.(?!state)/.test(key))).toEqual([]);
    expect(attributesOf({ price: 'free' })).toMatchObject({
      'agent_session_monitor.cost.state': 'free',
      'agent_session_monitor.cost.amount': 0,
      'agent_session_monitor.cost.exact': '0',
    });
  });

  test.each<[number, string, string | undefined, string | undefined]>([
    [200, '-', undefined, '200'],
    [399, '-', undefined, '399'],
    [400, '-', '400', '400'],
    [503, 'UF', '503', '503'],
    [0, 'DC', 'client_gone', undefined],
    [0, 'UT', 'timeout', undefined],
    [0, '-', 'no_response', undefined],
  ])('the status %s with the flags %s has the error %s', (status, flags, error, code) => {
    const span = spanOf({
      stored: { response_code: status },
      texts: { access_log: { response_flags: flags } },
    });
    const values = valuesOf(span.attributes);
    expect([values['error.type'], values['http.response.status_code']]).toEqual([error, code]);
    expect(span.status).toEqual(error === undefined ? {} : { code: 2 });
  });

  test.each([undefined, -1, Number.NaN, 1e300])(
    'the duration %s is not one, and none is made up',
    (duration) => {
      const row = rowOf();
      if (duration === undefined) delete row.stored?.duration_ms;
      else if (row.stored) row.stored.duration_ms = duration;
      const span = roundSpan(row, 'openai', false);
      expect(span.endTimeUnixNano).toBe(span.startTimeUnixNano);
      expect(valuesOf(span.attributes)['agent_session_monitor.unknown']).toBe('duration');
    },
  );

  test.each([
    [-1, '0', '1969-12-31T23:59:59.999Z'],
    [0, '0', undefined],
    [18_446_744_073_709, '18446744073709000000', undefined],
    [18_446_744_073_710, '18446744073709000000', '2554-07-21T23:34:33.710Z'],
  ])('the time %s is within 64 bits', (time, start, logged) => {
    const span = spanOf({ time });
    expect(span.startTimeUnixNano).toBe(start);
    expect(valuesOf(span.attributes)['agent_session_monitor.logged_time']).toBe(logged);
  });

  test.each([
    ['api.x.ai:443', 'api.x.ai', '443'],
    ['10.1.2.3:8080', '10.1.2.3', '8080'],
    ['[2001:db8::1]:443', '2001:db8::1', '443'],
    ['-', undefined, undefined],
    ['evil host:443', undefined, undefined],
    ['a:b:c', undefined, undefined],
  ])('the server of %s', (host, address, port) => {
    const values = attributesOf({ texts: { access_log: { upstream_host: host } } });
    expect([values['server.address'], values['server.port']]).toEqual([address, port]);
  });

  test('a round without a model is named after its operation', () => {
    const span = spanOf({ model: 'unknown' });
    expect(span.name).toBe('chat');
    expect(Object.keys(valuesOf(span.attributes)).filter((key) => key.endsWith('.model'))).toEqual([]);
  });

  test('an operation is known by its path, and is the name of the span', () => {
    const span = spanOf({ texts: { access_log: { path: '/v1/embeddings' } } });
    expect(span.name).toBe('embeddings gpt-4o');
    expect(valuesOf(span.attributes)['gen_ai.operation.name']).toBe('embeddings');
  });

  test('the first token is that of a stream', () => {
    const key = 'gen_ai.response.time_to_first_chunk';
    expect(attributesOf({ stored: { first_token_ms: 250, response_type: 'normal' } })).not.toHaveProperty([
      key,
    ]);
    expect(attributesOf({ stored: { response_type: 'stream' } })).not.toHaveProperty([key]);
    expect(attributesOf({ stored: { first_token_ms: 0, response_type: 'stream' } })[key]).toBe(0);
  });

  test('tokens written to a cache are a part of the input', () => {
    const row = rowOf();
    row.cell.cacheWrite = 7;
    expect(valuesOf(roundSpan(row, 'openai', false).attributes)).toMatchObject({
      'gen_ai.usage.input_tokens': '100',
      'gen_ai.usage.cache_creation.input_tokens': '7',
    });
  });

  test('hostile names are sent as texts that every receiver takes', () => {
    const hostile = '\ud800x\0\u202e"\n';
    const row = rowOf({
      session: hostile,
      model: `${hostile}${'m'.repeat(1000)}`,
      stored: { consumer: hostile, request_id: hostile, flags: [hostile] },
      tags: JSON.stringify({ 'a\0': 'x', 'a\ufffd': 'y', __proto__x: hostile }),
      texts: { access_log: ['no object'] },
    });
    const span = roundSpan(row, 'openai', true);
    expect(faultsOf(span, 'Span')).toEqual([]);
    const values = valuesOf(span.attributes);
    expect(values['gen_ai.conversation.id']).toBe('\ufffdx\ufffd\u202e"\n');
    expect(values['agent_session_monitor.dimension.a\ufffd']).toBe('x');
    expect(span.name).toHaveLength(200);
  });
});

test('a session id of any length is cut, and has a trace of its own', () => {
  const long = 's'.repeat(5000);
  const span = spanOf({ session: `${long}1` });
  expect(valuesOf(span.attributes)['session.id']).toBe(`${'s'.repeat(4096)}…`);
  expect(span.traceId).not.toBe(spanOf({ session: `${long}2` }).traceId);
  expect(attributesOf({ session: 's'.repeat(4096) })['session.id']).toBe('s'.repeat(4096));
});

describe('the root of a session', () => {
  test('has the times of the first round, and nothing that can change', () => {
    const row = rowOf({ round: 1, stored: { response_code: 500 } });
    const { attributes, ...rest } = rootSpan(row);
    expect(rest).toEqual({
      traceId: traceIdOf(row),
      spanId: rootIdOf(row),
      name: 'session',
      kind: 1,
      startTimeUnixNano: '1769904000250000000',
      endTimeUnixNano: '1769904001750000000',
      status: {},
    });
    expect(valuesOf(attributes)).toEqual({ 'gen_ai.conversation.id': 's1', 'session.id': 's1' });
  });
});

describe('ids', () => {
  test('are those of earlier versions', () => {
    // A change here makes new traces of everything that is sent again.
    expect([traceIdOf(rowOf()), rootIdOf(rowOf()), spanIdOf(rowOf())]).toMatchInlineSnapshot(`
      [
        "5d73ab2fcaca07981ff4a6893bf73e93",
        "1704c34e807ff0bb",
        "a40c5047fe911c39",
      ]
    `);
  });

  test('a request that two stores have read has one id, in one trace', () => {
    const other = { store: 'store-2', log: 7, place: 0, round: 9, gateway: 'us-1' };
    expect(spanIdOf(rowOf(other))).toBe(spanIdOf(rowOf()));
    expect(traceIdOf(rowOf(other))).toBe(traceIdOf(rowOf()));
    expect(rootIdOf(rowOf(other))).not.toBe(rootIdOf(rowOf()));
  });

  test.each<[string, RowChanges]>([
    ['session', { session: 's2' }],
    ['identity', { identity: 'abd' }],
    ['occurrence', { occurrence: 2 }],
  ])('another %s is another span', (_, changes) => {
    expect(spanIdOf(rowOf(changes))).not.toBe(spanIdOf(rowOf()));
  });

  test.each<[string, RowChanges]>([
    ['store', { store: 'store-2' }],
    ['log', { log: 2 }],
    ['place', { place: 1 }],
    ['time', { time: 0 }],
  ])('without an identity of its own, another %s is another span', (_, changes) => {
    const unknown = { identity: '' };
    expect(spanIdOf(rowOf({ ...unknown, ...changes }))).not.toBe(spanIdOf(rowOf(unknown)));
    // The place in a log names the round too, but only while its log is known.
    const placed = { stored: { flags: ['imported'] } };
    expect(spanIdOf(rowOf({ ...placed, ...changes }))).not.toBe(spanIdOf(rowOf(placed)));
  });

  test('requests without a session are traces of their own, without a root', () => {
    const [one, other] = [spanOf({ session: 'default' }), spanOf({ session: 'default', occurrence: 2 })];
    expect(one.traceId).not.toBe(other.traceId);
    expect([one.parentSpanId, other.parentSpanId]).toEqual([undefined, undefined]);
    expect(valuesOf(one.attributes)).not.toHaveProperty('gen_ai.conversation.id');
  });
});

test.each([
  ['/v1/chat/completions', 'chat'],
  ['/v1/messages', 'chat'],
  ['/v1/responses', 'chat'],
  ['', 'chat'],
  ['/v1/completions?x=/embeddings', 'text_completion'],
  ['/compatible-mode/v1/embeddings', 'embeddings'],
  ['/v1beta/models/text-embedding-004:batchEmbedContents', 'embeddings'],
  ['/v1beta/models/gemini-2.5-pro:generateContent', 'generate_content'],
  ['/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse', 'generate_content'],
])('the operation of %s is %s', (path, operation) => expect(operationOf(path)).toBe(operation));

test.each([
  ['OpenAI', 'openai'],
  ['xAI', 'x_ai'],
  ['Google', 'gcp.gen_ai'],
  ['Alibaba Cloud', 'alibaba_cloud'],
  ['unknown', 'unknown'],
])('the provider %s is %s', (company, name) => expect(providerName(company)).toBe(name));
