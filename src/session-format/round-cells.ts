import { isBefore, type IndexCoverage } from '../model/index-coverage.ts';
import type { LinePosition } from '../model/log-position.ts';
import { countersOf } from '../model/round-counters.ts';
import type { RoundUsage } from '../model/token-usage.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import type { AnyRound } from '../ai-log/round.ts';
import type { KeptFields } from './kept-fields.ts';
import type { ReadRound } from './read-round.ts';
import type { StoredRound } from './stored-round.ts';
import { usageOf } from './stored-usage.ts';

/** The tag for the service tier, beside those for the store's dimensions. */
const TIER = 'service_tier';
/** What a dimension counts for a session with too many values. */
export const OTHER_VALUES = 'other values';
/** How many values a dimension has in one session. A session has a cell for each of them. */
const MOST_VALUES = 1000;
/** Tags are part of every cell's key. */
const LONGEST_VALUE = 256;

const NO_VALUES: [name: string, value: string][] = [];

/** What the tags and counters of a round's cell depend on. */
export interface CountedFacts {
  at: LinePosition;
  usage: RoundUsage;
  responseCode: number | null;
  durationMs: number | null;
  firstTokenMs: number | null;
  /** A kept attribute or field of the line, parsed; undefined if there is none. */
  field(name: string): unknown;
}

export function factsOfLogged(
  { usage, responseCode, durationMs, firstTokenMs }: AnyRound,
  at: LinePosition,
  { attributes, accessLog }: KeptFields,
): CountedFacts {
  const field = (name: string): unknown => {
    const json = attributes.get(name) ?? accessLog.get(name);
    return json === undefined ? undefined : parseJson(json);
  };
  return { at, usage, responseCode, durationMs, firstTokenMs, field };
}

/** The same facts, from the session file. `texts`: absent if the whole line was parsed. */
export function factsOfStored(stored: StoredRound, texts?: ReadRound['texts']): CountedFacts {
  const partOf = (name: 'attributes' | 'access_log'): unknown =>
    texts ? parseJson(texts.get(name) ?? 'null') : stored[name];
  const parts = [partOf('attributes'), partOf('access_log')];
  return {
    at: stored.at,
    usage: usageOf(stored),
    responseCode: stored.response_code ?? null,
    durationMs: stored.duration_ms ?? null,
    firstTokenMs: stored.first_token_ms ?? null,
    field: (name) => parts.find((part) => isRecord(part) && Object.hasOwn(part, name))?.[name as never],
  };
}

/** How the rounds of a store are counted. Compiled once, since a run asks it for every round. */
export class CountingRules {
  readonly #isUnkept: (at: LinePosition) => boolean;
  readonly #isUncounted: (at: LinePosition) => boolean;
  readonly #dimensions: readonly { name: string; isUncounted: (at: LinePosition) => boolean }[];

  constructor({ kept_from: kept, counted_from: counted, dimensions }: IndexCoverage) {
    this.#isUnkept = isBefore(kept);
    this.#isUncounted = isBefore(counted);
    this.#dimensions = dimensions
      .map(({ name, from }) => ({ name, isUncounted: isBefore(from) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  counters(facts: CountedFacts): UsageCell['counters'] {
    const { at, usage, responseCode, durationMs, firstTokenMs } = facts;
    const flags = facts.field('response_flags');
    const responseFlags = typeof flags === 'string' ? flags : null;
    return countersOf(
      { usage, responseCode, responseFlags, durationMs, firstTokenMs },
      this.#isUncounted(at) ? 'nothing' : this.#isUnkept(at) ? 'no flags' : 'all',
    );
  }

  /** The values that the index counts by; of a dimension, `''` if the round has none. */
  valuesOf({ at, usage, field }: CountedFacts): [name: string, value: string][] {
    const { serviceTier } = usage;
    if (serviceTier === undefined && this.#dimensions.length === 0) return NO_VALUES;
    const values =
      this.#dimensions.length === 0 || this.#isUnkept(at)
        ? []
        : this.#dimensions
            .filter(({ isUncounted }) => !isUncounted(at))
            .map(({ name }): [string, string] => [name, valueText(field(name))]);
    const isTierKnown = serviceTier !== undefined && !this.#isUncounted(at);
    if (isTierKnown && !values.some(([name]) => name === TIER)) values.push([TIER, serviceTier]);
    return values;
  }
}

/**
 * Makes the cells' tags and counters for the rounds of one session, in their order. They are the same whether a round
 * comes from a log or from the session's file.
 */
export class SessionCells {
  readonly #rules: CountingRules;
  /** Values by dimension, as far as they were used. */
  readonly #values = new Map<string, Set<string>>();

  /** `before`: the cells of the session's earlier rounds. */
  constructor(rules: CountingRules, before: Iterable<UsageCell> = []) {
    this.#rules = rules;
    let last = '';
    for (const { tags } of before) {
      if (tags === last) continue;
      last = tags;
      for (const [name, value] of Object.entries(readTags(tags))) this.#admit(name, value);
    }
  }

  of(facts: CountedFacts): Pick<UsageCell, 'tags' | 'counters'> {
    return { tags: this.#tagsOf(facts), counters: this.#rules.counters(facts) };
  }

  #tagsOf(facts: CountedFacts): string {
    const values = this.#rules.valuesOf(facts);
    if (values.length === 0) return '';
    const tags = values.map(([name, value]): [string, string] => [name, this.#admit(name, value)]);
    return JSON.stringify(Object.fromEntries(tags.toSorted(([a], [b]) => (a < b ? -1 : 1))));
  }

  /** The value, or what stands for it if the session has too many. */
  #admit(name: string, value: string): string {
    if (value === '' || value === OTHER_VALUES || name === TIER) return value;
    let known = this.#values.get(name);
    if (!known) this.#values.set(name, (known = new Set()));
    if (known.has(value)) return value;
    if (known.size >= MOST_VALUES) return OTHER_VALUES;
    known.add(value);
    return value;
  }
}

/** The tags of a cell by name. */
export function readTags(tags: string): Readonly<Record<string, string>> {
  if (tags === '') return NO_TAGS;
  const value = parseJson(tags);
  return isRecord(value) ? (value as Record<string, string>) : NO_TAGS;
}

const NO_TAGS: Readonly<Record<string, string>> = {};

/** A value as the name of a group: `''` if there is none. */
function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '-') return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (text.length > LONGEST_VALUE ? text.slice(0, LONGEST_VALUE) : text).toWellFormed();
}
