import {
  named,
  numeric,
  shape,
  REDACT_KINDS,
  type PatternDraft,
  type RedactKind,
  type Span,
} from './pattern.ts';

// Every quantifier is bounded, or can only start where a run of its characters starts. So matching takes linear time,
// whatever a client writes (test/redact/redact-speed.test.ts).

/**
 * Secrets by their published formats, the specific ones first: if two overlap, the first one decides the kind.
 * `gitleaks` is config/gitleaks.toml of github.com/gitleaks/gitleaks (MIT), 2025. Some are wider, as noted, since a
 * missed secret costs more than a false positive.
 */
const SECRETS: readonly PatternDraft[] = [
  // gitleaks private-key; RFC 7468. Also a block whose end was cut off.
  { kind: 'private-key', words: ['PRIVATE KEY'], find: findPrivateKeys },
  // gitleaks aws-access-token; IAM user guide, "Understanding unique ID prefixes".
  shape('aws-access-key', /\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g, [
    'A3T',
    'AKIA',
    'ASIA',
    'ABIA',
    'ACCA',
  ]),
  // secretlint-rule-aws: 40 characters after their name.
  named(
    'aws-secret-key',
    /secret_?(?:access_?)?key["'`]?\s{0,5}(?:=>|:=|[:=])\s{0,5}["'`]?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  ),
  // gitleaks gcp-api-key; Google's OAuth tokens and client secrets as in trufflehog.
  shape('gcp-api-key', /\bAIza[\w-]{35}(?![\w-])/g, ['AIza']),
  shape('google-token', /\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{28}(?![\w-])/g, ['ya29.', 'GOCSPX-']),
  // gitleaks azure-ad-client-secret; Azure storage connection strings (learn.microsoft.com).
  shape('azure-secret', /(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g, ['Q~']),
  shape('azure-secret', /\bAccountKey=([A-Za-z0-9+/]{86}==)/g, ['AccountKey=']),
  // gitleaks alibaba-access-key-id; older ones are shorter.
  shape('alibaba-access-key', /\bLTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])/g, ['LTAI']),
  // gitleaks github-pat, -oauth, -app-token, -refresh-token, -fine-grained-pat; GitHub says that they may grow longer.
  shape('github-token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{22,244})/g, [
    'ghp_',
    'gho_',
    'ghu_',
    'ghs_',
    'ghr_',
    'github_pat_',
  ]),
  // gitleaks gitlab-pat and similar rules; docs.gitlab.com, "Token overview".
  shape(
    'gitlab-token',
    /\bgl(?:pat|ptt|rt|dt|ft|soat|cbt|agent|oas|imt|ffct|wt)-[\w-]{20,300}(?:\.[0-9a-z.]{9,12})?/g,
    ['gl'],
  ),
  // gitleaks slack-*.
  shape('slack-token', /\bxox[a-z](?:\.xox[a-z])?-[\w-]{10,}|\bxapp-\d-[\w-]{10,}/g, ['xox', 'xapp-']),
  shape('slack-webhook', /hooks\.slack\.com\/(?:services|workflows|triggers)\/([\w+/-]{20,100})/g, [
    'hooks.slack.com',
  ]),
  // gitleaks anthropic-api-key and -admin-api-key; OAuth tokens (oat, ort) have the same form.
  shape('anthropic-key', /\bsk-ant-[a-z]{2,10}\d{2}-[\w-]{20,}/g, ['sk-ant-']),
  // gitleaks openai-api-key; also other lengths.
  shape(
    'openai-key',
    /\bsk-(?:proj|svcacct|admin|None)-[\w-]{20,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}(?![A-Za-z0-9])/g,
    ['sk-'],
  ),
  // The format that DashScope, DeepSeek, Moonshot and OpenRouter use: trufflehog's detectors with these names.
  shape('api-key', /\bsk-(?:or-v1-)?[A-Za-z0-9]{32,128}(?![\w-])/g, ['sk-']),
  // gitleaks stripe-access-token; docs.stripe.com, webhook signing secrets.
  shape('stripe-key', /\b(?:sk|rk)_(?:test|live|prod)_[A-Za-z0-9]{10,99}|\bwhsec_[A-Za-z0-9+/]{32,}/g, [
    'sk_',
    'rk_',
    'whsec_',
  ]),
  // gitleaks huggingface-access-token, npm-access-token, pypi-upload-token, sendgrid-api-token.
  shape('huggingface-token', /\bhf_[A-Za-z0-9]{34,}/g, ['hf_']),
  shape('npm-token', /\bnpm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g, ['npm_']),
  shape('pypi-token', /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/g, ['pypi-AgEIcHlwaS5vcmc']),
  shape('sendgrid-key', /\bSG\.[\w-]{16,32}\.[\w-]{16,64}(?![\w-])/g, ['SG.']),
  // trufflehog telegrambottoken, discordbottoken: channels that agents use.
  shape('telegram-token', /\b\d{8,10}:AA[\w-]{32,33}(?![\w-])/g, [':AA']),
  shape('discord-token', /\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])/g, ['.']),
  // gitleaks jwt; RFC 7519. A signature may be cut off.
  shape('jwt', /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]+)?/g, ['eyJ']),
  // RFC 6750 and RFC 7617: credentials in a header. Words of prose have no digits.
  named(
    'authorization',
    /authorization["'`]?\s{0,5}[:=]\s{0,5}["'`]?(?:[a-z]{3,20}\s{1,5})?(?=[a-z.~+/=_-]{0,500}\d|[a-z+/]{8,500}=)([\w.~+/=-]{8,})/gi,
  ),
  shape('bearer-token', /\bbearer\s{1,5}(?=[a-z.~+/=_-]{0,500}\d)([\w.~+/=-]{16,})/gi),
  // RFC 3986 3.2.1: user:password@host, as in connection strings.
  shape(
    'url-password',
    /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'`<>[\]{}]{0,100}:([^\s/"'`<>]{1,200})(?=@)/gi,
    ['://'],
  ),
  // After gitleaks generic-api-key, by name and value.
  { kind: 'password', isNamed: true, find: findPasswords },
  { kind: 'secret', isNamed: true, find: findSecrets },
];

/** Personal data, which `--redact` removes only if asked: logs of conversations are full of it. */
const PERSONAL: Readonly<Record<Exclude<RedactKind, 'secrets'>, readonly PatternDraft[]>> = {
  // RFC 5322's dot-atom, RFC 1035's lengths.
  email: [
    shape('email', /(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi, ['@']),
  ],
  // ITU-T E.164 (with a +), China's mobile numbers, the North American plan in its usual groups.
  phone: [
    numeric('phone', /(?<![\w.+-])\+\d(?:[ .-]?\(?\d\)?){7,14}(?![\w-])/g, ['+']),
    numeric('phone', /(?<![\w.+-])1[3-9]\d(?:[ -]?\d{4}){2}(?![\w-]|\.\d)/g),
    numeric('phone', /(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-]|\.\d)/g),
  ],
  // ISO/IEC 7812: 13 to 19 digits of a card network, with their check digit.
  card: [{ kind: 'card', isNumeric: true, find: findCards }],
};

/** The built-in patterns of these kinds. */
export function patternsOf(kinds: readonly string[]): PatternDraft[] {
  return REDACT_KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind) =>
    kind === 'secrets' ? SECRETS : PERSONAL[kind],
  );
}

const KEY_BEGIN = /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = '-----END';
/** Lines of a key whose end is missing: long lines of base64, and maybe a shorter last one. */
const KEY_LINES = /(?:\s{0,4}[A-Za-z0-9+/=]{40,100})+(?:\s{0,4}[A-Za-z0-9+/=]{1,100})?/y;
const LONGEST_KEY = 32_768;
const LONGEST_LABEL = 128;

function* findPrivateKeys(text: string): Generator<Span> {
  let end = 0;
  for (const { index, 0: begin } of text.matchAll(KEY_BEGIN)) {
    const body = index + begin.length;
    if (end >= 0 && end < body) end = text.indexOf(KEY_END, body);
    if (end >= 0 && end - body <= LONGEST_KEY) {
      const close = text.slice(end + KEY_END.length, end + LONGEST_LABEL).indexOf('-----');
      yield [index, end + KEY_END.length + (close < 0 ? 0 : close + 5)];
      continue;
    }
    KEY_LINES.lastIndex = body;
    const lines = KEY_LINES.exec(text);
    if (lines) yield [index, body + lines[0].length];
  }
}

/** `name = value` in most notations: shell, YAML, JSON, code, query strings, connection strings, prose. */
const VALUE = String.raw`["'\`]?\s{0,5}(=>|:=|={1,2}|[:：])\s{0,5}(["'\`]?)([^\s"'\`,;&<>(){}[\]|\\]{4,})`;
const PASSWORD = new RegExp(`(?:passw(?:or)?d|passphrase|passcode|(?<![a-z])pwd|密码|口令)${VALUE}`, 'gi');
const SECRET = new RegExp(
  `(?:(?:api|access|secret|private|encryption|signing|auth|account|client|master)[_.-]?key|secret|token|credentials?)${VALUE}`,
  'gi',
);
/** Values that are not secrets: a variable, a path, a mask. */
const REFERENCE = /^(?:[$%~/*.]|x{4,}$|null$|none$|true$|false$|undefined$)/i;

function* findPasswords(text: string): Generator<Span> {
  for (const { span, sign, value, isQuoted, next } of assignments(text, PASSWORD)) {
    // A quoted value may be any text; an unquoted one must not look like a word of prose or code.
    const isWord = !/[\d!@#$%^*+~?]/.test(value) && (sign !== '=' || value.length < 6 || value.includes('.'));
    if (isQuoted || !(isWord || isCalled(next))) yield span;
  }
}

function* findSecrets(text: string): Generator<Span> {
  for (const { span, value, next } of assignments(text, SECRET)) {
    if (value.length >= 8 && /\d/.test(value) && !isCalled(next)) yield span;
  }
}

function isCalled(next: string): boolean {
  return next === '(' || next === '[';
}

interface Assignment {
  /** Where the value is. */
  span: Span;
  sign: string;
  value: string;
  isQuoted: boolean;
  /** The character after the value. */
  next: string;
}

function* assignments(text: string, expression: RegExp): Generator<Assignment> {
  for (const match of text.matchAll(expression)) {
    const [all, sign = '', quote = '', value = ''] = match;
    const to = match.index + all.length;
    const next = text[to] ?? '';
    if (REFERENCE.test(value)) continue;
    yield { span: [to - value.length, to], sign, value, isQuoted: quote !== '' && next === quote, next };
  }
}

const CARD = /(?<![\d.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d-]|\.\d)/g;

function* findCards(text: string): Generator<Span> {
  for (const { index, 0: number } of text.matchAll(CARD)) {
    if (hasCheckDigit(number.replaceAll(/[ -]/g, ''))) yield [index, index + number.length];
  }
}

/** Luhn's algorithm, ISO/IEC 7812-1 annex B. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const weighed = i % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0 && sum > 0;
}
