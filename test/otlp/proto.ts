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
