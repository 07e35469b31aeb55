import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLANTED } from '../../query/why/planted-misses.ts';
import { line, run } from '../../cli/run.ts';
import { makeSite } from '../make.ts';

interface WhyJson {
  cost_split: Record<string, Record<string, number>>;
  cache_misses: {
    rounds: number;
    largest: { round: number; tokens: number; cost: number; currency: string }[];
  };
  context: Record<'first' | 'last' | 'largest', { round: number; tokens: number }>;
  top_rounds: { round: number; cost: number; currency: string }[];
}

async function pageAndJson(lines: string[], id: string): Promise<{ html: string; json: WhyJson }> {
  const { dataDir, siteDir } = await makeSite(lines);
  const { out } = await run(['why', id, '--json', '--data-dir', dataDir]);
  const html = readFileSync(join(siteDir, `sessions/${id}.html`), 'utf8');
  return { html: /<div class="why">[^]*?<\/details>\n<\/div>/.exec(html)?.[0] ?? '', json: JSON.parse(out) };
}

/** What the tooltips of a table say, with all digits. */
const amounts = (html: string): string[] =>
  [...html.matchAll(/ title="(\d[\d.]*) (\w+)"/g)].map(
    ([, amount, currency]) => `${Number(amount)} ${currency}`,
  );

test('the page has the numbers of why --json, with links to its rounds', async () => {
  const { html, json } = await pageAndJson(PLANTED, 'planted');
  const { USD } = json.cost_split;
  expect(USD).toEqual({
    input: 0.0138,
    cache_read: 0.00052,
    cache_write: 0,
    output: 0.00075,
    reasoning: 0.00005,
    fees: 0,
    unsplit: 0,
    total: 0.01512,
  });
  const rows = [...html.matchAll(/<th scope="row">(?:<a href="([^"]*)">)?([^<]*)/g)].map(([, href, name]) =>
    href === undefined ? name : `${name} ${href}`,
  );
  expect(rows).toEqual([
    'New input',
    'Cache reads',
    'Output',
    'Reasoning',
    'Together',
    ...json.top_rounds.map(({ round }) => `Round ${round} #r-${round}`),
  ]);
  expect(amounts(html)).toEqual(
    [
      USD?.['input'],
      USD?.['cache_read'],
      USD?.['output'],
      USD?.['reasoning'],
      USD?.['total'],
      ...json.cache_misses.largest.map(({ cost }) => cost),
      ...json.top_rounds.map(({ cost }) => cost),
    ].map((cost) => `${cost} USD`),
  );
  expect(html).toContain(
    '40% of the cost is <a href="#r-5">round 5</a>. Caches saved <$0.01.'.replace('<$', '&lt;$'),
  );
  expect(html).toContain('27% of the input was read from a cache. 2 rounds read 4,800 fewer tokens');
  expect(html).toContain(
    '<a href="#r-3">Round 3</a> <span title="0.00072 USD">800 tokens, $0.0007. Message 2 (user) is the first that differs from round 2.',
  );
  expect(html).toContain(
    'Context: 1,000 tokens in <a href="#r-1">round 1</a>, 6,000 tokens in <a href="#r-5">round 5</a>.',
  );
});

test('without a price there is nothing to explain; one round is not compared with others', async () => {
  const one = (model: string): string[] => [
    line('2026-02-02T10:00:00Z', { session_id: 's', model, input_token: 7, output_token: 1, question: 'q' }),
  ];
  expect((await pageAndJson(one('nobody-knows'), 's')).html).toBe('');
  const { html } = await pageAndJson(one('test-a'), 's');
  expect(html).toContain('<summary>Why it cost that</summary>');
  expect(html).not.toContain('of the cost is');
  expect(html).toContain('Of 1 round it is not known whether they missed the cache');
});

test('it stands on the newest page of a session, about all of it', async () => {
  const lines = Array.from({ length: 60 }, (_, i) =>
    line(`2026-02-02T10:${String(i).padStart(2, '0')}:00Z`, {
      session_id: 'long',
      model: 'test-a',
      input_token: i === 3 ? 1_000_000 : 1000,
      output_token: 0,
      question: `q${i}`,
      answer: 'a',
    }),
  );
  const { dataDir, siteDir } = await makeSite(lines);
  const page = (name: string): string => readFileSync(join(siteDir, `sessions/${name}.html`), 'utf8');
  expect(page('long')).toContain('94% of the cost is <a href="./long~p1.html#r-4">round 4</a>.');
  expect(page('long~p1')).not.toContain('class="why"');
  expect(
    JSON.parse((await run(['why', 'long', '--json', '--data-dir', dataDir])).out).top_rounds[0].round,
  ).toBe(4);
});
