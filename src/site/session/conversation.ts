import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { titleOf } from '../../session-format/title.ts';
import { digest } from '../../platform/digest.ts';
import type { ShownMoney } from '../../query/round-money.ts';
import { moneyKey } from '../cost-view.ts';
import { Budget } from './clip.ts';
import { Threads, type Thread } from './threads.ts';
import { diffRequest, type RequestDiff } from './request-diff.ts';
import { MessageBook } from './message-book.ts';
import { PageMaker } from './page-maker.ts';
import type { SystemPrompt } from './system.ts';
import type { Target } from './calls.ts';
import { Presenter, questionWords } from './presenter.ts';
import { columnOf } from './column.ts';
import type { Column, History, RoundView, SessionPart, SessionSum } from './view.ts';

export interface ConversationOptions {
  /** The rounds have no session id and may come from different clients. */
  isLoose: boolean;
  /** What a round costs by the current price book. */
  moneyOf: (round: Pick<ExpandedRound, 'stored'>) => ShownMoney;
}

/** Shorter gaps between rounds are not shown. */
const IDLE_MS = 30 * 60_000;

/**
 * Turns a session's rounds into the parts that its pages show. Each part is handed out once it is closed, and never
 * changes when rounds are added later; the last part is open, and comes with the sum of all rounds.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #book = new MessageBook();
  readonly #threads: Threads;
  readonly #columns: Column[] = [];
  readonly #presenter = new Presenter(this.#columns);
  readonly #pages = new PageMaker(this.#columns);
  /** The system prompt of each thread's last round; `null` is for rounds without a list of messages. */
  readonly #systems = new Map<Thread | null, SystemPrompt>();
  #question: string | null = null;
  /** Whether any question so far had text. */
  #hasTitle = false;
  #wasFinal = true;
  #busyUntil = -Infinity;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#threads = new Threads(options.isLoose);
  }

  /** Adds a round. Returns the part that it closed, if any. */
  add(round: ExpandedRound): SessionPart | null {
    const { stored, messages } = round;
    const diff = messages?.length ? diffRequest(round, messages, this.#book, this.#threads) : null;
    const question = diff ? null : this.#newQuestion(round);
    const prompt = diff ? diff.prompt : question === null ? '' : questionWords(question);
    const isSide = diff !== null && !this.#isMain(diff);
    const closed = this.#pages.cutBefore(isSide, prompt !== '');
    if (closed) this.#presenter.calls.closePage();

    const view = this.#viewOf(round, isSide ? '' : prompt);
    const column = columnOf(stored, view.money, this.#idleBefore(view.time, stored.duration_ms ?? 0));
    this.#columns.push(column);
    const budget = new Budget();
    const follows = diff?.placement.thread?.round ?? null;
    const target = { view, follows, page: this.#pages.page, budget };
    this.#presentRequest(round, diff, question, target);
    const answer = this.#presenter.answer(round, target);
    this.#wasFinal = !answer.isWaiting;
    column.hasText = view.items.length > 0;

    const thread = diff && this.#threads.follow(diff.placement, diff.request, view.number, answer);
    if (thread) this.#systems.set(thread, diff.system);
    column.thread = thread?.kind ?? (this.#options.isLoose ? 'loose' : 'main');
    if (thread && isSide) column.threadName = threadName(thread);
    this.#hasTitle ||= titleOf(round.question) !== null;
    const placed = { view, thread, task: thread ? prompt : '', consumer: stored.consumer ?? '', budget };
    this.#pages.add(placed, column, keyOf(round, view.money), this.#hasTitle);
    return closed;
  }

  /** The last part, and the sum of all rounds. */
  end(): { part: SessionPart; sum: SessionSum } {
    return this.#pages.end();
  }

  /** A round's view, with no items yet. */
  #viewOf(round: ExpandedRound, prompt: string): RoundView {
    return {
      number: round.stored.round,
      stored: round.stored,
      time: Date.parse(round.stored.timestamp),
      money: this.#options.moneyOf(round),
      history: null,
      prompt: prompt === '' ? null : prompt,
      items: [],
    };
  }

  #presentRequest(
    round: ExpandedRound,
    diff: RequestDiff | null,
    question: string | null,
    target: Target,
  ): void {
    const before = this.#systems.get(diff?.placement.thread ?? null);
    if (diff) {
      const atCalls = this.#presenter.request(diff, before, target);
      target.view.history = historyOf(diff, atCalls, before);
    } else {
      this.#systems.set(null, this.#presenter.cutRequest(round, question, before, target));
    }
  }

  /** Whether the round will be shown in the main flow of the page. */
  #isMain({ placement, prompt }: RequestDiff): boolean {
    const kind = placement.thread?.kind ?? this.#threads.kindOfNext(prompt);
    return kind === 'main' || kind === 'loose';
  }

  /** The question of a round without a list of messages, unless it repeats that of the tool loop it continues. */
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

/**
 * A key of what a round adds to the pages. What it refers to is covered by the keys of earlier rounds. A stored line has
 * a checksum of its own; older builds did not write it.
 */
function keyOf({ line, stored }: ExpandedRound, money: ShownMoney): string {
  const { crc, at } = stored;
  const content = crc === undefined ? digest(line, 16) : `${at.join(' ')} ${crc}`;
  return `${moneyKey(money)} ${line.length} ${content}`;
}
