import { readMessage } from '../../ai-log/message.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { ShownMoney } from '../round-money.ts';
import type { RequestDiff } from '../conversation/request-diff.ts';
import type { RoundReading } from '../conversation/reader.ts';
import type { Thread } from '../conversation/threads.ts';
import type { Amount, RoundPrices } from './round-prices.ts';

/** A round that read less from the cache than the round that it continues had left there. */
export interface CacheMiss {
  round: number;
  /** The round that it continues. */
  after: number;
  /** The tokens that were not read from the cache. */
  tokens: number;
  /** How much more the round cost for that; null if it has no price. */
  cost: Amount | null;
  cause: MissCause;
}

/** What differs first between two requests. */
export type MissCause =
  | { kind: 'model'; before: string }
  | { kind: 'system' }
  /** `at`: from 1, in the request. `role`: null if the request ends before it. */
  | { kind: 'message'; at: number; role: string | null }
  /** Nothing that the log has: the cache may have expired. */
  | { kind: 'none'; afterMs: number };

/** What is remembered of a thread's last request. */
interface Held {
  round: number;
  time: number;
  model: string;
  /** Tokens in the cache after it. */
  tokens: number;
  systemKey: string;
  /** Messages without the system prompt. */
  length: number;
  /** What failed requests have changed since. */
  changed: MissCause | null;
}

/** The log does not count what was cached. */
const UNCOUNTED: ReadonlySet<string> = new Set(['cache-unknown', 'cache-unlogged', 'bad-count']);

/** Finds the cache misses of a session, round by round. Only rounds with a list of messages can be compared. */
export class CacheMisses {
  /** The most tokens first. */
  readonly largest: CacheMiss[] = [];
  count = 0;
  tokens = 0;
  readonly costs = new Map<string, bigint>();
  /** Misses in rounds without a price. */
  unpriced = 0;
  /** Rounds that could not be compared. */
  unknown = 0;
  readonly #prices: RoundPrices;
  readonly #most: number;
  readonly #held = new WeakMap<Thread, Held>();

  constructor(prices: RoundPrices, most: number) {
    this.#prices = prices;
    this.#most = most;
  }

  add({ round, diff, thread }: RoundReading, money: ShownMoney): void {
    const { stored } = round;
    const held = thread ? this.#held.get(thread) : undefined;
    if (stored.input_tokens === 0) {
      // A request without tokens says nothing about the cache, but the next one is compared with it.
      if (held && diff && thread)
        this.#held.set(thread, {
          ...held,
          systemKey: diff.system.key,
          length: diff.request.body.length,
          changed: held.changed ?? changeOf(held, diff, round.messages ?? []),
        });
      return;
    }
    if (!diff || !thread || stored.flags?.some((flag) => UNCOUNTED.has(flag))) {
      this.unknown++;
      if (thread) this.#held.delete(thread);
      return;
    }
    if (held) this.#compare(held, stored, diff, round.messages ?? [], money);
    this.#held.set(thread, {
      round: stored.round,
      time: Date.parse(stored.timestamp),
      model: stored.model,
      tokens: stored.cached_tokens + stored.cache_write_tokens,
      systemKey: diff.system.key,
      length: diff.request.body.length,
      changed: null,
    });
  }

  #compare(
    held: Held,
    stored: StoredRound,
    diff: RequestDiff,
    messages: readonly string[],
    money: ShownMoney,
  ): void {
    // A shorter request cannot read more than it has.
    const tokens = Math.min(held.tokens, stored.input_tokens) - stored.cached_tokens;
    if (tokens <= 0) return;
    const cost = this.#prices.costOfMiss(stored, money, tokens);
    this.count++;
    this.tokens += tokens;
    if (cost) this.costs.set(cost.currency, (this.costs.get(cost.currency) ?? 0n) + cost.cost);
    else this.unpriced++;
    const miss = {
      round: stored.round,
      after: held.round,
      tokens,
      cost,
      cause: causeOf(held, stored, diff, messages),
    };
    keepLargest(this.largest, miss, this.#most, (a, b) => b.tokens - a.tokens);
  }
}

/** Keeps the first `most` of a sorted list. */
export function keepLargest<T>(list: T[], item: T, most: number, compare: (a: T, b: T) => number): void {
  const at = list.findIndex((other) => compare(item, other) < 0);
  list.splice(at < 0 ? list.length : at, 0, item);
  if (list.length > most) list.pop();
}

function causeOf(held: Held, stored: StoredRound, diff: RequestDiff, messages: readonly string[]): MissCause {
  if (stored.model !== held.model) return { kind: 'model', before: held.model };
  const afterMs = Math.max(0, Date.parse(stored.timestamp) - held.time);
  return held.changed ?? changeOf(held, diff, messages) ?? { kind: 'none', afterMs };
}

/** What a request changed of the one before; null if it repeats all of it. */
function changeOf(
  held: Held,
  { placement, request, system, systemCount }: RequestDiff,
  messages: readonly string[],
): MissCause | null {
  if (system.key !== held.systemKey) return { kind: 'system' };
  const { prefix, removed } = placement.alignment;
  // Otherwise the request continues the last one, or sends it again.
  const isChanged = removed > 0 || (prefix < held.length && request.body.length > held.length);
  if (!isChanged) return null;
  const at = systemCount + prefix;
  const json = messages[at];
  return { kind: 'message', at: at + 1, role: json === undefined ? null : readMessage(json).role };
}
