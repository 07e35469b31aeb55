import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { titleOf } from '../../session-format/title.ts';
import { digest } from '../../platform/digest.ts';
import type { ShownMoney } from '../../query/round-money.ts';
import { moneyKey } from '../cost-view.ts';
import { Budget } from './clip.ts';
import { Threads, type Thread } from './threads.ts';
import { diffRequest, type RequestDiff } from './request-diff.ts';
import { MessageBook } from './message-book.ts';
import { PageMaker, type PlacedRound } from './page-maker.ts';
import type { SystemPrompt } from './system.ts';
import { questionWords, Presenter } from './presenter.ts';
import { columnOf } from './column.ts';
import type { Column, History, RoundView, SessionPart, SessionSum } from './view.ts';

export interface ConversationOptions {
  /** The rounds are strangers': they came without a session id. */
  isLoose: boolean;
  /** What a round costs by the price book as it stands. */
  moneyOf: (round: Pick<ExpandedRound, 'stored'>) => ShownMoney;
}

/** A shorter time without a round is no gap to speak of. */
const IDLE_MS = 30 * 60_000;

/**
 * Reads a session's rounds into the parts that its pages show, one by one, as soon as each is closed; the last one,
 * still open, comes with what all rounds add up to. What is on a closed part never changes when rounds are added.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #book = new MessageBook();
  readonly #threads: Threads;
  readonly #columns: Column[] = [];
  readonly #presenter = new Presenter(this.#columns);
  readonly #pages = new PageMaker(this.#columns);
  /** The system prompt of each thread's last round; of rounds without a list of messages under `null`. */
  readonly #systems = new Map<Thread | null, SystemPrompt>();
  #question: string | null = null;
  /** Whether any question so far had words. */
  #hasTitle = false;
  #wasFinal = true;
  #busyUntil = -Infinity;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#threads = new Threads(options.isLoose);
  }

  /** Adds a round; returns the part that it closed, if it did. */
  add(round: ExpandedRound): SessionPart | null {
    const list = round.messages === null || round.messages.length === 0 ? null : round.messages;
    const diff = list && diffRequest(round, list, this.#book, this.#threads);
    const question = diff ? null : this.#newQuestion(round);
    const prompt = diff ? diff.prompt : question === null ? '' : questionWords(question);
    const time = Date.parse(round.stored.timestamp);
    const thread = diff?.placement.thread;
    const isSide = diff !== null && !this.#isMain(diff);
    const closed = this.#pages.cutBefore(isSide, prompt !== '');
    if (closed) this.#presenter.calls.closePage();

    const money = this.#options.moneyOf(round);
    const view: RoundView = {
      number: round.stored.round,
      stored: round.stored,
      time,
      money,
      history: null,
      prompt: isSide || prompt === '' ? null : prompt,
      items: [],
    };
    const column = columnOf(round.stored, money, this.#idleBefore(time, round.stored.duration_ms ?? 0));
    this.#columns.push(column);
    const budget = new Budget();
    const place = { view, page: this.#pages.page, budget };
    const before = this.#systems.get(thread ?? null);
    let atCalls = 0;
    if (diff) atCalls = this.#presenter.request(diff, before, place);
    else this.#systems.set(null, this.#presenter.cutRequest(round, question, before, place));
    if (diff) view.history = historyOf(diff, atCalls, before);
    const answer = this.#presenter.answer(round, place);
    this.#wasFinal = !answer.isWaiting;
    column.hasText = view.items.length > 0;
    const placed: PlacedRound = {
      view,
      thread: undefined,
      task: '',
      consumer: round.stored.consumer ?? '',
      budget,
    };
    if (diff) {
      const followed = this.#threads.follow(diff.placement, diff.request, view.number, answer);
      this.#systems.set(followed, diff.system);
      placed.thread = followed;
      placed.task = prompt;
      column.thread = followed.kind;
      if (isSide) column.threadName = threadName(followed);
    } else if (this.#options.isLoose) column.thread = 'loose';
    this.#hasTitle ||= titleOf(round.question) !== null;
    this.#pages.add(placed, column, hashOf(round, money), this.#hasTitle);
    return closed;
  }

  /** The last part, and what all rounds come to. */
  end(): { part: SessionPart; sum: SessionSum } {
    return this.#pages.end();
  }

  /** Whether the round will stand in the main flow. */
  #isMain({ placement, prompt }: RequestDiff): boolean {
    const kind = placement.thread?.kind ?? this.#threads.kindOfNext(prompt);
    return kind === 'main' || kind === 'loose';
  }

  /** The question of a round that has no list of messages, where it is not the one of the tool loop before. */
  #newQuestion({ question }: ExpandedRound): string | null {
    const isNew = question !== null && (question !== this.#question || this.#wasFinal);
    this.#question = question;
    return isNew ? question : null;
  }

  #idleBefore(time: number, duration: number): number {
    const idle = time - this.#busyUntil;
    this.#busyUntil = Math.max(this.#busyUntil, time + duration);
    return Number.isFinite(idle) && idle >= IDLE_MS ? idle : 0;
  }
}

/** Two prompts of a parallel thread and a sub-agent never have the same name. */
export function threadName({ kind, label }: Pick<Thread, 'kind' | 'label'>): string {
  return kind === 'sub-agent' ? `Sub-agent ${label}` : `Parallel thread ${label}`;
}

function historyOf(diff: RequestDiff, atCalls: number, before: SystemPrompt | undefined): History | null {
  const { placement, fresh, echo, count, systemCount, system } = diff;
  const { thread, alignment } = placement;
  if (!thread) return null;
  const changed = before !== undefined && before.key !== system.key ? systemCount : 0;
  const otherwise = echo?.verdict === 'differs' ? echo.ids.length : 0;
  const added = fresh.length + otherwise + changed;
  const kind = placement.isRetry ? 'retried' : alignment.removed > 0 ? 'rewritten' : 'continued';
  return { kind, repeated: count - added, removed: alignment.removed, added, atCalls, of: thread.round };
}

/** Digest of all that a round adds to what is shown: what it refers to stands in the rounds before it. */
function hashOf({ line }: ExpandedRound, money: ShownMoney): string {
  return digest(`${moneyKey(money)} ${line}`, 16);
}
