import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/platform/files.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { wordFindings } from '../../src/report/doctor/word-findings.ts';
import { aiLine } from '../ingest/make.ts';
import { look, makePlace } from './make.ts';

/** A complete round of OpenAI's: nothing in it is uncertain. */
const exact = (n: number): string =>
  aiLine('a', n, { model: 'gpt-4o', cached_tokens: 0, input_token_details: { cached_tokens: 0 } });
const kimi = (n: number): string =>
  aiLine('k', n, { model: 'kimi-k2-0905-preview', input_token: 100_000, total_token: 100_010 });

test('costs that may be wrong are said by reason, with the models, how much, and what ends it', async () => {
  const { findings } = await look(await makePlace([exact(0), kimi(0), kimi(1)]));
  expect(findings).toMatchObject([
    {
      code: 'cost-bound',
      area: 'prices',
      severity: 'warning',
      what: expect.stringMatching(
        /^2 rounds of kimi-k2-0905-preview may have cost less than their \$0\.\d{4}: cached tokens cost less, and the log does not count them\.$/,
      ),
      fix: expect.stringContaining('usage-families.md'),
    },
  ]);
});

test('of few rounds they are a note', async () => {
  const lines = Array.from({ length: 20 }, (_, n) => exact(n));
  const { findings } = await look(await makePlace([...lines, kimi(0)]));
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['cost-bound', 'note']]);
});

test('a store whose costs are exact has none', async () => {
  expect((await look(await makePlace([exact(0)]))).findings).toEqual([]);
});

test.each([
  ['2026-09-24T00:00:00Z', 0],
  ['2026-11-22T00:00:00Z', 0],
  ['2026-11-23T00:00:00Z', 1],
  ['2027-03-01T00:00:00Z', 2],
])('built-in prices are old after 60 days: at %s of %d lists', async (time, lists) => {
  const { log, dir } = await makePlace([exact(0)]);
  const { findings } = await diagnose(nodeFiles, {
    dir,
    logPaths: [log],
    schedules: [],
    program: { node: '/usr/bin/node', script: '/opt/monitor/bin/monitor.js' },
    now: Date.parse(time),
  });
  const old = findings.filter(({ code }) => code === 'prices-old');
  expect(old.map(({ severity }) => severity)).toEqual(Array.from({ length: lists }, () => 'note'));
  if (lists === 1)
    expect(wordFindings(old)[0]?.what).toBe(
      'The built-in prices (genai-prices 0.1.8) were last checked more than 60 days ago, on 2026-09-23.',
    );
});
