import { describe, expect, test } from 'vitest';
import { redactJson, redactText } from '../../src/redact/redact-text.ts';
import { allPatterns } from './redact.ts';
import { PERSONAL, PRIVATE_KEY, SECRETS, token } from './make-secrets.ts';

const secrets = allPatterns(['secrets']);
const personal = allPatterns(['email', 'phone', 'card']);
/** The first `@` is the secret's place, or, in a URL, the one before the host's. */
const put = (around: string, text: string): string => around.replace('@', () => text);

describe('finds, and takes nothing beside it', () => {
  test.each(SECRETS)('%s in %s', (kind, around, secret) => {
    expect(redactText(put(around, secret), secrets)).toBe(put(around, `[redacted:${kind}]`));
  });

  test.each(PERSONAL)('%s in %s', (kind, around, secret) => {
    expect(redactText(put(around, secret), personal)).toBe(put(around, `[redacted:${kind}]`));
    expect(redactText(put(around, secret), secrets)).toBe(put(around, secret));
  });

  test('several kinds in one text', () => {
    const text = `a ghp_${token(36)} b ${PRIVATE_KEY} c password=hunter2 d`;
    expect(redactText(text, secrets)).toBe(
      'a [redacted:github-token] b [redacted:private-key] c password=[redacted:password] d',
    );
  });

  test('what the particular pattern names is not named by the general one', () => {
    expect(redactText(`token = "ghp_${token(36)}"`, secrets)).toBe('token = "[redacted:github-token]"');
    expect(redactText(`Authorization: Bearer sk-ant-api03-${token(93)}AA`, secrets)).toBe(
      'Authorization: Bearer [redacted:anthropic-key]',
    );
  });
});

test.each([
  'The password is required: enter your password, then press Enter.',
  'password: string; token: string | undefined; secret: Buffer',
  'const token = readToken(line); const password = getPassword();',
  'password = os.environ["DB_PASSWORD"]',
  'export API_KEY=$OPENAI_API_KEY TOKEN=${TOKEN} PASSWORD=<password>',
  'PWD=/home/node/project OLDPWD=/home',
  'max_tokens: 100000, input_token: 345, total_tokens=1000000',
  'a bearer of bad news came bearing authentication-mechanisms',
  'basic understanding; Authorization: required by the gateway',
  'https://example.com:8443/a/b?x=1#y and git@github.com:org/repo.git',
  'sk-learn, sk-image and task-1234567890abcdef; the glass-house; AKIA',
  'eyJ is how a token begins',
  '-----BEGIN PRIVATE KEY----- is the first line of a PEM file, and so on for long',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'Node v20.19.0, request 0b5e8b1c-1f0a-4a1e-9a66-6c1b7c8f4e10 at 2026-02-01T09:30:15.123Z',
  '密码不能为空',
])('leaves alone: %s', (text) => {
  expect(redactText(text, secrets)).toBe(text);
});

test.each([
  '4111 1111 1111 1112',
  '0000000000000000',
  '1770089023167',
  'v 4111.1111.1111.1111',
  '123-456-78901',
  '20260201-093015',
  '+12',
  'a@b, @user, user@localhost',
  '192.168.100.200:8080',
  '13800138000123',
  '3.14159265358979',
])('is nobody’s data: %s', (text) => {
  expect(redactText(text, personal)).toBe(text);
});

test('a card number at each length of its network has its check digit looked at', () => {
  for (const number of ['4222222222222', '6011111111111117', '3530111333300000']) {
    expect(redactText(number, personal)).toBe('[redacted:card]');
    const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10);
    expect(redactText(wrong, personal)).toBe(wrong);
  }
});

describe('a Chinese identity number', () => {
  const number = '11010519491231002X';

  test('has a date and a right check digit', () => {
    expect(redactText(`身份证：${number}，`, secrets)).toBe('身份证：[redacted:cn-id]，');
    expect(redactText('110105 19491231 002x', secrets)).toBe('[redacted:cn-id]');
    expect(redactText(number, allPatterns(['cn-id']))).toBe('[redacted:cn-id]');
    expect(redactText(number, allPatterns(['card', 'phone', 'email']))).toBe(number);
  });

  test.each([
    ['its check digit is wrong', '110105194912310021'],
    ['there is no such day', '11010519490231002X'],
    ['there is no such month', '11010519491331002X'],
    ['there is no such province', '99010519491231002X'],
    ['it is part of a word', `a${number}`],
    ['it is part of a longer number', `1${number}`],
    ['it is a fraction', `0.${number}`],
  ])('is none if %s', (_why, text) => {
    expect(redactText(text, secrets)).toBe(text);
  });

  test('as a number of JSON becomes a string', () => {
    expect(redactJson('{"id":110101199003074530}', secrets)).toBe('{"id":"[redacted:cn-id]"}');
    expect(redactJson('{"id":110101199003074531}', secrets)).toBe('{"id":110101199003074531}');
  });
});

describe('a document says in another member, or in the element before, that a value is a secret', () => {
  test.each([
    ['{"name":"DB_PASSWORD","value":"hunter2"}', '{"name":"DB_PASSWORD","value":"[redacted:password]"}'],
    ['[{"key":"token","value":"a1b2c3d4"}]', '[{"key":"token","value":"[redacted:secret]"}]'],
    ['["mysql","--password","hunter2","db"]', '["mysql","--password","[redacted:password]","db"]'],
    ['{"Cookie":"a=b; sid=a1b2c3d4e5"}', '{"Cookie":"a=b; sid=[redacted:cookie]"}'],
  ])('%s', (json, redacted) => {
    expect(redactJson(json, secrets)).toBe(redacted);
  });

  test.each([
    '{"name":"user","value":"hunter2"}',
    '{"name":"DB_PASSWORD","valueFrom":"hunter2"}',
    '["mysql","password","hunter2","db"]',
    '{"password":{"value":"string"}}',
    '{"password":"{\\"a\\":\\"b1 c\\"}"}',
  ])('%s stays', (json) => {
    expect(redactJson(json, secrets)).toBe(json);
  });
});

test('a replacement is not the name of what follows it', () => {
  expect(redactText('PASSWORD=hunter2: abc123', secrets)).toBe('PASSWORD=[redacted:password]: abc123');
  expect(redactText('[redacted:password]: abc123', secrets)).toBe('[redacted:password]: abc123');
});
