import { numeric, shape, type PatternDraft, type Span } from '../pattern.ts';

/** RFC 5322's dot-atom, RFC 1035's lengths. */
export const EMAIL: readonly PatternDraft[] = [
  shape('email', /(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi, ['@']),
];

/** ITU-T E.164 (with a +), China's mobile numbers, the North American plan in its usual groups. */
export const PHONE: readonly PatternDraft[] = [
  numeric('phone', /(?<![\w.+-])\+\d(?:[ .-]?\(?\d\)?){7,14}(?![\w-])/g, ['+']),
  numeric('phone', /(?<![\w.+-])1[3-9]\d(?:[ -]?\d{4}){2}(?![\w-]|\.\d)/g),
  numeric('phone', /(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-]|\.\d)/g),
];

/** ISO/IEC 7812: 13 to 19 digits of a card network, with their check digit. */
export const CARD: readonly PatternDraft[] = [{ kind: 'card', isNumeric: true, find: findCards }];

/** GB 11643: a Chinese citizen's number: province, place, date of birth, order, check digit. */
export const CN_ID: readonly PatternDraft[] = [{ kind: 'cn-id', isNumeric: true, find: findIdentityNumbers }];

const CARD_NUMBER = /(?<![\d.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d-]|\.\d)/g;

function* findCards(text: string): Generator<Span> {
  for (const { index, 0: number } of text.matchAll(CARD_NUMBER)) {
    if (hasLuhnDigit(number.replaceAll(/[ -]/g, ''))) yield [index, index + number.length];
  }
}

/** Luhn's algorithm, ISO/IEC 7812-1 annex B. */
function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const weighed = i % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0 && sum > 0;
}

/** GB/T 2260: the provinces, and 83 for residents from Taiwan. */
const PROVINCE = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)/;
const IDENTITY =
  /(?<![A-Za-z0-9_])[1-9]\d{5}([ -]?)((?:18|19|20)\d\d)((?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))\1\d{3}[\dXxＸ](?![\dA-Za-z_]|\.\d)/g;

function* findIdentityNumbers(text: string): Generator<Span> {
  for (const { index, 0: number, 2: year = '', 3: day = '' } of text.matchAll(IDENTITY)) {
    const isDay = isDate(Number(year), Number(day.slice(0, 2)), Number(day.slice(2)));
    const isFraction = /\d\.$/.test(text.slice(Math.max(0, index - 2), index));
    if (isDay && !isFraction && PROVINCE.test(number) && hasMod11Digit(number.replaceAll(/[ -]/g, '')))
      yield [index, index + number.length];
  }
}

function isDate(year: number, month: number, day: number): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** ISO 7064, MOD 11-2: each place weighs twice as much as the next; X is 10. */
function hasMod11Digit(number: string): boolean {
  let sum = 0;
  for (const digit of number) sum = (sum * 2 + (/\d/.test(digit) ? Number(digit) : 10)) % 11;
  return sum === 1;
}
