import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { filesOf, line, makeSite, render, type Made } from './make.ts';

const round = (session: string, department: string) =>
  line('2026-02-01T10:00:00Z', { session_id: session, model: 'test-a', department, input_token: 10 });

const made = (): Promise<Made> =>
  makeSite(
    [round('agent:main:main', 'search'), round('agent:ops:main', 'ads'), round('plain', 'search')],
    '--dimension',
    'department',
  );

function pagesOf({ siteDir }: Made): string[] {
  return [...filesOf(siteDir).keys()]
    .filter((path) => /^sessions\/[^/]+\.html$/.test(path) && !path.includes('index'))
    .toSorted();
}

const argvOf = ({ dataDir, siteDir }: Made): string[] => [
  'render',
  '--data-dir',
  dataDir,
  '--site-dir',
  siteDir,
];

test('a site of some sessions has no page of the others, says so, and stays so', async () => {
  const site = await made();
  const all = pagesOf(site);
  expect(all).toHaveLength(3);
  const filtered = await run([...argvOf(site), '--where', 'department=SEARCH']);
  expect([filtered.code, filtered.err]).toEqual([0, '']);
  const pages = pagesOf(site);
  expect(pages).toHaveLength(2);
  for (const path of ['index.html', ...pages])
    expect(readFileSync(join(site.siteDir, path), 'utf8')).toContain(
      '<p>Only sessions with department&#x3D;SEARCH</p>',
    );
  const stats = JSON.parse(readFileSync(join(site.siteDir, 'api/stats.json'), 'utf8'));
  expect([stats.filter, stats.total.rounds]).toEqual([['department=SEARCH'], 2]);

  // As cron does, without the filter.
  const before = filesOf(site.siteDir);
  expect((await render(site)).rendered).toBe(0);
  expect(filesOf(site.siteDir)).toEqual(before);
  expect((await render(site, { full: true })).rendered).toBeGreaterThan(0);
  expect(pagesOf(site)).toEqual(pages);

  // Another filter replaces it.
  expect((await run([...argvOf(site), '--agent', 'OPS'])).code).toBe(0);
  expect(pagesOf(site)).toEqual(all.filter((path) => !pages.includes(path)));

  expect((await run([...argvOf(site), '--all-sessions'])).code).toBe(0);
  expect(pagesOf(site)).toEqual(all);
  expect(readFileSync(join(site.siteDir, 'index.html'), 'utf8')).not.toContain('Only sessions with');
  expect((await render(site)).rendered).toBe(0);
});

test('a name that the store does not have is wrong usage, and the site stays as it was', async () => {
  const site = await made();
  const before = filesOf(site.siteDir);
  const ran = await run([...argvOf(site), '--where', 'team=x']);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain('monitor: --where team: there is no such name.');
  const both = await run([...argvOf(site), '--agent', 'main', '--all-sessions']);
  expect([both.code, both.err]).toEqual([
    2,
    'monitor: --all-sessions and a filter cannot be used together\n',
  ]);
  expect((await render(site)).rendered).toBe(0);
  expect(filesOf(site.siteDir)).toEqual(before);
});

test('a filter that no session matches is said, and the pages do not speak of an empty log', async () => {
  const site = await made();
  const ran = await run([...argvOf(site), '--where', 'department=x']);
  expect([ran.code, ran.err]).toEqual([
    0,
    "monitor: no session of the store matches the site's filter: department=x\n",
  ]);
  expect(pagesOf(site)).toEqual([]);
  const overview = readFileSync(join(site.siteDir, 'index.html'), 'utf8');
  expect(overview).toContain('Only sessions with department&#x3D;x');
  expect(overview).not.toContain('has no AI requests');
});

test.each([
  ['{'],
  ['{"version":2,"filter":{}}'],
  ['{"version":1,"filter":{"where":[{"name":"department"}]}}'],
  ['{"version":1,"filter":{"__proto__x":"y"}}'],
  ['{"version":1,"filter":{"agent":5}}'],
  ['{"version":1,"budget":{"amount":"x","currency":"USD","per":"day"}}'],
  ['{"version":1,"budget":{"amount":"1","currency":"<b>","per":"day"}}'],
  ['{"version":1,"budget":{"amount":"1","currency":"USD","per":"year"}}'],
  ['{"version":1,"budget":{"amount":1,"currency":"USD","per":"day"}}'],
])('a damaged filter shows nothing more than before: %s', async (text) => {
  const site = await made();
  expect((await run([...argvOf(site), '--agent', 'ops'])).code).toBe(0);
  const path = join(site.siteDir, '.monitor', 'filter.json');
  writeFileSync(path, text);
  const before = filesOf(site.siteDir);
  const ran = await run(argvOf(site));
  expect([ran.code, ran.out]).toEqual([74, '']);
  expect(ran.err).toBe(
    `monitor: the filter of the site, ${path}, is damaged. Nothing was changed. Name the filter again, or show all sessions with --all-sessions\n`,
  );
  expect(filesOf(site.siteDir)).toEqual(before);
  expect((await run([...argvOf(site), '--all-sessions'])).code).toBe(0);
  expect([existsSync(path), pagesOf(site).length]).toEqual([false, 3]);
});
