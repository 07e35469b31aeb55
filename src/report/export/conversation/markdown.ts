import { DEFAULT_SESSION } from '../../../ai-log/round.ts';
import { digest } from '../../../platform/digest.ts';
import { cleanLine } from '../../../platform/clean-text.ts';
import { exact } from '../../../platform/count-text.ts';
import { readAhead, type ToldRound } from '../../../query/conversation/look-ahead.ts';
import {
  ConversationReader,
  type EchoReading,
  type SaidMessage,
} from '../../../query/conversation/reader.ts';
import { systemPrompt } from '../../../query/conversation/system-prompt.ts';
import { isAnswerRole, readParts } from '../../../ai-log/message.ts';
import { resultText } from '../../../ai-log/tool-outcome.ts';
import { threadName } from '../../../query/conversation/threads.ts';
import type { ExpandedRound } from '../../../session-format/stored-round.ts';
import { textOfJson } from '../../content-text.ts';
import type { LocalTime } from '../../../query/time-zone.ts';
import type { ShownMoney } from '../../../query/round-money.ts';
import { escapeMarkdown, folded, plainText } from '../markdown-text.ts';
import { factsOf } from '../../show-round.ts';
import { answerBlocks, partBlocks, resultBlock, callBlock, saidBlocks } from './blocks.ts';

/** What the file says besides what its rounds do. */
export interface ConversationFile {
  /** The lines before the first round. */
  head: readonly string[];
  id: string;
  rounds: Iterable<ExpandedRound>;
  moneyOf: (round: ExpandedRound) => ShownMoney;
  withModel: boolean;
  local: LocalTime;
  /** Only this round is written, without the head. */
  only?: number;
}

/** Characters. A longer message is written once; later rounds name the one that has it. */
const SHORT = 200;

/** A conversation to be read, piece by piece: each message once, in the round that was the first to have it. */
export function* conversationMarkdown(file: ConversationFile): Generator<string> {
  if (file.only === undefined) yield `${file.head.join('\n')}\n`;
  const writer = new Writer(file);
  const reader = new ConversationReader(file.id === DEFAULT_SESSION);
  for (const told of readAhead(file.rounds, reader)) {
    for (const block of writer.round(told))
      if (file.only === undefined || file.only === told.stored.round) yield `\n${block}\n`;
  }
}

class Writer {
  readonly #file: ConversationFile;
  /** Digests of the system prompts that were written, and the round that has each. */
  readonly #systems = new Map<string, number>();
  /** The round that has a message, by the message's number. */
  readonly #shown = new Map<number, number>();
  /** Echoes that were written with the answer that they complete. */
  readonly #told = new WeakSet<EchoReading>();

  constructor(file: ConversationFile) {
    this.#file = file;
  }

  *round(told: ToldRound): Generator<string> {
    const { stored, reading, added } = told;
    const { local, moneyOf, withModel } = this.#file;
    const { round, diff, echo, messages, question, questionResults } = reading;
    const { thread, isSide } = reading;
    // The head has the reasons for a bound, and the heading has the thread.
    const facts = factsOf(told, moneyOf(round), { withModel, withReasons: false });
    const said = facts.filter((fact) => !/^(?:🔧|Thread: )/u.test(fact));
    yield `## Round ${stored.round}${thread && isSide ? ` · ${threadName(thread)}` : ''}`;
    yield [local.isoOf(Date.parse(stored.timestamp)), ...said].map(escapeMarkdown).join(' · ');
    yield* this.#history(told);
    yield* this.#system(diff?.system.texts ?? systemPrompt(round.system, []).texts, stored.round);
    if (echo) yield* this.#echo(echo);
    for (const message of messages) yield* this.#message(message, stored.round);
    if (round.messagesText !== null)
      yield folded('The request, cut by the gateway', plainText(textOfJson(round.messagesText)));
    for (const { result, call } of questionResults) yield resultBlock(result, call);
    if (question !== null) yield* headed('User', partBlocks(readParts(question), plainText));
    yield* headed('Assistant', answerBlocks(told));
    for (const { result, call } of added?.results ?? []) yield resultBlock(result, call);
    if (added) this.#told.add(added);
  }

  *#history({ reading: { diff } }: ToldRound): Generator<string> {
    const removed = diff?.placement.alignment.removed ?? 0;
    if (removed > 0)
      yield `_Earlier messages that this request no longer has: ${exact(removed)} (rewritten history)._`;
    if (diff?.placement.isRetry) yield '_The same request, sent again._';
  }

  *#system(texts: readonly string[], round: number): Generator<string> {
    if (texts.length === 0) return;
    const text = texts.join('\n\n');
    const key = digest(text, 16);
    if (this.#systems.has(key)) return;
    this.#systems.set(key, round);
    yield folded(`System prompt (${exact(text.length)} characters)`, plainText(text));
  }

  /** An answer as it was sent back, unless it says only what was written with the answer. */
  *#echo(echo: EchoReading): Generator<string> {
    const { of, verdict, said, calls, results, ids } = echo;
    for (const id of ids) this.#shown.set(id, of.round);
    if (!said || this.#told.has(echo)) return;
    const note = verdict === 'differs' ? 'as the client sent it back' : 'what the log lacked of it';
    yield* headed(`Assistant: the answer of round ${of.round}, ${note}`, [
      ...saidBlocks(said),
      ...calls.map(({ call }) => callBlock(call)),
    ]);
    for (const { result, call } of results) yield resultBlock(result, call);
  }

  *#message({ id, message, calls, results }: SaidMessage, round: number): Generator<string> {
    const { role, parts, answers } = message;
    const shownBy = this.#shown.get(id);
    const isAwaited = results.some(({ isFirst }) => isFirst);
    if (shownBy !== undefined && !isAwaited && resultText(parts).length > SHORT) {
      yield `_The same message of ${nameOf(role)} as in round ${shownBy}._`;
      return;
    }
    this.#shown.set(id, round);
    if (role === 'system' || role === 'developer') {
      yield* this.#system(
        [resultText(parts)].filter((text) => text.trim() !== ''),
        round,
      );
      return;
    }
    const isAnswer = isAnswerRole(role);
    const given = results.map(({ result, call }) => resultBlock(result, call));
    const own = answers ? [] : partBlocks(parts, isAnswer ? undefined : plainText);
    const said = [...headed(nameOf(role), [...own, ...calls.map(({ call }) => callBlock(call))])];
    yield* isAnswer ? [...said, ...given] : [...given, ...said];
  }
}

/** Blocks under the name of who said them. */
function* headed(name: string, blocks: readonly string[]): Generator<string> {
  if (blocks.length === 0) return;
  yield `### ${name}`;
  yield* blocks;
}

function nameOf(role: string): string {
  if (isAnswerRole(role)) return 'Assistant';
  return role === 'user' ? 'User' : escapeMarkdown(cleanLine(role).slice(0, 40));
}
