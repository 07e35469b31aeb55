import type { AnyValue, KeyValue } from './attributes.ts';
import { SCHEMA_URL } from './conventions.ts';
import { SCOPE, type Encoding } from './encoding.ts';
import type { Span } from './span.ts';

/*
 * OTLP as binary protobuf, for receivers that take nothing else, such as Phoenix. The numbers of the fields are those of
 * opentelemetry-proto 1.9.0.
 */

export const PROTOBUF_ENCODING: Encoding = {
  contentType: 'application/x-protobuf',
  span: (span) => spanMessage(span),
  request(resource, spans) {
    const scope = message(2, [
      message(1, [text(1, SCOPE.name), text(2, SCOPE.version)]),
      ...spans.map((span) => message(2, [span])),
      text(3, SCHEMA_URL),
    ]);
    return message(1, [message(1, attributes(1, resource)), scope, text(3, SCHEMA_URL)]);
  },
};

function spanMessage(span: Span): Buffer {
  const { parentSpanId, status } = span;
  return Buffer.concat([
    hex(1, span.traceId),
    hex(2, span.spanId),
    ...(parentSpanId === undefined ? [] : [hex(4, parentSpanId)]),
    text(5, span.name),
    whole(6, BigInt(span.kind)),
    fixed64(7, BigInt(span.startTimeUnixNano)),
    fixed64(8, BigInt(span.endTimeUnixNano)),
    ...attributes(9, span.attributes),
    ...(status.code === undefined ? [] : [message(15, [whole(3, BigInt(status.code))])]),
  ]);
}

function attributes(field: number, list: readonly KeyValue[]): Buffer[] {
  return list.map(({ key, value }) => message(field, [text(1, key), message(2, [anyValue(value)])]));
}

function anyValue(value: AnyValue): Buffer {
  if ('stringValue' in value) return text(1, value.stringValue);
  if ('boolValue' in value) return whole(2, value.boolValue ? 1n : 0n);
  if ('intValue' in value) return whole(3, BigInt(value.intValue));
  if ('doubleValue' in value) return double(4, value.doubleValue);
  const { values } = value.arrayValue;
  return message(
    5,
    values.map((one) => message(1, [anyValue(one)])),
  );
}

/** The kinds of fields: a number in 7-bit groups, 8 bytes, and bytes with their length. */
const VARINT = 0;
const EIGHT_BYTES = 1;
const BYTES = 2;

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function hex(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, 'hex'));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([tag(field, BYTES), varint(BigInt(value.length)), value]);
}

function whole(field: number, value: bigint): Buffer {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

function fixed64(field: number, value: bigint): Buffer {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, EIGHT_BYTES), eight]);
}

function double(field: number, value: number): Buffer {
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(value);
  return Buffer.concat([tag(field, EIGHT_BYTES), eight]);
}

function tag(field: number, kind: number): Buffer {
  return varint(BigInt(field * 8 + kind));
}

/** Seven bits a byte, the lowest first. */
function varint(value: bigint): Buffer {
  const groups: number[] = [];
  for (; value > 0x7fn; value >>= 7n) groups.push(Number(value & 0x7fn) | 0x80);
  return Buffer.from([...groups, Number(value)]);
}
