/*
 * The messages of opentelemetry-proto 1.9.0 that traces are made of, with the names that their fields have in JSON:
 * opentelemetry/proto/{collector/trace,trace,common,resource}/v1. OTLP's JSON has ids in hexadecimal, 64-bit numbers as texts,
 * and enums as numbers.
 */

type Field = keyof typeof KINDS | { one: string } | { many: string };

const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ExportTraceServiceRequest: { resourceSpans: { many: 'ResourceSpans' } },
  ResourceSpans: { resource: { one: 'Resource' }, scopeSpans: { many: 'ScopeSpans' }, schemaUrl: 'string' },
  Resource: { attributes: { many: 'KeyValue' }, droppedAttributesCount: 'uint32' },
  ScopeSpans: { scope: { one: 'InstrumentationScope' }, spans: { many: 'Span' }, schemaUrl: 'string' },
  InstrumentationScope: {
    name: 'string',
    version: 'string',
    attributes: { many: 'KeyValue' },
    droppedAttributesCount: 'uint32',
  },
  Span: {
    traceId: 'traceId',
    spanId: 'spanId',
    traceState: 'string',
    parentSpanId: 'spanId',
    flags: 'uint32',
    name: 'string',
    kind: 'spanKind',
    startTimeUnixNano: 'fixed64',
    endTimeUnixNano: 'fixed64',
    attributes: { many: 'KeyValue' },
    droppedAttributesCount: 'uint32',
    status: { one: 'Status' },
  },
  Status: { message: 'string', code: 'statusCode' },
  KeyValue: { key: 'string', value: { one: 'AnyValue' } },
  AnyValue: {
    stringValue: 'string',
    boolValue: 'bool',
    intValue: 'int64',
    doubleValue: 'double',
    arrayValue: { one: 'ArrayValue' },
    kvlistValue: { one: 'KeyValueList' },
  },
  ArrayValue: { values: { many: 'AnyValue' } },
  KeyValueList: { values: { many: 'KeyValue' } },
};

const isWhole = (value: unknown, least: bigint, limit: bigint): boolean =>
  typeof value === 'string' &&
  /^(?:0|-?[1-9]\d*)$/.test(value) &&
  BigInt(value) >= least &&
  BigInt(value) < limit;

const KINDS = {
  string: (value: unknown) => typeof value === 'string' && value.isWellFormed() && !value.includes('\0'),
  bool: (value: unknown) => typeof value === 'boolean',
  double: (value: unknown) => typeof value === 'number' && Number.isFinite(value),
  uint32: (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32,
  int64: (value: unknown) => isWhole(value, -(2n ** 63n), 2n ** 63n),
  fixed64: (value: unknown) => isWhole(value, 0n, 2n ** 64n),
  traceId: (value: unknown) => /^(?!0+$)[0-9a-f]{32}$/.test(String(value)),
  spanId: (value: unknown) => /^(?!0+$)[0-9a-f]{16}$/.test(String(value)),
  spanKind: (value: unknown) => [0, 1, 2, 3, 4, 5].includes(Number(value)) && typeof value === 'number',
  statusCode: (value: unknown) => [0, 1, 2].includes(Number(value)) && typeof value === 'number',
};

/** What in a parsed request is not as OTLP has it; empty if nothing is. */
export function faultsOf(value: unknown, message = 'ExportTraceServiceRequest', path = message): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  const fields = MESSAGES[message] ?? {};
  const faults = Object.entries(value).flatMap(([name, given]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const at = `${path}.${name}`;
    if (field === undefined) return [`${at} is no field of ${message}`];
    if (typeof field === 'string')
      return KINDS[field](given) ? [] : [`${at} is no ${field}: ${String(given)}`];
    if ('one' in field) return faultsOf(given, field.one, at);
    if (!Array.isArray(given)) return [`${at} is no list`];
    return given.flatMap((one, i) => faultsOf(one, field.many, `${at}[${i}]`));
  });
  const isOne = message !== 'AnyValue' || Object.keys(value).length === 1;
  return isOne ? faults : [...faults, `${path} is not one value`];
}

/** The numbers of the fields in binary. */
const NUMBERS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ExportTraceServiceRequest: { 1: 'resourceSpans' },
  ResourceSpans: { 1: 'resource', 2: 'scopeSpans', 3: 'schemaUrl' },
  Resource: { 1: 'attributes' },
  ScopeSpans: { 1: 'scope', 2: 'spans', 3: 'schemaUrl' },
  InstrumentationScope: { 1: 'name', 2: 'version' },
  Span: {
    1: 'traceId',
    2: 'spanId',
    4: 'parentSpanId',
    5: 'name',
    6: 'kind',
    7: 'startTimeUnixNano',
    8: 'endTimeUnixNano',
    9: 'attributes',
    15: 'status',
  },
  Status: { 2: 'message', 3: 'code' },
  KeyValue: { 1: 'key', 2: 'value' },
  AnyValue: { 1: 'stringValue', 2: 'boolValue', 3: 'intValue', 4: 'doubleValue', 5: 'arrayValue' },
  ArrayValue: { 1: 'values' },
};

/** A request in binary, as OTLP's JSON has it. */
export function decodeRequest(bytes: Buffer): unknown {
  return decode(bytes, 'ExportTraceServiceRequest');
}

function decode(bytes: Buffer, message: string): unknown {
  const value: Record<string, unknown> = {};
  for (let at = 0; at < bytes.length;) {
    const varint = (): bigint => {
      for (let read = 0n, shift = 0n; ; shift += 7n) {
        const byte = BigInt(bytes[at++] ?? 0);
        read |= (byte & 0x7fn) << shift;
        if (byte < 0x80n) return read;
      }
    };
    const tag = Number(varint());
    const name = NUMBERS[message]?.[tag >> 3];
    const field = name === undefined ? undefined : MESSAGES[message]?.[name];
    if (name === undefined || field === undefined) throw new Error(`${message} has no field ${tag >> 3}`);
    if ((tag & 7) === 2) {
      const length = Number(varint());
      const content = bytes.subarray(at, (at += length));
      if (content.length < length) throw new Error(`${message}.${name} is cut`);
      if (typeof field === 'string') value[name] = content.toString(field.endsWith('Id') ? 'hex' : 'utf8');
      else if ('one' in field) value[name] = decode(content, field.one);
      else value[name] = [...((value[name] as unknown[] | undefined) ?? []), decode(content, field.many)];
    } else if ((tag & 7) === 1) {
      value[name] = field === 'double' ? bytes.readDoubleLE(at) : String(bytes.readBigUInt64LE(at));
      at += 8;
    } else if ((tag & 7) === 0) {
      const read = varint();
      value[name] = field === 'bool' ? read === 1n : field === 'int64' ? String(read) : Number(read);
    } else throw new Error(`${message}.${name} is of the kind ${tag & 7}`);
  }
  return { ...EMPTY[message], ...value };
}

/** What JSON has though it is empty. */
const EMPTY: Readonly<Record<string, object>> = { Span: { status: {} }, ArrayValue: { values: [] } };
