import { expect, test } from 'vitest';
import { boundRound } from '../../src/report/bound-round.ts';
import { round } from './make.ts';

test('what is short stays as the log wrote it; what is long becomes its start', () => {
  const bounded = boundRound(
    round(
      1,
      {},
      {
        question: '"a\\u0062cde"',
        answer: '"abcdef"',
        system: '[{"text":1.0}]',
        toolCalls: null,
        messages: ['{"a":1.0}', '{"a":12}'],
        messagesText: '"xx"',
      },
    ),
    8,
  );
  expect(bounded).toMatchObject({
    // Long only because it is escaped.
    question: '"a\\u0062cde"',
    answer: '"abcdef"',
    system: '"[{\\"text\\"… [6 more characters]"',
    toolCalls: null,
    messages: ['"{\\"a\\":1.0… [1 more characters]"', '{"a":12}'],
    messagesText: '"xx"',
  });
});

test('a cut leaves no half of a character', () => {
  const { answer } = boundRound(round(1, {}, { answer: JSON.stringify('abc😀def') }), 4);
  expect(JSON.parse(answer ?? '')).toBe('abc\ufffd… [4 more characters]');
});
