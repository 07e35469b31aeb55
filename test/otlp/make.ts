import { expect } from 'vitest';
import { cellOf, type PriceRef } from '../../src/model/usage-cell.ts';
import type { KeyValue } from '../../src/otlp/attributes.ts';
import type { Span } from '../../src/otlp/span.ts';
import type { Row } from '../../src/rows/row.ts';
import type { StoredRound } from '../../src/session-format/stored-round.ts';
import { faultsOf } from './proto.ts';

const TIME = Date.parse('2026-02-01T00:00:00.250Z');

/** What a row of a test has that others do not. */
export interface RowChanges extends Partial<Omit<Row, 'stored' | 'texts' | 'cell'>> {
  stored?: Partial<StoredRound>;
  texts?: Readonly<Record<string, unknown>>;
  model?: string;
  price?: PriceRef;
  inexact?: readonly string[];
  tags?: string;
}

/** A row of a round: 100 tokens in, 20 of them cached, and 10 out, for 0.000123 USD. */
export function rowOf(changes: RowChanges = {}): Row {
  const { stored, texts, model = 'gpt-4o', price = 1, inexact = [], tags = '', ...rest } = changes;
  const time = rest.time ?? TIME;
  const usage = { input: 100, output: 10, reasoning: 4, cached: 20, cacheWrite: 0 };
  const money = { cost: price === 1 ? 123_000_000_000_000n : 0n, saved: 0n, currency: 'USD', inexact };
  return {
    store: 'store-1',
    gateway: 'eu-1',
    session: 's1',
    log: 1,
    place: 1234,
    round: 2,
    identity: 'abc',
    occurrence: 1,
    cell: cellOf({ model, ...pick(stored) }, { time, price }, usage, money, { tags, counters: [] }),
    stored: {
      round: 2,
      timestamp: new Date(time).toISOString(),
      at: [1, 1234],
      model,
      price,
      input_tokens: 100,
      output_tokens: 10,
      reasoning_tokens: 4,
      cached_tokens: 20,
      cache_write_tokens: 0,
      has_tool_calls: false,
      response_code: 200,
      request_id: 'request-1',
      duration_ms: 1500,
      ...stored,
    },
    texts: new Map(Object.entries(texts ?? {}).map(([name, value]) => [name, JSON.stringify(value)])),
    ...rest,
    time,
  };
}

function pick({ consumer, api }: Partial<StoredRound> = {}): { consumer?: string; api?: string } {
  return { ...(consumer !== undefined && { consumer }), ...(api !== undefined && { api }) };
}

/** The attributes as plain values: 64-bit numbers are texts, as in OTLP. */
export function valuesOf(attributes: readonly KeyValue[]): Record<string, unknown> {
  const values = Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [[kind, plain] = []] = Object.entries(value);
      if (kind !== 'arrayValue') return [key, plain];
      return [key, (plain as { values: { stringValue: string }[] }).values.map((one) => one.stringValue)];
    }),
  );
  expect(Object.keys(values)).toHaveLength(attributes.length);
  return values;
}

/** A span and the resource that it is of. */
export interface SentSpan extends Span {
  values: Record<string, unknown>;
  resource: Record<string, unknown>;
}

/** The spans of requests, each a line. Fails unless all is as OTLP has it. */
export function spansIn(lines: string): SentSpan[] {
  expect(lines === '' || lines.endsWith('\n')).toBe(true);
  return lines
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => spansOfRequest(JSON.parse(line)));
}

interface SentRequest {
  resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: Span[] }[] }[];
}

export function spansOfRequest(request: unknown): SentSpan[] {
  expect(faultsOf(request)).toEqual([]);
  return (request as SentRequest).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        values: valuesOf(span.attributes),
        resource: valuesOf(resource.attributes),
      })),
    ),
  );
}
