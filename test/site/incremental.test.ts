import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../scripts/fixtures/prng.mjs';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { findNothingNew } from '../../src/site/nothing-new.ts';
import { periodOf } from '../../src/report/period.ts';
import type { RenderOptions } from '../../src/site/render-options.ts';
import { run } from '../cli/run.ts';
import { filesOf, makeFolder, render, type Made } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';
import { searchSite } from './search/pieces.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');
const DAY_MS = 86_400_000;
const NOW = UNTIL + DAY_MS;

const contents = (siteDir: string): [string, string][] =>
  [...filesOf(siteDir)].map(([path, { digest }]): [string, string] => [path, digest]).toSorted();

function makeEmpty(): Made {
  const folder = makeFolder();
  return { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
}

function stored(count: number, days = 20): Made & { sessions: QuickSession[] } {
  const made = { ...makeEmpty(), sessions: quickSessions(count, days, UNTIL) };
  storeQuickly(made.dataDir, made.sessions);
  return made;
}

/** What a first render makes. */
async function anew(made: Made, options: Partial<RenderOptions> = {}): Promise<[string, string][]> {
  const siteDir = join(makeFolder(), 'site');
  await render({ dataDir: made.dataDir, siteDir }, { now: NOW, ...options });
  return contents(siteDir);
}

function addRound({ dataDir }: Made, session: QuickSession, at = UNTIL): void {
  storeQuickly(dataDir, [{ ...session, rounds: [{ at, model: 'gpt-5', input: 7, cached: 0, output: 1 }] }]);
}

/** Counts the entries of the index that a render reads. */
function watching(): { files: Files; opened: () => string[] } {
  const opened: string[] = [];
  const open: Files['open'] = (path, how) => {
    opened.push(path);
    return nodeFiles.open(path, how);
  };
  return { files: { ...nodeFiles, open }, opened: () => opened };
}

describe('a render that goes on from the last one', () => {
  test.each([1, 2, 3, 4])('makes what a first one would, whatever came in between (%i)', async (seed) => {
    const random = makeRandom(seed);
    const part = (): number => random.int(0, 999_999) / 1_000_000;
    // The tail of some of these stores grows into a new base.
    const made = stored(100 + seed * 60, 20 + seed * 15);
    const { sessions } = made;
    await render(made, { now: NOW });
    for (let step = 0; step < 5; step++) {
      const more = Array.from({ length: random.int(1, 4) }, (_, i): QuickSession => {
        const known = random.pick(sessions) as QuickSession;
        const at = UNTIL - Math.floor(part() ** 3 * 70 * DAY_MS);
        const model = random.chance(0.2) ? `model-${random.int(0, 9)}` : 'qwen-max';
        const round = { at, model, input: 70, cached: 7, output: 9, currency: random.pick(['USD', 'CNY']) };
        return { ...known, id: random.chance(0.4) ? `new:${seed}:${step}:${i}` : known.id, rounds: [round] };
      });
      storeQuickly(made.dataDir, [...new Map(more.map((session) => [session.id, session])).values()]);
      await render(made, { now: NOW });
      expect(contents(made.siteDir), `step ${step}`).toEqual(await anew(made));
    }
  });

  test('by the real program: after parse, prune, prune of texts, reprice and reindex', async () => {
    const folder = makeFolder();
    const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
    const log = join(folder, 'access.log');
    const aiLog = (session: string, i: number): string =>
      JSON.stringify({
        session_id: session,
        model: i % 3 === 0 ? 'gpt-4o' : 'deepseek-chat',
        input_token: 100 + i,
        output_token: 7,
        question: `question ${i}`,
        answer: `answer ${i}`,
      });
    let lines = 0;
    const write = (session: string, time: string): void => {
      const line = { start_time: time, request_id: `r${lines}`, ai_log: aiLog(session, lines++) };
      writeFileSync(log, `${JSON.stringify(line)}\n`, { flag: 'a' });
    };
    const monitor = async (...argv: string[]): Promise<void> => {
      const { code, err } = await run([...argv, '--data-dir', made.dataDir]);
      expect([argv[0], code, err]).toEqual([argv[0], 0, '']);
    };
    const parse = (): Promise<void> => monitor('parse', '--quiet', '--log-path', log);
    const steps: [string, () => Promise<void>][] = [
      ['a first parse', parse],
      ['another', parse],
      ['a prune', () => monitor('prune', '--older-than', '300d')],
      ['a parse after it', parse],
      ['a prune of texts', () => monitor('prune', '--content', '--older-than', '200d')],
      ['a reprice', () => monitor('prices', '--refresh', '--yes')],
      ['a reindex', () => monitor('reindex')],
      ['a last parse', parse],
    ];
    for (const [name, step] of steps) {
      for (let i = 0; i < 12; i++) {
        const daysAgo = [400, 250, 30, 2, 1][(lines + i) % 5] ?? 0;
        write(
          `s${(lines * 7) % 11}-${daysAgo}`,
          new Date(Date.now() - daysAgo * DAY_MS + lines * 1000).toISOString(),
        );
      }
      await step();
      await render(made, { now: NOW });
      expect(contents(made.siteDir), name).toEqual(await anew(made));
      // What was pruned is not found any more.
      const { found, search } = await searchSite(made.siteDir, 'Question 1');
      expect([search.failed, search.withoutPage], name).toEqual([0, 0]);
      const { out } = await run([
        'search',
        '--json',
        '--limit',
        '0',
        '--data-dir',
        made.dataDir,
        'Question 1',
      ]);
      const { hits } = JSON.parse(out) as { hits: { session_id: string; round: number }[] };
      expect(
        found.flatMap(({ id, hits: own }) => own.map(({ round }) => `${id} ${round}`)).toSorted(),
        name,
      ).toEqual(hits.map(({ session_id: id, round }) => `${id} ${round}`).toSorted());
    }
  });

  test('reads one file of each list that changes, however many sessions there are', async () => {
    const made = stored(400);
    await render(made, { now: NOW });
    addRound(made, made.sessions[50] as QuickSession);
    const { files, opened } = watching();
    await render(made, { now: NOW }, files);
    const names = opened().map((path) => path.split('/').at(-1));
    // One shard, the month, one part of it, and the newest one for the month's own page.
    expect(names.filter((name) => /^[0-9a-f]{2}$/.test(name ?? ''))).toHaveLength(1);
    expect(new Set(names.filter((name) => /^2026-\d\d-\d+$/.test(name ?? '')))).toEqual(
      new Set(['2026-01-1', '2026-01-3', '2026-01-4']),
    );
  });

  test('of a store that was restored from a backup, and went on differently', async () => {
    const made = stored(30);
    const backup = `${made.dataDir}-backup`;
    cpSync(made.dataDir, backup, { recursive: true });
    const [first, second, third] = made.sessions as [QuickSession, QuickSession, QuickSession];
    addRound(made, first);
    await render(made, { now: NOW });
    rmSync(made.dataDir, { recursive: true });
    cpSync(backup, made.dataDir, { recursive: true });
    addRound(made, second);
    addRound(made, third);
    await render(made, { now: NOW });
    expect(contents(made.siteDir)).toEqual(await anew(made));
  });

  test('after a commit without rounds writes what it remembers of the commit, and nothing else', async () => {
    const made = stored(3);
    await render(made, { now: NOW });
    const { mtimeMs } = statSync(join(made.siteDir, '.monitor/sums'));
    storeQuickly(made.dataDir, []);
    const before = readFileSync(join(made.siteDir, '.monitor/head'), 'utf8');
    expect(await render(made, { now: NOW })).toMatchObject({ rendered: 0, removed: 0 });
    expect(readFileSync(join(made.siteDir, '.monitor/head'), 'utf8')).not.toBe(before);
    expect(statSync(join(made.siteDir, '.monitor/sums')).mtimeMs).toBe(mtimeMs);
  });

  test('of another day counts the sessions of today, and of another year writes the lists', async () => {
    const made = stored(30);
    await render(made, { now: UNTIL });
    for (const now of [UNTIL + DAY_MS, Date.parse('2027-01-05T00:00:00Z')]) {
      addRound(made, made.sessions[3] as QuickSession, now - 1000);
      await render(made, { now });
      const first = new Map(await anew(made, { now }));
      const html = readFileSync(join(made.siteDir, 'index.html'), 'utf8');
      expect(html).toContain('1 today');
      // Pages that no session changed keep the time at which they were written.
      const pages = ['index.html', 'sessions/index.html', 'models.html', 'api/sessions.json'];
      const now2 = new Map(contents(made.siteDir));
      expect(pages.map((path) => now2.get(path))).toEqual(pages.map((path) => first.get(path)));
    }
  });
});

describe('a period of pages', () => {
  const local = localTimeIn('Asia/Shanghai');
  const options = (now: number, period?: RenderOptions['period']): Partial<RenderOptions> => ({
    now,
    period,
    startOf: (given) => periodOf(given, local, now).from,
  });
  const pages = ({ siteDir }: Made): number =>
    [...filesOf(siteDir).keys()].filter((path) => /^sessions\/agent[^/]*\.html$/.test(path)).length;

  test('only sessions of the last days have pages; lists and sums have all; it is remembered, and moves on', async () => {
    const made = stored(60);
    await render(made, options(NOW));
    expect(pages(made)).toBe(60);
    const sums = readFileSync(join(made.siteDir, 'api/stats.json'), 'utf8');
    await render(made, options(NOW, { days: 5 }));
    const from = periodOf({ days: 5 }, local, NOW).from;
    const due = made.sessions.filter(({ rounds }) => Math.max(...rounds.map(({ at }) => at)) >= from);
    expect(due.length).toBeGreaterThan(3);
    expect(due.length).toBeLessThan(20);
    expect(pages(made)).toBe(due.length);
    expect(existsSync(join(made.siteDir, `api/sessions/${made.sessions[0]?.id}.json`))).toBe(false);
    expect(existsSync(join(made.siteDir, `search/${made.sessions[0]?.id}.js`))).toBe(false);
    const { search } = await searchSite(made.siteDir, 'a');
    expect([search.looked, search.withoutPage, search.failed]).toEqual([60, 60 - due.length, 0]);
    expect(readFileSync(join(made.siteDir, 'api/stats.json'), 'utf8')).toBe(sums);
    const list = readFileSync(join(made.siteDir, 'sessions/index.html'), 'utf8');
    expect(list).toContain('<p>Sessions without a link are older than the pages of this site</p>');
    // With the row that the browser fills in.
    expect(list.match(/<tr class="session">/g)).toHaveLength(60 + 1);
    expect(list.match(/<a class="title"/g)).toHaveLength(due.length + 1);
    const { sessions } = JSON.parse(readFileSync(join(made.siteDir, 'api/sessions.json'), 'utf8'));
    expect(sessions.filter(({ page }: { page: unknown }) => page === null)).toHaveLength(60 - due.length);

    // As cron does, without the period: a round of an old session brings its page back.
    addRound(made, made.sessions[0] as QuickSession, UNTIL);
    await render(made, options(NOW));
    expect(pages(made)).toBe(due.length + 1);
    expect(contents(made.siteDir)).toEqual(await anew(made, options(NOW, { days: 5 })));
    await render(made, options(NOW + 3 * DAY_MS));
    expect(pages(made)).toBeLessThan(due.length);
    await render(made, options(NOW + 30 * DAY_MS));
    expect(pages(made)).toBe(0);
    await render(made, options(NOW, 'all'));
    expect(pages(made)).toBe(60);
    expect(existsSync(join(made.siteDir, '.monitor/filter.json'))).toBe(false);
  });

  test('by the command line; --all-sessions ends it', async () => {
    const made = stored(6);
    const argv = ['render', '--quiet', '--data-dir', made.dataDir, '--site-dir', made.siteDir];
    expect((await run([...argv, '--since', '2026-02-02'])).code).toBe(0);
    const some = pages(made);
    expect(some).toBeLessThan(6);
    expect((await run(argv)).code).toBe(0);
    expect(pages(made)).toBe(some);
    expect((await run([...argv, '--all-sessions'])).code).toBe(0);
    expect(pages(made)).toBe(6);
    expect(await run([...argv, '--since', 'yesterday'])).toMatchObject({ code: 2 });
    expect(await run([...argv, '--since', '2026-02-02', '--days', '3'])).toMatchObject({ code: 2 });
  });
});

describe('nothing new', () => {
  const ask = (made: Made, now = NOW, rest = {}) =>
    findNothingNew(nodeFiles, { ...made, refresh: 30, now, zone: 'TZ=Asia/Shanghai', ...rest });

  test('is found out without the index, and only if a render would write nothing', async () => {
    const made = stored(3);
    expect(ask(made)).toBeUndefined();
    const options = { now: NOW, zone: 'TZ=Asia/Shanghai' };
    const { rendered } = await render(made, options);
    expect(ask(made)).toEqual({ rendered: 0, kept: rendered, removed: 0 });
    // Another day, --refresh, time zone, store, or a killed render.
    expect(ask(made, NOW + DAY_MS)).toBeUndefined();
    expect(ask(made, NOW - DAY_MS)).toBeUndefined();
    expect(ask(made, NOW, { refresh: 5 })).toBeUndefined();
    expect(ask(made, NOW, { zone: 'TZ=UTC' })).toBeUndefined();
    expect(ask(stored(3), NOW, { siteDir: made.siteDir })).toBeUndefined();
    writeFileSync(join(made.siteDir, '.monitor/journal'), 'index.html\n');
    expect(ask(made)).toBeUndefined();
    rmSync(join(made.siteDir, '.monitor/journal'));
    expect(ask(made)).toBeDefined();
    writeFileSync(join(made.siteDir, '.monitor/filter.json'), '{"version":1,"filter":{"agent":"main"}}\n');
    expect(ask(made)).toBeUndefined();
    rmSync(join(made.siteDir, '.monitor/filter.json'));
    addRound(made, made.sessions[0] as QuickSession);
    expect(ask(made)).toBeUndefined();
    await render(made, options);
    expect(ask(made)).toBeDefined();
    const log = join(made.dataDir, '../other.log');
    writeFileSync(log, 'x\n');
    const argv = ['parse', '--currency', 'CNY', '--quiet', '--data-dir', made.dataDir, '--log-path', log];
    expect((await run(argv)).code).toBe(0);
    expect(ask(made)).toBeUndefined();
  });

  test('is not found where a file of the index is cut: the render says so', async () => {
    const made = stored(3);
    await render(made, { now: NOW, zone: 'TZ=Asia/Shanghai' });
    expect(ask(made)).toBeDefined();
    writeFileSync(join(made.dataDir, '.index-1.jsonl'), 'x');
    expect(ask(made)).toBeUndefined();
    await expect(render(made, { now: NOW })).rejects.toThrow('were committed');
  });
});

test('the site of an earlier build: its lists lead on, what is gone is removed, the rest is made anew', async () => {
  const made = stored(3);
  const [page, list, part] = ['sessions/gone.html', 'sessions/page/2.html', 'api/sessions-1.json'];
  const lines = [
    `sgone.json\tk\t${page}\tk\tapi/sessions/gone.json\tk`,
    'psessions/data/1.js\tk',
    `p${list}\tk`,
    `p${part}\tk`,
    'pindex.html\tk',
  ];
  for (const folder of ['.monitor', 'sessions/page', 'sessions/data', 'api/sessions'])
    mkdirSync(join(made.siteDir, folder), { recursive: true });
  for (const path of [page, list, part, 'api/sessions/gone.json', 'sessions/data/1.js'])
    writeFileSync(join(made.siteDir, path), 'old');
  writeFileSync(join(made.siteDir, '.monitor/manifest'), `monitor site 1\tc\t5\t\n${lines.join('\n')}\n`);
  const { removed } = await render(made, { now: NOW });
  // The page and the JSON of the session, and the data file.
  expect(removed).toBe(3);
  const right = new Map(await anew(made));
  const made2 = new Map(contents(made.siteDir));
  expect([...made2.keys()].filter((path) => !right.has(path))).toEqual([part, 'sessions/page/1.html', list]);
  const html = readFileSync(join(made.siteDir, list), 'utf8');
  expect(html).toContain('<a href="../index.html">sessions</a>');
  expect(html).toContain('content="0; url=../index.html"');
  expect(JSON.parse(readFileSync(join(made.siteDir, part), 'utf8'))).toEqual({
    version: 1,
    moved_to: './sessions.json',
    sessions: [],
  });
  expect(existsSync(join(made.siteDir, '.monitor/manifest'))).toBe(false);
  const before = statSync(join(made.siteDir, list)).mtimeMs;
  expect(await render(made, { now: NOW })).toMatchObject({ rendered: 0, removed: 0 });
  expect(statSync(join(made.siteDir, list)).mtimeMs).toBe(before);
  cpSync(made.siteDir, `${made.siteDir}-copy`, { recursive: true });
  await render({ ...made, siteDir: `${made.siteDir}-copy` }, { now: NOW, full: true });
  expect(contents(`${made.siteDir}-copy`)).toEqual(contents(made.siteDir));
});
