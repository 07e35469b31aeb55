import {
  changes,
  isPlaceholder,
  isQuantity,
  isRandom,
  isStrong,
  skip,
  valueAt,
  type Found,
} from './values.ts';
import { GOES_ON } from './said.ts';
import { found, kindOf, PROSE, type Class } from './verdict.ts';

const BLANK = /["']?(?:\s{1,5}|,\s{0,3}(?=["']))/y;
const OPTION = /(?:^|[^\w.-])(?:-{1,2}|\/)[\w.:-]{0,40}$/;
const NOT_A_VALUE =
  /^(?:-|(?:option|flag|argument|parameter|switch|is|to|or|and|for|in|on|with|must|can|should|will|was|are|has|from|instead|if|when|as|the|an?|via|not|stdin|prompt|file|but|which|that|takes|does|only|also|using|given|without|both)(?![\w])|(?:id|src|type|env|source|target)=)/i;
const ENDS = /^(?:$|\n|["'`;&|”’」，。；]|\s+(?:$|\n|[-"'`;&|>/]))/;

/** `--password …`, `-storepass …`, `"--token", "…"`. */
export function optionAt(text: string, from: number, end: number, kind: Class): Found | undefined {
  const at = skip(BLANK, text, end);
  if (at === end || !OPTION.test(text.slice(Math.max(0, from - 48), from))) return undefined;
  const value = valueAt(text, at, true);
  if (!value || NOT_A_VALUE.test(value.text)) return undefined;
  if (
    kind === 'password' &&
    !value.isQuoted &&
    /^[a-z]{5,40}$/.test(value.text) &&
    !isPlaceholder(value.text)
  ) {
    return found(value, ENDS.test(text.slice(value.to, value.to + 8)) ? 'password' : undefined);
  }
  return found(value, kindOf(kind, value, 'key', PROSE));
}

/** What says that the word after a name is its value: SQL, .netrc, and commands that set something. */
const SQL = /\b(?:with|user|role|encrypted|for|set|login|alter|create)\b[^\n;]{0,100}$/i;
const NETRC = /\blogin\s{1,3}\S{1,100}\s{1,10}$/i;
const SETS =
  /\b(?:ENV|ARG|setx?|setenv|config\s{1,2}set|config|secrets?\s{1,2}set|env:set|variable\s{1,2}set)\s{1,3}(?:--?\w{1,10}\s{1,2}){0,3}[\w.:/-]{0,60}$|\b(?:nmcli|rclone|netsh)\s[^\n;|]{0,120}$/i;
const CHINESE = /^[密口秘私令授]/;
const REQUIRES = /\b(?:require|master)$/i;
const SPACE = /\s{1,10}(?=[^\s=:|,-])/y;

export function spacedAt(text: string, from: number, end: number, kind: Class): Found | undefined {
  const name = text.slice(from, end);
  const at = skip(SPACE, text, end);
  if (at === end && !CHINESE.test(name)) return undefined;
  const bracketed = at === end ? bracketedAt(text, end, kind) : undefined;
  if (bracketed) return bracketed;
  const value = valueAt(text, at);
  if (!value || isPlaceholder(value.text)) return undefined;
  const before = text.slice(Math.max(0, from - 160), from);
  const isSql = value.isQuoted && text[value.from - 1] === "'" && SQL.test(before);
  if (isSql || NETRC.test(before) || REQUIRES.test(before)) return found(value, 'password');
  if (!isStrong(value.text) || isQuantity(value.text) || value.text.length < 6) return undefined;
  const isChinese = CHINESE.test(name) && skip(GOES_ON, text, value.to) === value.to;
  const isLine =
    LINE_END.test(text.slice(end, at)) &&
    LINE_START.test(before) &&
    /^(?:[”’」&。]|\s*(?:\n|$))/.test(text.slice(value.to, value.to + 8));
  if (isLine && isMixed(value.text)) return found(value, kind);
  if (kind === 'secret' && at > end && isRandom(value.text, 12) && changes(value.text) >= 4)
    return found(value, kindOf(kind, value, name, PROSE));
  const isValue =
    SETS.test(before) || isChinese || (USES.test(before) && (value.isQuoted || isMixed(value.text)));
  return isValue ? found(value, kindOf(kind, value, name, PROSE) ?? kind) : undefined;
}

/** "use password …", "with the password …". */
const USES = /\b(?:use|uses|using|with|try|enter|and)\s(?:the\s|this\s)?(?:[\w-]{1,20}\s)?$/i;

/** The name and the value on a line each, as copied from a page. */
const LINE_START = /(?:^|[^\w\s-]|\n)[ \t]{0,8}(?:\w{1,20} )?$/;
const LINE_END = /^[ \t]{0,8}\r?\n/;

function isMixed(value: string): boolean {
  return (
    /\d/.test(value) &&
    /[a-z]/i.test(value) &&
    /[!@#$%^&*?+]/.test(value.slice(0, -1) + value.slice(-1).replace('?', ''))
  );
}

/** `密码（…）`, `密码【…】`. */
function bracketedAt(text: string, end: number, kind: Class): Found | undefined {
  if (!/[（【「『《]/.test(text[end] ?? '')) return undefined;
  const value = valueAt(text, end + 1);
  if (!value || !/[）】」』》]/.test(text[value.to] ?? '')) return undefined;
  const isSecret = value.text.length >= 6 && isStrong(value.text) && !isQuantity(value.text);
  return found(value, isSecret ? kindOf(kind, value, 'key', PROSE) : undefined);
}

const IDENTIFIED = /\s{1,3}(?:with\s{1,3}\S{1,60}\s{1,3})?(?:by|as)\s{1,3}(?:password\s{1,3})?(?=["'\w])/iy;

/** `IDENTIFIED BY '…'` of MySQL and Oracle. */
export function identifiedAt(text: string, after: number): Found | undefined {
  const at = skip(IDENTIFIED, text, after);
  const value = at > after ? valueAt(text, at) : undefined;
  if (!value) return undefined;
  const isSecret = !isPlaceholder(value.text) && (value.isQuoted || isStrong(value.text));
  return found(value, isSecret ? 'password' : undefined);
}

const SECURE = /\s{1,3}(?:-String\s)?(?=["'])/iy;

/** PowerShell's `ConvertTo-SecureString "…"`. */
export function secureStringAt(text: string, after: number): Found | undefined {
  const at = skip(SECURE, text, after);
  const value = at > after ? valueAt(text, at, true) : undefined;
  return value?.isQuoted && !isPlaceholder(value.text) ? found(value, 'password') : undefined;
}
