import { DEFAULT_SESSION } from '../../../ai-log/round.ts';
import { readMessage, readParts } from '../../../ai-log/message.ts';
import type { Answer } from '../../../query/conversation/answer.ts';
import { ConversationReader, type RoundReading } from '../../../query/conversation/reader.ts';
import { systemPrompt } from '../../../query/conversation/system-prompt.ts';
import { MOST_LIVE, type Thread } from '../../../query/conversation/threads.ts';
import type { ExpandedRound } from '../../../session-format/stored-round.ts';
import { partsText } from '../../content-text.ts';
import type { ChatMessage } from './chat-message.ts';
import { ChatTalk } from './chat-talk.ts';

/** The last request of a thread, and what it was answered. */
interface Last {
  /** The round that began the thread. */
  start: number;
  system: string | null;
  messages: readonly string[];
  /** How many of them are not the system prompt. */
  length: number;
  answer: Answer;
}

/** What the file cannot say. */
export interface ChatNotes {
  /** Rounds of which the log has no list of messages: only their questions and answers are written. */
  cut: number;
}

/**
 * A conversation in OpenAI's chat format, piece by piece: a line for each thread, which is its last request and answer, the
 * main thread first. A request that has less than half of the one before ends a line: nothing else would have the rest.
 */
export function* chatLines(id: string, rounds: Iterable<ExpandedRound>, notes: ChatNotes): Generator<string> {
  const isLoose = id === DEFAULT_SESSION;
  const reader = new ConversationReader(isLoose);
  const cut = new CutRounds(isLoose);
  /** The most recently used last. */
  const threads = new Map<Thread, Last>();
  for (const round of rounds) {
    const reading = reader.read(round);
    const { diff, thread, answer } = reading;
    if (!diff || !thread) {
      notes.cut++;
      yield* cut.add(reading);
      continue;
    }
    yield* cut.end();
    const before = threads.get(thread);
    if (before && diff.placement.alignment.removed * 2 > before.length) yield* lineOf(before);
    threads.delete(thread);
    threads.set(thread, {
      start: before?.start ?? round.stored.round,
      system: round.system,
      messages: round.messages ?? [],
      length: diff.count - diff.systemCount,
      answer,
    });
    // The reader has forgotten it, so no round continues it.
    if (threads.size <= MOST_LIVE + 1) continue;
    const oldest = [...threads].find(([{ kind }]) => kind !== 'main');
    if (!oldest) continue;
    threads.delete(oldest[0]);
    yield* lineOf(oldest[1]);
  }
  yield* cut.end();
  for (const last of [...threads.values()].toSorted((a, b) => a.start - b.start)) yield* lineOf(last);
}

function* lineOf({ system, messages, answer }: Last): Generator<string> {
  const talk = new ChatTalk();
  const [first] = messages;
  const beside = systemPrompt(system, []).texts.join('\n');
  // Some gateways log OpenAI's system message beside the messages too.
  if (first === undefined || partsText(readMessage(first).parts) !== beside) talk.system(beside);
  for (const message of messages) talk.add(readMessage(message));
  talk.answer(answer);
  const line = new Line();
  yield* line.pieces(talk.take(true));
  yield line.end();
}

/** Consecutive rounds without a list of messages: one line, or one each if nothing says that they belong together. */
class CutRounds {
  readonly #isLoose: boolean;
  #talk: ChatTalk | undefined;
  #line = new Line();
  #system: string | null = null;

  constructor(isLoose: boolean) {
    this.#isLoose = isLoose;
  }

  *add({ round, question, answer }: RoundReading): Generator<string> {
    if (this.#isLoose) yield* this.end();
    if (!this.#talk) this.#system = null;
    this.#talk ??= new ChatTalk();
    if (round.system !== null && round.system !== this.#system)
      this.#talk.system(systemPrompt(round.system, []).texts.join('\n'));
    this.#system = round.system;
    if (question !== null) this.#talk.user(readParts(question));
    this.#talk.answer(answer);
    yield* this.#line.pieces(this.#talk.take(false));
  }

  *end(): Generator<string> {
    if (!this.#talk) return;
    yield* this.#line.pieces(this.#talk.take(true));
    yield this.#line.end();
    this.#talk = undefined;
    this.#line = new Line();
  }
}

/** A line of the file; nothing if no message comes. */
class Line {
  #isEmpty = true;

  *pieces(messages: Iterable<ChatMessage>): Generator<string> {
    for (const message of messages) {
      yield (this.#isEmpty ? '{"messages":[' : ',') + JSON.stringify(message);
      this.#isEmpty = false;
    }
  }

  end(): string {
    return this.#isEmpty ? '' : ']}\n';
  }
}
