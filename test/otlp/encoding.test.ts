import { describe, expect, test } from 'vitest';
import { JSON_ENCODING } from '../../src/otlp/encoding.ts';
import { PROTOBUF_ENCODING } from '../../src/otlp/protobuf.ts';
import { SpanRequests, type SpanRequest } from '../../src/otlp/requests.ts';
import { rootSpan, roundSpan, type Span } from '../../src/otlp/span.ts';
import { rowOf, spansOfRequest } from './make.ts';
import { decodeRequest } from './proto.ts';

const SPANS: Span[] = [
  rootSpan(rowOf({ round: 1 })),
  roundSpan(
    rowOf({
      session: 'Zürich 数 👍',
      time: 18_446_744_073_709,
      stored: { response_code: 503, response_type: 'stream', first_token_ms: 333, flags: ['a', 'b'] },
      texts: { new_messages: [{ role: 'user', content: 'x'.repeat(300) }] },
    }),
    'openai',
    true,
  ),
];

function requestOf(encoding = JSON_ENCODING): SpanRequest | undefined {
  const requests = new SpanRequests(undefined, encoding);
  for (const span of SPANS) requests.add({ store: 'store-1', gateway: 'eu-1' }, span);
  return requests.take();
}

const parsed = (request: SpanRequest | undefined): unknown => JSON.parse(String(request?.bytes));

test('a request names who sent it, the program, and the version of the conventions', () => {
  const { resourceSpans } = parsed(requestOf()) as { resourceSpans: any[] };
  const [{ resource, schemaUrl, scopeSpans }] = resourceSpans;
  expect([resourceSpans.length, scopeSpans.length]).toEqual([1, 1]);
  expect(resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 'eu-1' } },
    { key: 'service.instance.id', value: { stringValue: 'store-1' } },
    { key: 'agent_session_monitor.gateway', value: { stringValue: 'eu-1' } },
  ]);
  expect(scopeSpans[0].scope).toEqual({
    name: 'agent-session-monitor',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
  expect([schemaUrl, scopeSpans[0].schemaUrl]).toEqual(
    Array(2).fill('https://opentelemetry.io/schemas/1.41.1'),
  );
  expect(scopeSpans[0].spans).toEqual(SPANS);
});

test('in binary it is the same', () => {
  const request = requestOf(PROTOBUF_ENCODING);
  expect(request?.contentType).toBe('application/x-protobuf');
  expect(decodeRequest(request?.bytes ?? Buffer.alloc(0))).toEqual(parsed(requestOf()));
});

describe('requests', () => {
  const [span] = SPANS as [Span];
  const one = { store: 'store-1', gateway: 'eu-1' };

  test('have at most 512 spans, and those of one gateway', () => {
    const requests = new SpanRequests('ai');
    expect(requests.take()).toBeUndefined();
    const made = Array.from({ length: 513 }, () => requests.add(one, span)).filter((request) => request);
    expect(made.map((request) => request?.spans)).toEqual([512]);
    const last = requests.add({ ...one, gateway: 'us-1' }, span);
    expect(last?.spans).toBe(1);
    expect(requests.add({ store: 'store-2', gateway: 'us-1' }, span)?.spans).toBe(1);
    const [sent] = spansOfRequest(parsed(requests.take()));
    expect(sent?.resource).toEqual({
      'service.name': 'ai',
      'service.instance.id': 'store-2',
      'agent_session_monitor.gateway': 'us-1',
    });
  });

  test('have at most 900,000 bytes of spans, unless one span has more', () => {
    const requests = new SpanRequests(undefined);
    const of = (length: number): Span => ({ ...span, name: '数'.repeat(length / 3) });
    expect(requests.add(one, of(450_000))).toBeUndefined();
    expect(requests.add(one, of(450_000))?.spans).toBe(1);
    expect(requests.add(one, of(900_000))?.size).toBeLessThan(451_000);
    expect(requests.take()?.size).toBeGreaterThan(900_000);
  });

  test('can be sent in halves', () => {
    const requests = new SpanRequests(undefined);
    for (let i = 0; i < 5; i++) requests.add(one, { ...span, name: `${i}` });
    const halves = requests.take()?.halves() ?? [];
    expect(halves.map((half) => spansOfRequest(parsed(half)).map(({ name }) => name))).toEqual([
      ['0', '1', '2'],
      ['3', '4'],
    ]);
  });
});
