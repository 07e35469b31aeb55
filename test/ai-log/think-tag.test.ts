import { expect, test } from 'vitest';
import { partThought } from '../../src/ai-log/think-tag.ts';

test.each<[string, string, string]>([
  ['<think>add them</think>4', 'add them', '4'],
  ['<think>\nadd them\n</think>\n\nIt is 4.\n', 'add them', 'It is 4.\n'],
  ['\n<think>add</think>\n  4', 'add', '4'],
  ['<thinking>add</thinking> 4', 'add', '4'],
  ['<thinking>the tag </think> ends</thinking>4', 'the tag </think> ends', '4'],
  ['<think></think>4', '', '4'],
  // Cut, or ended by a limit of tokens.
  ['<think>add the', 'add the', ''],
  // Only the end: the template of the model's turn has the start.
  ['add them\n</think>\n\n4', 'add them', '4'],
  ['add them\n</think>', 'add them', ''],
  ['</think>\n4', '', '4'],
  ['a </think> in words\n</think>\n4', 'a </think> in words', '4'],
  ['So it is 4.</think>It is 4.', 'So it is 4.', 'It is 4.'],
  ['所以是 4。</think>是 4。', '所以是 4。', '是 4。'],
  ['<think>add</thinking>4', 'add', '4'],
  ['<THINK>add</THINK>4', 'add', '4'],
  ['<think effort="low">add</think>4', 'add', '4'],
  ['<thought>add</thought>4', 'add', '4'],
])('%j is a thought and an answer', (text, thinking, answer) => {
  expect(partThought(text)).toEqual({ thinking, text: answer });
});

test.each([
  'The tag <think> opens the reasoning, </think> ends it.',
  'It ends with </think>, on one line.',
  '```\n<think>\nadd\n</think>\n```',
  'Write:\n<think>\nadd\n</think>\nthen the answer',
  'Like this:\n```xml\nadd\n</think>\n```\ndone',
  'The end is `.</think>`',
  '<thinker>x</thinker>',
  '`<think>`',
  '',
])('%j is an answer', (text) => {
  expect(partThought(text)).toBeNull();
});
