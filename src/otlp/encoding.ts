import manifest from '../../package.json' with { type: 'json' };
import type { KeyValue } from './attributes.ts';
import { SCHEMA_URL } from './conventions.ts';
import type { Span } from './span.ts';

/** How requests are written. */
export interface Encoding {
  contentType: string;
  span(span: Span): Buffer;
  /** An ExportTraceServiceRequest of spans of one resource; in a file, it is TracesData by another name. */
  request(resource: readonly KeyValue[], spans: readonly Buffer[]): Buffer;
}

export const SCOPE = { name: manifest.name, version: manifest.version };

/** OTLP's JSON. */
export const JSON_ENCODING: Encoding = {
  contentType: 'application/json',
  span: (span) => Buffer.from(JSON.stringify(span)),
  request(resource, spans) {
    const before = `{"resourceSpans":[{"resource":{"attributes":${JSON.stringify(resource)}},"scopeSpans":[{"scope":${JSON.stringify(SCOPE)},"spans":[`;
    const after = `],"schemaUrl":"${SCHEMA_URL}"}],"schemaUrl":"${SCHEMA_URL}"}]}`;
    const separated = spans.flatMap((span, i) => (i === 0 ? [span] : [COMMA, span]));
    return Buffer.concat([Buffer.from(before), ...separated, Buffer.from(after)]);
  },
};

const COMMA = Buffer.from(',');
