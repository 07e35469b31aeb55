import { innerTexts, mayBeJson } from '../../query/search/inner-texts.ts';
import type { Said } from '../../query/search/said.ts';
import { GramSet } from './grams.ts';
import { itemOf, type SaidItem, type SaidRound } from './said-item.ts';

/**
 * A part ends before the next round once its texts have this many characters. Later parts of a long session are up to
 * sixteen times as long, so that there are not too many.
 */
const ENOUGH = 100_000;
const LONGER_EVERY = 8;
const MOST_DOUBLINGS = 4;
/** Of a longer text, only its first characters can be found on the site. */
export const LONGEST_TEXT = 1_000_000;
/** What the gateway writes where it cuts a text. */
const CUT_MARK = ' [truncated] ';

/** Numbers calls, and knows their tools. */
export class Calls {
  readonly #numbers = new Map<string, number>();
  readonly #tools = new Map<string, string>();

  /** 0 if it has no id. */
  numberOf({ callId, part, tool }: Said): number {
    if (callId === null || callId === '') return 0;
    const known = this.#numbers.get(callId);
    if (known === undefined) this.#numbers.set(callId, this.#numbers.size + 1);
    if (part === 'call' && tool !== null) this.#tools.set(callId, tool);
    return known ?? this.#numbers.size;
  }

  toolOf({ callId }: Said): string {
    return (callId === null ? undefined : this.#tools.get(callId)) ?? '';
  }
}

/** The texts of some consecutive rounds of a session. */
export class SaidTexts {
  readonly #rounds: SaidRound[] = [];
  readonly #known = new Map<string, KnownTexts>();
  readonly #enough: number;
  #length = 0;
  /** How many texts were longer than LONGEST_TEXT. */
  cut = 0;

  /** `before`: how many parts of the session come before. */
  constructor(before: number) {
    this.#enough = ENOUGH * 2 ** Math.min(MOST_DOUBLINGS, Math.floor(before / LONGER_EVERY));
  }

  get isFull(): boolean {
    return this.#length >= this.#enough;
  }

  add(round: number, time: string, said: readonly Said[], calls: Calls): void {
    // A whole text can be that of a cut one in the same round: then a search has to see both.
    const keepsAll = said.some(({ texts }) => texts.some((text) => text.includes(CUT_MARK)));
    const items: SaidItem[] = [];
    for (const one of said) {
      const call = calls.numberOf(one);
      if (this.#isRepeated(one) && !keepsAll) continue;
      const texts = one.texts.map((text) => this.#clipped(text));
      items.push(itemOf(one, texts, call, calls.toolOf(one)));
      for (const text of texts) this.#length += text.length;
    }
    if (items.length > 0) this.#rounds.push([round, time, ...items]);
  }

  /**
   * Whether a search that finds this text has found the same one before, for certain: what `SaidBefore` takes for the same,
   * in the same words. It decides in the other cases.
   */
  #isRepeated({ role, part, tool, callId, texts, isAnswer }: Said): boolean {
    if (part === 'request') return false;
    const [first = '', given = ''] = texts;
    if (part === 'call' && tool !== null) {
      const answered = this.#textsOf(`answered ${first}`);
      const called = this.#textsOf(`call ${callId ?? ''} ${first}`);
      const isKnown = !isAnswer && (answered.has(given) || called.has(given));
      (isAnswer ? answered : called).add(given);
      return isKnown;
    }
    const same = this.#textsOf(
      part === 'result' ? `result ${callId ?? ''} ${tool ?? ''}` : `${role} ${part}`,
    );
    const isKnown = !isAnswer && same.has(first);
    same.add(first);
    return isKnown;
  }

  #textsOf(key: string): KnownTexts {
    let texts = this.#known.get(key);
    if (!texts) this.#known.set(key, (texts = new KnownTexts()));
    return texts;
  }

  #clipped(text: string): string {
    if (text.length <= LONGEST_TEXT) return text;
    this.cut++;
    return text.slice(0, LONGEST_TEXT);
  }

  /** The filter of the texts, and of what is found inside of them if they are JSON. */
  filter(): string {
    for (const [, , ...items] of this.#rounds) {
      for (const item of items) {
        grams.add(item[1]);
        addInner(item[1]);
        if (item.length !== 4) continue;
        grams.add(item[2]);
        addInner(item[2]);
      }
    }
    return grams.take();
  }

  /** A list of SaidRound. */
  json(): string {
    return JSON.stringify(this.#rounds);
  }
}

/** A set of texts. Most differ in their marks, so that few have to be read as a whole. */
class KnownTexts {
  readonly #texts = new Map<number, string | Set<string>>();

  has(text: string): boolean {
    const same = this.#texts.get(markOf(text));
    return same instanceof Set ? same.has(text) : same === text;
  }

  add(text: string): void {
    const mark = markOf(text);
    const same = this.#texts.get(mark);
    if (same instanceof Set) same.add(text);
    else if (same === undefined) this.#texts.set(mark, text);
    else if (same !== text) this.#texts.set(mark, new Set([same, text]));
  }
}

/** Of its length and some of its characters. */
function markOf(text: string): number {
  let mark = text.length;
  const step = Math.max(1, text.length >> 4);
  for (let i = 0; i < text.length; i += step) mark = (Math.imul(mark, 31) + text.charCodeAt(i)) | 0;
  return mark;
}

const grams = new GramSet();

function addInner(text: string): void {
  // Without escapes, the strings inside of JSON are parts of its text.
  if (!mayBeJson(text) || !text.includes('\\')) return;
  for (const inner of innerTexts(text)) grams.add(inner);
}
