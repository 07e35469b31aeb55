import { cellAt } from './cells.ts';
import { calledAt } from './calls.ts';
import { optionAt, spacedAt } from './options.ts';
import { saidAt } from './said.ts';
import { skip, valueAt, type Found } from './values.ts';
import { found, kindOf, PROSE, type Class } from './verdict.ts';

/** What may belong to a name, in bounded number, as some begin like others: `password1`, `secret_key_base`, `PASSWORD_PROD`, `passwordConfirmation`. */
const SUFFIX =
  /(?:[ _-]?(?:key|value|base|b64|base64|string|plain(?:text)?|text|confirm(?:ation)?|again|old|new|prod|production|dev|test|staging|stg|uat|local|root|admin|user)){0,3}(?:[ _-]?\d{1,3})?(?![\w-]|[.][a-z])/iy;
/** `密码（初始）`, `password for root`, `password (temporary)`. */
const GAP =
  /(?:\s{1,2}\([^()\n]{1,24}\)|\s?（[^（）\n]{1,24}）)?(?:\s(?:for|of)\s[\w@.-]{1,30}(?:\s(?!is\b|was\b)[\w@.-]{1,30}){0,2}(?=\s{0,2}[:=]|\s(?:is|was)\b))?/iy;
const TYPED =
  /[?!]?\s{0,3}:\s{0,3}&?(?:str(?:ing)?|char|text|bytes|any|SecretStr|Optional\[str\])\s{0,3}=\s{0,3}/iy;
const SIGN = /(?:["'`”’]\]?)?\s{0,5}(?:=>|->|→|:=|={1,3}|::?(?:\s{1,5}[|>][+-]?\s{0,3}\n)?|：|＝)\s{0,5}/y;
/** `name="password" value="…"`, `- name: PASSWORD` and `value: …`, `{"key": "password", "value": "…"}`. */
const PAIR =
  /["'`]?\s{0,5}[,;{]?\s{0,40}(?:["']\w{1,20}["']\s{0,3}:\s{0,3}["']?[\w-]{0,30}["']?,\s{0,40}){0,2}["'`]?(?:value|val|default)["'`]?\s{0,5}(?:=>|:=|[:=])\s{0,5}/iy;
const TAG = /["']?\s{0,3}>\s{0,5}/y;

/** The value of a name, in any notation. `from` to `stem` is the part of the name that tells. */
export function assignedAt(text: string, from: number, stem: number, kind: Class): Found | undefined {
  const end = skip(SUFFIX, text, stem);
  // A name that goes on, such as secretName or tokens.
  if (end === stem && /[\w-]/.test(text[stem] ?? '') && /\w/.test(text[stem - 1] ?? '')) return undefined;
  const name = text.slice(from, stem);
  const isPass = kind === 'password' && name.length === 4 && name.toLowerCase() === 'pass';
  if (isPass && isPartOfWord(name, text.slice(Math.max(0, from - 10), from))) return undefined;
  const at = skip(GAP, text, end);
  const typed = skip(TYPED, text, end);
  const signed = typed > end ? typed : skip(SIGN, text, at);
  if (signed === at) return unsignedAt(text, from, end, at, kind);
  const value = valueAt(text, signed);
  if (!value) return undefined;
  if (/^val(?:ue)?$/i.test(value.text)) return pairAt(text, end, kind) ?? found(value, undefined);
  const between = text.slice(at, signed);
  // A comparison with a variable.
  if (/==/.test(between) && !value.isQuoted) return found(value, undefined);
  const isBare = end === stem && (isPass || /^pw$/i.test(name)) && !/[\w-]/.test(text[from - 1] ?? '');
  const isLoose = /[:：]/.test(between) || isBare;
  const isCode = /\s$/.test(between) || /^[),]/.test(value.next);
  return found(value, kindOf(kind, value, name, { isLoose, isCode, isBare }));
}

/** `bypass=`, `compass: …`; not `dbPass`, `db_pass`, `rootpass`. */
function isPartOfWord(name: string, before: string): boolean {
  if (!/[a-z]$/i.test(before)) return false;
  if (name === 'Pass') return false;
  return !/(?:db|user|root|admin|my|sql|ftp|smtp|mail|ssh|login|auth|sudo|wifi|new|old|key|store|trust|http|proxy|require)$/i.test(
    before,
  );
}

function unsignedAt(text: string, from: number, end: number, at: number, kind: Class): Found | undefined {
  const name = text.slice(from, end);
  return (
    pairAt(text, end, kind) ??
    tagAt(text, from, end, kind) ??
    calledAt(text, from, end, kind) ??
    saidAt(text, at, kind, name) ??
    optionAt(text, from, end, kind) ??
    spacedAt(text, from, end, kind) ??
    inCell(text, from, end, kind)
  );
}

function inCell(text: string, from: number, end: number, kind: Class): Found | undefined {
  const value = cellAt(text, from, end);
  return value && found(value, kindOf(kind, value, 'key', PROSE));
}

function pairAt(text: string, end: number, kind: Class): Found | undefined {
  const at = skip(PAIR, text, end);
  const value = at > end ? valueAt(text, at) : undefined;
  return value && found(value, kindOf(kind, value, 'key', PROSE));
}

/** `<password>…</password>`, `<entry key="password">…</entry>`. */
function tagAt(text: string, from: number, end: number, kind: Class): Found | undefined {
  const at = skip(TAG, text, end);
  if (at === end) return undefined;
  const before = text.slice(Math.max(0, from - 120), from);
  if (!/<[\w:.-]{0,60}$|<[\w:.-]{1,40}\s[^<>]{0,80}\b(?:key|name)\s?=\s?["'][\w:.-]{0,60}$/i.test(before)) {
    return undefined;
  }
  const value = valueAt(text, at);
  if (!value || !text.startsWith('</', skip(/\s{0,5}/y, text, value.to))) return undefined;
  return found(value, kindOf(kind, { ...value, isQuoted: true }, 'key', PROSE));
}
