import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../scripts/fixtures/prng.mjs';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { findNothingNew } from '../../src/site/nothing-new.ts';
import { run } from '../cli/run.ts';
import { contentsOf, filesOf, makeFolder, render } from './make.ts';
import { quickSessions, storeQuickly, type QuickRound, type QuickSession } from './quick-store.ts';

const folder = makeFolder();
const lines = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8')
    .split('\n')
    .filter((line) => line !== ''),
);
let made = 0;

/** A store of these lines. */
async function storeOf(gateway: string, own: readonly string[]): Promise<string> {
  const dir = join(folder, `${++made}-${gateway}`);
  mkdirSync(dir);
  const log = join(dir, 'access.log');
  writeFileSync(log, own.map((line) => `${line}\n`).join(''));
  const store = join(dir, 'store');
  const argv = ['parse', '--log-path', log, '--output-dir', store, '--gateway', gateway];
  const { code, err } = await run(argv);
  expect(code, err).toBe(0);
  return store;
}

async function siteOf(...dataDirs: string[]): Promise<string> {
  const siteDir = join(folder, `${++made}-site`);
  await render({ dataDir: '', siteDir }, { dataDirs });
  return siteDir;
}

/** The site's files, without what tells its stores apart. */
function comparable(siteDir: string): Map<string, string> {
  const paths = readdirSync(siteDir, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(siteDir.length + 1))
    .filter((path) => !path.startsWith('.monitor') && path !== 'build.js' && path !== 'changes.js');
  return new Map(
    paths.toSorted().map((path) => {
      const text = readFileSync(join(siteDir, path), 'utf8');
      if (path.endsWith('.json')) return [path, canonical(JSON.parse(text))];
      return [
        path,
        text.replaceAll(GATEWAY, '').replaceAll(VIA, '').replaceAll(MARK, '$1').replaceAll(LIST_MARK, '[$1'),
      ];
    }),
  );
}

const GATEWAY = /<span>(?:via|Gateways?) <bdi>[^<]*<\/bdi><\/span>/g;
/** In lists. */
const VIA = / ?via (?:eu|us|ap)-1(?: \+ \d)?/g;
/** In data for the browser: a digest of a session's files; and of a list's, with its sessions and bytes. */
const MARK = /^(\["[^"]*",)"[0-9a-f]{8}",/gm;
const LIST_MARK = /\["[0-9a-f]{8}",(\d+),\d+/g;
const OWN: ReadonlySet<string> = new Set(['at', 'crc', 'gateway', 'gateways', 'price']);

function canonical(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => {
    if (OWN.has(key)) return undefined;
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

test('a site of several stores is that of one store with all rounds', { timeout: 120_000 }, async () => {
  const whole = comparable(await siteOf(await storeOf('whole', lines)));
  expect(whole.size).toBeGreaterThan(100);
  const random = makeRandom(7);
  const places = lines.map(() => [0, 1, 2].filter((i) => i === random.int(0, 2) || random.chance(0.2)));
  const parts: string[] = [];
  for (const [i, name] of ['eu-1', 'us-1', 'ap-1'].entries())
    parts.push(
      await storeOf(
        name,
        lines.filter((_, at) => places[at]?.includes(i) || (i === 0 && places[at]?.length === 0)),
      ),
    );
  const several = comparable(await siteOf(...parts));
  expect([...several.keys()]).toEqual([...whole.keys()]);
  for (const [path, text] of whole) expect(several.get(path), path).toBe(text);
});

const UNTIL = Date.parse('2026-02-03T00:00:00Z');
const NOW = UNTIL + 86_400_000;

const at = (time: number, model = 'gpt-5'): QuickRound => ({
  at: time,
  model,
  input: 7,
  cached: 0,
  output: 1,
});

/** Two stores without a session in common, and a folder for their site. */
function twoStores(count: number): { dataDirs: string[]; siteDir: string; sessions: QuickSession[][] } {
  const sessions = [quickSessions(count, 20, UNTIL), quickSessions(count, 20, UNTIL)];
  sessions[1] = (sessions[1] ?? []).map((session) => ({ ...session, id: `us:${session.id}` }));
  const dataDirs = sessions.map((own) => {
    const dir = join(folder, `${++made}-store`);
    storeQuickly(dir, own);
    return dir;
  });
  return { dataDirs, siteDir: join(folder, `${++made}-site`), sessions };
}

type Several = Pick<ReturnType<typeof twoStores>, 'dataDirs' | 'siteDir'>;

function renderAt({ dataDirs, siteDir }: Several, rest = {}, files: Files = nodeFiles) {
  return render({ dataDir: '', siteDir }, { dataDirs, now: NOW, ...rest }, files);
}

async function anew({ dataDirs }: Several): Promise<[string, string][]> {
  const siteDir = join(folder, `${++made}-site`);
  await renderAt({ dataDirs, siteDir });
  return contentsOf(siteDir);
}

/** The files that are opened. */
function watching(): { files: Files; opened: string[] } {
  const opened: string[] = [];
  const open: Files['open'] = (path, how) => {
    opened.push(path);
    return nodeFiles.open(path, how);
  };
  return { files: { ...nodeFiles, open }, opened };
}

describe('a render that goes on from the last one', () => {
  test.each([1, 2])('makes what a first one would, whatever came in between (%i)', async (seed) => {
    const random = makeRandom(seed);
    const several = twoStores(20);
    const all = several.sessions.flat();
    await renderAt(several);
    for (let step = 0; step < 6; step++) {
      const store = random.int(0, 1);
      const more = Array.from({ length: random.int(1, 3) }, (_, i): QuickSession => {
        // Half of the time it is a session of the other store, which both have from then on.
        const known = random.pick(random.chance(0.5) ? (several.sessions[store] ?? []) : all) as QuickSession;
        const id = random.chance(0.3) ? `new:${seed}:${step}:${i}` : known.id;
        const time = UNTIL - random.int(0, 40) * 86_400_000 - random.int(0, 80_000) * 1000;
        return {
          ...known,
          id,
          rounds: [at(time, random.pick(['gpt-5', 'qwen-max']) as string), at(time + 1)],
        };
      });
      storeQuickly(several.dataDirs[store] ?? '', [...new Map(more.map((one) => [one.id, one])).values()]);
      await renderAt(several);
      expect(contentsOf(several.siteDir), `step ${step}`).toEqual(await anew(several));
    }
  });

  test('reads and writes only what has changed, if only one store has the session', async () => {
    const several = twoStores(40);
    await renderAt(several);
    const [, dir = ''] = several.dataDirs;
    const session = several.sessions[1]?.[3] as QuickSession;
    storeQuickly(dir, [{ ...session, rounds: [at(UNTIL)] }]);
    const { files, opened } = watching();
    const { rendered, kept } = await renderAt(several, {}, files);
    expect(kept).toBeGreaterThan(200);
    expect(rendered).toBeLessThan(25);
    const read = opened.filter((path) => several.dataDirs.some((one) => path.startsWith(one)));
    const ofSessions = read.filter((path) => path.endsWith('.json') && !path.includes('/.'));
    expect(ofSessions).toEqual([join(dir, `${session.id}.json`)]);
  });

  test('compares all sessions if one of several stores has changed', async () => {
    const several = twoStores(5);
    const [one = '', two = ''] = several.dataDirs;
    const known = several.sessions[0]?.[0] as QuickSession;
    storeQuickly(two, [{ ...known, rounds: [at(UNTIL)] }]);
    await renderAt(several);
    const path = `sessions/${known.id}.html`;
    const { mtime } = filesOf(several.siteDir).get(path) ?? {};
    storeQuickly(one, [{ ...(several.sessions[0]?.[1] as QuickSession), rounds: [at(UNTIL)] }]);
    await renderAt(several);
    expect(filesOf(several.siteDir).get(path)?.mtime).toBe(mtime);
    // Between the rounds of the other store.
    storeQuickly(two, [{ ...known, rounds: [at(UNTIL - 30 * 86_400_000)] }]);
    await renderAt(several);
    expect(filesOf(several.siteDir).get(path)?.mtime).not.toBe(mtime);
    expect(contentsOf(several.siteDir)).toEqual(await anew(several));
  });
});

describe('the stores of a site', () => {
  test('are remembered, in any order; others are refused', async () => {
    const several = twoStores(2);
    const [one = '', two = ''] = several.dataDirs;
    await renderAt(several);
    const { rendered } = await renderAt({ ...several, dataDirs: [two, one] });
    // Whose round counts can be another: everything is made anew.
    expect(rendered).toBeGreaterThan(20);
    expect(await renderAt({ ...several, dataDirs: [two, one] })).toMatchObject({ rendered: 0 });
    for (const [dataDirs, problem] of [
      [[one], 'another store, whose pages this one would replace'],
      [[one, two, twoStores(1).dataDirs[0] ?? ''], 'other stores, whose pages these would replace'],
    ] as const)
      await expect(renderAt({ ...several, dataDirs: [...dataDirs] })).rejects.toThrow(problem);
    await renderAt({ ...several, dataDirs: [two] }, { replace: true });
    expect(contentsOf(several.siteDir)).toEqual(await anew({ ...several, dataDirs: [two] }));
  });

  test('none of them may be inside of the site', async () => {
    const { dataDirs } = twoStores(1);
    const [, inside = ''] = dataDirs;
    await expect(renderAt({ dataDirs, siteDir: join(inside, 'site') })).rejects.toThrow(
      'is inside the store',
    );
  });

  test('nothing new in any of them is found out without an index, a lock or a write', async () => {
    const several = twoStores(2);
    const { dataDirs, siteDir } = several;
    const zone = 'TZ=Asia/Shanghai';
    const ask = (dirs = dataDirs, files: Files = nodeFiles) =>
      findNothingNew(files, { dataDirs: dirs, siteDir, refresh: 30, now: NOW, zone });
    const { rendered } = await renderAt(several, { zone });
    const { files, opened } = watching();
    expect(ask(dataDirs, files)).toEqual({ rendered: 0, kept: rendered, removed: 0 });
    expect(opened.map((path) => path.split('/').at(-1)).toSorted()).toEqual(
      ['.state.json', '.state.json', '.store.json', '.store.json', 'filter.json', 'head'].filter((name) =>
        opened.some((path) => path.endsWith(name)),
      ),
    );
    expect(ask(dataDirs.toReversed())).toBeUndefined();
    expect(ask(dataDirs.slice(0, 1))).toBeUndefined();
    for (const [i, dir] of dataDirs.entries()) {
      storeQuickly(dir, [{ ...(several.sessions[i]?.[0] as QuickSession), rounds: [at(UNTIL)] }]);
      expect(ask()).toBeUndefined();
      await renderAt(several, { zone });
      expect(ask()).toBeDefined();
    }
    // A gateway with another name is on every page.
    const log = join(folder, 'empty.log');
    writeFileSync(log, 'x\n');
    const argv = ['parse', '--quiet', '--log-path', log, '--data-dir', dataDirs[0] ?? '', '--gateway', 'new'];
    expect((await run(argv)).code).toBe(0);
    expect(ask()).toBeUndefined();
  });

  test('.store.json of each is read once', async () => {
    const several = twoStores(1);
    const { files, opened } = watching();
    await renderAt(several, { zone: 'UTC' }, files);
    expect(opened.filter((path) => path.endsWith('.store.json'))).toEqual(
      several.dataDirs.map((dir) => join(dir, '.store.json')),
    );
  });
});

describe('the command line', () => {
  const parent = join(folder, 'gateways');
  let siteDir = '';
  const site = async (...argv: string[]) => await run([...argv, '--site-dir', siteDir]);

  test('render reads several stores, also by a glob; url finds their sessions', async () => {
    mkdirSync(parent);
    for (const [name, own] of [
      ['eu-1', lines.filter((_, i) => i % 3 !== 0)],
      ['us-1', lines.filter((_, i) => i % 3 === 0)],
    ] as const) {
      const log = join(folder, `${name}.log`);
      writeFileSync(log, own.map((line) => `${line}\n`).join(''));
      await run(['parse', '--quiet', '--log-path', log, '--output-dir', join(parent, name)]);
    }
    siteDir = join(folder, 'site');
    const both = ['--data-dir', join(parent, 'eu-1'), '--data-dir', join(parent, 'us-1')];
    const first = await site('render', '--json', ...both);
    expect(first.err).toBe('');
    expect(JSON.parse(first.out)).toMatchObject({ version: 1, removed: 0 });
    const again = await site('render', '--json', '--data-dir', join(parent, '*'));
    expect(JSON.parse(again.out)).toMatchObject({ rendered: 0, removed: 0 });
    const api = readFileSync(join(siteDir, 'api/sessions/agent:main:main.json'), 'utf8');
    const [round = {}] = (JSON.parse(api) as { rounds: object[] }).rounds;
    expect(Object.keys(round)).toEqual(expect.arrayContaining(['gateway', 'cost_usd', 'new_messages']));
    // Numbers that move when another store gets a log or a price.
    expect(Object.keys(round)).not.toEqual(expect.arrayContaining(['at']));
    expect(Object.keys(round)).not.toEqual(expect.arrayContaining(['price']));
    const url = await site('url', 'agent:main:main', '--data-dir', join(parent, '{eu,us}-1'));
    expect(url.code, url.err).toBe(0);
    const page = readFileSync(decodeURIComponent(url.out.trim().replace('file://', '')), 'utf8');
    expect(page).toContain('<span>Gateways <bdi>eu-1, us-1</bdi></span>');
    const list = readFileSync(join(siteDir, 'sessions/index.html'), 'utf8');
    const rows = list.split('\n').filter((line) => line.includes('href="./agent:main:main.html"'));
    expect(rows.join('')).toMatch(/<td class="consumer"><bdi>[^<]*via eu-1 \+ 1<\/bdi>/);
    // At the first round, and where it changes.
    expect(page.match(/via <bdi>[^<]*/g)?.slice(0, 2)).toEqual(['via <bdi>eu-1', 'via <bdi>us-1']);
  });

  test('--gateway chooses stores', async () => {
    const { code, err } = await site('render', '--data-dir', join(parent, '*'), '--gateway', 'EU-1');
    expect([code, err.includes('shows another store')]).toEqual([2, true]);
    siteDir = join(folder, 'site-eu');
    expect(await site('render', '--data-dir', join(parent, '*'), '--gateway', 'EU-1')).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await site('render', '--quiet', '--data-dir', join(parent, 'eu-1'))).toMatchObject({ code: 0 });
    // One gateway is not named.
    expect(readFileSync(join(siteDir, 'sessions/agent:main:main.html'), 'utf8')).not.toContain('eu-1');
    expect(await site('render', '--data-dir', join(parent, '*'), '--gateway', 'x')).toMatchObject({
      code: 1,
    });
  });

  test('a store that cannot be read is named, and the site stays', async () => {
    siteDir = join(folder, 'site');
    const { mtimeMs } = statSync(join(siteDir, 'index.html'));
    const { code, err } = await site(
      'render',
      '--data-dir',
      join(parent, 'eu-1'),
      '--data-dir',
      join(parent, 'gone'),
    );
    expect(code).toBe(74);
    expect(err).toContain(join(parent, 'gone'));
    expect(statSync(join(siteDir, 'index.html')).mtimeMs).toBe(mtimeMs);
  });
});
