import { flagClassesOf } from '../model/response-flags.ts';
import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import { boundOf } from '../pricing/bounds.ts';
import { exactDecimal } from '../pricing/money.ts';
import { UNKNOWN_MODEL } from '../ai-log/round.ts';
import type { Row } from '../rows/row.ts';
import { readTags } from '../session-format/round-cells.ts';
import { Attributes, OWN, sendable, type KeyValue } from './attributes.ts';
import { addContent } from './content.ts';
import { KIND, operationOf, STATUS_ERROR } from './conventions.ts';
import { hasSession, rootIdOf, spanIdOf, traceIdOf } from './ids.ts';

/** A span, as OTLP's JSON has it. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: (typeof KIND)[keyof typeof KIND];
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  status: { code?: typeof STATUS_ERROR };
}

/** A model's name can be anything. */
const LONGEST_NAME = 200;

/**
 * The root of what a store has of a session. It is sent with the session's first round, and has its times: whatever is
 * sent once cannot know how a session will end, and says nothing that would change.
 */
export function rootSpan(first: Row): Span {
  const attributes = new Attributes();
  addSession(attributes, first);
  return {
    traceId: traceIdOf(first),
    spanId: rootIdOf(first),
    name: 'session',
    kind: KIND.internal,
    ...timesOf(first, attributes),
    attributes: attributes.list,
    status: {},
  };
}

/** The span of a round. `provider`: as the conventions name it. */
export function roundSpan(row: Row, provider: string, withContent: boolean): Span {
  const { cell, stored } = row;
  const attributes = new Attributes();
  const line = lineFieldsOf(row);
  const operation = operationOf(textIn(line, 'path'));
  const model = cell.model === UNKNOWN_MODEL ? '' : cell.model;
  attributes.text('gen_ai.operation.name', operation);
  attributes.text('gen_ai.provider.name', provider);
  attributes.text('gen_ai.request.model', model);
  attributes.text('gen_ai.response.model', model);
  attributes.text('gen_ai.response.id', stored?.chat_id);
  addSession(attributes, row);
  const isStream = stored?.response_type === 'stream';
  if (isStream) attributes.flag('gen_ai.request.stream', true);
  if (isStream && isDuration(stored.first_token_ms))
    attributes.double('gen_ai.response.time_to_first_chunk', stored.first_token_ms / 1000);
  addUsage(attributes, row);
  const error = addOutcome(attributes, row, line);
  addServer(attributes, textIn(line, 'upstream_host'));
  addOwn(attributes, row);
  addCost(attributes, row);
  const times = timesOf(row, attributes);
  if (withContent) addContent(attributes, row, error);
  return {
    traceId: traceIdOf(row),
    spanId: spanIdOf(row),
    ...(hasSession(row) && { parentSpanId: rootIdOf(row) }),
    name: sendable(`${operation} ${model}`.trimEnd().slice(0, LONGEST_NAME)),
    kind: KIND.client,
    ...times,
    attributes: attributes.list,
    status: error ? { code: STATUS_ERROR } : {},
  };
}

function addSession(attributes: Attributes, row: Row): void {
  if (!hasSession(row)) return;
  const { session } = row;
  attributes.text('gen_ai.conversation.id', session);
  attributes.text('session.id', session);
}

/** Tokens that the log does not count are not zero. */
function addUsage(attributes: Attributes, { cell }: Row): void {
  if (cell.price === 'no-usage') return;
  attributes.count('gen_ai.usage.input_tokens', cell.input);
  attributes.count('gen_ai.usage.output_tokens', cell.output);
  attributes.some('gen_ai.usage.cache_read.input_tokens', cell.cached);
  attributes.some('gen_ai.usage.cache_creation.input_tokens', cell.cacheWrite);
  attributes.some('gen_ai.usage.reasoning.output_tokens', cell.reasoning);
}

/** Whether the request failed: that is what all reports call a failure. */
function addOutcome(attributes: Attributes, { stored }: Row, line: Fields): boolean {
  const status = stored?.response_code;
  if (status === undefined) return false;
  const [reason] = flagClassesOf(textIn(line, 'response_flags'));
  if (status !== 0) attributes.count('http.response.status_code', status);
  if (status !== 0 && status < 400) return false;
  const why = reason?.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  attributes.text('error.type', status === 0 ? (why ?? 'no_response') : String(status));
  return true;
}

/** `api.openai.com:443`, `[2001:db8::1]:443` */
function addServer(attributes: Attributes, host: string): void {
  const [, address, port] = /^\[?([\w.:-]{1,255}?)\]?:(\d{1,5})$/.exec(host) ?? [];
  attributes.text('server.address', address);
  if (port !== undefined) attributes.count('server.port', Number(port));
}

function addOwn(attributes: Attributes, { cell, stored, round }: Row): void {
  attributes.count(`${OWN}.round`, round);
  attributes.text(`${OWN}.consumer`, cell.consumer);
  attributes.text(`${OWN}.api`, cell.api);
  attributes.text(`${OWN}.request_id`, stored?.request_id);
  for (const [name, value] of Object.entries(readTags(cell.tags)))
    if (typeof value === 'string') attributes.text(`${OWN}.dimension.${sendable(name)}`, value);
  attributes.texts(`${OWN}.flags`, stored?.flags ?? []);
}

/** What it cost, in the currency of its price, and how that may be wrong. A cost that is not known is not zero. */
function addCost(attributes: Attributes, { cell }: Row): void {
  const state = typeof cell.price === 'number' ? 'priced' : cell.price;
  attributes.text(`${OWN}.cost.state`, state);
  const reasons = cell.inexact === '' ? [] : cell.inexact.split(' ');
  attributes.text(`${OWN}.cost.bound`, boundOf(reasons) ?? undefined);
  attributes.texts(`${OWN}.cost.bound_reasons`, reasons);
  if (state === 'unpriced' || state === 'no-usage') return;
  const exact = exactDecimal(cell.cost, 18);
  attributes.double(`${OWN}.cost.amount`, Number(exact));
  attributes.text(`${OWN}.cost.exact`, exact);
  attributes.text(`${OWN}.cost.currency`, cell.currency);
}

/** The last millisecond whose nanoseconds have 64 bits. */
const LAST_MS = Number((2n ** 64n - 1n) / 1_000_000n);

/** From the log; without a duration, the span has none, and says so. A time that OTLP cannot have is an attribute. */
function timesOf(
  { time, stored }: Row,
  attributes: Attributes,
): Pick<Span, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  const start = Math.min(LAST_MS, Math.max(0, time));
  if (start !== time) attributes.text(`${OWN}.logged_time`, new Date(time).toISOString());
  const duration = stored?.duration_ms;
  if (!isDuration(duration)) attributes.text(`${OWN}.unknown`, 'duration');
  const end = Math.min(LAST_MS, start + (isDuration(duration) ? Math.round(duration) : 0));
  return { startTimeUnixNano: nanos(start), endTimeUnixNano: nanos(end) };
}

function isDuration(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= LAST_MS;
}

function nanos(ms: number): string {
  return String(BigInt(ms) * 1_000_000n);
}

type Fields = Readonly<Record<string, unknown>>;

function lineFieldsOf({ texts }: Row): Fields {
  const fields = parseJson(texts.get('access_log') ?? 'null');
  return isRecord(fields) ? fields : {};
}

function textIn(fields: Fields, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' ? value : '';
}
