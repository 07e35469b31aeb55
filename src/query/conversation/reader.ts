import { callsOf, isAnswerRole, readParts, type Message } from '../../ai-log/message.ts';
import { resultsOf } from '../../ai-log/tool-outcome.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { addedBy, answerOf, saysNothing, type Answer, type EchoVerdict, type Said } from './answer.ts';
import { Calls, ThreadCalls, type GivenResult, type MadeCall, type NewCall } from './calls.ts';
import { wordsOf } from './excerpt.ts';
import { MessageBook } from './message-book.ts';
import { diffRequest, type FreshMessage, type RequestDiff } from './request-diff.ts';
import { Threads, type Thread, type ThreadKind } from './threads.ts';

/** A message that is new in its thread. */
export interface SaidMessage extends FreshMessage {
  calls: readonly NewCall[];
  results: readonly GivenResult[];
}

/** An earlier answer, as this round's request sends it back. */
export interface EchoReading {
  of: Answer;
  verdict: EchoVerdict;
  /** All of it if it differs, otherwise what the log lacks; null if there is nothing to add. */
  said: Said | null;
  /** Its calls and results that are not known yet. */
  calls: readonly NewCall[];
  results: readonly GivenResult[];
  /** Numbers of its messages. */
  ids: readonly number[];
}

/** What a round says that no earlier one did, and what belongs to what. */
export interface RoundReading {
  round: ExpandedRound;
  /** null if the log has no list of messages for the round. */
  diff: RequestDiff | null;
  thread: Thread | null;
  kind: ThreadKind;
  /** The round belongs to a sub-agent or a parallel thread. */
  isSide: boolean;
  echo: EchoReading | null;
  messages: readonly SaidMessage[];
  /** If the log has no list of messages: the question, unless it was shown before, and the results in it. */
  question: string | null;
  questionResults: readonly GivenResult[];
  /** What the user newly wrote, on one line; empty if nothing. */
  prompt: string;
  answer: Answer;
  calls: readonly NewCall[];
}

/**
 * Reads a session's rounds one after the other: which thread each belongs to, what is new in it, which call a result
 * answers, and what of an answer only the next request tells. The terminal and the site show what it finds.
 */
export class ConversationReader {
  readonly #isLoose: boolean;
  readonly #book = new MessageBook();
  readonly #threads: Threads;
  readonly #calls = new Calls();
  /** The calls of rounds without a list of messages. */
  readonly #unthreaded = new ThreadCalls();
  #lastUnthreaded: number | null = null;
  #question: string | null = null;
  #wasFinal = true;

  constructor(isLoose: boolean) {
    this.#isLoose = isLoose;
    this.#threads = new Threads(isLoose);
  }

  read(round: ExpandedRound): RoundReading {
    const { messages } = round;
    const diff = messages?.length ? diffRequest(round, messages, this.#book, this.#threads) : null;
    return diff ? this.#readRequest(round, diff) : this.#readCut(round);
  }

  /** The call that a result answers, if it is known; the result is not counted. */
  callOf(result: GivenResult['result'], thread: Thread | null): MadeCall | undefined {
    return this.#calls.find(result, thread?.calls ?? this.#unthreaded);
  }

  #readRequest(round: ExpandedRound, diff: RequestDiff): RoundReading {
    const number = round.stored.round;
    const { continues } = diff;
    const last = diff.placement.thread?.answer;
    const thread = this.#threads.enter(diff.placement, diff.request);
    const echo = last && diff.echo ? this.#readEcho(last, diff.echo, number, thread) : null;
    const said = this.#readMessages(diff.fresh, number, continues, thread);
    const answer = answerOf(round);
    const calls = this.#calls.add(answer.calls ?? [], number, thread.calls);
    this.#threads.follow(thread, diff.request, number, answer);
    this.#wasFinal = !answer.isWaiting;
    return {
      round,
      diff,
      thread,
      kind: thread.kind,
      isSide: thread.kind === 'sub-agent' || thread.kind === 'thread',
      echo,
      messages: said,
      question: null,
      questionResults: [],
      prompt: diff.prompt,
      answer,
      calls,
    };
  }

  #readCut(round: ExpandedRound): RoundReading {
    const number = round.stored.round;
    const question = this.#newQuestion(round);
    const parts = question === null ? [] : readParts(question);
    const answer = answerOf(round);
    const rounds = [number, this.#lastUnthreaded];
    const questionResults = parts.flatMap((part) =>
      part.kind === 'result' ? [this.#calls.addResult(part.result, this.#unthreaded, rounds)] : [],
    );
    const calls = this.#calls.add(answer.calls ?? [], number, this.#unthreaded);
    this.#lastUnthreaded = number;
    this.#wasFinal = !answer.isWaiting;
    return {
      round,
      diff: null,
      thread: null,
      kind: this.#isLoose ? 'loose' : 'main',
      isSide: false,
      echo: null,
      messages: [],
      question,
      questionResults,
      prompt: wordsOf(parts),
      answer,
      calls,
    };
  }

  #readEcho(
    of: Answer,
    { verdict, echo, ids }: NonNullable<RequestDiff['echo']>,
    round: number,
    thread: Thread,
  ): EchoReading {
    const isOther = verdict === 'differs';
    const said = isOther ? echo : addedBy(echo, of);
    const calls = this.#calls.add(said.calls ?? [], isOther ? round : of.round, thread.calls);
    const results = said.results.map((result) =>
      this.#calls.addResult(result, thread.calls, [of.round, round]),
    );
    return { of, verdict, said: !isOther && saysNothing(said) ? null : said, calls, results, ids };
  }

  /** Messages of one answer that follow each other have their calls counted together. */
  #readMessages(
    fresh: readonly FreshMessage[],
    round: number,
    continues: number,
    thread: Thread,
  ): SaidMessage[] {
    const said: SaidMessage[] = [];
    for (let from = 0, to = 0; from < fresh.length; from = to) {
      to = answerEnd(fresh, from);
      const group = fresh.slice(from, to);
      const made = this.#calls.add(
        group.flatMap(({ message }) => callsOf(message)),
        round,
        thread.calls,
      );
      let taken = 0;
      for (const one of group) {
        const calls = made.slice(taken, (taken += callsOf(one.message).length));
        said.push({ ...one, calls, results: this.#resultsIn(one.message, thread, [round, continues]) });
      }
    }
    return said;
  }

  #resultsIn(message: Message, thread: Thread, rounds: readonly (number | null)[]): GivenResult[] {
    return resultsOf(message).map((result) => this.#calls.addResult(result, thread.calls, rounds));
  }

  /** The question of a round without a list of messages, unless it repeats that of the tool loop it continues. */
  #newQuestion({ question }: ExpandedRound): string | null {
    const isNew = question !== null && (question !== this.#question || this.#wasFinal);
    this.#question = question;
    return isNew ? question : null;
  }
}

/** The end of the messages of one answer that begin at `from`; any other message is alone. */
function answerEnd(fresh: readonly FreshMessage[], from: number): number {
  let to = from;
  while (to < fresh.length && isAnswerRole(fresh[to]?.message.role ?? '')) to++;
  return Math.max(to, from + 1);
}
