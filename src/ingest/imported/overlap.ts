import { parseJson } from '../../platform/json-spans.ts';
import { charactersOf, type AnyRound, type Text } from '../../ai-log/round.ts';
import type { ExpandedRound, StoredRound } from '../../session-format/stored-round.ts';
import { usageOf } from '../../session-format/stored-usage.ts';
import { digest } from '../../platform/digest.ts';

/*
 * A request can reach a store twice: from the gateway's log, and from a session file of the Python original, which read
 * the same log. Both have the session, the model, the logged token counts and, if texts are kept, the texts. The times
 * differ: the original recorded when it parsed a line, which is never before the request.
 */

/** What distinguishes a round from the others of its session. */
export interface RoundTrace {
  /** The model and the logged token counts. */
  counts: string;
  words: () => RoundWords;
  /** Milliseconds since 1970 UTC: of the request if logged, of the parsing if imported; null if unknown. */
  time: number | null;
}

interface RoundWords {
  /** Digests of the question, the answer and the tool calls; null where unknown. */
  texts: readonly (string | null)[];
  /** How many messages the request had; 0 if unknown. */
  messages: number;
}

/** `again`: it matches a round that was matched before. */
export type Likeness = 'new' | 'known' | 'again' | 'doubtful';

export interface OverlapRules {
  /** Where the known rounds came from. */
  known: 'imported' | 'logged';
  /** The rounds of the session are unrelated to each other, so equal counts prove little. */
  areStrangers: boolean;
  /** Texts of the same round may differ because they were redacted. */
  areRedacted: boolean;
}

/** The original's local times may have been read in the wrong time zone. */
export const SLACK_MS = 36 * 3_600_000;
/** At most this many rounds with equal counts are compared with one: a hostile log can have any number of them. */
const MOST_COMPARED = 1000;

/**
 * Matches the known rounds of a session against rounds that arrive, in order, from the other source. `met` holds the
 * numbers of the known rounds matched so far; `last` is the one that the previous round matched.
 */
export class Overlap {
  readonly #known: readonly RoundTrace[];
  readonly #rules: OverlapRules;
  /** The known rounds by their counts: all of them, and those not matched yet. */
  readonly #alike = new Map<string, { all: number[]; left: Set<number> }>();
  readonly #met = new Set<number>();
  #furthest = -1;
  #last: number | undefined;

  constructor(known: readonly RoundTrace[], rules: OverlapRules, met: Iterable<number> = [], last?: number) {
    this.#known = known;
    this.#rules = rules;
    // Rounds that fit the most times come first.
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

  /** Matches the next round from the other source. */
  take(round: RoundTrace): Likeness {
    const next = this.#last === undefined ? -1 : this.#last + 1;
    this.#last = undefined;
    const group = this.#alike.get(round.counts);
    if (!group) return 'new';
    // Both sources are in log order, so the round after a matched one matches next.
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

  /** The original cannot have parsed a line before it was written. */
  #fits(i: number, round: RoundTrace): boolean {
    const known = this.#known[i]?.time ?? null;
    if (known === null || round.time === null) return true;
    const [imported, logged] = this.#rules.known === 'imported' ? [known, round.time] : [round.time, known];
    return logged <= imported + SLACK_MS;
  }

  /** Compares texts. `maybe`: they have no text in common to compare. */
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

  /** Without texts: the counts of a conversation grow, so equal counts in the same order are the same round. */
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

/** The trace of a round just read, from a log or from a file of the original. */
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

/** The trace of a stored round. */
export function traceOfStored({ stored, messages, question, answer, toolCalls }: ExpandedRound): RoundTrace {
  // Digest texts only on demand: most rounds are never compared.
  const words = wordsOf(messages, [question, answer, toolCalls]);
  const counts = [stored.model, ...loggedCounts(stored)];
  return { counts: JSON.stringify(counts), words: () => words, time: Date.parse(stored.timestamp) };
}

/** The counts as logged; stored separately only where they differ from the normalised ones. */
function loggedCounts(stored: StoredRound): number[] {
  const { logged } = stored;
  const { input, output } = usageOf(stored);
  return logged ? [numberOf(logged['input_token']), numberOf(logged['output_token'])] : [input, output];
}

/** The original writes 0 where the log has nothing. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isFinite(number) ? number : 0;
}

function wordsOf(messages: readonly unknown[] | null, texts: readonly (Text | null)[]): RoundWords {
  return { texts: texts.map(digestOf), messages: messages?.length ?? 0 };
}

/** Digest of a JSON value, however it is written; null if there is none. The original writes an empty one for none. */
function digestOf(text: Text | null): string | null {
  if (text === null) return null;
  const plain = JSON.stringify(parseJson(charactersOf(text)));
  return plain === undefined || EMPTY.has(plain) ? null : digest(plain, 12);
}

const EMPTY: ReadonlySet<string> = new Set(['""', '[]', '{}', 'null']);
