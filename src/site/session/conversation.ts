import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { titleOf } from '../../session-format/title.ts';
import { digest } from '../../platform/digest.ts';
import { ConversationReader, type RoundReading } from '../../query/conversation/reader.ts';
import type { SystemPrompt } from '../../query/conversation/system-prompt.ts';
import { threadName, type Thread } from '../../query/conversation/threads.ts';
import { modelOfRound } from '../../query/round-model.ts';
import type { ShownMoney } from '../../query/round-money.ts';
import type { SessionWhy } from '../../query/why/session-why.ts';
import { moneyKey } from '../cost-view.ts';
import type { Target } from './call-views.ts';
import { Budget } from './clip.ts';
import { columnOf } from './column.ts';
import { PageMaker } from './page-maker.ts';
import { Presenter } from './presenter.ts';
import { RoundClock } from './round-clock.ts';
import type { Column, History, RoundView, SessionPart, SessionSum } from './view.ts';

export interface ConversationOptions {
  /** The rounds have no session id and may come from different clients. */
  isLoose: boolean;
  /** What a round costs by the current price book. */
  moneyOf: (round: Pick<ExpandedRound, 'stored'>) => ShownMoney;
  /** Gets the rounds too. */
  why?: SessionWhy | undefined;
}

/**
 * Turns a session's rounds into the parts that its pages show. Each part is handed out once it is closed, and never
 * changes when rounds are added later; the last part is open, and comes with the sum of all rounds.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #reader: ConversationReader;
  readonly #columns: Column[] = [];
  readonly #presenter = new Presenter(this.#columns);
  readonly #pages = new PageMaker(this.#columns);
  /** The system prompt of each thread's last round; `null` is for rounds without a list of messages. */
  readonly #systems = new Map<Thread | null, SystemPrompt>();
  /** The gateway of each thread's last round. */
  readonly #gateways = new Map<Thread | null, string | undefined>();
  /** Whether any question so far had text. */
  #hasTitle = false;
  readonly #clock = new RoundClock();

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#reader = new ConversationReader(options.isLoose);
  }

  /** Adds a round. Returns the part that it closed, if any. */
  add(round: ExpandedRound): SessionPart | null {
    const { stored } = round;
    const reading = this.#reader.read(round);
    const { thread, isSide, prompt } = reading;
    const closed = this.#pages.cutBefore(isSide, prompt !== '');
    if (closed) this.#presenter.calls.closePage();

    const view = this.#viewOf(round, isSide ? '' : prompt);
    if (stored.gateway !== this.#gateways.get(thread)) view.gateway = stored.gateway;
    this.#gateways.set(thread, stored.gateway);
    this.#options.why?.addRead(reading, view.money);
    const column = columnOf(view, this.#clock.next(stored, bringsResults(reading)));
    this.#columns.push(column);
    const budget = new Budget();
    const target = { view, page: this.#pages.page, budget };
    this.#presentRequest(reading, target);
    this.#presenter.answer(reading, target);
    column.hasText = view.items.length > 0;
    column.thread = reading.kind;
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
      model: modelOfRound(round),
      time: Date.parse(round.stored.timestamp),
      money: this.#options.moneyOf(round),
      history: null,
      prompt: prompt === '' ? null : prompt,
      items: [],
    };
  }

  #presentRequest(reading: RoundReading, target: Target): void {
    const { diff, thread } = reading;
    const before = this.#systems.get(diff?.placement.thread ?? null);
    if (diff) {
      const atCalls = this.#presenter.request(reading, before, target);
      target.view.history = historyOf(reading, atCalls, before);
      this.#systems.set(thread, diff.system);
    } else {
      this.#systems.set(null, this.#presenter.cutRequest(reading, before, target));
    }
  }
}

/** Whether a request has new results of tools. */
function bringsResults({ messages, questionResults }: RoundReading): boolean {
  return questionResults.length > 0 || messages.some(({ results }) => results.length > 0);
}

function historyOf(
  { diff, messages }: RoundReading,
  atCalls: number,
  before: SystemPrompt | undefined,
): History | null {
  const thread = diff?.placement.thread;
  if (!diff || !thread) return null;
  const { placement, echo, count, systemCount, system, continues } = diff;
  const changed = before !== undefined && before.key !== system.key ? systemCount : 0;
  const otherwise = echo?.verdict === 'differs' ? echo.ids.length : 0;
  const added = messages.length + otherwise + changed;
  const { removed } = placement.alignment;
  const kind = placement.isRetry ? 'retried' : removed > 0 ? 'rewritten' : 'continued';
  return { kind, repeated: count - added, removed, added, atCalls, of: continues };
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
