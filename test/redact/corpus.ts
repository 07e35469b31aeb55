import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRandom, type Random } from '../../scripts/fixtures/prng.mjs';

/** A form of a secret. */
export interface Form {
  kind: string;
  before: string;
  secret: string;
  after: string;
}

/** A text that looks like a kind and is none. */
export interface LookAlike {
  kind: string;
  text: string;
}

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const UPPER = LOWER.toUpperCase();
/**
 * What `{a36}` and the like stand for: so many characters of an alphabet, made from a seed. So the files have no secret
 * that a scanner would report, and `{x}` splits what one would report without it.
 */
const ALPHABETS: Readonly<Record<string, string>> = {
  a: LOWER + UPPER + DIGITS,
  b: `${LOWER}${UPPER}${DIGITS}+/`,
  d: DIGITS,
  h: `${DIGITS}abcdef`,
  l: LOWER + DIGITS,
  q: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
  u: `${UPPER}234567`,
  U: `${DIGITS}ABCDEF`,
};

function rowsOf(file: string): string[][] {
  return readFileSync(join(FIXTURES, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[]);
}

/** `seed` makes other secrets of the same forms. */
export function formsOf(seed = 1): Form[] {
  return rowsOf('redaction-secrets.jsonl').map(([kind = '', around = '', secret = ''], i) => {
    const random = makeRandom(seed * 10_000 + i);
    const [before = '', after = ''] = around.split('⟨⟩').map((text) => expand(text, random));
    return { kind, before, secret: expand(secret, random), after };
  });
}

export function lookAlikesOf(seed = 1): LookAlike[] {
  return rowsOf('redaction-look-alikes.jsonl').map(([kind = '', text = ''], i) => ({
    kind,
    text: expand(text, makeRandom(seed * 10_000 + 5000 + i)),
  }));
}

function expand(text: string, random: Random): string {
  return text.replaceAll(
    /\{(x|uuid|idx?|([abdhlquU])(\d+))\}/g,
    (_, what: string, alphabet: string, length: string) => {
      if (what === 'x') return '';
      if (what === 'uuid') return [8, 4, 4, 4, 12].map((n) => random.hex(n)).join('-');
      if (what === 'id') return identity(random, 0);
      if (what === 'idx') return identity(random, random.int(1, 9));
      return pick(ALPHABETS[alphabet] ?? '', Number(length), random);
    },
  );
}

/** Long ones have a digit, a capital and a small letter, as random ones have with a chance of nearly one. */
function pick(alphabet: string, length: number, random: Random): string {
  const characters = Array.from({ length }, () => alphabet[random.int(0, alphabet.length - 1)] ?? '');
  [/\d/, /[a-z]/, /[A-Z]/].forEach((one, i) => {
    const all = [...alphabet].filter((character) => one.test(character));
    if (all.length > 0 && length >= 10) characters[3 * i + 1] = all[random.int(0, all.length - 1)] ?? '';
  });
  return characters.join('');
}

/** A citizen's number, its check digit wrong by `off`. */
function identity(random: Random, off: number): string {
  const body = `${random.pick(['110105', '310115', '440305', '510107'])}19${random.int(50, 99)}0${random.int(1, 9)}1${random.int(0, 9)}${random.digits(3)}`;
  let sum = 0;
  for (const digit of body) sum = ((sum + Number(digit)) * 2) % 11;
  const check = (12 - sum + off) % 11;
  return body + (check === 10 ? 'X' : String(check));
}
