import { expect, test } from 'vitest';
import { sessionTotals } from '../../../src/query/aggregate.ts';
import { localTimeIn } from '../../../src/query/time-zone.ts';
import { headLines } from '../../../src/report/export/conversation/head.ts';
import { cell, session } from '../make.ts';

const EVIL = '<b>_x_ [y](z) `c`\u001b[31m\n# d';
const usage = [
  cell('2026-02-01T01:30Z', EVIL, { input: 900, cached: 400, cacheWrite: 30, output: 50, reasoning: 20 }),
];

test('the head says everything on lines of its own, whatever the names are', () => {
  const shown = session(EVIL, usage, {
    errors: 1,
    tools: [[EVIL, 3, 1]],
    pruned_content: { at: Date.UTC(2026, 1, 3), rounds: 1 },
  });
  const local = localTimeIn('UTC');
  const head = { title: EVIL, redacted: ['secrets', 'badge'], local };
  expect(headLines(shown, sessionTotals(shown), head)).toEqual([
    '# &#60;b&#62;\\_x\\_ &#91;y&#93;(z) &#96;c&#96; &#35; d',
    '',
    '- Session: ``<b>_x_ [y](z) `c`\\u{1b}[31m\\u{a}# d``',
    '- Time: 2026-02-01T01:30:00+00:00 to 2026-02-01T01:30:00+00:00',
    '- Models: ``<b>_x_ [y](z) `c` # d``',
    '- Rounds: 1, 1 failed request',
    '- Tokens: 900 input (400 cached, 30 cache write) + 50 output (20 reasoning) = 950',
    '- Cost: $0.000000',
    '- Tools: ``<b>_x_ [y](z) `c` # d`` 3 (1 failed)',
    '- Pruned, and not in this file: the texts of round 1, on 2026-02-03',
    '- Redacted: secrets, badge',
  ]);
  expect(headLines(shown, sessionTotals(shown), { ...head, title: '\u200b' })[0]).toBe(
    '# Session ``<b>_x_ [y](z) `c`\\u{1b}[31m\\u{a}# d``',
  );
});
