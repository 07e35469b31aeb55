import { isPlaceholder, isQuantity, isRandom, isStrong, type Found, type Value } from './values.ts';

export type Class = 'password' | 'secret';

const LONG = 64;

/** A value that is a secret of this kind, or that is none. */
export function found(value: Value, kind: string | undefined): Found {
  if (kind !== undefined) return { spans: [[value.from, value.to, kind]], next: value.to };
  return { spans: [], next: value.to - value.from > LONG ? value.to : value.from };
}

interface Around {
  /** A plain word here is a type, a label or prose. */
  isLoose: boolean;
  /** A plain word may be a variable. */
  isCode: boolean;
  /** The name is only `pass` or `pw`. */
  isBare: boolean;
}

export const PROSE: Around = { isLoose: true, isCode: false, isBare: false };

/** The kind of a value that is a secret; undefined if it is none. */
export function kindOf(kind: Class, value: Value, name: string, around: Around): string | undefined {
  const { text, isQuoted, isCutOff, next } = value;
  if (isPlaceholder(text) || (!isQuoted && (next === '(' || next === '['))) return undefined;
  if (isCutOff && value.isOpened && !isQuoted && text.length >= (kind === 'secret' ? 4 : 1)) return kind;
  if (kind === 'secret') {
    // secretlint-rule-aws: 40 characters after their name.
    const isAws = /^(?:secret|key)$/i.test(name) && /^(?=.*[A-Z])[A-Za-z0-9/+]{40}$/.test(text);
    if (isAws) return 'aws-secret-key';
    const isChinese = /[密秘私令授]/.test(name);
    if (isRandom(text, isChinese ? 6 : 8)) return 'secret';
    return isCutOff && isRandom(text, 4) && /\d/.test(text) ? 'secret' : undefined;
  }
  if (around.isBare && !isStrong(text)) return undefined;
  if (isQuoted) return text.length >= 4 || (text.length >= 3 && /\d/.test(text)) ? 'password' : undefined;
  if (isCutOff && text.length >= 2 && !around.isLoose && !around.isCode) return 'password';
  if (text.length < 4) return undefined;
  if (isStrong(text)) return around.isBare && isQuantity(text) ? undefined : 'password';
  if (around.isLoose || around.isCode || text.length < 6 || text.includes('.')) return undefined;
  return /^[a-z_]\w*$/i.test(text) && /_|pass|pwd|secret|token|key/i.test(text) ? undefined : 'password';
}
