/** A secret that begins with characters which nothing else begins with. */
export interface Format {
  kind: string;
  heads: readonly string[];
  /** A regular expression of what follows; if it has a group, only this is secret. It ends the match. */
  rest: string;
  /** Also inside a word: an id may be glued to it, as in `call_0sk-ant-…`. */
  isSure?: true;
  /** The same for a secret of which the end was cut off; undefined if it is anything that looks random. */
  begun?: RegExp;
}

/** What is not a word of a key or token, nor the mask of one. */
const ANY = /^(?=.{0,40}[A-Za-z0-9])(?!x+$)[\w+/=.-]+$/i;

/** The head alone says what it is. */
export function format(kind: string, heads: readonly string[], rest: string): Format {
  return { kind, heads, rest, begun: ANY, isSure: true };
}

const CODED = /^(?=.{0,40}\d)(?=.{0,40}[A-Za-z])[\w-]{4,}$/;

/** The head is like an abbreviation, so that something that looks like a code must follow. */
export function coded(kind: string, heads: readonly string[], rest: string): Format {
  return { kind, heads, rest, begun: CODED };
}

/** Ordinary words begin like this too, so less than the whole is only a secret if it looks random. */
export function weak(kind: string, heads: readonly string[], rest: string): Format {
  return { kind, heads, rest };
}

/** The secret at the end of an address: after the expression `before`, `shortest` or more of some characters. */
export function address(
  kind: string,
  heads: readonly string[],
  before: string,
  characters: string,
  shortest: number,
): Format {
  const begun = new RegExp(`^${before}((?=${characters}*\\d)${characters}{3,})$`);
  return { kind, heads, rest: `${before}(${characters}{${shortest},128})`, begun };
}

/** As a regular expression that matches this text. */
export function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
