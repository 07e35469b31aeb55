import { shape, type PatternDraft, type Span } from '../pattern.ts';
import { CUT_MARK, isPlaceholder, isRandom } from './values.ts';

/** RFC 3986 3.2.1: user:password@host behind a scheme, as in connection strings. */
const USER_INFO = /:\/\/[^\s:/?#@"'`<>[\]{}\u2000-\uFFFF]{0,100}:([^\s/"'`<>]{1,200})(?=@)/y;
/** A token in place of the user: https://TOKEN@github.com. */
const TOKEN_USER = /:\/\/([\w.~%-]{20,255})(?=@)/y;
/** go-sql-driver/mysql: user:password@tcp(host:port)/database. */
const GO_DSN = /(?<![\w.-])[\w.-]{1,64}:([^\s"'`<>$]{1,128}?)(?=@(?:tcp6?|unix|udp|cloudsql|memory)\()/g;
/** A connection string without its host, since the text ends there. */
const CUT_USER_INFO =
  /\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|ftps?|sftp|ssh|smtps?|ldaps?|nats|kafka|https?)(?:\+\w{1,20})?:\/\/[^\s:/?#@"'`<>[\]{}]{0,100}:([^\s/"'`<>@?#]{1,200})$/i;
const LONGEST = 400;

export const URL_PASSWORDS: readonly PatternDraft[] = [
  { kind: 'url-password', words: ['://'], find: findUserInfo },
  // Oracle's easy connect: user/password@//host.
  shape('url-password', /(?<![\w/.-])[\w$]{1,64}\/([^\s"'@/]{3,64})(?=@\/\/\w)/g, ['@//']),
  shape('url-password', GO_DSN, ['@tcp', '@unix(', '@udp(', '@cloudsql(', '@memory(']),
];

function* findUserInfo(text: string): Generator<Span> {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    if (!/[a-z0-9]/i.test(text[at - 1] ?? '')) continue;
    const password = groupAt(USER_INFO, text, at);
    if (password) {
      if (!isPlaceholder(text.slice(...password))) yield password;
      continue;
    }
    const user = groupAt(TOKEN_USER, text, at);
    const token = user ? text.slice(...user) : '';
    if (user && isRandom(token, 20) && !/^[\w-]+(?:\.[\w-]+)+$/.test(token)) yield user;
  }
  for (const end of [text.indexOf(CUT_MARK), text.length]) {
    if (end < 0) continue;
    const password = CUT_USER_INFO.exec(text.slice(Math.max(0, end - LONGEST), end))?.[1];
    if (password !== undefined && !/^\d{1,5}(?:\W|$)/.test(password) && !isPlaceholder(password)) {
      yield [end - password.length, end];
    }
  }
}

function groupAt(expression: RegExp, text: string, at: number): [from: number, to: number] | undefined {
  expression.lastIndex = at;
  const group = expression.exec(text)?.[1];
  return group === undefined ? undefined : [expression.lastIndex - group.length, expression.lastIndex];
}

/**
 * Signatures of pre-signed URLs: AWS Signature Version 4 and 2, Azure SAS, Google Cloud Storage, Alibaba OSS (V1, V4) and
 * CDN, Tencent COS, Volcengine TOS, Huawei OBS, CloudFront, DingTalk (their documentation of URL authentication).
 */
const SIGNATURE =
  /[?&;](?:amp;|\s)?(?:x-(?:amz|oss|tos|goog|obs|cos|ms|bce)-(?:signature|security-token)|q-signature|security-?token|signature|sig|sign|auth_key|authorization|hmac|policy|txsecret|wssecret|verify|hdnts|hdnea)=([\w%+/=.~*-]{16,4096}|[\w%+/=.~*-]{4,15}(?=$| \[truncated\] ))/gi;
/** Of an Authorization header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
const IN_HEADER = /,\s?Signature=([\w%+/=.~-]{16,512})/g;

export const URL_SIGNATURES: PatternDraft = { kind: 'url-signature', words: ['='], find: findSignatures };

function* findSignatures(text: string): Generator<Span> {
  for (const expression of [SIGNATURE, IN_HEADER]) {
    for (const match of text.matchAll(expression)) {
      const value = match[1] ?? '';
      const to = match.index + match[0].length;
      if (isSigned(value)) yield [to - value.length, to];
    }
  }
}

function isSigned(value: string): boolean {
  return /\d/.test(value) && !isPlaceholder(value) && (value.length >= 16 || isRandom(value, 4));
}
