/*
 * How a character of a search text can be written in the bytes of a session file. What is searched is in NFC and case
 * does not matter, but the bytes are as they were logged: in either case, composed or not, escaped or not.
 */

/** The ways in which one character can be written. */
export interface Spellings {
  /** UTF-8 of the character and of its other cases, all of one length. */
  plain: readonly Buffer[];
  /** Other characters, one of which is there if none of the plain ones is: combining marks, old compatibility forms. */
  rare: readonly string[];
}

/**
 * Characters that JSON escapes, that surround values, or that combine with others: how they are written depends on more
 * than themselves.
 */
const BREAKS = /[\p{Cc}\p{Cs}\p{M}"\\/{}[\]:,\uFFFD]/u;

/** Whether a character is written in a way that can be told from its spellings. */
export function isPlain(character: string): boolean {
  return !BREAKS.test(character);
}

export function spellingsOf(character: string): Spellings {
  const cases = casesOf(character).map((one) => [one, Buffer.from(one)] as const);
  const length = Buffer.byteLength(character);
  const rare = new Set<string>();
  for (const [one, bytes] of cases) {
    if (bytes.length !== length) rare.add(one);
    // A composed character is there as itself, or one of its marks is.
    const marks = [...one.normalize('NFD')].slice(1);
    for (const mark of marks) rare.add(mark);
    for (const now of [one, ...marks]) for (const old of oldForms().get(now) ?? []) rare.add(old);
  }
  return { plain: cases.flatMap(([, bytes]) => (bytes.length === length ? [bytes] : [])), rare: [...rare] };
}

/** Those beyond ASCII that are another case of an ASCII letter. */
const OTHER_CASES: Readonly<Record<string, string>> = { k: '\u212a', s: '\u017f' };

/** A character and those that differ from it in case only, by simple case folding. */
export function casesOf(character: string): string[] {
  if (/^[ -~]$/.test(character)) {
    const lower = character.toLowerCase();
    return [...new Set([lower, lower.toUpperCase(), OTHER_CASES[lower] ?? lower])];
  }
  if (!HAS_CASE.test(character)) return [character];
  return [...new Set([character, ...(charactersWithCase().match(new RegExp(character, 'giu')) ?? [])])];
}

const HAS_CASE = /[\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/u;
/** The last one, an Adlam letter, and room for later ones. */
const LAST_WITH_CASE = 0x1_ffff;

let withCase: string | undefined;

function charactersWithCase(): string {
  withCase ??= charactersOf([[0x80, LAST_WITH_CASE]])
    .filter((one) => HAS_CASE.test(one))
    .join('')
    // The ASCII letters, which some of them fold to.
    .concat('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
  return withCase;
}

/** Where Unicode has characters that NFC replaces by others. New ones are never added. */
const REPLACED: readonly (readonly [from: number, to: number])[] = [
  [0x340, 0x387],
  [0x958, 0xfb9],
  [0x1f71, 0x232a],
  [0x2adc, 0x2adc],
  [0xf900, 0xfb4e],
  [0x1d15e, 0x1d1c0],
  [0x2f800, 0x2fa1d],
];

let replaced: Map<string, string[]> | undefined;

/** For a character, those that become it, or something that contains it, in NFC. */
export function oldForms(): ReadonlyMap<string, readonly string[]> {
  if (replaced) return replaced;
  replaced = new Map();
  for (const old of charactersOf(REPLACED)) {
    const now = old.normalize('NFC');
    if (now === old) continue;
    for (const one of now) replaced.set(one, [...(replaced.get(one) ?? []), old]);
  }
  return replaced;
}

function charactersOf(ranges: readonly (readonly [from: number, to: number])[]): string[] {
  return ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).filter((one) =>
      one.isWellFormed(),
    ),
  );
}
