import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../scripts/fixtures/prng.mjs';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { findNothingNew } from '../../src/site/nothing-new.ts';
import { periodOf } from '../../src/report/period.ts';
import type { RenderOptions } from '../../src/site/render-options.ts';
import { run } from '../cli/run.ts';
import { contentsOf, filesOf, makeFolder, render, type Made } from './make.ts';
import { quickSessions, storeQuickly, type QuickRound, type QuickSession } from './quick-store.ts';
import { searchSite } from './search/pieces.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');
const DAY_MS = 86_400_000;
const NOW = UNTIL + DAY_MS;

const DAILY = ['by-department', 'by-team', 'consumers', 'consumers-by-day', 'context', 'models', 'index'].map(
  (name) => `${name}.html`,
);

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
  return contentsOf(siteDir);
}

function addRound({ dataDir }: Made, session: QuickSession, at = UNTIL): void {
  storeQuickly(dataDir, [{ ...session, rounds: [{ at, model: 'gpt-5', input: 7, cached: 0, output: 1 }] }]);
}

/** What may become of a round, and of the tools called before. */
function outcome(random: ReturnType<typeof makeRandom>): Partial<QuickRound> {
  if (random.chance(0.2)) return {};
  const texts = ['fine', 'Error: no', 'exit code: 2', 'Error: <script>alert(1)</script> "x"'];
  const results = Array.from({ length: random.int(0, 2) }, () => ({
    tool: random.pick(['bash', 'read', 'a"b<c']) as string,
    text: random.pick(texts) as string,
  }));
  return {
    status: random.pick([200, 200, 200, 429, 503, 0]) as number,
    durationMs: random.int(1, 90_000),
    ...(random.chance(0.7) && { firstTokenMs: random.int(1, 900) }),
    ...(results.length > 0 && { results }),
  };
}

/** The folders of a site that have nothing in them. */
function emptyFolders(siteDir: string): string[] {
  return readdirSync(siteDir, { recursive: true, withFileTypes: true })
    .filter((found) => found.isDirectory() && !join(found.parentPath, found.name).includes('.monitor'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readdirSync(path).length === 0);
}

/** A page without the time at which it was written. */
function withoutTime(siteDir: string, path: string): string {
  return readFileSync(join(siteDir, path), 'utf8').replace(/<p class="written">.*<\/p>/, '');
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
        const currency = random.pick(['USD', 'CNY']);
        const round = { at, model, input: 70, cached: 7, output: 9, currency, ...outcome(random) };
        const isNew = random.chance(0.4);
        // Results are of calls in a round before.
        const first = { at: at - 1000, model, input: 50, cached: 0, output: 5 };
        const rounds = isNew ? [first, round] : [round];
        return { ...known, id: isNew ? `new:${seed}:${step}:${i}` : known.id, rounds };
      });
      storeQuickly(made.dataDir, [...new Map(more.map((session) => [session.id, session])).values()]);
      await render(made, { now: NOW });
      expect(contentsOf(made.siteDir), `step ${step}`).toEqual(await anew(made));
    }
  });

  test.each([1, 2])('has the same pages of dimensions, as days go by (%i)', async (seed) => {
    const random = makeRandom(seed);
    const made = makeEmpty();
    const values = ['search', 'billing', '', 'a"b<c', ...Array.from({ length: 9 }, (_, i) => `v${i}`)];
    let now = NOW;
    for (let step = 0; step < 8; step++) {
      const ids = new Set(Array.from({ length: step === 0 ? 40 : 3 }, () => `s:${random.int(0, 59)}`));
      const sessions = [...ids].map((id): QuickSession => {
        const rounds = Array.from({ length: random.int(1, 3) }, (_, i): QuickRound => {
          const at = now - (random.pick([0, 1, 6, 7, 13, 14, 29, 30, 50]) as number) * DAY_MS + i * 1000;
          const tags = { department: random.pick(values) as string };
          const more = random.chance(0.3) ? { team: random.pick(values) as string } : {};
          return {
            at,
            model: 'qwen-max',
            input: random.int(1, 9) * 1000,
            cached: random.int(0, 1000),
            output: 9,
            ...(random.chance(0.9) && { tags: { ...tags, ...more } }),
          };
        });
        return { id, title: id, consumer: random.pick(['', 'ana', 'bo']) as string, rounds };
      });
      storeQuickly(made.dataDir, sessions, ['department', 'team']);
      await render(made, { now });
      const siteDir = join(makeFolder(), 'site');
      await render({ ...made, siteDir }, { now });
      for (const path of DAILY)
        expect(withoutTime(made.siteDir, path), `${path} at step ${step}`).toBe(withoutTime(siteDir, path));
      expect(withoutTime(siteDir, 'by-department.html')).toContain('not recorded');
      expect(withoutTime(siteDir, 'context.html').match(/#r-\d/g)?.length).toBeGreaterThan(20);
      now += (random.pick([0, 0, 1, 2, 9]) as number) * DAY_MS;
    }
    await render(made, { now, full: true });
    expect(contentsOf(made.siteDir)).toEqual(await anew(made, { now }));
  });

  test.each([1, 2])(
    'shows failures, times and tools as a first one would, as days go by (%i)',
    async (seed) => {
      const random = makeRandom(seed);
      const made = makeEmpty();
      const names = Array.from({ length: 70 }, (_, i) => `agent:main:${i}`);
      let now = NOW;
      for (let step = 0; step < 9; step++) {
        const ids = new Set(Array.from({ length: step === 0 ? 70 : 4 }, () => random.pick(names) as string));
        const sessions = [...ids].map((id): QuickSession => {
          const model = random.pick(['qwen-max', 'gpt-5', 'model-3', 'unknown']) as string;
          const route = random.pick(['ai-route-a', 'ai-route-<b>', '-']) as string;
          const tokens = model === 'unknown' ? 0 : 70;
          const consumer = random.pick(['', 'cron', 'dev-cli']) as string;
          const rounds = Array.from({ length: random.int(2, 4) }, (_, i) => {
            const daysAgo = random.pick([0, 0, 1, 3, 7, 8, 59, 60, 62]) as number;
            const at = now - daysAgo * DAY_MS - random.int(0, 20) * 3_600_000 + i * 1000;
            const used = { input: tokens, cached: 0, output: tokens };
            return { at, model, route, ...used, ...outcome(random) };
          });
          return { id, title: `<b>${id}</b>`, consumer, api: random.pick(['', 'a-api']) as string, rounds };
        });
        storeQuickly(made.dataDir, sessions);
        await render(made, { now });
        const siteDir = join(makeFolder(), 'site');
        await render({ ...made, siteDir }, { now });
        for (const path of [
          'health.html',
          'tools.html',
          'models.html',
          'sessions/index.html',
          'api/stats.json',
        ])
          expect(withoutTime(made.siteDir, path), `${path} at step ${step}`).toBe(withoutTime(siteDir, path));
        // Nothing was left out, or compared with an empty page.
        expect(withoutTime(siteDir, 'models.html')).toMatch(/sent to ai-route-(?:a|&lt;b&gt;) \d/);
        expect(withoutTime(siteDir, 'health.html').match(/#r-\d/g)?.length).toBeGreaterThan(20);
        expect(withoutTime(siteDir, 'tools.html').match(/#r-\d/g)?.length).toBeGreaterThan(15);
        now += (random.pick([0, 0, 1, 2, 9]) as number) * DAY_MS;
      }
      await render(made, { now, full: true });
      expect(contentsOf(made.siteDir)).toEqual(await anew(made, { now }));
      // A clock that goes back: not enough is remembered of what is today then.
      await render(made, { now: NOW });
      addRound(made, { id: names[0] ?? '', title: null, consumer: '', rounds: [] }, NOW - 1);
      await render(made, { now: NOW - 2 * DAY_MS });
      const siteDir = join(makeFolder(), 'site');
      await render({ ...made, siteDir }, { now: NOW - 2 * DAY_MS });
      for (const path of ['health.html', 'api/stats.json'])
        expect(withoutTime(made.siteDir, path), path).toBe(withoutTime(siteDir, path));
    },
  );

  test.each([1, 2])('with sessions that are parts of others, whatever comes first (%i)', async (seed) => {
    const random = makeRandom(seed);
    const made = stored(3);
    // Deep keys, a parent with many parts, parts without their parent, and keys that name nobody.
    const keys = [
      'agent:a:main',
      'agent:a:main:thread:1',
      'agent:a:main:thread:1:subagent:x',
      'agent:b:cron:job',
    ];
    const ids = [
      ...keys,
      ...Array.from({ length: 14 }, (_, i) => `agent:b:cron:job:run:${i}`),
      ...Array.from({ length: 4 }, (_, i) => `agent:a:main:thread:1:subagent:x:subagent:${i}`),
      'agent:a:subagent:z',
      `agent:a:main${':thread:7'.repeat(20)}`,
      'agent:a:MAIN:thread:2',
    ];
    await render(made, { now: NOW });
    for (let step = 0; step < 6; step++) {
      const more = Array.from({ length: random.int(1, 6) }, (): QuickSession => {
        const input = random.int(1, 9) * 1000;
        const round = {
          at: UNTIL - random.int(0, 40) * DAY_MS,
          model: 'qwen-max',
          input,
          cached: 0,
          output: 1,
        };
        const currency = random.pick(['USD', 'USD', 'CNY']) as string;
        const rest = random.chance(0.2) ? { unpriced: true as const } : { currency };
        return { id: random.pick(ids) as string, title: 't', consumer: '', rounds: [{ ...round, ...rest }] };
      });
      storeQuickly(made.dataDir, [...new Map(more.map((session) => [session.id, session])).values()]);
      await render(made, { now: NOW });
      expect(contentsOf(made.siteDir), `step ${step}`).toEqual(await anew(made));
      const days = { now: NOW, period: { days: 20 }, startOf: () => UNTIL - 20 * DAY_MS };
      if (step % 3 === 2) {
        await render(made, days);
        expect(contentsOf(made.siteDir), `days, step ${step}`).toEqual(await anew(made, days));
        await render(made, { now: NOW, period: 'all' });
      }
    }
  });

  test('a round of a part is in the sums of its parent’s page, which is the only other page that it changes', async () => {
    const made = { ...makeEmpty(), sessions: [] as QuickSession[] };
    const one = (id: string, input: number): QuickSession => ({
      id,
      title: id,
      consumer: '',
      rounds: [{ at: UNTIL, model: 'gpt-5', input, cached: 0, output: 0 }],
    });
    // 2 USD per million tokens.
    const runs = Array.from({ length: 13 }, (_, i) => one(`agent:b:cron:job:run:${i}`, (i + 1) * 1_000_000));
    storeQuickly(made.dataDir, [one('agent:b:cron:job', 500_000), ...runs, one('plain', 1)]);
    await render(made, { now: NOW });
    const page = (): string => readFileSync(join(made.siteDir, 'sessions/agent:b:cron:job.html'), 'utf8');
    const rows = (): string[] =>
      [
        ...page().matchAll(
          /<bdi>([^<]*)<\/bdi>(?:<\/a>)?[^\n]*<td class="num">([\d,]+)<\/td>[^\n]*>(\S+)<\/td>/g,
        ),
      ].map((match) => match.slice(1).join(' '));
    expect(page()).toContain('<summary>Parts: 13 sessions below it, $183.0000 together</summary>');
    expect(page()).toContain('3 more sessions directly below it');
    expect(rows()).toEqual([
      'This session 1 $1.0000',
      ...[12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((i) => `agent:b:cron:job:run:${i} 1 $${(i + 1) * 2}.0000`),
      'All 13 sessions below it 13 $182.0000',
      'Together 14 $183.0000',
    ]);
    const before = filesOf(made.siteDir);
    addRound(made, one('agent:b:cron:job:run:0', 1));
    await render(made, { now: NOW });
    const changed = [...filesOf(made.siteDir)].filter(
      ([path, { digest }]) => before.get(path)?.digest !== digest,
    );
    const pages = changed.map(([path]) => path).filter((path) => /^sessions\/agent.*html$/.test(path));
    // Seven tokens of input and one of output.
    expect(page()).toContain('title="$182.000024"');
    expect(pages).toEqual(['sessions/agent:b:cron:job.html', 'sessions/agent:b:cron:job:run:0.html']);
    const run1 = readFileSync(join(made.siteDir, 'sessions/agent:b:cron:job:run:1.html'), 'utf8');
    expect(run1).toContain(
      '<p class="lead">Run of <a href="./agent:b:cron:job.html"><bdi>agent:b:cron:job</bdi></a></p>',
    );
  });

  test('a damaged file of families is made anew', async () => {
    const made = stored(3);
    const part = (i: number): QuickSession => ({
      ...(made.sessions[0] as QuickSession),
      id: `agent:c:main:thread:${i}`,
    });
    storeQuickly(made.dataDir, [part(1)]);
    await render(made, { now: NOW });
    const folder = join(made.siteDir, '.monitor/families');
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), 'x');
    storeQuickly(made.dataDir, [part(2)]);
    await render(made, { now: NOW });
    storeQuickly(made.dataDir, [{ ...part(2), id: 'agent:c:main' }]);
    await render(made, { now: NOW });
    expect(contentsOf(made.siteDir)).toEqual(await anew(made));
    expect(readFileSync(join(made.siteDir, 'sessions/agent:c:main.html'), 'utf8')).toContain(
      '2 sessions below it',
    );
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
        llm_service_duration: 100 + i * 37,
        messages: [
          { role: 'user', content: `question ${i}` },
          { role: 'assistant', tool_calls: [call(i)] },
          { role: 'tool', tool_call_id: call(i).id, content: i % 4 === 1 ? `Error: ${i}` : 'fine' },
        ],
      });
    const call = (i: number) => ({
      id: `c${i}`,
      type: 'function',
      function: { name: i % 2 === 0 ? 'bash' : 'read', arguments: '{}' },
    });
    let lines = 0;
    const write = (session: string, time: string): void => {
      const response_code = lines % 5 === 2 ? '503' : '200';
      const line = {
        start_time: time,
        request_id: `r${lines}`,
        response_code,
        ai_log: aiLog(session, lines++),
      };
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
      expect(contentsOf(made.siteDir), name).toEqual(await anew(made));
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

  test('after a prune of a whole month removes its folders, unless somebody keeps a file there', async () => {
    const made = stored(30, 60);
    const now = Date.now();
    addRound(made, { id: 'today', title: null, consumer: '', rounds: [] }, now - 1000);
    await render(made, { now });
    const months = (): string[] =>
      readdirSync(join(made.siteDir, 'sessions')).filter((name) => /^\d{4}-\d\d$/.test(name));
    const before = months();
    expect(before.length).toBeGreaterThan(2);
    const [kept = ''] = before;
    writeFileSync(join(made.siteDir, 'sessions', kept, 'mine.txt'), '');
    const prune = ['prune', '--older-than', '2d', '--data-dir', made.dataDir];
    expect(await run(prune)).toMatchObject({ code: 0 });
    await render(made, { now });
    expect(months()).not.toContain(before[1]);
    expect(readdirSync(join(made.siteDir, 'sessions', kept))).toEqual(['mine.txt']);
    expect(emptyFolders(made.siteDir)).toEqual([]);
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
    expect(new Set(names.filter((name) => /^2026-\d\d-\d$/.test(name ?? '')))).toEqual(
      new Set(['2026-01-1', '2026-01-3', '2026-01-4']),
    );
    // The lists of its day, which is new, and of its model.
    expect(names.filter((name) => /^2026-\d\d-\d\d$/.test(name ?? ''))).toEqual(['2026-02-03']);
    expect(names.filter((name) => name === 'gpt-5' || name === 'claude-sonnet-4-5')).toEqual(['gpt-5']);
  });

  test('reads a session file with failures once: for its changes, and not in a pass over all sessions', async () => {
    const made = makeEmpty();
    const failing = Array.from({ length: 40 }, (_, i): QuickSession => {
      const round = {
        at: UNTIL - i * 1000,
        model: 'm',
        input: 7,
        cached: 0,
        output: 1,
        status: i % 2 ? 503 : 200,
      };
      const results = [{ tool: 'bash', text: 'Error: no' }];
      return { id: `s${i}`, title: null, consumer: '', rounds: [round, { ...round, results }] };
    });
    storeQuickly(made.dataDir, failing);
    await render(made, { now: NOW });
    addRound(made, failing[7] as QuickSession);
    const some = watching();
    await render(made, { now: NOW }, some.files);
    const sessionFiles = (opened: readonly string[]): string[] => [
      ...new Set(opened.filter((path) => path.startsWith(made.dataDir) && /\/s\d+\.json$/.test(path))),
    ];
    expect(sessionFiles(some.opened())).toEqual([join(made.dataDir, 's7.json')]);
    // One file of pages, and one of failures.
    expect(some.opened().filter((path) => /\/[0-9a-f]{2}$/.test(path)).length).toBeLessThanOrEqual(2);
    rmSync(join(made.siteDir, '.monitor/sums'));
    addRound(made, failing[8] as QuickSession);
    const all = watching();
    await render(made, { now: NOW }, all.files);
    expect(sessionFiles(all.opened())).toEqual([join(made.dataDir, 's8.json')]);
    expect(contentsOf(made.siteDir)).toEqual(await anew(made));
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
    expect(contentsOf(made.siteDir)).toEqual(await anew(made));
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
      const now2 = new Map(contentsOf(made.siteDir));
      expect(pages.map((path) => now2.get(path))).toEqual(pages.map((path) => first.get(path)));
    }
  });
});

test('the last 7 and 30 days move on at midnight, also with nothing new, until they are empty', async () => {
  const made = stored(40);
  const dear = made.sessions[3] as QuickSession;
  await render(made, { now: UNTIL });
  const pages = ['index.html', 'models.html', 'consumers.html'];
  const html = (): string => readFileSync(join(made.siteDir, 'index.html'), 'utf8');
  const written = (): number[] => pages.map((path) => statSync(join(made.siteDir, path)).mtimeMs);
  const sentences = new Set([/<p class="cause">.*/.exec(html())?.[0]]);
  for (let day = 1; day <= 13; day++) {
    const now = UNTIL + day * DAY_MS;
    if (day === 2) {
      const round = { at: now, model: 'gpt-5', input: 9_000_000, cached: 0, output: 0 };
      storeQuickly(made.dataDir, [{ ...dear, rounds: [round] }]);
    }
    const { files, opened } = watching();
    await render(made, { now }, files);
    // No page of a session or a list: the effort does not grow with the store.
    const names = opened().map((path) => path.split('/').at(-1) ?? '');
    const isOfSome = (name: string): boolean => /^([0-9a-f]{2}|2026-\d\d-\d+)$/.test(name);
    expect(names.some(isOfSome)).toBe(day === 2);
    const first = new Map(await anew(made, { now }));
    const these = new Map(contentsOf(made.siteDir));
    expect(pages.map((path) => these.get(path))).toEqual(pages.map((path) => first.get(path)));
    sentences.add(/<p class="cause">.*/.exec(html())?.[0]);
  }
  expect([...sentences].filter((text) => text?.includes('$18.0'))).not.toEqual([]);
  expect(sentences.size).toBeGreaterThan(8);
  await render(made, { now: UNTIL + 20 * DAY_MS });
  expect(html()).not.toContain('class="cause"');
  // Until no round is in the 30 days of the bars.
  await render(made, { now: UNTIL + 33 * DAY_MS });
  const before = written();
  await render(made, { now: UNTIL + 34 * DAY_MS });
  // The overview says how many sessions are of today.
  expect(written().slice(1)).toEqual(before.slice(1));
  // A clock that was wrong: what is remembered does not reach back.
  await render(made, { now: UNTIL + 4 * DAY_MS });
  const first = new Map(await anew(made, { now: UNTIL + 4 * DAY_MS }));
  expect(new Map(contentsOf(made.siteDir)).get('index.html')).toBe(first.get('index.html'));
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
    expect(contentsOf(made.siteDir)).toEqual(await anew(made, options(NOW, { days: 5 })));
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
    findNothingNew(nodeFiles, {
      dataDirs: [made.dataDir],
      siteDir: made.siteDir,
      refresh: 30,
      now,
      zone: 'TZ=Asia/Shanghai',
      ...rest,
    });

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
  const made2 = new Map(contentsOf(made.siteDir));
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
  expect(contentsOf(`${made.siteDir}-copy`)).toEqual(contentsOf(made.siteDir));
});
