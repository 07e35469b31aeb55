import { spawnSync } from 'node:child_process';
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

/** Strings and keys at any depth, also of JSON in strings. Without letters that have other cases beyond ASCII. */
const JQ = `def deep: .., (.. | objects | keys[]), (.. | strings | fromjson? | deep);
  .ai_log | fromjson | [.session_id, ([.messages, .question, .answer, .reasoning, .system, .tool_calls]
  | [deep | strings | ascii_downcase | contains($needle)] | any)] | "\\(.[0]) \\(.[1])"`;

const hasJq = spawnSync('jq', ['--version']).status === 0;

test.skipIf(!hasJq).each(['get', 'pod', 'inner', 'xget'])(
  'jq finds %j in the same sessions, and for the first time in the same rounds',
  async (wanted) => {
    const { stdout } = spawnSync('jq', ['-r', '--arg', 'needle', wanted, JQ, join(dir, 'access.log')], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const rounds = new Map<string, number>();
    const first = new Map<string, number>();
    for (const line of stdout.trim().split('\n')) {
      const [id = '', isIn] = line.split(' ');
      const round = (rounds.get(id) ?? 0) + 1;
      rounds.set(id, round);
      if (isIn === 'true' && !first.has(id)) first.set(id, round);
    }
    const found = new Map<string, number>();
    for (const { session_id: id, round } of await searchStore(wanted))
      found.set(id, Math.min(round, found.get(id) ?? Infinity));
    expect([...found].toSorted()).toEqual([...first].toSorted());
    expect(found.size).toBeGreaterThan(0);
  },
);
