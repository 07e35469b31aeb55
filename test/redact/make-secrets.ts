/** Pseudo-random characters, always the same. They are made here, so that no scanner reports this file as a leak. */
export function token(length: number, alphabet = 'a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwXyZ'): string {
  return Array.from({ length }, (_, i) => alphabet[(i * 7 + (i >> 3)) % alphabet.length]).join('');
}

const UPPER = 'A2B3C4D5E6F7GHIJKLMNOPQRSTUVWXYZ';
const HEX = '0a1b2c3d4e5f6789';
const block = (label: string, body: string): string =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
export const PRIVATE_KEY = block('RSA PRIVATE KEY', `${token(64)}\n${token(64)}\n${token(20)}==`);

/** The kind, the text around the secret with `@` in its place, and the secret. */
export const SECRETS: readonly (readonly [kind: string, around: string, secret: string])[] = [
  ['private-key', 'the key:\n@\nend', PRIVATE_KEY],
  ['private-key', '@', block('PGP PRIVATE KEY BLOCK', `Version: 1\n\n${token(64)}\n=aB3d`)],
  ['private-key', 'cut: @', `-----BEGIN PRIVATE KEY-----\n${token(64)}\n${token(30)}`],
  ['aws-access-key', 'id @, region', `AKIA${token(16, UPPER)}`],
  ['aws-access-key', '(@)', `ASIA${token(16, UPPER)}`],
  ['aws-secret-key', 'aws_secret_access_key = @\n', token(40)],
  ['aws-secret-key', '"SecretAccessKey": "@"', `${token(20)}/+${token(18)}`],
  ['gcp-api-key', '?key=@&v=1', `AIza${token(35)}`],
  ['google-token', 'token @ end', `ya29.${token(40)}`],
  ['google-token', '@', `GOCSPX-${token(28)}`],
  ['azure-secret', "'@'", `abc8Q~${token(34)}`],
  ['azure-secret', 'AccountName=x;AccountKey=@;', `${token(86)}==`],
  ['alibaba-access-key', 'ak @ ok', `LTAI${token(20)}`],
  ['github-token', 'git clone with @.', `ghp_${token(36)}`],
  ['github-token', '@', `github_pat_${token(22)}_${token(59)}`],
  ['gitlab-token', 'PRIVATE @ x', `glpat-${token(20)}`],
  ['gitlab-token', '@', `glpat-${token(27)}.01.0a1b2c3d4`],
  ['slack-token', 'use @ here', `xoxb-${token(12, HEX)}-${token(24)}`],
  ['slack-webhook', 'https://hooks.slack.com/services/@ end', `T${token(8)}/B${token(8)}/${token(24)}`],
  ['anthropic-key', 'key @ end', `sk-ant-api03-${token(93)}AA`],
  ['anthropic-key', '@', `sk-ant-oat01-${token(80)}`],
  ['openai-key', '@', `sk-proj-${token(60)}T3BlbkFJ${token(60)}`],
  ['openai-key', '@', `sk-${token(20)}T3BlbkFJ${token(20)}`],
  ['api-key', 'DashScope @ ok', `sk-${token(32, HEX)}`],
  ['api-key', '@', `sk-or-v1-${token(64, HEX)}`],
  ['stripe-key', '@', `sk_live_${token(24)}`],
  ['stripe-key', 'signed by @', `whsec_${token(32)}`],
  ['huggingface-token', '@', `hf_${token(34)}`],
  ['npm-token', 'registry @ x', `npm_${token(36)}`],
  ['pypi-token', '@', `pypi-AgEIcHlwaS5vcmc${token(60)}`],
  ['sendgrid-key', '@', `SG.${token(22)}.${token(43)}`],
  ['telegram-token', 'bot @', `123456789:AA${token(33)}`],
  ['discord-token', 'run(@)', `M${token(25)}.${token(6)}.${token(38)}`],
  ['jwt', 'it is @ .', `eyJ${token(20)}.eyJ${token(60)}.${token(43)}`],
  ['jwt', 'cut: @', `eyJ${token(20)}.eyJ${token(60)}`],
  ['authorization', 'Authorization: Basic @', `${token(24)}==`],
  ['authorization', 'authorization: @', token(20)],
  ['bearer-token', 'curl -H "X: Bearer @"', token(30)],
  ['url-password', 'postgres://app:@@db.example/x', 'hunter2'],
  ['url-password', 'redis://:@@localhost:6379', 'p@ss:word'],
  ['password', 'PASSWORD=@', 'correcthorse'],
  ['password', 'password: @,', 'hunter2'],
  ['password', '密码：@', 'abc123'],
  ['password', 'db_password = "@"', 'correct-horse'],
  ['password', 'Server=x;Pwd=@;', 'Swordfish1'],
  ['secret', 'api_key=@', token(20)],
  ['secret', "client-secret: '@'", token(12)],
  ['secret', '?access_token=@&x=1', token(600)],
  ['secret', 'TOKEN := `@`', token(16)],
];

export const PERSONAL: typeof SECRETS = [
  ['email', 'write to @, please', 'ada.lovelace+x@mail.example.co.uk'],
  ['email', '<@>', '123456@qq.com'],
  ['phone', 'call @ now', '+86 138 0013 8000'],
  ['phone', '@', '+1 (202) 555-0123'],
  ['phone', '电话@。', '13800138000'],
  ['phone', 'at @.', '(202) 555-0123'],
  ['card', 'card @ ok', '4111 1111 1111 1111'],
  ['card', '@', '5555-5555-5555-4444'],
  ['card', '@,', '378282246310005'],
];
