import { decodeTexts, type AnyRound, type LoggedRound } from '../ai-log/round.ts';
import type { KeptFields } from '../session-format/kept-fields.ts';
import { isLinePosition, type LinePosition } from '../model/log-position.ts';
import { TOKEN_NAMES } from '../model/counts.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';

/** A round whose session's file is damaged, as `.waiting.jsonl` keeps it: all that the log says of it. */
export interface WaitingRound {
  at: LinePosition;
  /** The time of a round that has none of its own. */
  mtime: number;
  round: LoggedRound;
}

const TEXTS = ['messages', 'messagesText', 'system', 'question', 'answer', 'reasoning', 'toolCalls'] as const;

/** `round` and what is kept of its line, as they would be stored: redacted. Without `keepsText`, it has no texts. */
export function waitingLine(
  round: AnyRound,
  { attributes, accessLog }: KeptFields,
  at: LinePosition,
  mtime: number,
  keepsText: boolean,
): string {
  const { unreadTime: _, ...known } = decodeTexts(round);
  const texts = keepsText ? {} : Object.fromEntries(TEXTS.map((name) => [name, null]));
  const fields = { attributes: [...attributes], accessLog: [...accessLog] };
  return JSON.stringify({ at, mtime, round: { ...known, ...fields, ...texts } });
}

/** Undefined unless the line is whole. */
export function parseWaiting(line: string): WaitingRound | undefined {
  const value = parseJson(line);
  if (!isRecord(value)) return undefined;
  const { at, mtime, round } = value;
  if (!isLinePosition(at) || !isNumber(mtime) || !isRecord(round)) return undefined;
  const { attributes, accessLog } = round;
  if (!areFields(attributes) || !areFields(accessLog)) return undefined;
  const fields = { attributes: new Map(attributes), accessLog: new Map(accessLog) };
  return isLogged(round) ? { at, mtime, round: { ...round, ...fields } } : undefined;
}

function isLogged(value: unknown): value is LoggedRound {
  if (!isRecord(value)) return false;
  const { messages, usage, usageState, flags, loggedUsage } = value;
  return (
    ['sessionId', 'model', 'consumer', 'api'].every((key) => isText(value[key])) &&
    ['chatId', 'requestId', 'responseType', ...TEXTS.slice(1)].every((key) => isNullOr(value[key], isText)) &&
    ['time', 'responseCode', 'durationMs', 'firstTokenMs'].every((key) => isNullOr(value[key], isNumber)) &&
    isNullOr(messages, isTexts) &&
    isTexts(flags) &&
    isRecord(loggedUsage) &&
    isUsage(usage) &&
    ['counted', 'gateway-cache', 'no-usage'].includes(usageState as string)
  );
}

/** Names with their JSON. */
function areFields(value: unknown): value is [string, string][] {
  return Array.isArray(value) && value.every(isField);
}

function isField(value: unknown): boolean {
  return isTexts(value) && value.length === 2 && parseJson(value[1] ?? '') !== undefined;
}

function isUsage(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { details, serviceTier } = value;
  return (
    TOKEN_NAMES.every((name) => isCount(value[name])) &&
    (details === undefined || (isRecord(details) && Object.values(details).every(isCount))) &&
    (serviceTier === undefined || isText(serviceTier))
  );
}

function isNullOr(value: unknown, isSound: (value: unknown) => boolean): boolean {
  return value === null || isSound(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
