/** The values of `--redact`. */
export type RedactKind = 'secrets' | 'email' | 'phone' | 'card' | 'cn-id';
export const REDACT_KINDS: readonly RedactKind[] = ['secrets', 'email', 'phone', 'card', 'cn-id'];

/** A range of a text: from `from` up to, not including, `to`. A pattern of several kinds says which it is. */
export type Span = [from: number, to: number, kind?: string];

/** Something to redact. Matches may overlap, and may be false positives: all of them are replaced. */
export interface Pattern {
  /** A match is replaced by `[redacted:<kind>]`. */
  kind: string;
  /** All kinds that it finds, if these are several. */
  kinds?: readonly string[];
  /** If two patterns match the same text, the smaller rank decides the kind. */
  rank: number;
  /** No shorter text can contain a match. */
  shortest: number;
  /** A text with a match contains at least one of these, in this case; any other text is skipped. */
  words?: readonly string[];
  /** It needs a name before the value, so each member of a JSON object is also searched as `name: "value"`. */
  isNamed?: true;
  /** A match can be a number in JSON. */
  isNumeric?: boolean;
  find: (text: string) => Iterable<Span>;
}

/** A pattern that has not been ranked yet. */
export type PatternDraft = Omit<Pattern, 'rank' | 'shortest'>;

/** A pattern of the user. A match is replaced by `[redacted:<name>]`. */
export interface OwnPattern {
  name: string;
  /** A regular expression in the syntax of RE2. */
  pattern: string;
}

/** A pattern with one expression. It redacts the first group, which must end the match, or without one the match. */
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

/** A pattern that finds digits, which may be a number in JSON. */
export function numeric(kind: string, expression: RegExp, words?: readonly string[]): PatternDraft {
  return { ...shape(kind, expression, words), isNumeric: true };
}
