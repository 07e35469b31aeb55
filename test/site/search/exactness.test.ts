import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeStore, run } from '../../cli/run.ts';
import { randomLog } from '../../cli/search/random-log.ts';
import { fc } from '../../fast-check.ts';
import { SEED } from '../../seed.ts';
import { line, render } from '../make.ts';
import { searchSite } from './pieces.ts';

/** MONITOR_SEARCH_SESSIONS=1000 MONITOR_SEARCH_NEEDLES=300 takes some minutes. */
const SESSIONS = Number(process.env['MONITOR_SEARCH_SESSIONS'] ?? 60);
const NEEDLES = Number(process.env['MONITOR_SEARCH_NEEDLES'] ?? 150);

const dir = mkdtempSync(join(tmpdir(), 'site-search-'));
const siteDir = join(dir, 'site');
/** Longer than a part, so that what is repeated, cut and called is in several. */
const said = Array.from({ length: 40 }, (_, i) => longRound(i));
const lines = [...randomLog(SESSIONS, SEED), ...said];
let dataDir: string;

beforeAll(async () => {
  dataDir = await makeStore(dir, lines);
  await render({ dataDir, siteDir });
}, 300_000);
afterAll(() => {
  rmSync(dir, { recursive: true });
});

function longRound(i: number): string {
  const text = (n: number): string =>
    `word${n} kubectl ${`line ${n} of a long text\n`.repeat(700)}needle-${n}`;
  const messages = Array.from({ length: i + 1 }, (_, n) => [
    { role: 'user', content: text(n) },
    {
      role: 'assistant',
      content: `answer-${n}`,
      tool_calls: [
        {
          id: `call-${n}`,
          function: { name: `tool-${n % 3}`, arguments: `{"path":"\\u00fc/${n}", "n": 1e${n % 9}}` },
        },
      ],
    },
    { role: 'tool', tool_call_id: `call-${n}`, content: `{"out":"C:\\\\temp\\\\${n} \\"said\\""}` },
  ]).flat();
  const sent = messages.slice(0, -2);
  return line(`2026-02-02T0${Math.floor(i / 10)}:0${i % 10}:00Z`, {
    session_id: 'long',
    model: 'gpt-4o',
    input_token: 1,
    output_token: 1,
    messages: sent,
    question: i % 2 === 0 ? text(i) : `${text(i).slice(0, 400)} [truncated] ${text(i).slice(-400)}`,
    answer: `answer-${i}`,
    tool_calls: [
      {
        id: `call-${i}`,
        function: { name: `tool-${i % 3}`, arguments: `{"path":"\\u00fc/${i}","n":1e${i % 9}}` },
      },
    ],
  });
}

/** What is compared: where, and who said it. */
type Hit = [
  id: string,
  round: number,
  role: string,
  part: string,
  tool: string | null,
  matches: number,
  match: string,
];

interface JsonHit {
  session_id: string;
  round: number;
  role: string;
  part: string;
  tool: string | null;
  matches: number;
  match: string;
}

async function inTerminal(needle: string): Promise<Hit[]> {
  const { code, out, err } = await run([
    'search',
    '--json',
    '--limit',
    '0',
    '--data-dir',
    dataDir,
    '--',
    needle,
  ]);
  expect([code, err]).toEqual([0, '']);
  return (JSON.parse(out) as { hits: JsonHit[] }).hits.map((hit) => [
    hit.session_id,
    hit.round,
    hit.role,
    hit.part,
    hit.tool,
    hit.matches,
    hit.match,
  ]);
}

async function onSite(needle: string): Promise<Hit[]> {
  const { found, search } = await searchSite(siteDir, needle);
  expect([search.failed, search.cut, search.withoutPage]).toEqual([0, 0, 0]);
  return found.flatMap(({ id, hits }) =>
    hits.map(({ round, role, part, tool, matches, snippet }): Hit => [
      id,
      round,
      role,
      part,
      tool,
      matches,
      snippet.match,
    ]),
  );
}

const sorted = (hits: readonly Hit[]): string[] => hits.map((hit) => JSON.stringify(hit)).toSorted();

const texts = lines.map((text) => (JSON.parse(text) as { ai_log: string }).ai_log);
const CHANGES: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFC'),
];

/** Parts of what was said, in another case, and in another normalisation form. */
const needles = fc
  .tuple(fc.constantFrom(...texts), fc.nat(), fc.integer({ min: 1, max: 12 }), fc.constantFrom(...CHANGES))
  .map(([text, at, length, change]) => {
    const values = Object.values(JSON.parse(text) as Record<string, unknown>).map((value) =>
      typeof value === 'string' ? value : JSON.stringify(value),
    );
    const characters = [...(values[at % values.length] ?? '')];
    const from = at % Math.max(1, characters.length - length);
    return change(characters.slice(from, from + length).join(''));
  })
  .filter((text) => text !== '');

test('the site finds what monitor search finds: each hit once, in its round, by who said it', async () => {
  let found = 0;
  for (const needle of fc.sample(needles, { numRuns: NEEDLES, seed: SEED })) {
    const hits = await onSite(needle);
    expect(sorted(hits), JSON.stringify(needle)).toEqual(sorted(await inTerminal(needle)));
    found += hits.length;
  }
  expect(found).toBeGreaterThan(NEEDLES);
}, 600_000);

test.each([
  // Of a session in several parts: texts that come back, a cut question, JSON in JSON, calls and results.
  ['needle-39', 1],
  ['NEEDLE-1', 11],
  ['word7 kubectl', 1],
  ['answer-12', 1],
  ['ü/30', 1],
  ['C:\\temp\\31', 1],
  ['"said"', 40 - 1],
  ['tool-2', 13],
  ['天', undefined],
  ['no such words', 0],
])('%j is found %s times in the long session', async (needle, times) => {
  const hits = await onSite(needle);
  const own = hits.filter(([id]) => id === 'long');
  expect(sorted(hits)).toEqual(sorted(await inTerminal(needle)));
  if (times !== undefined) expect(own).toHaveLength(times);
});
