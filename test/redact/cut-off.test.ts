import { describe, expect, test } from 'vitest';
import { redactJson, redactText } from '../../src/redact/redact-text.ts';
import { token } from './make-secrets.ts';
import { allPatterns } from './redact.ts';

const secrets = allPatterns(['secrets']);
const HEX = '0a1b2c3d4e5f6789';
const JWT_HEADER = ['eyJh', 'bGciOiJIUzI1NiJ9'].join('');

/** The kind, the text before, and what is left of the secret. */
const BEGUN: readonly (readonly [kind: string, before: string, begun: string])[] = [
  ['openai-key', 'use ', 'sk-proj-abcd'],
  ['anthropic-key', 'key=', 'sk-ant-api03-Ab'],
  ['github-token', '', 'ghp_Ab1'],
  ['aws-access-key', 'id ', 'AKIA4X7Q'],
  ['tencent-access-key', '“', 'AKIDz8kr'],
  ['alibaba-access-key', 'ak: ', 'LTAI5tAb'],
  ['vault-token', 'x ', 'hvs.CAES'],
  ['groq-key', 'x ', 'gsk_Ab1Cd2Ef3'],
  ['api-key', '', 'sk-a1b2c3d4e5'],
  ['dingtalk-webhook', 'https://oapi.dingtalk.com/robot/send?access_token=', 'a1b2'],
  ['feishu-webhook', 'https://open.feishu.cn/open-apis/bot/v2/hook/', '3f1a-'],
  ['wecom-webhook', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=', '3f1'],
  ['zhipu-key', 'x ', `${token(32, HEX)}.Ab1`],
  ['private-key', 'key: ', '-----BEGIN PRIVATE KEY-----\nMIIEow'],
  ['private-key', '', `-----BEGIN RSA PRIVATE KEY-----\n${token(64)}\n${token(10)}`],
  ['jwt', 'Bearer ', JWT_HEADER],
  ['jwt', '', `${JWT_HEADER}.eyJz`],
  ['url-password', 'postgres://app:', 'S3c'],
  ['url-signature', 'https://b.example/k?X-Amz-Signature=', '0123abcd01'],
  ['authorization', 'Authorization: Bearer ', 'abc'],
  ['password', '{"password":"', 'hu'],
  ['password', 'PASSWORD=', 'hu'],
  ['password', '密码是 ', 'Ab1'],
  ['password', 'mysql -uroot -p', 'S3c'],
  ['secret', 'api_key=', 'ab12'],
];

describe('the beginning of a secret', () => {
  test.each(BEGUN)('%s at the end of a text: %s…', (kind, before, begun) => {
    expect(redactText(before + begun, secrets)).toBe(`${before}[redacted:${kind}]`);
  });

  test.each(BEGUN)(
    '%s where the gateway cut a text: %s…, with what is behind the cut',
    (kind, before, begun) => {
      const gone = `[redacted:${kind}]`;
      expect(redactText(`${before}${begun} [truncated] 7xYz and more`, secrets)).toBe(
        `${before}${gone} [truncated] ${gone} and more`,
      );
    },
  );

  test('in a document of JSON that ends there', () => {
    expect(redactJson('[{"a":"b"},{"token":"ab1', secrets)).toBe('[{"a":"b"},{"token":"ab1');
    expect(redactJson('[{"a":"b"},{"token":"ab12', secrets)).toBe('[{"a":"b"},{"token":"[redacted:secret]');
    expect(redactJson('[{"a":"b"},{"password":"h', secrets)).toBe(
      '[{"a":"b"},{"password":"[redacted:password]',
    );
  });
});

describe('behind the gateway’s cut, a secret without its beginning', () => {
  test('a private key', () => {
    const rest = `${token(30)}\n${token(64)}\n${token(20)}==\n-----END RSA PRIVATE KEY-----`;
    expect(redactText(`it was [truncated] ${rest}\nand then`, secrets)).toBe(
      'it was [truncated] [redacted:private-key]\nand then',
    );
  });

  test('what looks like nothing but a key', () => {
    expect(redactText(`it was [truncated] ${token(20)}, and then`, secrets)).toBe(
      'it was [truncated] [redacted:secret], and then',
    );
  });

  test.each([
    'internationalization of words',
    token(40, HEX),
    '3f1a3f1a-3f1a-4f1a-8f1a-3f1a3f1a3f1a',
    token(600),
    'src/redact/find/values.ts',
  ])('not %.40s', (rest) => {
    const text = `it was [truncated] ${rest}`;
    expect(redactText(text, secrets)).toBe(text);
  });
});

test.each([
  'the prefix is sk-proj-',
  'keys begin with sk-ant-...',
  'ghp_xxxxxxxx',
  'AKIAEXAMPLE',
  'npm_config_cache',
  'hf_hub_download',
  'xai-grok-4-fast',
  'pip install sk-learn',
  'SECTION12345678',
  'ANTHROPIC_API_KEY=sk-ant-your-key',
  'Authorization: Bearer YOUR_TOKEN',
  'http://localhost:8080',
  'postgres://localhost:5432',
  'https://open.feishu.cn/open-apis/bot/v2/hook/xxx',
  '-----BEGIN PRIVATE KEY-----',
  'password: ',
  '"password": "',
  'main.0123456789abcdef0123456789abcdef.js',
])('the end of a text that is none stays: %s', (text) => {
  expect(redactText(text, secrets)).toBe(text);
});
