import type { Span } from '../pattern.ts';

// What is written after a name: a secret, or a word of prose, code or a template that only stands in its place.

/** Variables, paths, masks, templates, references to a vault, and our own replacements. */
const REFERENCE =
  /^(?:[$~/.\u2E80-\uFFEF]|!+[a-z(]|https?:|%[\w(]|&(?:[a-z]|$)|@\w+$|[*•●x.X#_-]{3,}$|\[|\{\{|\{%|#\{|<|[*]|(?:env|vault|file|arn|op|ref|keyring|secretsmanager|ssm|kms|projects|process|sha\d{1,3}|md5|urn|data)[:/+])/i;
/** Words that say what belongs in this place, or that nothing does. */
const STANDS_FOR =
  /^(?:str|string|text|bytes?|number|boolean|bool|integer|int|any|object|array|null|none|nil|undefined|true|false|yes|no|on|off|optional|required|unknown|empty|default|default_value|field|input|hidden|value|example|sample|placeholder|masked|redacted|removed|omitted|hash|hashed|encrypted|secret|token|key|passw(?:or)?d|passwd|pwd|pass|passphrase|user|username|credentials?|bearer|basic|api[_-]?key|new|old|current|changed|reset|incorrect|invalid|wrong)$/i;
const TEMPLATE =
  /(?:^|[_\W])(?:your|my|the|insert|replace|change|put|enter|example|placeholder|dummy|fake|redacted|masked)(?:[_\W]|$).*(?:pass|pwd|secret|token|key|here|me|this|value)|(?:pass(?:word)?|pwd|secret|token|key)[_-]?(?:here|placeholder|goes)/i;
/** Names of types and algorithms have digits, as secrets do. */
const TECHNICAL =
  /^(?:[ui](?:8|16|32|64|128|size)|u?int|float|f|sha|hs|rs|es|ps|md|base|aes|rsa|des|hmac|pbkdf|argon|utf|ucs|iso|ascii|latin|varchar|nvarchar|varbinary|char|binary|big(?:u?int)?|x(?=86|64|32)|arm|win|oauth|http|ed|bcrypt|scrypt|tls|ssl|blake|crc|ipv|log4)[-_]?\d{1,5}(?:array|clamped|url|mb\d|sum|hash|hex|with\w{2,12}|gcm|cbc|ctr|encod\w{1,4}|string|_t|le|be|bits?|id?|[a-z])?(?:[-_/.](?:\d{1,5}|[a-z]{2,10}))*$/i;
const MEMBER = /^[a-z_$][\w$]{0,30}(?:\??\.[a-z_$][\w$]{0,30}){1,6}(?:[-+*/]\d{1,4})?$/i;
/** `web-tls-2`, `my_app/token-v3`: words and short numbers, as names of resources and variables are. */
const RESOURCE = /^[a-z]{2,20}(?:[-_.:/](?:[a-z]{2,20}|v?\d{1,4}|[a-z]{1,12}\d{1,2}))+$/i;
const QUANTITY = /^[<>=~]?\d[\d.,_-]*(?:%|[a-z]{1,3}|bytes?|days?|hours?|chars?)?$/i;

/** Whether something stands here in place of a secret. */
export function isPlaceholder(value: string): boolean {
  if (REFERENCE.test(value) || STANDS_FOR.test(value) || /\[redacted:|\$\{|\{\{|%\{/.test(value)) return true;
  return /[\u2E80-\uFFEF]/.test(value) || (value.length <= 80 && TEMPLATE.test(value));
}

/** Whether it has what words of prose and names in code do not have: a digit or a sign. */
export function isStrong(value: string): boolean {
  const bare = value.replace(/[?!.*:]{1,3}$/, '');
  if (!/[\d!@#$%^*+~?&]/.test(bare)) return false;
  return !TECHNICAL.test(bare) && !(MEMBER.test(bare) && isWordy(bare));
}

/** Whether it is long and mixed enough to be a key or a token, whatever they look like. */
export function isRandom(value: string, shortest = 8): boolean {
  if (value.length < shortest || !/[a-z]/i.test(value)) return false;
  if (value.length <= 120 && (TECHNICAL.test(value) || RESOURCE.test(value) || isMember(value))) return false;
  if (/\d/.test(value)) return !QUANTITY.test(value);
  return value.length >= 16 && changes(value) >= Math.min(value.length, 64) / 3;
}

/** Whether it is a number, perhaps with a unit. */
export function isQuantity(value: string): boolean {
  return QUANTITY.test(value);
}

function isMember(value: string): boolean {
  return MEMBER.test(value) && isWordy(value);
}

/** Whether the last part of `a.b.c` is a word: letters, and at most two digits after them. */
function isWordy(value: string): boolean {
  return /(?:^|\.)[a-z_$]*\d{0,2}(?:[-+*/]\d{1,4})?$/i.test(value);
}

/** How often a text changes between lower case, upper case and digits. */
export function changes(text: string): number {
  let count = 0;
  let before = '';
  for (const character of text.slice(0, 64)) {
    const now = /\d/.test(character)
      ? '0'
      : /[a-z]/.test(character)
        ? 'a'
        : /[A-Z]/.test(character)
          ? 'A'
          : before;
    if (before !== '' && now !== before) count++;
    before = now;
  }
  return count;
}

/** Where the gateway cut a text: it keeps the beginning and the end (docs/higress.md, `value_length_limit`). */
export const CUT_MARK = ' [truncated] ';

/** What was found in a place of a text. */
export interface Found {
  spans: Span[];
  /** Where to go on. */
  next: number;
}

/** Where a sticky expression that matches at a place ends; the place itself if it does not match. */
export function skip(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}

/** A value in a text. */
export interface Value {
  from: number;
  to: number;
  text: string;
  /** It is between quotation marks; `isOpened`: the second one may be missing. */
  isQuoted: boolean;
  isOpened: boolean;
  /** The text ends after it, or the gateway cut it there. */
  isCutOff: boolean;
  /** The character after it. */
  next: string;
}

/** A quoted password with spaces is no longer. */
const LONGEST_PHRASE = 64;
const CLOSING: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '”': '”',
  '‘': '’',
  '「': '」',
  '『': '』',
};
const QUOTED: Readonly<Record<string, RegExp>> = {
  '"': /(?:[^"\s\\]|\\[^"\s])+/y,
  "'": /(?:[^'\s\\]|\\[^'\s])+/y,
  '`': /(?:[^`\s\\]|\\[^`\s])+/y,
  '”': /[^”\s"]+/y,
  '’': /[^’\s]+/y,
  '」': /[^」\s]+/y,
  '』': /[^』\s]+/y,
};
/** Ends at what ends a value in shell, JSON, code, a query or CSV, and at Chinese characters and punctuation. */
const PLAIN = /(?:[^\s"'`,;&<>(){}[\]|\\\u2000-\uFFFF]|&(?![\w.-]{0,60}=|[a-z]{2,6};|&|\s|$))+/iy;

/** The value that begins at a place in a text; undefined if none does. With `hasSpaces` a quoted one may have some. */
export function valueAt(text: string, at: number, hasSpaces = false): Value | undefined {
  const closing = CLOSING[text[at] ?? ''];
  if (closing !== undefined && hasSpaces) {
    const end = text.slice(at + 1, at + LONGEST_PHRASE).search(new RegExp(`[${closing}\\n\\\\]`));
    const phrase = end > 0 && text[at + 1 + end] === closing ? text.slice(at + 1, at + 1 + end) : '';
    if (/^\S+(?: \S+){1,7}$/.test(phrase)) {
      const to = at + 1 + end;
      return {
        from: at + 1,
        to,
        text: phrase,
        isQuoted: true,
        isOpened: true,
        isCutOff: false,
        next: closing,
      };
    }
  }
  const from = closing === undefined ? at : at + 1;
  let found = wordAt(closing === undefined ? PLAIN : QUOTED[closing], text, from);
  let end = from + found.length;
  const isCutOff = end === text.length || text.startsWith(CUT_MARK, end);
  const isQuoted = closing !== undefined && text[end] === closing;
  if (closing !== undefined && !isQuoted && !isCutOff) {
    found = wordAt(PLAIN, text, from);
    end = from + found.length;
  }
  if (found === '') return undefined;
  const next = text[end] ?? '';
  // After a plain value, a full stop or colon belongs to the sentence.
  const value = isQuoted ? found : found.replace(/[.:]+$/, '');
  return {
    from,
    to: from + value.length,
    text: value,
    isQuoted,
    isOpened: closing !== undefined,
    isCutOff,
    next,
  };
}

function wordAt(expression: RegExp | undefined, text: string, at: number): string {
  if (!expression) return '';
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? '';
}
