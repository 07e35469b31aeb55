import { expect, test } from 'vitest';
import { redactText } from '../../src/redact/redact-text.ts';
import { growthOf, LINEAR } from '../growth.ts';
import { patternsOf } from '../../src/redact/secret-patterns.ts';

/** Beginnings of what each pattern looks for, that come to nothing, over and over. */
const HOSTILE = [
  '-----BEGIN PRIVATE KEY-----',
  `-----BEGIN PRIVATE KEY-----${'A'.repeat(50)} `,
  '-----BEGIN PRIVATE KEY----- -----END',
  'AKIA',
  'eyJ',
  '-eyJaaaaaaaaaa',
  'eyJaaaaaaaaaa.',
  'sk-ant-',
  'sk-proj-',
  'SG.aaaaaaaaaaaaaaaaaaaaaa',
  'glpat-aaaa.',
  'Maaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaa.',
  '123456789:AA',
  'authorization: ',
  'authorization=',
  'bearer ',
  'bearer aaaaaaaaaaaaaaaaaaaa ',
  'a://b:c',
  'http://',
  'a:',
  'password=',
  'token:"',
  'key = ',
  'secret_access_key',
  '8Q~',
  'a@a.',
  'a@',
  'aaaa.',
  '+1-',
  '1 ',
  '4-',
  '\\u0041',
  '\\"',
  '\\\\',
  '{"a":',
  '["',
];

const patterns = patternsOf(['secrets', 'email', 'phone', 'card']).map((draft, rank) => ({
  ...draft,
  rank,
  shortest: 6,
}));

test.each(HOSTILE)('%s, repeated: sixteen times the text takes no square of the time', (piece) => {
  const repeat = (length: number): string => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  // A smaller text's pieces stay in the caches, and a larger one's do not.
  expect(growthOf(50_000, repeat, (text) => redactText(text, patterns))).toBeLessThan(LINEAR);
});
