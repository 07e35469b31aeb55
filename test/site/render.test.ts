import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { run } from '../cli/run.ts';
import { failAt, type Fault } from '../ingest/make.ts';
import { contentsOf, filesOf, line, makeFolder, makeSite, render, type Made } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');

/** A store of a few sessions, not yet rendered. */
function stored(count: number): Made & { sessions: QuickSession[] } {
  const folder = makeFolder();
  const sessions = quickSessions(count, 20, UNTIL);
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  storeQuickly(made.dataDir, sessions);
  return { ...made, sessions };
}

function addRound({ dataDir }: Made, session: QuickSession, at = UNTIL): void {
  storeQuickly(dataDir, [{ ...session, rounds: [{ at, model: 'gpt-5', input: 7, cached: 0, output: 1 }] }]);
}

const old = new Date('2020-01-01T00:00:00Z');

/** The paths that a render wrote, and those that it removed: every file that was there gets an old time first. */
async function changedBy(
  made: Made,
  act: () => Promise<unknown>,
): Promise<{ written: string[]; removed: string[] }> {
  const before = filesOf(made.siteDir);
  for (const path of before.keys()) utimesSync(join(made.siteDir, path), old, old);
  await act();
  const after = filesOf(made.siteDir);
  return {
    written: [...after]
      .filter(([, { mtime }]) => mtime !== old.getTime())
      .map(([path]) => path)
      .toSorted(),
    removed: [...before.keys()].filter((path) => !after.has(path)).toSorted(),
  };
}

describe('a render', () => {
  test('after one round of 1,200 sessions writes its pages, the lists it stands in, and the stamp', async () => {
    const made = stored(1200);
    await render(made);
    // The 151st from the oldest: on the second page of its month.
    const session = made.sessions[150] as QuickSession;
    addRound(made, session);
    const { written, removed } = await changedBy(made, async () => {
      expect(await render(made)).toMatchObject({ rendered: 23, removed: 0 });
    });
    expect(removed).toEqual([]);
    expect(written).toEqual(
      [
        `api/sessions/${session.id}.json`,
        'api/sessions-2026-01-2.json',
        'api/sessions.json',
        'api/stats.json',
        'build.js',
        'changes.js',
        'consumers-by-day.html',
        'consumers.html',
        'context.html',
        'dates.html',
        'dates/2026-02-03.html',
        'health.html',
        'index.html',
        'models.html',
        'models/gpt-5.html',
        'search/2026-01/2.js',
        `search/${session.id}.js`,
        'sessions/2026-01/2.html',
        'sessions/2026-01/2.js',
        'sessions/2026-01/index.html',
        'sessions/2026-01/parts.js',
        'sessions/index.html',
        `sessions/${session.id}.html`,
      ].toSorted(),
    );
    // What it left is what a first render makes, but for the times at which pages were written.
    await render({ ...made, siteDir: `${made.siteDir}-anew` });
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(`${made.siteDir}-anew`));
  });

  test('with nothing new writes nothing, not even what it remembers; --full writes every page', async () => {
    const made = stored(5);
    const { rendered } = await render(made);
    const head = statSync(join(made.siteDir, '.monitor/head')).mtimeMs;
    const { written } = await changedBy(made, async () => {
      expect(await render(made)).toEqual({ rendered: 0, kept: rendered, removed: 0 });
    });
    expect(written).toEqual([]);
    expect(statSync(join(made.siteDir, '.monitor/head')).mtimeMs).toBe(head);
    expect(await render(made, { full: true })).toEqual({ rendered, kept: 0, removed: 0 });
  });

  test('on the next day writes what says "today" or "last 7 days", and the stamp', async () => {
    const made = stored(5);
    await render(made, { now: UNTIL });
    const { written } = await changedBy(made, () => render(made, { now: UNTIL + 86_400_000 }));
    expect(written).toEqual([
      'api/stats.json',
      'build.js',
      'changes.js',
      'consumers-by-day.html',
      'consumers.html',
      'context.html',
      'health.html',
      'index.html',
      'models.html',
    ]);
  });

  test('charts by consumer of days without rounds are a sentence', async () => {
    const made = stored(5);
    await render(made, { now: UNTIL + 40 * 86_400_000 });
    const page = readFileSync(join(made.siteDir, 'consumers-by-day.html'), 'utf8');
    expect(page).toContain('Nothing was used in the last 30 days.');
    expect(page).not.toContain('<svg class="chart');
  });

  test('with another zone writes all pages; with another --refresh only the stamp', async () => {
    const made = stored(5);
    const { rendered } = await render(made);
    const { written } = await changedBy(made, () => render(made, { refresh: 0 }));
    expect(written).toEqual(['build.js']);
    expect(readFileSync(join(made.siteDir, 'build.js'), 'utf8')).toMatch(
      /^monitorStamp\("[0-9a-f]{16}",0\);\n$/,
    );
    const berlin = { local: localTimeIn('Europe/Berlin') };
    expect((await render(made, { ...berlin, refresh: 0 })).rendered).toBe(rendered);
  });

  test('removes what it made and nothing names any more, and no file of a stranger', async () => {
    const made = stored(3);
    await render(made);
    const lone = `${made.dataDir}-lone`;
    storeQuickly(lone, made.sessions.slice(0, 1));
    writeFileSync(join(made.siteDir, 'sessions/mine.html'), 'mine');
    const [first, second, third] = made.sessions.map(({ id }) => id);
    const { written, removed } = await changedBy(made, () =>
      render({ ...made, dataDir: lone }, { replace: true }),
    );
    expect(removed.filter((path) => !/^(?:dates|models)\//.test(path))).toEqual(
      [second, third]
        .flatMap((id) => [`api/sessions/${id}.json`, `search/${id}.js`, `sessions/${id}.html`])
        .toSorted(),
    );
    expect(written).not.toContain(`sessions/${first}.html`);
    expect(readFileSync(join(made.siteDir, 'sessions/mine.html'), 'utf8')).toBe('mine');
  });

  test('killed at any operation leaves whole pages, and the next one makes what a render without it would', async () => {
    const made = stored(2);
    await render(made);
    addRound(made, made.sessions[0] as QuickSession);
    storeQuickly(made.dataDir, [{ ...(made.sessions[0] as QuickSession), id: 'new' }]);
    const clean = `${made.siteDir}-clean`;
    await render({ ...made, siteDir: clean });
    const right = contentsOf(clean);
    const whole = new Map(right);
    const backup = readSite(made.siteDir);
    const before = new Map(contentsOf(made.siteDir));
    const { operations, files } = failAt(Infinity, 'before');
    await render(made, {}, files);
    const points = operations.flatMap((name, at): [number, Fault][] => {
      if (name === 'write') return [[at, 'torn']];
      return name === 'rename' || name === 'remove'
        ? [
            [at, 'before'],
            [at, 'after'],
          ]
        : [];
    });
    expect(points.length).toBeGreaterThan(60);
    for (const [at, fault] of points) {
      writeSite(made.siteDir, backup);
      await expect(render(made, {}, failAt(at, fault).files)).rejects.toThrow();
      for (const [path, digest] of contentsOf(made.siteDir)) {
        expect([before.get(path), whole.get(path)], `${path} at ${at} ${fault}`).toContain(digest);
      }
      await render(made);
      expect(contentsOf(made.siteDir), `${at} ${fault}`).toEqual(right);
      expect(existsSync(join(made.siteDir, '.monitor/journal'))).toBe(false);
    }
  });

  test('what a killed render had begun for a session that is gone by now is removed', async () => {
    const made = stored(1);
    await render(made);
    const more = `${made.dataDir}-more`;
    storeQuickly(more, [...made.sessions, { ...(made.sessions[0] as QuickSession), id: 'gone' }]);
    const page = join(made.siteDir, 'sessions/gone.html');
    for (let at = 0; !existsSync(page); at++) {
      await expect(
        render({ ...made, dataDir: more }, { replace: true }, failAt(at, 'after').files),
      ).rejects.toThrow();
    }
    await render(made);
    expect(existsSync(page)).toBe(false);
  });

  test('begins anew, once, where a prune removes a session that it is about to read', async () => {
    const made = stored(3);
    const old = made.sessions[0] as QuickSession;
    const recent = {
      ...old,
      id: 'recent',
      rounds: old.rounds.map((round) => ({ ...round, at: Date.now() })),
    };
    storeQuickly(made.dataDir, [recent]);
    let prunes = 0;
    const open: Files['open'] = (path, how) => {
      if (path.endsWith(`${old.id}.json`) && prunes++ === 0) {
        const prune = ['prune', '--older-than', '1d', '--data-dir', made.dataDir];
        expect(spawnSync(process.execPath, ['bin/monitor.js', ...prune]).status).toBe(0);
      }
      return nodeFiles.open(path, how);
    };
    await render(made, {}, { ...nodeFiles, open });
    expect(prunes).toBe(1);
    const anew = { ...made, siteDir: `${made.siteDir}-anew` };
    await render(anew);
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(anew.siteDir));
    expect(existsSync(join(made.siteDir, `sessions/${old.id}.html`))).toBe(false);
  });

  test.each(['head', 'sums', 'lists/latest', 'lists/2026-01', 'lists/2026-01-1'])(
    'where .monitor/%s is cut, the site is right after the next round',
    async (name) => {
      const made = stored(3);
      const { rendered } = await render(made);
      const path = join(made.siteDir, '.monitor', name);
      writeFileSync(path, readFileSync(path).subarray(0, 60));
      addRound(made, made.sessions[0] as QuickSession);
      expect((await render(made)).removed).toBe(0);
      await render({ ...made, siteDir: `${made.siteDir}-anew` });
      expect(contentsOf(made.siteDir)).toEqual(contentsOf(`${made.siteDir}-anew`));
      // The day of that round has a page.
      expect(await render(made)).toEqual({ rendered: 0, kept: rendered + 1, removed: 0 });
    },
  );

  test('pages can be read by others, as the umask allows', async () => {
    const before = process.umask(0o027);
    const made = stored(1);
    await render(made);
    process.umask(before);
    const modeOf = (path: string): number => statSync(join(made.siteDir, path)).mode & 0o777;
    expect([modeOf('.'), modeOf('sessions'), modeOf('index.html')]).toEqual([0o750, 0o750, 0o640]);
  });
});

describe('monitor render', () => {
  const ROUND = { session_id: 's', model: 'test-a', input_token: 10, output_token: 1, question: 'hi' };

  test('says what it did, in one line, as JSON, or not at all', async () => {
    const { dataDir, siteDir } = await makeSite([line('2026-02-01T17:00:00.000Z', ROUND)]);
    const argv = ['render', '--data-dir', dataDir, '--site-dir', siteDir];
    expect(await run([...argv, '--full', '--json'])).toEqual({
      code: 0,
      err: '',
      out: `{"version":1,"rendered":38,"kept":0,"removed":0,"site":${JSON.stringify(siteDir)}}\n`,
    });
    expect((await run(argv)).out).toBe(`0 files written, 38 kept, 0 removed: ${siteDir}/index.html\n`);
    expect(await run([...argv, '--quiet'])).toEqual({ code: 0, err: '', out: '' });
    expect((await run(argv)).code).toBe(0);
  });

  test('a folder of other things is left alone, with exit 74', async () => {
    const { dataDir } = await makeSite([line('2026-02-01T17:00:00.000Z', ROUND)]);
    const siteDir = makeFolder();
    writeFileSync(join(siteDir, 'thesis.tex'), '');
    const { code, err } = await run(['render', '--data-dir', dataDir, '--site-dir', siteDir]);
    expect([code, err]).toEqual([
      74,
      `monitor: ${siteDir} is not a site of monitor: it has thesis.tex. Name an empty or new folder with --site-dir\n`,
    ]);
    expect(readdirSync(siteDir)).toEqual(['thesis.tex']);
  });

  test('while another render works on the site: exit 75, and nothing is written', async () => {
    const { dataDir, siteDir } = await makeSite([line('2026-02-01T17:00:00.000Z', ROUND)]);
    const unlock = takeLock(join(siteDir, '.monitor/lock'), 'the site');
    const { code, err } = await run(['render', '--data-dir', dataDir, '--site-dir', siteDir, '--full']);
    unlock();
    expect([code, err]).toEqual([75, `monitor: another run holds the site ${siteDir}; try again later\n`]);
    expect((await run(['render', '--data-dir', dataDir, '--site-dir', siteDir])).code).toBe(0);
  });

  test('without a store: exit 74, and no site', async () => {
    const siteDir = join(makeFolder(), 'site');
    const { code, err } = await run([
      'render',
      '--data-dir',
      join(siteDir, '..', 'no'),
      '--site-dir',
      siteDir,
    ]);
    expect([code, err]).toEqual([74, expect.stringContaining('no store in')]);
    expect(existsSync(siteDir)).toBe(false);
  });
});

/** The files of a folder, `.monitor` included, to be put back. */
function readSite(dir: string): Map<string, Buffer> {
  const found = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    found.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path, readFileSync(path)];
    }),
  );
}

function writeSite(dir: string, files: ReadonlyMap<string, Buffer>): void {
  for (const file of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !files.has(path)) rmSync(path);
  }
  for (const [path, bytes] of files) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
  }
}
