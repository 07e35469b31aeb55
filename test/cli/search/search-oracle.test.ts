import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeStore, run } from '../run.ts';
import { fc } from '../../fast-check.ts';
import { SEED } from '../../seed.ts';
import { folded, searchLog, type OracleHit } from './oracle.ts';
import { randomLog } from './random-log.ts';

/** MONITOR_SEARCH_SESSIONS=1000 MONITOR_SEARCH_NEEDLES=300 takes some minutes. */
const SESSIONS = Number(process.env['MONITOR_SEARCH_SESSIONS'] ?? 60);
const NEEDLES = Number(process.env['MONITOR_SEARCH_NEEDLES'] ?? 120);

const dir = mkdtempSync(join(tmpdir(), 'search-'));
const lines = randomLog(SESSIONS, SEED);
let store: string;

beforeAll(async () => {
  store = await makeStore(dir, lines);
}, 300_000);
afterAll(() => {
  rmSync(dir, { recursive: true });
});

interface FoundHit extends OracleHit {
  before: string;
  match: string;
  after: string;
}

async function searchStore(needle: string): Promise<FoundHit[]> {
  const { code, out, err } = await run([
    'search',
    '--json',
    '--limit',
    '0',
    '--data-dir',
    store,
    '--',
    needle,
  ]);
  expect([code, err]).toEqual([0, '']);
  return (JSON.parse(out) as { hits: FoundHit[] }).hits;
}

function sorted(hits: readonly OracleHit[]): string[] {
  return hits
    .map(({ session_id, round, role, part, tool }) => JSON.stringify([session_id, round, role, part, tool]))
    .toSorted();
}

/** Parts of what was said, in another case, and in another normalisation form. */
const texts = lines.map((line) => (JSON.parse(line) as { ai_log: string }).ai_log);
const needle = fc
  .tuple(fc.constantFrom(...texts), fc.nat(), fc.integer({ min: 1, max: 9 }), fc.constantFrom(...FORMS()))
  .map(([text, at, length, change]) => {
    const said = Object.values(JSON.parse(text) as Record<string, unknown>).map((value) =>
      typeof value === 'string' ? value : JSON.stringify(value),
    );
    const characters = [...(said[at % said.length] ?? '')];
    const from = at % Math.max(1, characters.length - length);
    return change(characters.slice(from, from + length).join(''));
  })
  .filter((text) => text !== '');

function FORMS(): ((text: string) => string)[] {
  return [
    (text) => text,
    (text) => text.toLowerCase(),
    (text) => text.toUpperCase(),
    (text) => text.normalize('NFD'),
    (text) => text.normalize('NFC'),
  ];
}

test('a search finds exactly what a naive search of the log finds, in the same rounds', async () => {
  let found = 0;
  for (const wanted of fc.sample(needle, { numRuns: NEEDLES, seed: SEED })) {
    const hits = await searchStore(wanted);
    expect(sorted(hits), JSON.stringify(wanted)).toEqual(sorted(searchLog(lines, wanted)));
    for (const { match } of hits) expect(folded(match)).toBe(folded(wanted));
    found += hits.length;
  }
  expect(found).toBeGreaterThan(NEEDLES);
}, 600_000);
