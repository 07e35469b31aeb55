import { expect, test } from 'vitest';
import { preformatted } from '../../../src/site/session/text.ts';

const classOf = (text: string, classes = ''): string =>
  / class="([^"]*)"/.exec(preformatted('', text, 'auto', classes))?.[1] ?? '';

test('a block with a line of more than 1,000 characters wraps, wherever the line is', () => {
  const line = 'x'.repeat(1000);
  expect(classOf(line)).toBe('');
  expect(classOf(`${line}y`)).toBe('wrapped');
  expect(classOf(`${line}\n${line}\n\n${line}`)).toBe('');
  expect(classOf(`a\n${line}y\nb`)).toBe('wrapped');
  expect(classOf(`a\n${line}y`, 'failed-block')).toBe('failed-block wrapped');
  expect(classOf('short\n'.repeat(1000))).toBe('');
});
