import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modelPath } from '../../src/site/prepared/prepared-paths.ts';
import { contentsOf, makeFolder, render, type Made } from './make.ts';
import { storeQuickly, type QuickRound, type QuickSession } from './quick-store.ts';

/** Noon in Shanghai. */
const NOW = Date.parse('2026-02-03T04:00:00Z');
const at = (time: string): number => Date.parse(`2026-${time}:00+08:00`);
const round = (time: string, rest: Partial<QuickRound> = {}): QuickRound => ({
  at: at(time),
  model: 'gpt-5',
  input: 500_000,
  cached: 0,
  output: 0,
  ...rest,
});
const one = (id: string, ...rounds: QuickRound[]): QuickSession => ({
  id,
  title: `T ${id}`,
  consumer: '',
  rounds,
});

async function made(...sessions: QuickSession[]): Promise<Made> {
  const folder = makeFolder();
  const site = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  storeQuickly(site.dataDir, sessions);
  await render(site, { now: NOW });
  return site;
}

async function more(site: Made, ...sessions: QuickSession[]): Promise<void> {
  storeQuickly(site.dataDir, sessions);
  await render(site, { now: NOW });
  const siteDir = join(makeFolder(), 'site');
  await render({ ...site, siteDir }, { now: NOW });
  expect(contentsOf(site.siteDir)).toEqual(contentsOf(siteDir));
}

const read = ({ siteDir }: Made, path: string): string => readFileSync(join(siteDir, path), 'utf8');

/** `title rounds input cost`, row by row. */
function rowsOf(site: Made, path: string): string[] {
  const rows = /<tbody>(.*)<\/tbody>/s.exec(read(site, path))?.[1] ?? '';
  return [
    ...rows.matchAll(
      /class="title"[^>]*><bdi>(.*?)<.*?rounds">(\d+)<.*?num input"[^>]*>(.*?)<.*?class="sum[^"]*">(.*?)<.*?missing">(.*?)</gs,
    ),
  ].map((match) => match.slice(1).filter(Boolean).join(' ').replace('\u00a0', ' '));
}

const leadOf = (site: Made, path: string): string =>
  (/<p class="lead"[^>]*>(.*?)<\/p>/.exec(read(site, path))?.[1] ?? '').replace('\u00a0', ' ');

test('a date has the sessions with a round on it, the latest first, with what they used on that day only', async () => {
  const site = await made(
    one(
      'a',
      round('02-01T23:59'),
      round('02-02T00:00'),
      round('02-02T09:00', { unpriced: true, model: 'new' }),
    ),
    one('b', round('02-02T10:00'), round('02-03T09:00')),
    one('c', round('02-01T10:00')),
  );
  expect(rowsOf(site, 'dates/2026-02-02.html')).toEqual([
    'T b 1 500 K $1.00',
    'T a 2 1.00 M $1.00 + 1 unpriced',
  ]);
  expect(leadOf(site, 'dates/2026-02-02.html')).toBe(
    '2 sessions, 3 rounds, 1.50 M tokens, $2.00 + 1 unpriced',
  );
  expect(rowsOf(site, 'dates/2026-02-01.html')).toEqual(['T a 1 500 K $1.00', 'T c 1 500 K $1.00']);
  expect(rowsOf(site, 'models/new.html')).toEqual(['T a 1 500 K unpriced']);
  expect(rowsOf(site, 'models/gpt-5.html')).toEqual([
    'T b 2 1.00 M $2.00',
    'T a 2 1.00 M $2.00',
    'T c 1 500 K $1.00',
  ]);
  // A round moves a session up; one of another day changes nothing here.
  const before = read(site, 'dates/2026-02-01.html');
  await more(site, one('c', round('02-03T11:00')));
  expect(rowsOf(site, 'models/gpt-5.html')[0]).toBe('T c 2 1.00 M $2.00');
  expect(read(site, 'dates/2026-02-01.html')).toBe(before);
});

test('a list has the 50 sessions with the latest rounds, and counts the others', async () => {
  const many = Array.from({ length: 60 }, (_, i) => {
    const hour = String(Math.floor(i / 4)).padStart(2, '0');
    return one(`s${i}`, round(`02-02T${hour}:${['00', '15', '30', '45'][i % 4]}`));
  });
  const site = await made(...many);
  const path = 'dates/2026-02-02.html';
  expect(rowsOf(site, path).map((row) => row.split(' ')[1])).toEqual(
    Array.from({ length: 50 }, (_, i) => `s${59 - i}`),
  );
  expect(read(site, path)).toContain('The 50 sessions with the latest rounds; 10 more are not listed here.');
  // The one that is last of all comes in, and pushes the 50th out.
  await more(site, one('s0', round('02-02T20:00')));
  expect(rowsOf(site, path).map((row) => row.split(' ')[1])).toEqual([
    's0',
    ...Array.from({ length: 49 }, (_, i) => `s${59 - i}`),
  ]);
});

test('a session that gets a title, or its pages again, changes in all its lists', async () => {
  const untitled = { ...one('a', round('02-01T10:00')), title: null };
  const site = await made(untitled, one('b', round('02-02T10:00')));
  expect(read(site, 'dates/2026-02-01.html')).not.toContain('T a');
  await more(site, one('a', round('02-03T10:00')));
  expect(rowsOf(site, 'dates/2026-02-01.html')).toEqual(['T a 1 500 K $1.00']);
  const days = { now: NOW, period: { days: 1 }, startOf: () => at('02-03T00:00') };
  await render(site, days);
  expect(read(site, 'dates/2026-02-02.html')).toContain('<span class="title"><bdi>T b</bdi></span>');
  storeQuickly(site.dataDir, [one('b', round('02-03T11:00'))]);
  await render(site, days);
  expect(read(site, 'dates/2026-02-02.html')).toContain('<a class="title" href="../sessions/b.html">');
});

test('names of models are paths of their own, whatever a log says', async () => {
  const names = ['GPT-5', '../x', '<b>&"', '..', 'a/b', 'x'.repeat(300), '', '~', 'index', 'a..b', '%2e'];
  const paths = names.map(modelPath);
  expect(new Set(paths).size).toBe(names.length);
  for (const path of paths) expect(path).toMatch(/^models\/(?:[a-z0-9_-]+|~[0-9a-f]+)\.html$/);
  expect([modelPath('gpt-5'), modelPath('qwen2.5-72b')]).toEqual([
    'models/gpt-5.html',
    'models/qwen2.5-72b.html',
  ]);
  const site = await made(...names.map((model, i) => one(`s${i}`, round('02-02T10:00', { model }))));
  for (const [i, path] of paths.entries())
    expect(rowsOf(site, path), path).toEqual([`T s${i} 1 500 K $1.00`]);
  expect(read(site, paths[2] ?? '')).toContain('<bdi>Sessions with &lt;b&gt;&amp;&quot;</bdi>');
});

test('with more than 500 models, none has a page, and links lead to the list', async () => {
  const site = await made(
    ...Array.from({ length: 500 }, (_, i) => one(`s${i}`, round('02-02T10:00', { model: `m${i}` }))),
  );
  expect(readdirSync(join(site.siteDir, 'models'))).toHaveLength(500);
  expect(read(site, 'models.html')).toContain(
    'href="./models/m7.html" data-list="./sessions/index.html#model&#x3D;m7',
  );
  await more(site, one('s500', round('02-02T10:00', { model: 'm500' })));
  expect(existsSync(join(site.siteDir, 'models'))).toBe(false);
  expect(existsSync(join(site.siteDir, '.monitor/prepared/models/m7'))).toBe(false);
  expect(read(site, 'models.html')).toContain('<a href="./sessions/index.html#model&#x3D;m7');
  await more(site, one('s501', round('02-03T10:00', { model: 'm7' })));
});

test.each(['pages', 'dates/2026-02-02', 'models/gpt-5'])(
  'a damaged piece, %s, is made anew',
  async (name) => {
    const site = await made(one('a', round('02-02T10:00')), one('b', round('02-02T11:00')));
    writeFileSync(join(site.siteDir, '.monitor/prepared', name), 'x');
    await more(site, one('c', round('02-02T09:00')));
    expect(rowsOf(site, 'dates/2026-02-02.html')).toHaveLength(3);
  },
);
