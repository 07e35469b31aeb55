import { describe, expect, test } from 'vitest';
import { endpointOf, headersOf } from '../../src/otlp/endpoint.ts';

describe('the address', () => {
  test.each([
    ['http://collector:4318', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['HTTPS://Collector/v1/traces/', 'https://collector/v1/traces'],
    ['https://cloud.langfuse.com/api/public/otel', 'https://cloud.langfuse.com/api/public/otel/v1/traces'],
    ['http://collector/x/v1/traces', 'http://collector/x/v1/traces'],
    ['http://collector/v1', 'http://collector/v1/v1/traces'],
  ])('%s is of %s', (given, url) => expect(endpointOf(given)).toEqual({ url, name: `otlp ${url}` }));

  test('is that of a collector on this machine, unless one is given', () => {
    expect(endpointOf().url).toBe('http://localhost:4318/v1/traces');
  });
});

describe('the headers of the environment', () => {
  test.each<[Record<string, string>, Record<string, string>]>([
    [{}, {}],
    [{ OTEL_EXPORTER_OTLP_HEADERS: '' }, {}],
    [{ OTEL_EXPORTER_OTLP_HEADERS: ' Api-Key = a=b , x-y=%2C%20z,' }, { 'api-key': 'a=b', 'x-y': ', z' }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2' }, { b: '2' }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: '' }, { a: '1' }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=' }, { a: '' }],
  ])('%j are %j', (env, headers) => expect(headersOf(env)).toEqual(headers));

  test('name the pair that is none, and never its value', () => {
    expect(() => headersOf({ OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=1,b c=s3cret' })).toThrow(
      'OTEL_EXPORTER_OTLP_TRACES_HEADERS: pair 2 is no header. Write name=value, separated by commas; spaces and commas in a value as %20 and %2C',
    );
    expect(() => headersOf({ OTEL_EXPORTER_OTLP_HEADERS: 'a=%E6%95%B0' })).toThrow('pair 1 is no header');
  });
});
