import { arrayElements } from '../platform/json-spans.ts';
import { damaged, readReferences, readRound, type ReadRound, type References } from './read-round.ts';
import type { ExpandedRound, StoredRound } from './stored-round.ts';

/**
 * Rebuilds each round's request from the lines of a session file. It reads `lines` twice and keeps only the requests
 * that a later round refers to, so it takes linear time although requests repeat each other.
 */
export function expandRounds(lines: Iterable<string>): Generator<ExpandedRound> {
  return expand(findUses(mapped(lines, readReferences)), mapped(lines, readRound));
}

/** The same for rounds that were already read. */
export function expandReadRounds(rounds: readonly ReadRound[]): Generator<ExpandedRound> {
  return expand(findUses(mapped(rounds, ({ stored }) => stored)), rounds);
}

function* mapped<T, U>(values: Iterable<T>, map: (value: T) => U): Generator<U> {
  for (const value of values) yield map(value);
}

function* expand({ lastUse, named }: Uses, rounds: Iterable<ReadRound>): Generator<ExpandedRound> {
  const requests = new Map<number, readonly string[]>();
  const expiry = new Map<number, number[]>();
  const previous: Record<RepeatedText, string | null> = { system: null, question: null };
  const kept: Record<RepeatedText, Map<number, string>> = { system: new Map(), question: new Map() };
  for (const { line, stored, texts } of rounds) {
    for (const kind of ['system', 'question'] as const) {
      const storedBy = stored[`${kind}_round`];
      if (storedBy !== undefined) previous[kind] = kept[kind].get(storedBy) ?? null;
      else if (texts.has(kind)) previous[kind] = nullable(texts.get(kind));
      if (named[kind].has(stored.round) && texts.has(kind) && previous[kind] !== null)
        kept[kind].set(stored.round, previous[kind]);
    }
    const added = arrayElements(texts.get('new_messages') ?? '[]') ?? [];
    const messages = stored.context ? rebuild(stored, added, requests) : null;
    const until = lastUse.get(stored.round);
    if (messages && until !== undefined) {
      requests.set(stored.round, messages);
      const ending = expiry.get(until);
      if (ending) ending.push(stored.round);
      else expiry.set(until, [stored.round]);
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
      attributes: texts.get('attributes') ?? null,
      accessLog: texts.get('access_log') ?? null,
      newMessages: added.length,
    };
    for (const round of expiry.get(stored.round) ?? []) requests.delete(round);
    expiry.delete(stored.round);
  }
}

type RepeatedText = 'system' | 'question';

/** Which rounds later ones refer to. */
interface Uses {
  /** The last round that refers to a round's request. */
  lastUse: ReadonlyMap<number, number>;
  /** The rounds whose text another one names. */
  named: Record<RepeatedText, ReadonlySet<number>>;
}

function findUses(rounds: Iterable<References>): Uses {
  const lastUse = new Map<number, number>();
  const named = { system: new Set<number>(), question: new Set<number>() };
  for (const { round: number, context = [], system_round: system, question_round: question } of rounds) {
    for (const [round] of context) if (round !== number) lastUse.set(round, number);
    if (system !== undefined) named.system.add(system);
    if (question !== undefined) named.question.add(question);
  }
  return { lastUse, named };
}

function rebuild(
  stored: StoredRound,
  added: readonly string[],
  requests: ReadonlyMap<number, readonly string[]>,
): readonly string[] {
  const messages: string[] = [];
  for (const [round, from, count] of stored.context ?? []) {
    const source = round === stored.round ? added : requests.get(round);
    if (!source || from + count > source.length) {
      throw damaged(`it refers to messages of round ${round}, which are not stored before it`, stored.round);
    }
    for (let i = from; i < from + count; i++) messages.push(source[i] ?? '');
  }
  return messages;
}

function nullable(text: string | undefined): string | null {
  return text === undefined || text === 'null' ? null : text;
}
