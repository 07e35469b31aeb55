import { isPlaceholder, type Found } from './values.ts';

// RFC 6750, RFC 7617, AWS Signature Version 4: a scheme, and credentials. Words of prose have no digits.
const HEADER =
  /["'`]?\s{0,5}[:=,：]\s{0,5}["'`]?(?:[a-z][a-z\d-]{2,20}\s{1,5})?(?=[a-z.~+/=_:-]{0,500}\d|[a-z+/]{8,500}=)([\w.~+/=-]{8,}(?::[\w.~+/=-]+)?)/iy;
/** The credentials are the last thing before the text was cut off. */
const CUT_HEADER =
  /["'`]?\s{0,5}[:=]\s{0,5}["'`]?(?:bearer|basic|token)\s([\w.~+/=-]{1,40})(?= \[truncated\] |$)/iy;
const BEARER = /\s{1,5}(?=[a-z.~+/=_:-]{0,500}\d)([\w.~+/=-]{16,}(?::[\w.~+/=-]+)?)/iy;
const DOCKER = /["'`]?\s{0,5}[:=]\s{0,5}["'`]?([a-z\d+/]{8,}={0,2})(?![\w+/=])/iy;

const BASIC = /\s{1,3}([a-z\d+/]{8,}={0,2})(?![\w+/=])/iy;

export function headerAt(text: string, at: number): Found | undefined {
  const whole = groupAt(HEADER, text, at, 'authorization');
  if (whole) return whole;
  const cut = groupAt(CUT_HEADER, text, at, 'authorization');
  const [from = 0, to = 0] = cut?.spans[0] ?? [];
  return isPlaceholder(text.slice(from, to)) ? undefined : cut;
}

export function bearerAt(text: string, at: number): Found | undefined {
  return groupAt(BEARER, text, at, 'bearer-token');
}

/** `"auth": "…"` of Docker's config.json and .npmrc (their documentation): user:password, in base64. */
export function dockerAt(text: string, at: number): Found | undefined {
  return decodedAt(DOCKER, text, at);
}

/** RFC 7617 without the header's name: `Basic …`. */
export function basicAt(text: string, at: number): Found | undefined {
  return decodedAt(BASIC, text, at);
}

function decodedAt(expression: RegExp, text: string, at: number): Found | undefined {
  const found = groupAt(expression, text, at, 'authorization');
  const [from = 0, to = 0] = found?.spans[0] ?? [];
  if (!found || to - from > 1000) return undefined;
  const decoded = Buffer.from(text.slice(from, to), 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,200}:[\x20-\x7e]+$/.test(decoded) ? found : undefined;
}

/** The group of a sticky expression that matches at a place; the group ends the match. */
export function groupAt(expression: RegExp, text: string, at: number, kind: string): Found | undefined {
  expression.lastIndex = at;
  const match = expression.exec(text);
  if (!match) return undefined;
  const to = at + match[0].length;
  return { spans: [[to - (match[1]?.length ?? 0), to, kind]], next: to };
}
