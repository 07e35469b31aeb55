import type { PatternDraft, Span } from '../pattern.ts';
import { assignedAt } from './assigned.ts';
import { userAndPasswordAt } from './calls.ts';
import { tableAt } from './cells.ts';
import { cookiesAt, sessionAt } from './cookies.ts';
import { basicAt, bearerAt, dockerAt, headerAt } from './headers.ts';
import { identifiedAt, secureStringAt } from './options.ts';
import type { Found } from './values.ts';

/**
 * Names of secrets. One pass over the text finds them all, and what stands behind a name is looked at in that place only,
 * so the time is linear. After gitleaks generic-api-key, which also goes by a name and a value.
 */
const NAME =
  /pass(?:w(?:or)?d|[ -]?phrase|code)?|pwd|pswd|psk(?![\w])|pw(?<![a-z\d]..)(?![a-z])|secret|token|cred(?:ential)?s?|key|auth(?:orization)?|bearer|cookie|[as]k(?<![a-z\d-]..)(?![\w-])|sess(?:id|ionid|data)|bduss|bili_jct|connect\.sid|_session(?=["']?[=:])|asp(?:\.net_|x|netcore)|__(?:secure|host)-|密[ \u3000]?[码钥匙]|口令|[秘私]钥|令牌|授权码|identified|basic|securestring|login/gi;
const LOOK: Readonly<Record<string, (text: string, from: number, after: number) => Found | undefined>> = {
  authorization: (text, _, after) => headerAt(text, after),
  auth: authAt,
  login: (text, _, after) => userAndPasswordAt(text, after),
  securestring: (text, _, after) => secureStringAt(text, after),
  basic: (text, _, after) => basicAt(text, after),
  bearer: (text, _, after) => bearerAt(text, after),
  identified: (text, _, after) => identifiedAt(text, after),
  cookie: (text, _, after) => cookiesAt(text, after),
  key: (text, from, after) => (isKeyOf(text, from) ? assignedAt(text, from, after, 'secret') : undefined),
  ...Object.fromEntries(
    [
      'secret',
      'token',
      'cred',
      'creds',
      'credential',
      'credentials',
      'ak',
      'sk',
      '密钥',
      '秘钥',
      '私钥',
      '令牌',
      '授权码',
    ].map((name) => [
      name,
      (text: string, from: number, after: number) => assignedAt(text, from, after, 'secret'),
    ]),
  ),
};
function authAt(text: string, from: number, after: number): Found | undefined {
  if (/[a-z]/i.test(text[from - 1] ?? '') && !/basic$/i.test(text.slice(Math.max(0, from - 5), from)))
    return undefined;
  return dockerAt(text, after) ?? userAndPasswordAt(text, after);
}

const PASSWORD = /^(?:pass|psk|p[sw]+d?$|密[码匙]|口令)/;
const KEY_OF =
  /(?:api|access|secret|private|encryption|encoding-?aes|signing|signature|sign|auth|account|client|master|app|shared|session|subscription|service|storage|license|consumer|webhook|admin|server|aes|hmac|jwt)[ _.-]?$/i;

function isKeyOf(text: string, from: number): boolean {
  return KEY_OF.test(text.slice(Math.max(0, from - 14), from));
}

/** Whether a name says that its value is a secret. */
export function isTelling(name: string): boolean {
  return name.length > 1 && name.search(NAME) >= 0;
}

/** Passwords, keys, tokens and cookies by the name that stands before them. */
export const NAMED: PatternDraft = {
  kind: 'secret',
  kinds: ['password', 'secret', 'authorization', 'bearer-token', 'aws-secret-key', 'cookie'],
  isNamed: true,
  find: findNamed,
};

function findNamed(text: string): Span[] {
  const spans: Span[] = [];
  let tableEnd = 0;
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    const from = match.index;
    const after = NAME.lastIndex;
    const name = match[0].toLowerCase().replace(/(?<=密)[ \u3000]/, '');
    if (isReplacement(text, from)) continue;
    const isPassword = PASSWORD.test(name);
    const found = isPassword
      ? assignedAt(text, from, after, 'password')
      : (LOOK[name] ?? sessionAt)(text, from, after);
    if (found) spans.push(...found.spans);
    if (isPassword && from >= tableEnd) {
      const table = tableAt(text, from, after);
      for (const span of table?.spans ?? []) spans.push(span);
      tableEnd = table?.next ?? 0;
    }
    // A long value is not searched for more names, or they would be looked at again and again.
    NAME.lastIndex = Math.max(after, found?.next ?? 0);
  }
  return spans;
}

/** `[redacted:password]` names nothing. */
function isReplacement(text: string, from: number): boolean {
  const before = text.slice(Math.max(0, from - 32), from);
  return before.includes('[redacted:') && /\[redacted:[a-z-]*$/.test(before);
}
