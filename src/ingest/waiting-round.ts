import { decodeTexts, type AnyRound, type LoggedRound } from '../ai-log/round.ts';
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

/** `round` as it would be stored: redacted. Without `keepsText`, it has no texts. */
export function waitingLine(round: AnyRound, at: LinePosition, mtime: number, keepsText: boolean): string {
  const { unreadTime: _, ...kept } = decodeTexts(round);
  const texts = keepsText ? {} : Object.fromEntries(TEXTS.map((name) => [name, null]));
  return JSON.stringify({ at, mtime, round: { ...kept, ...texts } });
}

/** Undefined unless the line is whole. */
export function parseWaiting(line: string): WaitingRound | undefined {
  const value = parseJson(line);
  if (!isRecord(value)) return undefined;
  const { at, mtime, round } = value;
  return isLinePosition(at) && isNumber(mtime) && isLogged(round) ? { at, mtime, round } : undefined;
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

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
