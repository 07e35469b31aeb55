import { cleanLine } from '../../platform/clean-text.ts';
import { hexDigest } from '../../platform/digest.ts';
import { compareText } from '../../query/aggregate.ts';
import { clipText } from '../model-view.ts';
import { sessionName } from '../names.ts';
import type { SiteSession } from '../shown-session.ts';
import type { Pieces } from '../state/pieces.ts';
import { grownBy, type ContextFacts } from './context-facts.ts';

/** A session as the page names it, with its facts. */
export interface ContextSession {
  id: string;
  /** Of its pages. */
  name: string;
  /** Empty if it has none. */
  title: string;
  rounds: number;
  facts: ContextFacts;
}

/** Of all sessions with pages. */
export interface ContextTotals {
  sessions: number;
  /** Sessions with cache misses, and with requests that grew. */
  missing: number;
  growing: number;
  misses: number;
  tokens: number;
  unpriced: number;
  unknown: number;
  /** In 10⁻¹⁸ of each currency. */
  costs: Map<string, bigint>;
}

interface Fields {
  totals: Omit<ContextTotals, 'costs'>;
  costs: [string, string][];
  missing: ContextSession[];
  growing: ContextSession[];
}

const MOST_SESSIONS = 15;
const LONGEST_TITLE = 80;
const CONTEXT = 'context';

/**
 * How the contexts of a site's sessions grew, and what caches did not hold of them: sums, and the sessions with the most.
 * As rounds are added, a session's misses and its growth only increase, so both lists can be carried on: whatever they left
 * out before is still less than what they have.
 */
export class ContextSums {
  readonly totals: ContextTotals = {
    sessions: 0,
    missing: 0,
    growing: 0,
    misses: 0,
    tokens: 0,
    unpriced: 0,
    unknown: 0,
    costs: new Map(),
  };
  #missing: ContextSession[] = [];
  #growing: ContextSession[] = [];

  /** What the site shows, to be carried on; undefined if it does not remember it. */
  static remembered(pieces: Pieces): ContextSums | undefined {
    return pieces.readAs(CONTEXT, (text) => {
      const { totals, costs, missing, growing } = JSON.parse(text) as Fields;
      const sums = new ContextSums();
      Object.assign(sums.totals, totals);
      for (const [currency, cost] of costs) sums.totals.costs.set(currency, BigInt(cost));
      sums.#missing = missing;
      sums.#growing = growing;
      return sums;
    });
  }

  write(pieces: Pieces): void {
    pieces.write(CONTEXT, this.#json());
  }

  /** Of all that the page shows of it. */
  get key(): string {
    return hexDigest(this.#json());
  }

  #json(): string {
    const { costs, ...totals } = this.totals;
    const fields: Fields = {
      totals,
      costs: Array.from(costs, ([currency, cost]): [string, string] => [currency, String(cost)]).toSorted(
        ([a], [b]) => compareText(a, b),
      ),
      missing: this.missing,
      growing: this.growing,
    };
    return JSON.stringify(fields);
  }

  /** Takes in what is now known of a session, in place of what was; empty: nothing. Both are JSON. */
  replace({ entry }: SiteSession, before: string, after: string): void {
    if (before !== '') {
      this.#count(JSON.parse(before) as ContextFacts, -1);
      this.#missing = this.#missing.filter(({ id }) => id !== entry.id);
      this.#growing = this.#growing.filter(({ id }) => id !== entry.id);
    }
    if (after === '') return;
    const facts = JSON.parse(after) as ContextFacts;
    this.#count(facts, 1);
    const title = clipText(cleanLine(entry.title ?? ''), LONGEST_TITLE);
    const session = { id: entry.id, name: sessionName(entry), title, rounds: entry.rounds, facts };
    if (facts.tokens > 0) this.#missing = mostOf(this.#missing, session, byMisses);
    if (grownBy(facts) > 0) this.#growing = mostOf(this.#growing, session, byGrowth);
  }

  #count({ misses, tokens, unpriced, unknown, costs, ...facts }: ContextFacts, sign: 1 | -1): void {
    const { totals } = this;
    totals.sessions += sign;
    totals.missing += sign * Number(tokens > 0);
    totals.growing += sign * Number(grownBy({ misses, tokens, unpriced, unknown, costs, ...facts }) > 0);
    totals.misses += sign * misses;
    totals.tokens += sign * tokens;
    totals.unpriced += sign * unpriced;
    totals.unknown += sign * unknown;
    for (const [currency, cost] of costs)
      totals.costs.set(currency, (totals.costs.get(currency) ?? 0n) + BigInt(sign) * BigInt(cost));
  }

  /** Those that read the fewest of their tokens from caches that held them first. */
  get missing(): ContextSession[] {
    return this.#missing.toSorted(byMisses).slice(0, MOST_SESSIONS);
  }

  /** Those that grew most first. */
  get growing(): ContextSession[] {
    return this.#growing.toSorted(byGrowth).slice(0, MOST_SESSIONS);
  }
}

type Order = (a: ContextSession, b: ContextSession) => number;

/** Lists are put in order once in a while only: a site can have a million sessions. */
function mostOf(list: ContextSession[], session: ContextSession, order: Order): ContextSession[] {
  list.push(session);
  return list.length > 4 * MOST_SESSIONS ? list.toSorted(order).slice(0, MOST_SESSIONS) : list;
}

function byMisses(a: ContextSession, b: ContextSession): number {
  return b.facts.tokens - a.facts.tokens || compareText(a.id, b.id);
}

function byGrowth(a: ContextSession, b: ContextSession): number {
  return grownBy(b.facts) - grownBy(a.facts) || compareText(a.id, b.id);
}
