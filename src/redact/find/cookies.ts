import type { PatternDraft, Span } from '../pattern.ts';
import { isPlaceholder, isRandom, type Found } from './values.ts';

/** RFC 6265: `Cookie: a=b; c=d`, `Set-Cookie: a=b; Path=/`; also as a member, an option or an assignment. */
const BEGIN = /s?["'`]?\]?\s{0,3}[:=,：]?\s{0,3}["'`{]?\s{0,2}["']?(?=[\w!#$%&*.^|~+-]{1,80}["']?\s?[=:])/iy;
const PAIR =
  /\s{0,2}["']?([\w!#$%&*.^|~+-]{1,80})["']?\s?[=:]\s?["']?([^\s;"'`,<>{}\u2000-\uFFFF]*)["']?(?:;|,(?=\s?["']))?/y;
const MOST_PAIRS = 200;
/** Names of cookies that hold a session or a login. */
const SESSION =
  /sess|sid$|^sid|token|auth|jwt|login|user|passport|csrf|xsrf|secret|remember|ticket|credential|^_?id$|key|bduss|^li_at$|^sub$|^z_c0$/i;
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version|comment)$/i;

/** The values of cookies, if they are a session or look random; `theme=dark` is neither. */
export function cookiesAt(text: string, after: number): Found | undefined {
  BEGIN.lastIndex = after;
  if (!BEGIN.test(text)) return undefined;
  const spans: Span[] = [];
  let at = BEGIN.lastIndex;
  for (let pairs = 0; pairs < MOST_PAIRS; pairs++) {
    PAIR.lastIndex = at;
    const pair = PAIR.exec(text);
    if (!pair) break;
    const [all, name = '', value = ''] = pair;
    const from = at + all.lastIndexOf(value);
    at += all.length;
    if (isCookie(name, value)) spans.push([from, from + value.length, 'cookie']);
    if (!/[;,]$/.test(all)) break;
  }
  return spans.length > 0 ? { spans, next: at } : undefined;
}

function isCookie(name: string, value: string): boolean {
  if (ATTRIBUTE.test(name) || isPlaceholder(value)) return false;
  return SESSION.test(name) ? value.length >= 6 && /\d|[a-z][A-Z]|[%=]/.test(value) : isRandom(value, 20);
}

/** Session cookies that frameworks and sites name in their documentation, wherever they stand. */
const VALUE = /[\w.-]{0,60}["']?(?:\s?[=:：]\s?["']?|\t)([\w.%+/=:|~-]{20,4096})/y;

export function sessionAt(text: string, _: number, after: number): Found | undefined {
  VALUE.lastIndex = after;
  const value = VALUE.exec(text)?.[1];
  if (value === undefined) return undefined;
  const to = VALUE.lastIndex;
  if (isPlaceholder(value) || !isRandom(value, 20)) return { spans: [], next: to };
  return { spans: [[to - value.length, to, 'cookie']], next: to };
}

/** curl's option; and a line of Netscape's cookie file: domain, flag, path, secure, expiry, name, value. */
const OPTION = /(?<=\bcurl\s(?:[^\n|;]{0,300}\s)?)-b\s{0,2}["']?[\w!#$%&*.^|~+-]{1,80}=/g;
const LINE = /\t(?:TRUE|FALSE)\t\S{1,200}\t(?:TRUE|FALSE)\t\d{1,20}\t[^\s]{1,100}\t([^\s]{6,4096})/g;

export const COOKIES: readonly PatternDraft[] = [
  {
    kind: 'cookie',
    words: [' -b'],
    *find(text) {
      for (const { index } of text.matchAll(OPTION)) yield* cookiesAt(text, index + '-b'.length)?.spans ?? [];
    },
  },
  {
    kind: 'cookie',
    words: ['\tTRUE\t', '\tFALSE\t'],
    *find(text) {
      for (const { index, 0: line, 1: value = '' } of text.matchAll(LINE)) {
        yield [index + line.length - value.length, index + line.length];
      }
    },
  },
];
