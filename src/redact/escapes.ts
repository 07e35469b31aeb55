/** A way to write characters of a text, each beginning with a mark. */
export interface Escapes {
  mark: string;
  /** The character that is written at a mark, and how long that is; undefined if it is only the mark. */
  read: (text: string, at: number) => { character: string; length: number } | undefined;
}

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const HEX = /^[0-9a-fA-F]{4}$/;

/** RFC 8259, 7. */
export const JSON_ESCAPES: Escapes = {
  mark: '\\',
  read(text, at) {
    const next = text[at + 1] ?? '';
    if (next === 'u') {
      const digits = text.slice(at + 2, at + 6);
      return HEX.test(digits)
        ? { character: String.fromCharCode(Number.parseInt(digits, 16)), length: 6 }
        : undefined;
    }
    return Object.hasOwn(SIMPLE, next) ? { character: SIMPLE[next] ?? '', length: 2 } : undefined;
  },
};

const OCTETS =
  /(?:%[0-7][0-9a-fA-F])|(?:%[c-dC-D][0-9a-fA-F]%[89abAB][0-9a-fA-F])|(?:%[eE][0-9a-fA-F](?:%[89abAB][0-9a-fA-F]){2})/y;

/** RFC 3986, 2.1: the octets of UTF-8. Characters of four octets stay: no secret has them. */
export const PERCENT_ESCAPES: Escapes = {
  mark: '%',
  read(text, at) {
    OCTETS.lastIndex = at;
    const octets = OCTETS.exec(text)?.[0];
    if (octets === undefined) return undefined;
    if (octets.length === 3) {
      return { character: String.fromCharCode(Number.parseInt(octets.slice(1), 16)), length: 3 };
    }
    const character = Buffer.from(octets.replaceAll('%', ''), 'hex').toString('utf8');
    return character.length === 1 && character !== '\uFFFD'
      ? { character, length: octets.length }
      : undefined;
  },
};

/** Undoes one level of escapes. A mark that does not begin one is kept. undefined if there is none. */
export function decode(text: string, { mark, read }: Escapes): string | undefined {
  const pieces: string[] = [];
  let from = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at)) {
    const escape = read(text, at);
    if (escape) {
      pieces.push(text.slice(from, at), escape.character);
      from = at + escape.length;
    }
    at += escape?.length ?? 1;
  }
  if (pieces.length === 0) return undefined;
  pieces.push(text.slice(from));
  return pieces.join('');
}

/**
 * Maps offsets in a decoded text to the escaped text, which is in `text` from `from` to `to`. Offsets must not decrease
 * from call to call.
 */
export function sourceOffsets(
  { mark, read }: Escapes,
  text: string,
  from: number,
  to: number,
): (target: number) => number {
  let source = from;
  let place = 0;
  let at = text.indexOf(mark, from);
  return (target) => {
    while (place < target && source < to) {
      if (at >= 0 && at < source) at = text.indexOf(mark, source);
      const plain = Math.min(target - place, (at < 0 || at > to ? to : at) - source);
      source += plain;
      place += plain;
      if (place < target && source < to) {
        source += read(text, source)?.length ?? 1;
        place++;
      }
    }
    return source;
  };
}
