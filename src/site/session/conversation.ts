import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { titleOf } from '../../session-format/title.ts';
import { digest } from '../../platform/digest.ts';
import type { ShownMoney } from '../../query/round-money.ts';
import { moneyKey } from '../cost-view.ts';
import { Budget } from './clip.ts';
import { Lanes, type Lane } from './threads.ts';
import { meet, type Meeting } from './request-diff.ts';
import { MessageBook } from './message-book.ts';
import { PageMaker, type PlacedRound } from './page-maker.ts';
import type { SystemPrompt } from './system.ts';
import { questionWords, Teller } from './presenter.ts';
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
  readonly #lanes: Lanes;
  readonly #columns: Column[] = [];
  readonly #teller = new Teller(this.#columns);
  readonly #pages = new PageMaker(this.#columns);
  /** The system prompt of each lane's last round; of rounds without a list of messages under `null`. */
  readonly #systems = new Map<Lane | null, SystemPrompt>();
  #question: string | null = null;
  /** Whether any question so far had words. */
  #hasTitle = false;
  #wasFinal = true;
  #busyUntil = -Infinity;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#lanes = new Lanes(options.isLoose);
  }

  /** Adds a round; returns the part that it closed, if it did. */
  add(round: ExpandedRound): SessionPart | null {
    const list = round.messages === null || round.messages.length === 0 ? null : round.messages;
    const meeting = list && meet(round, list, this.#book, this.#lanes);
    const question = meeting ? null : this.#newQuestion(round);
    const prompt = meeting ? meeting.prompt : question === null ? '' : questionWords(question);
    const time = Date.parse(round.stored.timestamp);
    const lane = meeting?.placement.lane;
    const isSide = meeting !== null && !this.#isMain(meeting);
    const closed = this.#pages.cutBefore(isSide, prompt !== '');
    if (closed) this.#teller.calls.closePage();

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
    const before = this.#systems.get(lane ?? null);
    let atCalls = 0;
    if (meeting) atCalls = this.#teller.request(meeting, before, place);
    else this.#systems.set(null, this.#teller.cutRequest(round, question, before, place));
    if (meeting) view.history = historyOf(meeting, atCalls, before);
    const answer = this.#teller.answer(round, place);
    this.#wasFinal = !answer.isWaiting;
    column.hasText = view.items.length > 0;
    const placed: PlacedRound = {
      view,
      lane: undefined,
      task: '',
      consumer: round.stored.consumer ?? '',
      budget,
    };
    if (meeting) {
      const followed = this.#lanes.follow(meeting.placement, meeting.request, view.number, answer);
      this.#systems.set(followed, meeting.system);
      placed.lane = followed;
      placed.task = prompt;
      column.lane = followed.kind;
      if (isSide) column.laneName = laneName(followed);
    } else if (this.#options.isLoose) column.lane = 'loose';
    this.#hasTitle ||= titleOf(round.question) !== null;
    this.#pages.add(placed, column, hashOf(round, money), this.#hasTitle);
    return closed;
  }

  /** The last part, and what all rounds come to. */
  end(): { part: SessionPart; sum: SessionSum } {
    return this.#pages.end();
  }

  /** Whether the round will stand in the main flow. */
  #isMain({ placement, prompt }: Meeting): boolean {
    const kind = placement.lane?.kind ?? this.#lanes.kindOfNext(prompt);
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
export function laneName({ kind, label }: Pick<Lane, 'kind' | 'label'>): string {
  return kind === 'sub-agent' ? `Sub-agent ${label}` : `Parallel thread ${label}`;
}

function historyOf(meeting: Meeting, atCalls: number, before: SystemPrompt | undefined): History | null {
  const { placement, fresh, echo, count, systemCount, system } = meeting;
  const { lane, alignment } = placement;
  if (!lane) return null;
  const changed = before !== undefined && before.key !== system.key ? systemCount : 0;
  const otherwise = echo?.verdict === 'differs' ? echo.ids.length : 0;
  const added = fresh.length + otherwise + changed;
  const kind = placement.isRetry ? 'retried' : alignment.removed > 0 ? 'rewritten' : 'continued';
  return { kind, repeated: count - added, removed: alignment.removed, added, atCalls, of: lane.round };
}

/** Digest of all that a round adds to what is shown: what it refers to stands in the rounds before it. */
function hashOf({ line }: ExpandedRound, money: ShownMoney): string {
  return digest(`${moneyKey(money)} ${line}`, 16);
}
