/** What `--redact` can be given. */
export type RedactKind = 'secrets' | 'email' | 'phone' | 'card';
export const REDACT_KINDS: readonly RedactKind[] = ['secrets', 'email', 'phone', 'card'];

/** Where something stands in a text: from, up to and without to. */
export type Span = [from: number, to: number];

/** What redaction looks for. It may find the same again, and more than is there: what it finds is replaced. */
export interface Pattern {
  /** Stands in the text's place: `[redacted:<kind>]`. */
  kind: string;
  /** Where two find the same, the one of the smaller rank names it. */
  rank: number;
  /** No shorter text holds one. */
  shortest: number;
  /** One of these occurs wherever the pattern does (as written): else the text is passed over. */
  words?: readonly string[];
  /** Needs the name before a value: in a JSON object it is also asked about `name: "value"`. */
  isNamed?: true;
  /** Can be a number of JSON. */
  isNumeric?: boolean;
  find: (text: string) => Iterable<Span>;
}

/** A pattern before it has its place among others. */
export type PatternDraft = Omit<Pattern, 'rank' | 'shortest'>;

/** A pattern of the user's own: `[redacted:<name>]` replaces what matches. */
export interface OwnPattern {
  name: string;
  /** A regular expression of RE2. */
  pattern: string;
}

/** A pattern of one expression: its first group, which ends the match, or without a group all of it. */
export function shape(kind: string, expression: RegExp, words?: readonly string[]): PatternDraft {
  return {
    kind,
    ...(words && { words }),
    *find(text) {
      for (const match of text.matchAll(expression)) {
        const to = match.index + match[0].length;
        yield [match[1] === undefined ? match.index : to - match[1].length, to];
      }
    },
  };
}

/** One whose expression begins with the name of what it finds. */
export function named(kind: string, expression: RegExp): PatternDraft {
  return { ...shape(kind, expression), isNamed: true };
}

/** One that finds digits, which JSON can hold as a number. */
export function numeric(kind: string, expression: RegExp, words?: readonly string[]): PatternDraft {
  return { ...shape(kind, expression, words), isNumeric: true };
}
