import { parseJson } from '../../platform/json-spans.ts';
import { charactersOf, type AnyRound, type Text } from '../../ai-log/round.ts';
import type { ExpandedRound, StoredRound } from '../../session-format/stored-round.ts';
import { usageOf } from '../../session-format/stored-usage.ts';
import { digest } from '../../platform/digest.ts';

/*
 * A request can reach a store twice: from the gateway's log, and from a session file of the Python original, which read
 * that log. Both say the session, the model, the token counts as logged and, where texts are kept, what was said. The
 * time is not the same: the original noted when it parsed a line, which is never before the request.
 */

/** What tells a round apart from the others of its session. */
export interface RoundTrace {
  /** The model, and the token counts as logged. */
  counts: string;
  words: () => RoundWords;
  /** Milliseconds since 1970 UTC: of a request from the log, of the parsing of an imported one; null: not known. */
  time: number | null;
}

interface RoundWords {
  /** Digests of what was asked, answered and called; null where that is not known. */
  texts: readonly (string | null)[];
  /** How many messages the request had; 0: not known. */
  messages: number;
}

/** `again`: it is like one that was met already. */
export type Likeness = 'new' | 'known' | 'again' | 'doubtful';

export interface OverlapRules {
  /** Which side the known rounds are from. */
  known: 'imported' | 'logged';
  /** The rounds of the session are strangers to each other: the same counts say little. */
  areStrangers: boolean;
  /** Texts may differ though the round is the same: something was taken out of them. */
  areRedacted: boolean;
}

/** The original's clock may have been read in another zone than its own. */
export const SLACK_MS = 36 * 3_600_000;
/** So many rounds with the same counts are compared with another: a hostile log can have any number of them. */
const MOST_COMPARED = 1000;

/**
 * The rounds of a session that are known from one side, and what comes from the other side in its order. `met` are the
 * numbers of those that were met before, `last` that of the one that was met by the round just before.
 */
export class Overlap {
  readonly #known: readonly RoundTrace[];
  readonly #rules: OverlapRules;
  /** Those with the same counts, by these; all of them, and those that were not met. */
  readonly #alike = new Map<string, { all: number[]; left: Set<number> }>();
  readonly #met = new Set<number>();
  #furthest = -1;
  #last: number | undefined;

  constructor(known: readonly RoundTrace[], rules: OverlapRules, met: Iterable<number> = [], last?: number) {
    this.#known = known;
    this.#rules = rules;
    // Those come first that fit the most times.
    const sign = rules.known === 'imported' ? -1 : 1;
    const keyed = known.map(({ counts, time }, i) => ({
      i,
      counts,
      key: time === null ? -Infinity : sign * time,
    }));
    for (const { i, counts } of keyed.toSorted((a, b) => (a.key === b.key ? a.i - b.i : a.key - b.key))) {
      const group = this.#alike.get(counts);
      if (group) {
        group.all.push(i);
        group.left.add(i);
      } else this.#alike.set(counts, { all: [i], left: new Set([i]) });
    }
    for (const i of met) this.#meet(i);
    this.#last = last;
  }

  get met(): ReadonlySet<number> {
    return this.#met;
  }

  get last(): number | undefined {
    return this.#last;
  }

  /** Takes in the next round from the other side. */
  take(round: RoundTrace): Likeness {
    const next = this.#last === undefined ? -1 : this.#last + 1;
    this.#last = undefined;
    const group = this.#alike.get(round.counts);
    if (!group) return 'new';
    // Both sides have the log's order: what follows a round that was met is the next one.
    if (group.left.has(next) && this.#fits(next, round) && this.#compare(next, round) !== 'other')
      return this.#meet(next);
    const same: number[] = [];
    const maybe: number[] = [];
    let compared = 0;
    for (const i of group.left) {
      if (same.length > 1 || !this.#fits(i, round)) break;
      if (++compared > MOST_COMPARED) return 'doubtful';
      const likeness = this.#compare(i, round);
      if (likeness !== 'other') (likeness === 'same' ? same : maybe).push(i);
    }
    const [only, another] = same;
    if (only !== undefined) return another === undefined ? this.#meet(only) : 'doubtful';
    if (this.#wasMet(group.all, round)) return 'again';
    const [candidate] = maybe;
    if (candidate === undefined) return 'new';
    return this.#isCertainByCounts(candidate, group.all) ? this.#meet(candidate) : 'doubtful';
  }

  #wasMet(numbers: readonly number[], round: RoundTrace): boolean {
    return numbers
      .slice(0, MOST_COMPARED)
      .some((i) => this.#met.has(i) && this.#compare(i, round) === 'same');
  }

  /** The original parsed no line before it was there. */
  #fits(i: number, round: RoundTrace): boolean {
    const known = this.#known[i]?.time ?? null;
    if (known === null || round.time === null) return true;
    const [imported, logged] = this.#rules.known === 'imported' ? [known, round.time] : [round.time, known];
    return logged <= imported + SLACK_MS;
  }

  /** By their words. `maybe`: neither says what the other does. */
  #compare(i: number, round: RoundTrace): 'same' | 'maybe' | 'other' {
    const [a, b] = [this.#known[i]?.words() ?? NO_WORDS, round.words()];
    const pairs = a.texts.map((text, k) => [text, b.texts[k] ?? null] as const);
    const told = pairs.filter(([one, two]) => one !== null && two !== null);
    const isOther =
      told.some(([one, two]) => one !== two) ||
      (a.messages > 0 && b.messages > 0 && a.messages !== b.messages);
    if (isOther) return this.#rules.areRedacted ? 'maybe' : 'other';
    return told.length > 0 ? 'same' : 'maybe';
  }

  /** Without texts: in a conversation, whose counts grow, the same counts in the same order are the same round. */
  #isCertainByCounts(i: number, all: readonly number[]): boolean {
    const { areStrangers, areRedacted } = this.#rules;
    return all.length === 1 && i > this.#furthest && !areStrangers && !areRedacted;
  }

  #meet(i: number): 'known' {
    this.#alike.get(this.#known[i]?.counts ?? '')?.left.delete(i);
    this.#met.add(i);
    this.#furthest = Math.max(this.#furthest, i);
    this.#last = i;
    return 'known';
  }
}

const NO_WORDS: RoundWords = { texts: [], messages: 0 };

/** A round as it is read, from a log or from a file of the original. */
export function traceOf(round: AnyRound, time: number | null): RoundTrace {
  const { loggedUsage, model, messages, question, answer, toolCalls } = round;
  let words: RoundWords | undefined;
  const counts = [model, numberOf(loggedUsage['input_token']), numberOf(loggedUsage['output_token'])];
  return {
    counts: JSON.stringify(counts),
    words: () => (words ??= wordsOf(messages, [question, answer, toolCalls])),
    time,
  };
}

/** A round as it is stored. */
export function traceOfStored({ stored, messages, question, answer, toolCalls }: ExpandedRound): RoundTrace {
  // Its texts are not kept for a look that may never come.
  const words = wordsOf(messages, [question, answer, toolCalls]);
  const counts = [stored.model, ...loggedCounts(stored)];
  return { counts: JSON.stringify(counts), words: () => words, time: Date.parse(stored.timestamp) };
}

/** As the log had them: kept beside the normalised counts where they differ. */
function loggedCounts(stored: StoredRound): number[] {
  const { logged } = stored;
  const { input, output } = usageOf(stored);
  return logged ? [numberOf(logged['input_token']), numberOf(logged['output_token'])] : [input, output];
}

/** The original has 0 where the log has nothing. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isFinite(number) ? number : 0;
}

function wordsOf(messages: readonly unknown[] | null, texts: readonly (Text | null)[]): RoundWords {
  return { texts: texts.map(digestOf), messages: messages?.length ?? 0 };
}

/** Of a text in JSON, whatever its spelling is; null where it is none. The original has empty ones for none. */
function digestOf(text: Text | null): string | null {
  if (text === null) return null;
  const plain = JSON.stringify(parseJson(charactersOf(text)));
  return plain === undefined || EMPTY.has(plain) ? null : digest(plain, 12);
}

const EMPTY: ReadonlySet<string> = new Set(['""', '[]', '{}', 'null']);
