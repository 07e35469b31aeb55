import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoverLogs, noLogError } from '../../src/logs/discover.ts';
import { InputOutputError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { makeFolder } from '../platform/make.ts';

function folderOf(...names: string[]): string {
  const folder = makeFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
  return folder;
}

async function discover(folder: string, ...patterns: string[]): Promise<string[]> {
  const { logs } = await discoverLogs(
    nodeFiles,
    patterns.map((pattern) => join(folder, pattern)),
  );
  return logs.map(({ path }) => relative(folder, path));
}

describe('rotated files are found, the oldest first and the live one last', () => {
  test.each([
    [['access.log.10.gz', 'access.log.9.gz', 'access.log.2', 'access.log.1', 'access.log']],
    [['access.log.2.gz', 'access.log.1.gz', 'access.log.0', 'access.log']],
    [['access.11.log.gz', 'access.2.log.gz', 'access.1.log', 'access.log']],
    [['access.log-20261031.gz', 'access.log-20261121.gz', 'access.log-20261122', 'access.log']],
    [['access-20261031.log.gz', 'access-20261121.log.gz', 'access-20261122.log', 'access.log']],
    [['access.log-2026112209.gz', 'access.log-2026112213', 'access.log']],
    [['access-2026112209.log.gz', 'access-2026112213.log', 'access.log']],
    [['access.log-20261121.gz', 'access.log-2026112200', 'access.log-2026112201', 'access.log']],
    [['access.log.2026-11-21.gz', 'access.log.2026-11-22', 'access.log']],
    [['access.log-20261122', 'access.log.2', 'access.log.1', 'access.log']],
    [['access.log.3.gz', 'access.log.1']],
    [['access.log.1', 'access.log.1.gz', 'access.log']],
    [['access.log.gz', 'access.log']],
  ])('%j', async (names) => {
    expect(await discover(folderOf(...names.toSorted()), 'access.log')).toEqual(names);
    expect(await discover(folderOf(...names.toReversed()), 'access.log')).toEqual(names);
  });

  test('of a log without an extension, or with a hidden name', async () => {
    expect(await discover(folderOf('gateway', 'gateway.1', 'gateway-20261122'), 'gateway')).toEqual([
      'gateway-20261122',
      'gateway.1',
      'gateway',
    ]);
    expect(await discover(folderOf('.log', '.log.1', '.1.log'), '.log')).toEqual(['.log.1', '.log']);
  });

  test('also from an olddir that is given as a second path', async () => {
    const folder = folderOf('access.log', 'access.log.1', 'old/access.log.2.gz', 'old/access.log.3.gz');
    expect(await discover(folder, 'access.log', 'old/access.log')).toEqual([
      'old/access.log.3.gz',
      'old/access.log.2.gz',
      'access.log.1',
      'access.log',
    ]);
  });
});

describe('each file says which one it goes on from', () => {
  const chain = async (folder: string, pattern: string): Promise<unknown[]> => {
    const { logs } = await discoverLogs(nodeFiles, [join(folder, pattern)]);
    const name = (path: string): string => relative(folder, path);
    return logs.map(({ path, follows = [], hasHole }) => [
      name(path),
      ...follows.map(name),
      ...(hasHole ? ['hole'] : []),
    ]);
  };

  test.each([
    [
      ['0.log.20260201-093015.gz', '0.log.20260201-093515', '0.log.20260201-093515.gz', '0.log'],
      [
        ['0.log.20260201-093015.gz'],
        ['0.log.20260201-093515', '0.log.20260201-093015.gz'],
        ['0.log.20260201-093515.gz', '0.log.20260201-093015.gz'],
        ['0.log', '0.log.20260201-093515', '0.log.20260201-093515.gz'],
      ],
    ],
    [
      ['0.log.4.gz', '0.log.2.gz', '0.log.1', '0.log'],
      [['0.log.4.gz'], ['0.log.2.gz', '0.log.4.gz', 'hole'], ['0.log.1', '0.log.2.gz'], ['0.log', '0.log.1']],
    ],
    [
      ['0.log.0', '0.log'],
      [['0.log.0'], ['0.log', '0.log.0']],
    ],
    [
      ['0.log.2', '0.log'],
      [['0.log.2'], ['0.log', '0.log.2', 'hole']],
    ],
    [
      ['0.log-20260201', '0.log.1', '0.log'],
      [['0.log-20260201'], ['0.log.1', '0.log-20260201', 'hole'], ['0.log', '0.log.1']],
    ],
  ])('%j', async (names, expected) => {
    // A container that was started anew has logs of its own.
    expect(await chain(folderOf(...names, '1.log'), '0.log')).toEqual(expected);
  });

  test('also where a link leads to it', async () => {
    const folder = folderOf('pods/0.log', 'pods/0.log.20260201-093015');
    symlinkSync('pods/0.log', join(folder, 'link.log'));
    const expected = [['pods/0.log.20260201-093015'], ['link.log', 'pods/0.log.20260201-093015']];
    expect(await chain(folder, 'link.log')).toEqual(expected);
    expect(await chain(folder, '{link.log,pods/*.log}')).toEqual(expected);
  });
});

describe('discoverLogs', () => {
  test('leaves neighbours alone', async () => {
    const foreign = [
      'access.log2',
      'access.log~',
      'access.log.1.gz.tmp',
      'access.log.123456',
      'access.log-2026',
      'access.log.swp',
      'access.log.sha256',
      'access.log.1.gz.md5',
      'access.log.conf',
      'access2.log',
      'access-admin.log',
      'error.log',
      'access.log.x1',
      'access.log.1.2',
      'access-x.log',
      'access1.log',
      'access.logs.1',
      'myaccess.log.1',
      'error.log.1',
      '.access.log.1.swp',
      'access.log.d/access.log.1',
    ];
    expect(await discover(folderOf('access.log', ...foreign), 'access.log')).toEqual(['access.log']);
  });

  test('says of each file where it came from and whether it is compressed', async () => {
    const folder = folderOf('access.log', 'access.log.1.gz');
    const pattern = join(folder, 'access.log');
    expect(await discoverLogs(nodeFiles, [pattern])).toEqual({
      logs: [
        { path: join(folder, 'access.log.1.gz'), pattern, compressed: true, isRotated: true },
        { path: pattern, pattern, compressed: false, follows: [join(folder, 'access.log.1.gz')] },
      ],
      missing: [],
      lost: [],
    });
  });

  test('takes globs, each file with its siblings', async () => {
    const folder = folderOf('a/access.log', 'a/access.log.1', 'b/access.log', 'b/other.txt');
    expect(await discover(folder, '*/access.log')).toEqual([
      'a/access.log.1',
      'a/access.log',
      'b/access.log',
    ]);
    expect(await discover(folder, '{a,b}/*.log')).toHaveLength(3);
  });

  test.each([['access.log*'], ['access.log.*']])('%s: a glob may lead to the rotated files', async (glob) => {
    const names = ['access.log.10', 'access.log.2', 'access.log.1'];
    const folder = folderOf(...names);
    names.forEach((name, i) => utimesSync(join(folder, name), 1000, 1000 + i));
    expect(await discover(folder, glob)).toEqual(names);
  });

  test('a glob in the shell’s folder is relative to it, whatever characters its name has', async () => {
    const folder = folderOf('[x]/access.log', '[x]/access.log.1');
    const before = process.cwd();
    process.chdir(join(folder, '[x]'));
    try {
      const { logs } = await discoverLogs(nodeFiles, ['*.log', './access.log']);
      expect(logs.map(({ path }) => relative(process.cwd(), path))).toEqual(['access.log.1', 'access.log']);
    } finally {
      process.chdir(before);
    }
  });

  test('a path that is there is no glob', async () => {
    const folder = folderOf('a[1]/access{x}!.log', 'a[1]/access{x}!.log.1', 'a1/access{x}!.log');
    expect(await discover(folder, 'a[1]/access{x}!.log')).toEqual([
      'a[1]/access{x}!.log.1',
      'a[1]/access{x}!.log',
    ]);
  });

  test('a file that two patterns lead to comes once, and as old as any of them says', async () => {
    const folder = folderOf('access.log', 'access.log.1', 'access.log.2');
    const all = ['access.log.2', 'access.log.1', 'access.log'];
    expect(await discover(folder, 'access.log', 'access.log', './x/../access.log', '*.log')).toEqual(all);
    expect(await discover(folder, 'access.log.1', 'access.log.2', 'access.log')).toEqual(all);
  });

  test('names the patterns that lead to nothing; directories are no logs', async () => {
    const folder = folderOf('access.log', 'dir.log/file', 'access.log.1/file');
    const patterns = ['access.log', 'none.log', '*.txt', 'dir.log', 'no/where.log'].map((name) =>
      join(folder, name),
    );
    const { logs, missing } = await discoverLogs(nodeFiles, patterns);
    expect(logs.map(({ path }) => path)).toEqual([patterns[0]]);
    expect(missing).toEqual(patterns.slice(1));
    const error = noLogError(nodeFiles, missing);
    expect(error).toBeInstanceOf(InputOutputError);
    for (const pattern of missing) expect(error.message).toContain(pattern);
    expect(error.message).toContain('--log-path');
    expect(error.message).toContain(`${join(folder, 'dir.log')} (a folder: name the log in it), `);
    expect(error.message.match(/a folder/g)).toHaveLength(1);
  });

  test('finds a log once, under whichever links and names it is given', async () => {
    const folder = folderOf('docker/id-json.log', 'docker/id-json.log.1', 'docker/other-json.log');
    mkdirSync(join(folder, 'pods'));
    mkdirSync(join(folder, 'containers'));
    symlinkSync('../docker/id-json.log', join(folder, 'pods/0.log'));
    symlinkSync('../pods/0.log', join(folder, 'containers/a.log'));
    for (const patterns of [
      ['containers/*.log'],
      ['containers/a.log', 'pods/0.log', 'docker/id-json.log'],
      ['*/a.log', '{pods,containers}/*'],
    ]) {
      expect(await discover(folder, ...patterns)).toEqual(['docker/id-json.log.1', 'containers/a.log']);
    }
  });

  test('follows links to files, and passes over those that lead nowhere', async () => {
    const folder = folderOf('real/log');
    symlinkSync('real/log', join(folder, 'access.log'));
    symlinkSync('nowhere', join(folder, 'access.log.1'));
    expect(await discover(folder, 'access.log')).toEqual(['access.log']);
    expect(await discover(folder, '*.log')).toEqual(['access.log']);
  });
});
