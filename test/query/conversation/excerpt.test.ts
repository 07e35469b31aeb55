import { expect, test } from 'vitest';
import { withoutFiles } from '../../../src/ai-log/media-text.ts';
import { cleanLine } from '../../../src/platform/clean-text.ts';
import { excerptOf, wholeCharacters } from '../../../src/query/conversation/excerpt.ts';
import { fc } from '../../fast-check.ts';

const RUN = 'aB3+/x_-Q7'.repeat(21);

test('a glance at the beginning of a text is enough if nothing in it depends on the rest', () => {
  const piece = fc.oneof(
    { arbitrary: fc.constantFrom('word ', '你好', '  ', '\n', '🚀', '\u001b[1m', '\u009b1m', '`a` '), weight: 8 },
    { arbitrary: fc.constantFrom(`data:image/png;base64,${RUN}`, `![a b](data:image/png;base64,${RUN}) `, RUN.repeat(10)), weight: 1 },
  ); // prettier-ignore
  fc.assert(
    fc.property(fc.array(piece, { minLength: 20, maxLength: 90 }), (pieces) => {
      const text = pieces.join('');
      const line = cleanLine(wholeCharacters(withoutFiles(text), 1_000));
      expect(excerptOf(text)).toBe(line.length > 160 ? `${wholeCharacters(line, 160)}…` : line);
    }),
    { numRuns: 2_000 },
  );
});
