import { Chalk } from 'chalk';
import * as en from '../../src/texts/en.ts';
import { expect, test } from 'vitest';
import { literalPattern } from '../../src/query/search/pattern.ts';
import { snippetOf } from '../../src/query/search/snippet.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { emptyReport, type FoundHit } from '../../src/report/search.ts';
import { hitText, searchSummary } from '../../src/report/search-text.ts';
import { widthOf } from '../../src/report/terminal.ts';
import { fc } from '../fast-check.ts';

const screen = { width: 60, colour: new Chalk({ level: 0 }), texts: en };
const local = localTimeIn('UTC');

function hitOf(text: string, needle: string, rest: Partial<FoundHit['hit']> = {}): FoundHit {
  const span = literalPattern(needle).find(text);
  if (!span) throw new Error(`${needle} is not in ${text}`);
  return {
    session: { id: 's', title: null },
    url: null,
    hit: {
      round: { round: 1, timestamp: '2026-02-01T10:00:00.000Z' },
      role: 'user',
      part: 'text',
      tool: null,
      matches: span.count,
      snippet: snippetOf(text, span),
      ...rest,
    },
  };
}

/** The line with the words. */
function shown(text: string, needle: string): string {
  return hitText(hitOf(text, needle), undefined, local, screen).split('\n')[2] ?? '';
}

test('a short text is shown as it is, and a long one between words', () => {
  expect(shown('say needle now', 'needle')).toBe('    user: say needle now');
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
  expect(shown(`${words} needle ${words}`, 'needle')).toBe(
    '    user: …word59 needle word0 word1 word2 word3 word4…',
  );
  // What one side does not need, the other one has.
  expect(shown(`needle ${words}`, 'needle')).toBe(
    '    user: needle word0 word1 word2 word3 word4 word5 word6…',
  );
  expect(shown(`${words} needle`, 'needle')).toBe(
    '    user: …word54 word55 word56 word57 word58 word59 needle',
  );
});

test('white space at the match stays', () => {
  expect(shown('one\n\ntwo three', 'two')).toBe('    user: one two three');
  expect(shown('one two', ' ')).toBe('    user: one two');
});

test('a line is never wider than the terminal, and has the words of the text', () => {
  const word = fc.constantFrom(
    'word',
    'a',
    '日本語',
    '😀',
    'é',
    '👩‍💻',
    'supercalifragilistic',
    '\u001b[31m',
    '한국어',
    '\n',
    '--',
  );
  const text = fc.array(word, { maxLength: 80 }).map((all) => all.join(' '));
  fc.assert(
    fc.property(
      text,
      text,
      fc.constantFrom('needle', '中', 'n'.repeat(70), 'two words'),
      fc.nat(50),
      (before, after, needle, matches) => {
        const found = hitOf(`${before} ${needle} ${after}`, needle, {
          matches: matches + 1,
          part: 'call',
          tool: 'bash',
        });
        const lines = hitText(found, undefined, local, screen).split('\n');
        for (const one of lines) expect(widthOf(one)).toBeLessThanOrEqual(60);
        const line = lines[2] ?? '';
        expect(line).not.toMatch(/[\u0000-\u001f]/);
        expect(line).toContain(needle.slice(0, 20));
      },
    ),
    { numRuns: 500 },
  );
});

test('headings are printed once', () => {
  const first = hitOf('needle', 'needle');
  const again = hitText(first, first, local, screen);
  expect(again).toBe('    user: needle\n');
  const next = { ...first, hit: { ...first.hit, round: { ...first.hit.round, round: 2 } } };
  expect(hitText(next, first, local, screen)).toBe(
    '  Round 2 @ 2026-02-01T10:00:00+00:00\n    user: needle\n',
  );
  const other = { ...first, session: { id: 't', title: 'Title' } };
  expect(hitText(other, first, local, screen)).toBe(
    '\nt  Title\n  Round 1 @ 2026-02-01T10:00:00+00:00\n    user: needle\n',
  );
});

test('the last line', () => {
  const report = { ...emptyReport(3, 0, false), searched: 3, bytes: 1500 };
  expect(searchSummary(report)).toBe('no hits in 3 sessions (1.5 kB)\n');
  expect(searchSummary({ ...report, hits: 1, withHits: 1 })).toBe('1 hit in 1 of 3 sessions (1.5 kB)\n');
  expect(searchSummary({ ...report, hits: 1234, withHits: 2, pruned: 2 })).toBe(
    '1,234 hits in 2 of 3 sessions (1.5 kB)\nTexts of 2 sessions were pruned and cannot be searched.\n',
  );
});
