import { groupAt } from './headers.ts';
import { isPlaceholder, isStrong, skip, valueAt, type Found } from './values.ts';
import { found, kindOf, PROSE, type Class } from './verdict.ts';

const CALL = /\s?\(\s{0,3}(?=["'`])/y;
const SETTER = /(?:^|[^\w]|set|with)$/i;
const PAIR = /["'`]\s{0,3},\s{0,3}(?=["'`])/y;
const IS_FIRST = /\(\s{0,3}["'`][\w.-]{0,60}$/;
const CLOSES = /^["'`]\s{0,3}\)/;
/** A name with a number: of a field, a column, a variable. */
const NUMBERED = /^[a-z_]+\d$/i;

/** `setPassword("…")`, `.password("…")`, `setProperty("password", "…")`. */
export function calledAt(text: string, from: number, end: number, kind: Class): Found | undefined {
  const before = text.slice(Math.max(0, from - 72), from);
  const called = SETTER.test(before) ? skip(CALL, text, end) : end;
  const at = called > end ? called : IS_FIRST.test(before) ? skip(PAIR, text, end) : end;
  const value = at > end ? valueAt(text, at) : undefined;
  if (!value || !CLOSES.test(text.slice(value.to, value.to + 5))) return undefined;
  const isSecret = isStrong(value.text) && !NUMBERED.test(value.text);
  return found(value, isSecret ? kindOf(kind, value, 'key', PROSE) : undefined);
}

const USER_AND_PASSWORD =
  /\s?=?\s?\(\s{0,2}["'][^"'\n]{1,64}["']\s{0,2},\s{0,2}["']([^"'\s]{3,64})(?=["']\s{0,2}\))/y;

/** `auth=("user", "…")`, `HTTPBasicAuth("user", "…")` of Python's requests, `login("user", "…")`. */
export function userAndPasswordAt(text: string, after: number): Found | undefined {
  const call = groupAt(USER_AND_PASSWORD, text, after, 'password');
  const [from = 0, to = 0] = call?.spans[0] ?? [];
  const value = text.slice(from, to);
  return isStrong(value) && !isPlaceholder(value) ? call : undefined;
}
