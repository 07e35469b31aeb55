import { byteSearch, type ByteSearch } from './byte-search.ts';
import { casesOf, isPlain, spellingsOf, type Spellings } from './spellings.ts';

/** Looks for places in a block of a session file that may be a match. */
interface Scan {
  /** An offset at or before the first place after `from` that may be a match; -1 if there is none. */
  next(from: number): number;
}

/** A scan of any block of whole lines. */
export type StartScan = (block: Buffer) => Scan;

/** Longer runs do not make a search faster. */
const LONGEST_RUN = 16;

/**
 * A scan for a literal text, in any case and in any spelling. It never misses a match, because whatever is found contains
 * a run of its plain characters. undefined if the text has no such run: then every line may match.
 *
 * Each character of the run is either written plainly, or as an escape (`\u00fc`), or as other characters (a letter and a
 * mark). The first search finds runs of plain ones; the others find a single character that is written otherwise.
 */
export function literalScan(text: string): StartScan | undefined {
  const run = longestRun(text);
  if (run === undefined) return undefined;
  const characters = run.map(spellingsOf);
  const rare = new Set(characters.flatMap((one) => one.rare));
  const searches: ByteSearch[] = [
    byteSearch(plainRuns(characters)),
    escapeSearch(characters),
    ...[...rare].map(plainSearch),
  ];
  return (block) => {
    const found = searches.map((search) => search.find(block, 0));
    return {
      next(from) {
        let first = -1;
        for (let i = 0; i < found.length; i++) {
          let at = found[i] as number;
          if (at >= 0 && at < from) found[i] = at = (searches[i] as ByteSearch).find(block, from);
          if (at >= 0 && (first < 0 || at < first)) first = at;
        }
        return first;
      },
    };
  };
}

/** The characters of the run that is quickest to search for: one of many bytes, without rare spellings if possible. */
function longestRun(text: string): string[] | undefined {
  const runs: string[][] = [[]];
  for (const character of text) {
    if (isPlain(character)) runs.at(-1)?.push(character);
    else runs.push([]);
  }
  const usable = runs.filter((run) => run.length > 0).map((run) => run.slice(0, LONGEST_RUN));
  return usable.toSorted((a, b) => Buffer.byteLength(b.join('')) - Buffer.byteLength(a.join('')))[0];
}

/** Runs that supply all cases of each character. */
function plainRuns(characters: readonly Spellings[]): Buffer[] {
  const most = Math.max(...characters.map(({ plain }) => plain.length));
  return Array.from({ length: most }, (_, i) =>
    Buffer.concat(characters.map(({ plain }) => plain[Math.min(i, plain.length - 1)] ?? Buffer.alloc(0))),
  );
}

function plainSearch(character: string): ByteSearch {
  const wanted = Buffer.from(character);
  return { find: (bytes, from) => (bytes as Buffer).indexOf(wanted, from) };
}

const ESCAPE = Buffer.from('\\u');
const ESCAPE_LENGTH = 6;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** After so many calls, escapes that are this many bytes apart on average are too many for calls. */
const MANY_CALLS = 16;
const FAR_APART = 1000;

/** What may precede the escape of a code unit. */
type Before = readonly Neighbour[] | 'anything';

/**
 * Finds an escape of one of the characters, at any depth of JSON in JSON. Logs that escape everything beyond ASCII are
 * full of escapes, so what is before it must fit the run too.
 */
function escapeSearch(characters: readonly Spellings[]): ByteSearch {
  const before = befores(characters);
  const isEnd = endsOf(before.keys());
  const starts = byteSearch([...before.keys()].flatMap(startsOf));
  const isWanted = (bytes: Uint8Array, at: number): boolean => {
    // There are tens of millions in a large store, and the last digits rule out most of them.
    if (isEnd[((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number)] !== 1) return false;
    const allowed = before.get(hexAt(bytes, at + ESCAPE.length));
    return allowed !== undefined && isAfter(allowed, bytes, at);
  };
  return {
    find(bytes, from) {
      const buffer = bytes as Buffer;
      let calls = 0;
      for (let at = buffer.indexOf(ESCAPE, from); at >= 0;) {
        if (isWanted(bytes, at)) return at;
        at += ESCAPE_LENGTH;
        // Often escapes follow each other, and a call takes longer than looking.
        if (bytes[at] === BACKSLASH && bytes[at + 1] === LETTER_U) continue;
        at -= ESCAPE_LENGTH - ESCAPE.length;
        // Or there is one in every line, `\u003c`: then it is quicker to search for what is wanted.
        if (++calls > MANY_CALLS && at - from < calls * FAR_APART) return findFrom(bytes, at);
        at = buffer.indexOf(ESCAPE, at);
      }
      return -1;
    },
  };

  function findFrom(bytes: Uint8Array, from: number): number {
    let at = starts.find(bytes, from);
    while (at >= 0 && !isWanted(bytes, at)) at = starts.find(bytes, at + 1);
    return at;
  }
}

/** An escape of a code unit but its last digit, in both cases. */
function startsOf(unit: number): Buffer[] {
  const digits = (unit >> 4).toString(16).padStart(3, '0');
  return [`\\u${digits}`, `\\u${digits.toUpperCase()}`].map((start) => Buffer.from(start));
}

/** By the bytes of the last two digits of an escape: whether it may be one of these code units. */
function endsOf(units: Iterable<number>): Uint8Array {
  const isEnd = new Uint8Array(1 << 16);
  for (const unit of units) {
    const [third, fourth] = [(unit >> 4) & 15, unit & 15].map((digit) => digit.toString(16));
    for (const high of casesOf(third ?? ''))
      for (const low of casesOf(fourth ?? '')) isEnd[(high.charCodeAt(0) << 8) | low.charCodeAt(0)] = 1;
  }
  return isEnd;
}

function befores(characters: readonly Spellings[]): Map<number, Before> {
  const before = new Map<number, Before>();
  let previous: Neighbour | undefined;
  for (const { plain, rare } of characters) {
    const characterUnits = plain.flatMap((bytes) => lastUnit(bytes.toString()));
    for (const unit of characterUnits) {
      const known = before.get(unit) ?? [];
      const isAny = previous === undefined || known === 'anything';
      before.set(unit, isAny || previous === undefined ? 'anything' : [...known, previous]);
    }
    for (const unit of rare.map(lastUnit)) before.set(unit, 'anything');
    // If it is spelled in a rare way, that is found by itself.
    previous = {
      lastBytes: new Set(plain.map((bytes) => bytes.at(-1) ?? 0)),
      units: new Set(characterUnits),
    };
  }
  return before;
}

/** How a character can end, if another one follows it. */
interface Neighbour {
  lastBytes: ReadonlySet<number>;
  units: ReadonlySet<number>;
}

/** The last UTF-16 code unit of a character: its escape, or the second one of two. */
function lastUnit(character: string): number {
  return character.charCodeAt(character.length - 1);
}

function isAfter(before: Before, bytes: Uint8Array, escape: number): boolean {
  if (before === 'anything') return true;
  let end = withoutBackslashes(bytes, escape);
  const first = escapedBefore(bytes, end);
  // The character has two escapes, and the second one was found.
  if (first >= 0xd800 && first < 0xdc00) end = withoutBackslashes(bytes, end - ESCAPE_LENGTH + 1);
  const last = bytes[end - 1] ?? 0;
  const unit = escapedBefore(bytes, end);
  return before.some(({ lastBytes, units }) => lastBytes.has(last) || units.has(unit));
}

/** Where the backslashes before `end` begin. */
function withoutBackslashes(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at > 0 && bytes[at - 1] === BACKSLASH) at--;
  return at;
}

/** The code unit of the escape that ends at `end`; -1 if there is none. */
function escapedBefore(bytes: Uint8Array, end: number): number {
  const digits = end - 4;
  const isEscape = digits > 1 && bytes[digits - 1] === LETTER_U && bytes[digits - 2] === BACKSLASH;
  return isEscape ? hexAt(bytes, digits) : -1;
}

/** The value of each hexadecimal digit; of another byte, a number that is above all values. */
const HEX = new Uint32Array(256).fill(1 << 16);
for (let digit = 0; digit < 16; digit++) {
  const [written = ''] = digit.toString(16);
  HEX[written.charCodeAt(0)] = digit;
  HEX[written.toUpperCase().charCodeAt(0)] = digit;
}

/** The number that four hexadecimal digits are; -1 if they are not. */
function hexAt(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0];
  const [p, q, r, s] = [HEX[a] as number, HEX[b] as number, HEX[c] as number, HEX[d] as number];
  return (p | q | r | s) > 15 ? -1 : (p << 12) | (q << 8) | (r << 4) | s;
}
