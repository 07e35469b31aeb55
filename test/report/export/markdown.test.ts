import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { ALL_BUCKETS } from '../../../src/query/group-usage.ts';
import type { GroupKey } from '../../../src/query/group-keys.ts';
import { groupBy } from '../../../src/query/grouping.ts';
import { markdownTable } from '../../../src/report/export/markdown.ts';
import type { UsageCell } from '../../../src/model/usage-cell.ts';
import { cell, session, source, usd } from '../make.ts';
import { shanghai } from '../two-sessions.ts';

function markdown(keys: GroupKey[], cells: UsageCell[]): string {
  const stats = groupBy(source([session('s', cells)]), keys, { buckets: ALL_BUCKETS, local: shanghai });
  return [...markdownTable(stats)].join('');
}

const at = '2026-02-01T01:30Z';

test('a table with its total, and what that lacks below it', () => {
  const cells = [
    cell(at, 'gpt', { consumer: 'bot', input: 1234, output: 5, cached: 1000, cost: usd(1.5) }),
    cell(at, 'qwen', { price: 'unpriced', input: 2000 }),
    cell(at, 'tiny', { cost: 1n }),
  ];
  expect(markdown(['model', 'consumer'], cells)).toBe(
    [
      '| Model | Consumer | Sessions | Rounds | Input | Cached | Output | Cost (USD) |',
      '| :-- | :-- | --: | --: | --: | --: | --: | --: |',
      '| `gpt` | `bot` | 1 | 1 | 1,234 | 1,000 | 5 | $1.5000 |',
      '| `tiny` | `(no consumer)` | 1 | 1 | 0 | 0 | 0 | &lt;$0.0001 |',
      '| `qwen` | `(no consumer)` | 1 | 1 | 2,000 | 0 | 0 | unpriced |',
      '| **Total** |  | 1 | 3 | 3,234 | 1,000 | 5 | $1.5000 + 1 unpriced |',
      '',
      'The total excludes 1 unpriced round (`qwen`, 2k tokens).',
      '',
    ].join('\n'),
  );
  expect(markdown(['model'], [])).toContain('| **Total** | 0 | 0 | 0 | 0 | 0 | $0.0000 |\n');
});

test.each([
  'a|b',
  'a\\|b',
  'a\\\\|b|',
  '|',
  '`|`',
  '``x`',
  '`',
  '<img src=x onerror=alert(1)>',
  '[x](https://example.com)',
  'https://example.com',
  '@everyone',
  '*a* _b_ ~c~ #1 $x$',
  'a\nb\u001b[31m\u202ec',
  '---',
  ' ',
])('the name %j stays one cell, as code', (name) => {
  for (const rest of [{ price: 1 }, { price: 'unpriced' }] as const) {
    const html = new MarkdownIt({ html: true, linkify: true }).render(
      markdown(['model', 'consumer'], [cell(at, name, { ...rest, consumer: name })]),
    );
    expect(html.match(/<tr>/g)).toHaveLength(3);
    expect(html.match(/<td/g)).toHaveLength(16);
    expect(html).not.toMatch(/<(?!\/?(?:table|thead|tbody|tr|th|td|code|p|strong)\b)/);
    expect(html.match(/<code>/g)?.length).toBeGreaterThanOrEqual(2);
  }
});
