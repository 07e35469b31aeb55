import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import type { Workers } from '../../src/site/page-workers.ts';
import type { Written } from '../../src/site/render-options.ts';
import { contentsOf, makeFolder, render, sharedFolder, type Made } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');
/** Of the built program. */
const TWO: Workers = { file: resolve('dist/page-worker.cjs'), count: 2 };
const LONG_ID = 'long';

/** 320 sessions of about 20 KB, enough for two workers, and one of 1 MB, which no worker gets. */
const SESSIONS = quickSessions(320, 4, UNTIL).map((session) => withTexts(session, 5000));
SESSIONS.splice(100, 0, { ...withTexts(SESSIONS[0] as QuickSession, 300_000), id: LONG_ID });

const shared = sharedFolder();
/** Their store, and the site that a render without workers makes from it. */
const ALONE: Made = { dataDir: join(shared, 'store'), siteDir: join(shared, 'alone') };
let written: Written;

beforeAll(async () => {
  storeQuickly(ALONE.dataDir, SESSIONS);
  written = await render(ALONE);
});

/** The same store and another site. */
function another(): Made {
  return { ...ALONE, siteDir: join(makeFolder(), 'site') };
}

/** A copy of the store and the site. */
function copied(): Made {
  const folder = makeFolder();
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  cpSync(ALONE.dataDir, made.dataDir, { recursive: true });
  cpSync(ALONE.siteDir, made.siteDir, { recursive: true });
  return made;
}

/** With characters of several bytes, because workers send bytes. */
function withTexts(session: QuickSession, length: number): QuickSession {
  const rounds = session.rounds.map((round, i) => ({ ...round, text: `${i} 天气 🚀 `.repeat(length / 8) }));
  return { ...session, rounds };
}

/** What the sites remember. */
function memoryOf({ siteDir }: Made): Map<string, string> {
  const own = join(siteDir, '.monitor');
  const found = readdirSync(own, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = found.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return new Map(paths.map((path) => [path.slice(own.length), readFileSync(path, 'utf8')]));
}

/** The sessions whose files this thread reads. */
function watching(): { files: Files; read: () => string[] } {
  const opened = new Set<string>();
  const open: Files['open'] = (path, how) => {
    if (how === 'read' && path.endsWith('.json') && !path.includes('/.')) opened.add(path);
    return nodeFiles.open(path, how);
  };
  return {
    files: { ...nodeFiles, open },
    read: () => [...opened].map((path) => path.split('/').at(-1) ?? ''),
  };
}

describe('a render with workers', () => {
  test('makes what one without does, file by file; this one reads the long session only', async () => {
    const made = another();
    const { files, read } = watching();
    expect(await render(made, { workers: TWO }, files)).toEqual(written);
    expect(read()).toEqual([`${LONG_ID}.json`]);
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(ALONE.siteDir));
    expect(memoryOf(made)).toEqual(memoryOf(ALONE));
  });

  test('writes what changed, and keeps the rest', async () => {
    const made = copied();
    const round = { at: UNTIL, model: 'gpt-5', input: 7, cached: 0, output: 1 };
    const more = SESSIONS.slice(0, 250).map((session) => ({ ...session, rounds: [round] }));
    storeQuickly(made.dataDir, more);
    const { rendered, kept } = await render(made, { workers: TWO });
    // Of the 71 that nothing came to, page, JSON and texts are kept.
    expect(kept).toBeGreaterThanOrEqual(3 * 71);
    const anew = { ...made, siteDir: `${made.siteDir}-anew` };
    // Texts of some sessions have one more part now.
    expect(rendered + kept).toBe((await render(anew)).rendered);
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(anew.siteDir));
  });

  test('and --full makes every page', async () => {
    const made = copied();
    const { rendered } = written;
    expect(await render(made, { workers: TWO, full: true })).toEqual({ rendered, kept: 0, removed: 0 });
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(ALONE.siteDir));
  });

  test('of several stores makes the same; this one reads the sessions that both have', async () => {
    const folder = makeFolder();
    const dataDirs = [ALONE.dataDir, join(folder, 'other')];
    const others = SESSIONS.slice(0, 3).map((session, i) =>
      i === 0 ? session : { ...session, id: `us${i}` },
    );
    storeQuickly(dataDirs[1] ?? '', others);
    const made = { dataDir: '', siteDir: join(folder, 'site') };
    const { files, read } = watching();
    await render(made, { dataDirs, workers: TWO }, files);
    const both = `${SESSIONS[0]?.id}.json`;
    expect(read().toSorted()).toEqual([both, both, `${LONG_ID}.json`]);
    const alone = { dataDir: '', siteDir: join(folder, 'alone') };
    await render(alone, { dataDirs });
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(alone.siteDir));
  });

  test.each([
    ['cannot start', 'no such program'],
    ['ends at once', 'process.exit(1)'],
    ['ends at its third task', 'let n = 0; on((m) => { if (++n > 2) process.exit(0); post([]); })'],
    ['fails at its third task', 'let n = 0; on((m) => { if (++n > 2) throw new Error("no"); post([]); })'],
    ['answers nothing of use', 'on(() => post([]))'],
  ])('whose thread %s makes the same', async (_, program) => {
    const made = another();
    const file = join(made.siteDir, '../worker.cjs');
    writeFileSync(
      file,
      `const { parentPort } = require('node:worker_threads');
       const on = (listen) => parentPort.on('message', listen);
       const post = (message) => parentPort.postMessage(message);
       ${program}`,
    );
    expect(await render(made, { workers: { file, count: 2 } })).toEqual(written);
    expect(contentsOf(made.siteDir)).toEqual(contentsOf(ALONE.siteDir));
  });

  test('says of a damaged session what one without says', async () => {
    const { dataDir } = copied();
    const { id } = SESSIONS[200] as QuickSession;
    truncateSync(join(dataDir, `${id}.json`), 100);
    const alone = await render({ ...another(), dataDir }).catch((error: Error) => error);
    expect(alone).toMatchObject({
      exitCode: 74,
      message: expect.stringContaining(`${id}.json is truncated`),
    });
    await expect(render({ ...another(), dataDir }, { workers: TWO })).rejects.toEqual(alone);
  });

  test('starts none where the address space is limited: a thread that lacks it would end the process', () => {
    const { dataDir, siteDir } = another();
    const command = `ulimit -v 2200000 && exec node bin/monitor.js render --json --timezone Asia/Shanghai --data-dir ${dataDir} --site-dir ${siteDir}`;
    const { status, stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { rendered: written.rendered }]);
  });

  test('of little starts none', async () => {
    const folder = makeFolder();
    const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
    storeQuickly(made.dataDir, quickSessions(40, 4, UNTIL));
    const { files, read } = watching();
    await render(made, { workers: TWO }, files);
    expect(read()).toHaveLength(40);
  });
});
