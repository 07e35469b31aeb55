import type { PatternDraft, Span } from '../pattern.ts';
import { CUT_MARK, isPlaceholder, isRandom } from './values.ts';

/** RFC 3986 3.2.1: user:password@host, as in connection strings. */
const USER_INFO =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'`<>[\]{}\u2000-\uFFFF]{0,100}:([^\s/"'`<>]{1,200})(?=@)/gi;
/** A token in place of the user: https://TOKEN@github.com. */
const TOKEN_USER = /\bhttps?:\/\/([\w.~%-]{20,255})@/gi;
/** go-sql-driver/mysql: user:password@tcp(host:port)/database. */
const GO_DSN = /(?<![\w.-])[\w.-]{1,64}:([^\s"'`]{1,128}?)@(?=(?:tcp6?|unix|udp|cloudsql|memory)\()/g;
/** A connection string without its host, since the text ends there. */
const CUT_USER_INFO =
  /\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|ftps?|sftp|ssh|smtps?|ldaps?|nats|kafka|https?)(?:\+\w{1,20})?:\/\/[^\s:/?#@"'`<>[\]{}]{0,100}:([^\s/"'`<>@?#]{1,200})$/i;
const LONGEST = 400;

export const URL_PASSWORDS: PatternDraft = {
  kind: 'url-password',
  words: ['://', '@tcp', '@unix(', '@udp(', '@cloudsql('],
  find: findUserInfo,
};

function* findUserInfo(text: string): Generator<Span> {
  for (const expression of [USER_INFO, GO_DSN]) {
    for (const match of text.matchAll(expression)) {
      const password = match[1] ?? '';
      const to = match.index + match[0].length - (expression === GO_DSN ? 1 : 0);
      if (!isPlaceholder(password)) yield [to - password.length, to];
    }
  }
  for (const match of text.matchAll(TOKEN_USER)) {
    const token = match[1] ?? '';
    const to = match.index + match[0].length - 1;
    if (isRandom(token, 20) && !/^[\w-]+(?:\.[\w-]+)+$/.test(token)) yield [to - token.length, to];
  }
  for (const end of [text.indexOf(CUT_MARK), text.length]) {
    if (end < 0) continue;
    const start = Math.max(0, end - LONGEST);
    const match = CUT_USER_INFO.exec(text.slice(start, end));
    const password = match?.[1];
    if (password !== undefined && !/^\d{1,5}$/.test(password) && !isPlaceholder(password)) {
      yield [end - password.length, end];
    }
  }
}

/**
 * Signatures of pre-signed URLs: AWS Signature Version 4 and 2, Azure SAS, Google Cloud Storage, Alibaba OSS (V1, V4) and
 * CDN, Tencent COS, Volcengine TOS, Huawei OBS, CloudFront, DingTalk (their documentation of URL authentication).
 */
const SIGNATURE =
  /[?&;](?:amp;|\s)?(?:x-(?:amz|oss|tos|goog|obs|cos|ms|bce)-(?:signature|security-token)|q-signature|security-?token|signature|sig|sign|auth_key|authorization|hmac|policy|txsecret|wssecret|verify|hdnts|hdnea)=([\w%+/=.~*-]{16,4096})/gi;
/** Of an Authorization header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
const IN_HEADER = /,\s?Signature=([\w%+/=.~-]{16,512})/g;

export const URL_SIGNATURES: PatternDraft = { kind: 'url-signature', words: ['='], find: findSignatures };

function* findSignatures(text: string): Generator<Span> {
  for (const expression of [SIGNATURE, IN_HEADER]) {
    for (const match of text.matchAll(expression)) {
      const value = match[1] ?? '';
      const to = match.index + match[0].length;
      if (/\d/.test(value) && !isPlaceholder(value)) yield [to - value.length, to];
    }
  }
}
