import { arrayElements, objectMembers, parseJson } from '../platform/json-spans.ts';
import type { ContextSlice, ExpandedRound, StoredRound } from './stored-round.ts';

/** A stored round's line: its fields, and the JSON of its texts beside them. */
export interface ReadRound {
  line: string;
  stored: StoredRound;
  texts: ReadonlyMap<string, string>;
}

/**
 * Rebuilds each round's request from the lines of a session file. Goes through `lines` twice, and keeps of the
 * requests only those that a later round refers to: linear in what is stored, though requests repeat themselves.
 */
export function expandRounds(lines: Iterable<string>): Generator<ExpandedRound> {
  return expand(findLastUses(mapped(lines, readReferences)), mapped(lines, readStoredRound));
}

/** The same of rounds that have been read. */
export function expandReadRounds(rounds: readonly ReadRound[]): Generator<ExpandedRound> {
  return expand(findLastUses(mapped(rounds, ({ stored }) => stored)), rounds);
}

function* mapped<T, U>(values: Iterable<T>, map: (value: T) => U): Generator<U> {
  for (const value of values) yield map(value);
}

function* expand(
  lastUse: ReadonlyMap<number, number>,
  rounds: Iterable<ReadRound>,
): Generator<ExpandedRound> {
  const requests = new Map<number, readonly string[]>();
  const expiry = new Map<number, number[]>();
  const previous: Record<RepeatedText, string | null> = { system: null, question: null };
  const kept: Record<RepeatedText, Map<number, string>> = { system: new Map(), question: new Map() };
  for (const { line, stored, texts } of rounds) {
    for (const kind of ['system', 'question'] as const) {
      const storedBy = stored[`${kind}_round`];
      if (storedBy !== undefined) previous[kind] = kept[kind].get(storedBy) ?? null;
      else if (texts.has(kind)) previous[kind] = nullable(texts.get(kind));
      if (texts.has(kind) && previous[kind] !== null) kept[kind].set(stored.round, previous[kind]);
    }
    const added = arrayElements(texts.get('new_messages') ?? '[]') ?? [];
    const messages = stored.context ? rebuild(stored, added, requests) : null;
    const until = lastUse.get(stored.round);
    if (messages && until !== undefined) {
      requests.set(stored.round, messages);
      expiry.set(until, [...(expiry.get(until) ?? []), stored.round]);
    }
    yield {
      line,
      stored,
      messages,
      messagesText: nullable(texts.get('messages')),
      system: previous.system,
      question: previous.question,
      answer: nullable(texts.get('answer')),
      reasoning: nullable(texts.get('reasoning')),
      toolCalls: nullable(texts.get('tool_calls')),
      newMessages: added.length,
    };
    for (const round of expiry.get(stored.round) ?? []) requests.delete(round);
    expiry.delete(stored.round);
  }
}

type RepeatedText = 'system' | 'question';

/** Read as text, never parsed here. */
const TEXTS: ReadonlySet<string> = new Set([
  'messages',
  'new_messages',
  'system',
  'question',
  'answer',
  'reasoning',
  'tool_calls',
]);

export function readStoredRound(line: string): ReadRound {
  const texts = new Map<string, string>();
  const fields: Record<string, unknown> = {};
  for (const { key, from, to } of objectMembers(line, 0)?.members ?? []) {
    if (TEXTS.has(key)) texts.set(key, line.slice(from, to));
    else fields[key] = parseJson(line.slice(from, to));
  }
  // The store wrote the line, and its checksums say that it is whole.
  return { line, stored: fields as unknown as StoredRound, texts };
}

type References = Pick<StoredRound, 'round' | 'context'>;

function findLastUses(rounds: Iterable<References>): Map<number, number> {
  const lastUse = new Map<number, number>();
  for (const { round: number, context = [] } of rounds) {
    for (const [round] of context) if (round !== number) lastUse.set(round, number);
  }
  return lastUse;
}

/** Of a stored round's line, only what says which rounds it refers to. */
function readReferences(line: string): References {
  const fields: Record<string, unknown> = {};
  for (const { key, from, to } of objectMembers(line, 0)?.members ?? []) {
    if (key === 'round' || key === 'context') fields[key] = parseJson(line.slice(from, to));
  }
  return fields as unknown as References;
}

function rebuild(
  stored: StoredRound,
  added: readonly string[],
  requests: ReadonlyMap<number, readonly string[]>,
): readonly string[] {
  const messages: string[] = [];
  for (const [round, from, count] of stored.context as ContextSlice[]) {
    const source = round === stored.round ? added : requests.get(round);
    if (!source || from + count > source.length) {
      throw new Error(`round ${stored.round} refers to messages of round ${round} that are not stored`);
    }
    for (let i = from; i < from + count; i++) messages.push(source[i] ?? '');
  }
  return messages;
}

function nullable(text: string | undefined): string | null {
  return text === undefined || text === 'null' ? null : text;
}
