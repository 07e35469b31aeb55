import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { errorCode, InputOutputError, UsageError } from '../../src/platform/errors.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { contentOf } from '../platform/make.ts';
import { run } from '../cli/run.ts';
import { isPagePath, sessionPath } from '../../src/site/names.ts';
import { SiteTree } from '../../src/site/site-tree.ts';
import { Pieces } from '../../src/site/state/pieces.ts';
import { SHARDS } from '../../src/site/state/session-shards.ts';
import { HEAD, headText, parseHead, type SiteHead } from '../../src/site/state/site-head.ts';
import { contentsOf, makeFolder, render, type Made } from './make.ts';
import { quickSessions, storeQuickly } from './quick-store.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');

let folder: string;
/** A folder of somebody else's files, next to the site. */
let victim: string;
let made: Made;

beforeEach(async () => {
  folder = makeFolder();
  victim = join(folder, 'victim');
  mkdirSync(victim);
  writeFileSync(join(victim, 'file'), 'precious');
  made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  storeQuickly(made.dataDir, quickSessions(2, 20, UNTIL));
  await render(made);
});

const inSite = (...names: string[]): string => join(made.siteDir, ...names);
const own = (name: string): string => inSite('.monitor', name);
const digests = (dir: string): string[] => contentsOf(dir).map(([path, digest]) => `${path} ${digest}`);

/** What a render without anything in its way makes. */
async function rightSite(): Promise<string[]> {
  const siteDir = join(folder, 'right');
  await render({ ...made, siteDir });
  return digests(siteDir);
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error('none'),
    (thrown: unknown) => thrown,
  );
  return error as Error;
}

describe('what a site’s own files say', () => {
  const BAD = (): string[] => [
    '../victim/file',
    'sessions/../../victim/file',
    join(victim, 'file'),
    '.monitor/lock',
    '',
    '.',
  ];

  test('the manifest of an earlier build: no path outside the site is removed', async () => {
    const { length } = BAD();
    const lines = [...BAD().map((path) => `p${path}\tk`), `sgone.json\tk\t${BAD().join('\tk\t')}\tk`];
    writeFileSync(own('manifest'), `monitor site 1\tx\t${length + 1}\n${lines.join('\n')}\n`);
    expect(await render(made)).toMatchObject({ removed: 0 });
    expect(contentOf(victim)).toEqual({ file: 'precious' });
    expect(existsSync(own('manifest'))).toBe(false);
    expect(digests(made.siteDir)).toEqual(await rightSite());
  });

  test('what the site remembers of its pages and months: nothing outside is removed', async () => {
    const tree = SiteTree.open(nodeFiles, made.siteDir, false);
    const pieces = new Pieces(nodeFiles, tree);
    for (const name of SHARDS) {
      const pages = BAD().map((path) => `${path}\tk`);
      pieces.write(`sessions/${name}`, `${name}00\tm\t${pages.join('\t')}\n`);
    }
    const head = parseHead(pieces.read(HEAD) ?? '') as SiteHead;
    expect(head.months).toHaveLength(2);
    pieces.write(HEAD, headText({ ...head, pages: BAD().map((path) => [path, 'k']) }));
    expect(await render(made, { full: true })).toMatchObject({ removed: 0 });
    expect(contentOf(victim)).toEqual({ file: 'precious' });
    expect(digests(made.siteDir)).toEqual(await rightSite());
    // A name of a month is a part of paths.
    expect(parseHead(headText({ ...head, months: [['../../victim/file', 1, 0]] }))).toBeUndefined();
    expect(pieces.read('../../victim/file')).toBeUndefined();
    pieces.remove('lists/../../../victim/file');
    expect(() => pieces.write('../../victim/file', 'x')).toThrow('is not the name of a file');
    expect(contentOf(victim)).toEqual({ file: 'precious' });
    tree.close();
  });

  test('the journal too; pages that it names are still made anew or removed', async () => {
    writeFileSync(inSite('sessions', 'begun.html'), 'half');
    writeFileSync(own('journal'), `${[...BAD(), 'sessions/begun.html', 'index.html'].join('\n')}\n`);
    writeFileSync(inSite('index.html'), 'half');
    expect(await render(made)).toMatchObject({ rendered: 1, removed: 1 });
    expect(contentOf(victim)).toEqual({ file: 'precious' });
    expect(existsSync(own('journal'))).toBe(false);
    expect(existsSync(own('lock'))).toBe(true);
    expect(digests(made.siteDir)).toEqual(await rightSite());
  });

  test('the journal of a render that was killed is kept by the next one that is', async () => {
    writeFileSync(inSite('models.html'), 'half');
    writeFileSync(own('journal'), 'models.html\nindex.html\n');
    const rename: Files['rename'] = (from, to) => {
      if (to.endsWith('index.html')) throw new Error('killed');
      nodeFiles.rename(from, to);
    };
    const before = readFileSync(own('journal'), 'utf8');
    const killed = { ...nodeFiles, rename };
    expect((await errorOf(render(made, { full: true }, killed))).message).toBe('killed');
    expect(readFileSync(own('journal'), 'utf8').slice(0, before.length)).toBe(before);
    expect(readFileSync(own('journal'), 'utf8').length).toBeGreaterThan(before.length);
    await render(made);
    expect(digests(made.siteDir)).toEqual(await rightSite());
  });

  test('a name in the store cannot lead out of the site', () => {
    const tree = SiteTree.open(nodeFiles, made.siteDir, false);
    for (const path of BAD()) {
      expect(() => tree.pathOf(path)).toThrow(`${JSON.stringify(path)} is not the path of a page`);
      expect(tree.find(path)).toBeUndefined();
    }
    expect(nodeFiles.real(tree.find('index.html') ?? '')).toBe(inSite('index.html'));
    tree.close();
    expect(isPagePath(sessionPath('../../x'))).toBe(false);
    expect(
      ['index.html', 'sessions/a:b@c=d%2E~p1.html', 'api/sessions/ü.json', 'a/..b'].map(isPagePath),
    ).toEqual([true, true, true, false]);
    expect(['/a', 'a/', 'a//b', 'a\0', 'a\n', 'a\tb', '.a', 'a/.b'].filter(isPagePath)).toEqual([]);
  });
});

describe('a link in the place of', () => {
  test.each(['head', 'manifest', 'journal', 'lock', 'filter.json'])(
    '.monitor/%s is refused',
    async (name) => {
      for (const target of ['file', 'new']) {
        rmSync(own(name), { force: true });
        symlinkSync(join(victim, target), own(name));
        const before = digests(made.siteDir);
        const error = await errorOf(render(made, { full: true }));
        expect(error).toBeInstanceOf(InputOutputError);
        expect(error.message).toBe(
          `${own(name)} is a symbolic link, not a regular file: monitor did not make it, and does not open it. ` +
            'Find out who put it there, and move it away',
        );
        expect(contentOf(victim)).toEqual({ file: 'precious' });
        expect(digests(made.siteDir)).toEqual(before);
      }
    },
  );

  test.each(['.monitor/page', '.monitor/piece.tmp', '.monitor/journal.tmp', 'index.html', 'build.js'])(
    '%s is replaced',
    async (name) => {
      for (const target of ['file', 'new']) {
        rmSync(inSite(name), { force: true });
        symlinkSync(join(victim, target), inSite(name));
        await render(made, { full: true });
        expect(contentOf(victim)).toEqual({ file: 'precious' });
        expect(digests(made.siteDir)).toEqual(await rightSite());
        if (!name.startsWith('.')) expect(lstatSync(inSite(name)).isFile()).toBe(true);
      }
    },
  );

  test.each(['.monitor', 'sessions', 'api', 'api/sessions'])('the folder %s is refused', async (name) => {
    renameSync(inSite(name), join(folder, 'away'));
    symlinkSync(victim, inSite(name));
    const error = await errorOf(render(made, { full: true }));
    expect(error.message).toContain(`${inSite(name)} is a symbolic link, not a folder: `);
    expect(contentOf(victim)).toEqual({ file: 'precious' });
  });

  test('a folder whose pages would be removed: nothing behind it is removed', async () => {
    mkdirSync(inSite('extra'));
    writeFileSync(own('journal'), 'extra/file\nnone/file\n');
    rmSync(inSite('extra'), { recursive: true });
    symlinkSync(victim, inSite('extra'));
    expect((await errorOf(render(made))).message).toContain(`${inSite('extra')} is a symbolic link`);
    expect(contentOf(victim)).toEqual({ file: 'precious' });
    rmSync(inSite('extra'));
    expect(await render(made)).toMatchObject({ removed: 0 });
    expect(existsSync(inSite('none'))).toBe(false);
  });

  test('a folder, put there while a render works: it goes on in the folder that it opened', async () => {
    const away = join(folder, 'away');
    const swap = (): void => {
      renameSync(inSite('sessions'), away);
      symlinkSync(victim, inSite('sessions'));
    };
    let isOpen = false;
    const files: Files = {
      ...nodeFiles,
      openFolder(path, how) {
        const fd = nodeFiles.openFolder(path, how);
        isOpen ||= path.endsWith('/sessions');
        return fd;
      },
      rename(from, to) {
        if (isOpen && !existsSync(away)) swap();
        nodeFiles.rename(from, to);
      },
    };
    const pages = readdirSync(inSite('sessions')).toSorted();
    const old = new Date(0);
    for (const page of pages) utimesSync(inSite('sessions', page), old, old);
    await render(made, { full: true }, files);
    expect(contentOf(victim)).toEqual({ file: 'precious' });
    expect(readdirSync(away).toSorted()).toEqual(pages);
    expect(pages.filter((page) => statSync(join(away, page)).mtimeMs === 0)).toEqual([]);
  });

  test('the site itself is followed: it was named', async () => {
    const link = join(folder, 'link');
    symlinkSync(made.siteDir, link);
    expect(await render({ ...made, siteDir: link })).toMatchObject({ rendered: 0 });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

test('a file under a second name is not written', async () => {
  for (const name of ['head', 'manifest', 'piece.tmp', 'journal', 'journal.tmp', 'page']) {
    rmSync(own(name), { force: true });
    linkSync(join(victim, 'file'), own(name));
  }
  linkSync(join(victim, 'file'), join(victim, 'second'));
  rmSync(inSite('index.html'));
  linkSync(join(victim, 'file'), inSite('index.html'));
  await render(made);
  expect(contentOf(victim)).toEqual({ file: 'precious', second: 'precious' });
  expect(digests(made.siteDir)).toEqual(await rightSite());
});

test('a pipe in the place of any file of a site ends in an error, or is replaced', async () => {
  for (const name of ['head', 'manifest', 'journal', 'lock']) {
    rmSync(own(name), { force: true });
    spawnSync('mkfifo', [own(name)]);
    expect((await errorOf(render(made))).message).toContain(`${own(name)} is a named pipe`);
    rmSync(own(name));
  }
  for (const path of [own('page'), own('piece.tmp'), own('journal.tmp'), inSite('index.html')]) {
    rmSync(path, { force: true });
    spawnSync('mkfifo', [path]);
  }
  await render(made);
  expect(digests(made.siteDir)).toEqual(await rightSite());
});

test('a render leaves no folder of the site open, also if it fails', async () => {
  const openFolders = (): string[] =>
    readdirSync('/proc/self/fd')
      .map((fd) => nodeFiles.real(`/proc/self/fd/${fd}`) ?? '')
      .filter((path) => path.startsWith(folder));
  await render(made);
  expect(openFolders()).toEqual([]);
  mkdirSync(join(folder, 'foreign'));
  writeFileSync(join(folder, 'foreign', 'thesis.tex'), '');
  await errorOf(render({ ...made, siteDir: join(folder, 'foreign') }));
  rmSync(own('lock'));
  symlinkSync('none', own('lock'));
  await errorOf(render(made));
  expect(openFolders()).toEqual([]);
});

test('an error of the system names the path that people know', async () => {
  const write: Files['write'] = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
  };
  const error = await errorOf(render(made, { full: true }, { ...nodeFiles, write }));
  expect([errorCode(error), error.message]).toEqual([
    'ENOSPC',
    `ENOSPC: no space left on device, write '${own('piece.tmp')}'`,
  ]);
  rmSync(inSite('index.html'));
  mkdirSync(inSite('index.html'));
  expect((await errorOf(render(made, { full: true }))).message).toMatch(
    new RegExp(`^EISDIR: .*, rename '${own('page')}' -> '${inSite('index.html')}'$`),
  );
});

describe('the owner of a site’s folders', () => {
  /** What a file system says where the folders that `isTheirs` picks belong to 33, and we are 1000. */
  const as = (isTheirs: (path: string) => boolean, ofFiles = 1000, ofOthers = 1000): Files => {
    const paths = new Map<number, string>();
    return {
      ...nodeFiles,
      user: () => 1000,
      openFolder(path, how) {
        const fd = nodeFiles.openFolder(path, how);
        paths.set(fd, readlink(fd));
        return fd;
      },
      facts(fd) {
        const facts = nodeFiles.facts(fd);
        if (facts.isFile) return { ...facts, uid: ofFiles };
        return { ...facts, uid: isTheirs(paths.get(fd) ?? '') ? 33 : ofOthers };
      },
    };
  };
  const readlink = (fd: number): string => nodeFiles.real(`/proc/self/fd/${fd}`) ?? '';

  test.each([[''], ['.monitor'], ['sessions'], ['api/sessions']])(
    'another than ours: /%s is refused, unless it is allowed',
    async (name) => {
      const path = join(made.siteDir, name);
      const files = as((one) => one === path);
      const before = digests(made.siteDir);
      const error = await errorOf(render(made, { full: true }, files));
      expect(error).toBeInstanceOf(InputOutputError);
      expect(error.message).toBe(
        `${path} belongs to another user (uid 33) than the one who renders (uid 1000), who could then change the site. ` +
          'Nothing was written. Render as that user, or give the folder to this one with chown -R. ' +
          'If it is meant to be like this, add --allow-other-owner',
      );
      if (name === '' || name === '.monitor') expect(digests(made.siteDir)).toEqual(before);
      expect(readdirSync(path).filter((one) => one.startsWith('.monitor-'))).toEqual([]);
      expect(await render(made, { full: true, allowOtherOwner: true }, files)).toMatchObject({ removed: 0 });
    },
  );

  test('root’s folders are fine, and so is a file system on which everything belongs to one user', async () => {
    expect(
      await render(
        made,
        {},
        as(() => false, 1000, 0),
      ),
    ).toMatchObject({ rendered: 0 });
    expect(
      await render(
        made,
        {},
        as(() => true, 33),
      ),
    ).toMatchObject({ rendered: 0 });
    expect(readdirSync(made.siteDir).filter((one) => one.startsWith('.monitor-'))).toEqual([]);
  });

  test('a folder in which nothing may be made is refused for its owner', async () => {
    const files = as(() => true);
    const open: Files['open'] = (path, how) => {
      if (how !== 'publish') return nodeFiles.open(path, how);
      throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
    };
    expect((await errorOf(render(made, {}, { ...files, open }))).message).toContain('another user (uid 33)');
  });

  test('root does not write into the folder of another user', async () => {
    if (process.getuid?.() !== 0) return;
    spawnSync('chown', ['-R', '33', made.siteDir]);
    const argv = ['render', '--data-dir', made.dataDir, '--site-dir', made.siteDir];
    const { code, err } = await run(argv);
    expect([code, err]).toEqual([74, expect.stringContaining('(uid 33) than the one who renders (uid 0)')]);
    expect((await run([...argv, '--allow-other-owner', '--full'])).code).toBe(0);
  });
});

describe('a site that would lie', () => {
  const refused = async (siteDir: string, dataDir = made.dataDir): Promise<string> => {
    const error = await errorOf(render({ dataDir, siteDir }));
    expect(error).toBeInstanceOf(UsageError);
    return error.message;
  };

  test('in the store, or be it, is refused; a store that is seen through a link too', async () => {
    const { dataDir } = made;
    symlinkSync(dataDir, join(folder, 'seen'));
    symlinkSync(join(dataDir, 'site'), join(folder, 'dangling'));
    for (const siteDir of [
      dataDir,
      join(dataDir, 'site'),
      join(dataDir, '..site'),
      join(folder, 'seen', 'a', 'b'),
    ]) {
      const before = readdirSync(dataDir);
      expect(await refused(siteDir)).toBe(
        `${siteDir} is inside the store ${dataDir}, which holds only its own files: choose another --site-dir`,
      );
      expect(await refused(siteDir, join(folder, 'seen'))).toContain('is inside the store');
      expect(readdirSync(dataDir)).toEqual(before);
    }
  });

  test('around the store is refused', async () => {
    const siteDir = join(folder, 'around');
    mkdirSync(siteDir);
    renameSync(made.dataDir, join(siteDir, 'store'));
    const dataDir = join(siteDir, 'store');
    expect(await refused(siteDir, dataDir)).toBe(
      `the store ${dataDir} is inside ${siteDir}, where a web server would show it: choose another --site-dir`,
    );
    expect(readdirSync(siteDir)).toEqual(['store']);
  });

  test('around a log is refused, next to it it is fine', async () => {
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    writeFileSync(
      join(logs, 'access.log'),
      '{"ai_log":"{\\"session_id\\":\\"s\\",\\"model\\":\\"m\\",\\"input_token\\":1}","start_time":"2026-02-01T00:00:00Z"}\n',
    );
    symlinkSync(join(logs, 'access.log'), join(folder, 'linked.log'));
    const dataDir = join(folder, 'of-log');
    const log = join(folder, 'linked.log');
    expect((await run(['parse', '--log-path', log, '--output-dir', dataDir])).code).toBe(0);
    expect(await refused(logs, dataDir)).toBe(
      `the log ${log} is inside ${logs}, where a web server would show it: choose another --site-dir`,
    );
    expect(readdirSync(logs)).toEqual(['access.log']);
    // The link would be shown, too.
    const links = join(folder, 'links');
    mkdirSync(links);
    renameSync(log, join(links, 'linked.log'));
    const other = join(folder, 'of-link');
    const linked = join(links, 'linked.log');
    expect((await run(['parse', '--log-path', linked, '--output-dir', other])).code).toBe(0);
    expect(await refused(links, other)).toContain(`the log ${linked} is inside ${links}`);
    // A log at which this user may not look is where its path says.
    const real: Files['real'] = (path) => {
      if (!path.startsWith(links)) return nodeFiles.real(path);
      throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'realpath' });
    };
    await render({ dataDir: other, siteDir: join(folder, 'unseen') }, {}, { ...nodeFiles, real });
    await expect(render({ dataDir: other, siteDir: links }, {}, { ...nodeFiles, real })).rejects.toThrow(
      `the log ${linked} is inside ${links}`,
    );
    await render({ dataDir, siteDir: join(folder, 'logs-site') });
    await render({ dataDir, siteDir: join(folder, '..site') });
    rmSync(join(folder, '..site'), { recursive: true });
  });
});

describe('a site of one store', () => {
  let other: Made;
  beforeEach(() => {
    other = { ...made, dataDir: join(folder, 'other') };
    storeQuickly(other.dataDir, quickSessions(1, 5, UNTIL));
  });

  test('refuses another one, and takes it when told; then it is the other’s', async () => {
    const before = digests(made.siteDir);
    const error = await errorOf(render(other));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(
      `${made.siteDir} shows another store, whose pages this one would replace. Name another --site-dir, ` +
        'or add --replace to show this store there from now on',
    );
    expect(await errorOf(render(other, { full: true }))).toBeInstanceOf(UsageError);
    expect(digests(made.siteDir)).toEqual(before);
    expect((await render(other, { replace: true })).removed).toBeGreaterThan(0);
    expect(await render(other)).toMatchObject({ rendered: 0 });
    expect(await errorOf(render(made))).toBeInstanceOf(UsageError);
  });

  test('by the command line', async () => {
    const argv = ['render', '--data-dir', other.dataDir, '--site-dir', made.siteDir];
    expect(await run(argv)).toMatchObject({ code: 2, out: '' });
    expect(await run([...argv, '--replace'])).toMatchObject({ code: 0, err: '' });
  });
});
