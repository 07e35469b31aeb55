import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { aiLine, makeFolder } from '../ingest/make.ts';
import { originalFile, originalRound } from '../ingest/original.ts';
import { contentOf } from '../platform/make.ts';
import { BIN, canRun, start, testUnless, type Ran } from './make.ts';

const testWithStrace = testUnless(
  !canRun('strace', '-f', '-y', '-o', '/dev/null', '-e', 'trace=openat', 'true') &&
    'strace is missing, or may not trace here (ptrace)',
);

/** System calls that change what is at a path. Those of a descriptor need one that was opened for writing. */
const CALLS =
  'open,openat,creat,mkdir,mkdirat,rmdir,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,' +
  'truncate,chmod,fchmodat,chown,lchown,fchownat,utime,utimes,utimensat,mknod,mknodat,setxattr,removexattr';

/** Runs a command under strace; returns the real path of everything that it opened for writing, made, moved or removed. */
async function changedBy(
  folder: string,
  args: string[],
  // Node's own, which is in the home of the user.
  cache: 'with cache' | 'without cache' = 'without cache',
): Promise<Ran & { paths: string[] }> {
  const trace = join(folder, 'trace');
  const options = ['-f', '-y', '-s', '4096', '-o', trace, '-e', `trace=${CALLS}`];
  const env = cache === 'with cache' ? [] : ['NODE_DISABLE_COMPILE_CACHE=1'];
  const ran = await start('env', [...env, 'strace', ...options, process.execPath, BIN, ...args]).ended;
  const folders = new Map<string, string>();
  const paths = wholeLines(readFileSync(trace, 'utf8')).flatMap((line) => changedIn(line, folders));
  return { ...ran, paths };
}

/** A call during which another thread makes one is in two parts. */
function wholeLines(text: string): string[] {
  const begun = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, head] = /^(.*) <unfinished \.\.\.>$/.exec(call) ?? [];
    if (head !== undefined) {
      begun.set(pid, head);
      return [];
    }
    const [, tail] = /^<\.\.\. \w+ resumed>(.*)$/.exec(call) ?? [];
    return [tail === undefined ? line : `${pid} ${begun.get(pid) ?? ''}${tail}`];
  });
}

/** `folders` has the folders that are open, by descriptor: `/proc/self/fd/20/page` is in one. */
function changedIn(line: string, folders: Map<string, string>): string[] {
  const [, call = '', rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
  if (call === '' || / = -1 \w+/.test(rest)) return [];
  if (call.startsWith('open') || call === 'creat') {
    const [, fd = '', opened = ''] = / = (\d+)<(.*)>$/.exec(rest) ?? [];
    if (opened === '') throw new Error(`unread: ${line}`);
    if (rest.includes('O_DIRECTORY')) folders.set(fd, opened);
    return /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(rest) ? [opened] : [];
  }
  const named = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = '']) => path);
  if (named.length === 0) throw new Error(`unread: ${line}`);
  return named.map((path) => {
    const whole = path.replace(/^\/proc\/self\/fd\/(\d+)/, (_, fd: string) => folders.get(fd) ?? '');
    // Only chmod and the like follow the last link.
    const followed = call.startsWith('ch') && existsSync(whole) ? realpathSync(whole) : whole;
    return existsSync(dirname(followed))
      ? join(realpathSync(dirname(followed)), basename(followed))
      : followed;
  });
}

interface Scene {
  folder: string;
  store: string;
  site: string;
  victim: string;
  commands: string[][];
}

/** A store, its site, and files of somebody else's. */
async function makeScene(): Promise<Scene> {
  const folder = realpathSync(makeFolder());
  const [store, site, victim, log, old] = ['store', 'site', 'victim', 'access.log', 'old'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string, string];
  mkdirSync(victim);
  for (const name of ['file', 'other.json']) writeFileSync(join(victim, name), 'precious');
  writeFileSync(log, aiLine('a', 0) + aiLine('b', 0));
  mkdirSync(old);
  writeFileSync(join(old, 'c.json'), originalFile('c', [originalRound(1)]));
  const commands = [
    ['parse', '--log-path', log, '--output-dir', store],
    ['import', old, '--output-dir', store],
    ['render', '--data-dir', store, '--site-dir', site, '--full'],
    ['prune', '--older-than', '1d', '--content', '--data-dir', store],
    ['prune', '--older-than', '1d', '--data-dir', store],
    ['repair', '--apply', '--data-dir', store],
  ];
  for (const args of [commands[0], commands[2]]) {
    const { code, err } = await start(process.execPath, [BIN, ...(args ?? [])]).ended;
    expect([code, err]).toEqual([0, '']);
  }
  appendFileSync(log, `${aiLine('a', 1)}${aiLine('d', 0)}{"ai_log":"{broken"}\n`);
  return { folder, store, site, victim, commands };
}

/** Runs the commands; returns their exit codes, and what they changed. */
async function expectInside({
  folder,
  store,
  site,
  victim,
  commands,
}: Scene): Promise<{ codes: (number | null)[]; changed: Set<string> }> {
  const before = contentOf(victim);
  const codes: (number | null)[] = [];
  const changed = new Set<string>();
  for (const args of commands) {
    const { code, err, paths } = await changedBy(folder, args);
    expect(err).not.toContain('internal error');
    const outside = paths.filter(
      (path) =>
        !['/dev/null', store, site].includes(path) &&
        !path.startsWith(`${store}/`) &&
        !path.startsWith(`${site}/`),
    );
    expect(outside, args.join(' ')).toEqual([]);
    expect(contentOf(victim), args.join(' ')).toEqual(before);
    codes.push(code);
    for (const path of paths) changed.add(path.slice(folder.length + 1));
  }
  return { codes, changed };
}

describe('nothing outside of the given folders is opened for writing, made or removed', () => {
  testWithStrace(
    'by commands that nothing hinders',
    async () => {
      const { codes, changed } = await expectInside(await makeScene());
      expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
      const some = [
        '.lock',
        '.state.json.tmp',
        '.state.json',
        'a.json',
        'a~1.json',
        'd.json',
        '.rejected.jsonl',
      ];
      for (const name of some) expect(changed).toContain(`store/${name}`);
      for (const name of [
        '.monitor/page',
        '.monitor/journal',
        '.monitor/piece.tmp',
        'index.html',
        'sessions/d.html',
      ])
        expect(changed).toContain(`site/${name}`);
    },
    120_000,
  );

  testWithStrace(
    'where names of temporary files are links, and a manifest and a journal name files outside',
    async () => {
      const scene = await makeScene();
      const { store, site, victim } = scene;
      const own = join(site, '.monitor');
      const bad = ['../victim/file', join(victim, 'file'), 'sessions/../../victim/other.json'];
      const names = ['.state.json.tmp', '.store.json.tmp', '.price-answers.json.tmp', '.rejected.jsonl.tmp'];
      for (const name of names) symlinkSync(join(victim, 'file'), join(store, name));
      for (const name of ['page', 'piece.tmp', 'journal.tmp'])
        symlinkSync(join(victim, 'new'), join(own, name));
      rmSync(join(site, 'index.html'));
      symlinkSync(join(victim, 'file'), join(site, 'index.html'));
      writeFileSync(join(victim, 'hard'), bad.map((path) => `${path}\n`).join(''));
      linkSync(join(victim, 'hard'), join(own, 'journal'));
      const lines = [...bad.map((path) => `p${path}\tk`), `sgone.json\tk\t${bad.join('\tk\t')}\tk`];
      writeFileSync(join(own, 'manifest'), `monitor site 1\tx\t${lines.length}\n${lines.join('\n')}\n`);
      expect((await expectInside(scene)).codes).toEqual([0, 0, 0, 0, 0, 0]);
    },
    120_000,
  );

  testWithStrace(
    'where any own file, or folder of the site, is a link',
    async () => {
      const { store, site } = await makeScene();
      const files = readdirSync(store).filter((name) => !name.startsWith('.price-answers'));
      expect(files.length).toBeGreaterThan(5);
      const places = [
        ...['.lock', '.state.json', '.store.json', 'a.json', 'd.json'].map((name) => join('store', name)),
        ...[
          '.monitor',
          '.monitor/lock',
          '.monitor/head',
          '.monitor/manifest',
          '.monitor/journal',
          'sessions',
          'api',
        ].map((name) => join('site', name)),
      ];
      expect(existsSync(site)).toBe(true);
      for (const place of places) {
        const scene = await makeScene();
        rmSync(join(scene.folder, place), { recursive: true, force: true });
        symlinkSync(
          join(scene.victim, place.endsWith('.json') ? 'other.json' : 'file'),
          join(scene.folder, place),
        );
        const commands = scene.commands.filter(([name]) => (name === 'render') === place.startsWith('site'));
        const { codes } = await expectInside({ ...scene, commands });
        expect(codes.filter((code) => code !== 0).length, place).toBeGreaterThan(0);
      }
    },
    300_000,
  );

  testWithStrace(
    'compiled code is kept in the home of the user, and not where others can put theirs',
    async () => {
      const { folder, store } = await makeScene();
      const { code, paths } = await changedBy(folder, ['list', '--data-dir', store], 'with cache');
      const home = join(userInfo().homedir, '.cache');
      expect(code).toBe(0);
      expect(
        paths.filter(
          (path) =>
            path !== '/dev/null' && path !== home && !path.startsWith(`${home}/agent-session-monitor`),
        ),
      ).toEqual([]);
    },
  );
});
