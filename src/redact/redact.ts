import { digest } from '../platform/digest.ts';
import { parseJson } from '../platform/json-spans.ts';
import type { OwnPattern, Pattern } from './pattern.ts';
import { redactJson, redactText } from './redact-text.ts';
import { decodeTexts, type AnyRound } from '../ai-log/round.ts';
import { patternsOf } from './secret-patterns.ts';

/** What a store redacts: built-in kinds and the user's own patterns. */
export interface Redaction {
  kinds: readonly string[];
  patterns: readonly OwnPattern[];
}

/** Removes from texts what must not be stored. */
export interface Redactor {
  /** Redacts plain text, such as a line of a log. */
  text: (text: string) => string;
  /** Redacts the strings in a JSON text. */
  json: (json: string) => string;
  /** The same for texts that come again and again, as those of a history do. */
  repeated: (json: string) => string;
  /** Redacts the strings in a value. Its numbers are counts, and stay. */
  value: (value: unknown) => unknown;
  /** Redacts every text of a round. Names (session, model, consumer, api, ids) stay: rounds are grouped by them. */
  round: (round: AnyRound) => AnyRound;
}

/** No match of a built-in pattern is shorter. */
const SHORTEST = 6;

export async function createRedactor({ kinds, patterns }: Redaction): Promise<Redactor> {
  // The user's patterns come first, so that their names win.
  const own = patterns.length > 0 ? (await import('./own-patterns.ts')).compilePatterns(patterns) : [];
  const all: Pattern[] = [
    ...own.map((draft) => ({ ...draft, shortest: 1 })),
    ...patternsOf(kinds).map((draft) => ({ ...draft, shortest: SHORTEST })),
  ].map((pattern, rank) => ({ ...pattern, rank }));
  const cache = new Cache((json) => redactJson(json, all));
  const json = (text: string | null): string | null => (text === null ? null : cache.get(text));
  return {
    text: (text) => redactText(text, all),
    json: (text) => redactJson(text, all),
    repeated: (text) => cache.get(text),
    value: (value) => redactValue(value, all),
    round: (logged) => {
      const round = decodeTexts(logged);
      return {
        ...round,
        responseType: round.responseType === null ? null : redactText(round.responseType, all),
        loggedUsage: Object.fromEntries(
          Object.entries(round.loggedUsage).map(([key, value]) => [key, redactValue(value, all)]),
        ),
        messages:
          round.messages?.map((message) => (typeof message === 'string' ? cache.get(message) : message)) ??
          null,
        messagesText: json(round.messagesText),
        system: json(round.system),
        question: json(round.question),
        answer: json(round.answer),
        reasoning: json(round.reasoning),
        toolCalls: json(round.toolCalls),
      };
    },
  };
}

function redactValue(value: unknown, patterns: readonly Pattern[]): unknown {
  if (typeof value === 'string') return redactText(value, patterns);
  if (typeof value !== 'object' || value === null) return value;
  const inStrings = patterns.map((pattern) => ({ ...pattern, isNumeric: false }));
  return parseJson(redactJson(JSON.stringify(value), inStrings));
}

/** Each request repeats the history. Within these limits, a message is searched only once. */
const MOST_TEXTS = 100_000;
const MOST_CHARACTERS = 16 << 20;
/** For shorter texts, searching is cheaper than a digest. */
const SHORT = 64;

/** Does not keep texts without matches: they are slices of a line, which would stay in memory as a whole. */
class Cache {
  readonly #redact: (text: string) => string;
  /** Redacted texts by digest; undefined if nothing was found. */
  readonly #known = new Map<string, string | undefined>();
  #characters = 0;

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  get(text: string): string {
    if (text.length < SHORT) return this.#redact(text);
    const key = digest(text, 16);
    if (this.#known.has(key)) return this.#known.get(key) ?? text;
    const redacted = this.#redact(text);
    const isSame = redacted === text;
    if (this.#known.size >= MOST_TEXTS || this.#characters > MOST_CHARACTERS) {
      this.#known.clear();
      this.#characters = 0;
    }
    this.#known.set(key, isSame ? undefined : redacted);
    if (!isSame) this.#characters += redacted.length;
    return redacted;
  }
}
