import { foldedUnit, hidesNext } from './fold.ts';

/*
 * A filter says which texts cannot contain a phrase. It is made of their grams: four bytes in a row of their UTF-8, folded.
 * Each gram has a place among PLACES, and each bit of a filter stands for a range of places: it is set if a gram of the
 * texts is there. If the bit of any gram of a phrase is not set, the texts do not contain the phrase.
 */

const PLACE_BITS = 17;
const PLACES = 2 ** PLACE_BITS;
const GRAM_BYTES = 4;
/** More of them rule out more texts, and are more to load. */
const BITS_PER_GRAM = 0.8;
/** Bits of a filter come in groups that Base64 needs no padding for. */
const GROUP_BYTES = 3;

/** Marks the place of a gram, whose bytes are those of a number. The first ones of a text are not whole. */
function mark(places: Uint32Array, gram: number, bytes: number): void {
  if (bytes < GRAM_BYTES) return;
  const place = Math.imul(gram, 0x9e37_79b1) >>> (32 - PLACE_BITS);
  places[place >>> 5] = (places[place >>> 5] as number) | (1 << place);
}

function markGrams(places: Uint32Array, text: string): void {
  const composed = text.normalize('NFC');
  let gram = 0;
  let bytes = 0;
  for (let i = 0; i < composed.length; i++) {
    const unit = foldedUnit(composed.charCodeAt(i));
    if (unit < 0x80) gram = (gram << 8) | unit;
    else {
      if (unit < 0x800) gram = (gram << 8) | 0xc0 | (unit >> 6);
      else {
        gram = (gram << 8) | 0xe0 | (unit >> 12);
        mark(places, gram, ++bytes);
        gram = (gram << 8) | 0x80 | ((unit >> 6) & 63);
        if (unit >= 0xd800 && hidesNext(unit)) i++;
      }
      mark(places, gram, ++bytes);
      gram = (gram << 8) | 0x80 | (unit & 63);
    }
    mark(places, gram, ++bytes);
  }
}

function* marked(places: Uint32Array): Generator<number> {
  for (let i = 0; i < places.length; i++) {
    for (let word = places[i] as number; word !== 0; word &= word - 1)
      yield i * 32 + 31 - Math.clz32(word & -word);
  }
}

/** The places of a phrase's grams. Empty if it is too short for one: then it can be anywhere. */
export function gramsOf(phrase: string): number[] {
  const places = new Uint32Array(PLACES / 32);
  markGrams(places, phrase);
  return [...marked(places)];
}

/** Whether texts with this filter may contain a phrase with these grams. Empty: nothing is known of the texts. */
export function mayHave(filter: string, grams: readonly number[]): boolean {
  if (filter === '' || grams.length === 0) return true;
  const bits = (filter.length / 4) * GROUP_BYTES * 8;
  return grams.every((place) => {
    const bit = Math.floor((place * bits) / PLACES);
    // Six bits a character.
    return ((sixBits(filter.charCodeAt(Math.floor(bit / 6))) >> (5 - (bit % 6))) & 1) === 1;
  });
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, DIGITS.indexOf(String.fromCharCode(code))),
);

function sixBits(code: number): number {
  return SIX_BITS[code] ?? 0;
}

/** Collects the grams of texts. */
export class GramSet {
  readonly #places = new Uint32Array(PLACES / 32);

  add(text: string): void {
    markGrams(this.#places, text);
  }

  /** The filter of all texts since the last call, so large that some seven of ten bits are set. */
  take(): string {
    const places = this.#places;
    let count = 0;
    for (const word of places) count += bitCount(word);
    const bytes = Math.max(1, Math.ceil((count * BITS_PER_GRAM) / 8 / GROUP_BYTES)) * GROUP_BYTES;
    const filter = Buffer.alloc(bytes);
    for (const place of marked(places)) {
      const bit = Math.floor((place * bytes * 8) / PLACES);
      filter[bit >>> 3] = (filter[bit >>> 3] as number) | (0x80 >>> (bit & 7));
    }
    places.fill(0);
    return filter.toString('base64');
  }
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
