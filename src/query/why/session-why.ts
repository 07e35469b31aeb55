import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { compareBig, sessionTotals, type Row } from '../aggregate.ts';
import { ConversationReader, type RoundReading } from '../conversation/reader.ts';
import { shownCost, type ShownMoney } from '../round-money.ts';
import { CacheMisses, keepLargest } from './cache-misses.ts';
import type { Amount, RoundPrices } from './round-prices.ts';
import { SplitSums } from './split-sums.ts';

/** A request's length. */
export interface ContextSize {
  round: number;
  tokens: number;
}

/** How the requests of the main thread grew. */
export interface Growth {
  first: ContextSize;
  last: ContextSize;
  largest: ContextSize;
}

/** A round among the most expensive ones. */
export interface TopRound extends Amount {
  round: number;
  model: string;
}

const MOST_TOP = 5;
const MOST_MISSES = 100;

/** Why a session cost what it did. Its rounds are added one by one; what is kept of them does not grow. */
export class SessionWhy {
  readonly session: SessionEntry;
  /** All rounds of the session, as the index sums them. */
  readonly sum: Row;
  readonly splits = new SplitSums();
  readonly misses: CacheMisses;
  growth: Growth | null = null;
  readonly #prices: RoundPrices;
  readonly #reader: ConversationReader;
  readonly #top = new Map<string, TopRound[]>();

  constructor(session: SessionEntry, prices: RoundPrices) {
    this.session = session;
    this.sum = sessionTotals(session);
    this.misses = new CacheMisses(prices, MOST_MISSES);
    this.#prices = prices;
    this.#reader = new ConversationReader(session.id === DEFAULT_SESSION);
  }

  /** The most expensive rounds in each currency. */
  get top(): TopRound[] {
    return [...this.#top.values()].flat();
  }

  add(round: ExpandedRound): { reading: RoundReading; money: ShownMoney } {
    const money = this.#prices.moneyOf(round);
    const reading = this.#reader.read(round);
    this.addRead(reading, money);
    return { reading, money };
  }

  /** Adds a round that somebody else has read. */
  addRead(reading: RoundReading, money: ShownMoney): void {
    const { stored } = reading.round;
    const split = this.#prices.splitOf(stored, money);
    if (split) this.splits.add(split.currency, split.split);
    this.misses.add(reading, money);
    const { cost, currency } = shownCost(money);
    if (cost !== null && cost > 0n)
      this.#addTop({ round: stored.round, model: stored.model, cost, currency });
    if (!reading.isSide && stored.input_tokens > 0)
      this.#grow({ round: stored.round, tokens: stored.input_tokens });
  }

  #addTop(top: TopRound): void {
    const list = this.#top.get(top.currency) ?? [];
    this.#top.set(top.currency, list);
    keepLargest(list, top, MOST_TOP, (a, b) => compareBig(b.cost, a.cost) || a.round - b.round);
  }

  #grow(size: ContextSize): void {
    const { first, largest } = this.growth ?? { first: size, largest: size };
    this.growth = { first, last: size, largest: size.tokens > largest.tokens ? size : largest };
  }
}
