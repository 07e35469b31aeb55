import { spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorCode } from '../../src/platform/errors.ts';
import { nodeFiles, readWhole, replaceFile } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import {
  NotOurs,
  openFile,
  openFolder,
  throughFolder,
  withKnownPaths,
  type OpenHow,
} from '../../src/platform/open-file.ts';
import { contentOf, makeFolder } from './make.ts';

/** A folder with a file, and one of each thing that is none. */
async function folderOfOddThings(): Promise<string> {
  const folder = makeFolder();
  writeFileSync(join(folder, 'file'), 'content');
  symlinkSync('file', join(folder, 'link'));
  symlinkSync('none', join(folder, 'dangling'));
  symlinkSync('loop', join(folder, 'loop'));
  mkdirSync(join(folder, 'folder'));
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve).unref());
  return folder;
}

const KINDS = [
  ['link', 'a symbolic link'],
  ['dangling', 'a symbolic link'],
  ['loop', 'a symbolic link'],
  ['folder', 'a folder'],
  ['pipe', 'a named pipe'],
  ['socket', 'a socket'],
] as const;

describe('the program’s own files', () => {
  test.each(['read', 'write', 'create'] satisfies OpenHow[])('%s refuses all but a file', async (how) => {
    const folder = await folderOfOddThings();
    const opened = readdirSync('/proc/self/fd').length;
    for (const [name, kind] of KINDS) {
      const path = join(folder, name);
      const open = (): number => openFile(path, how);
      expect(open, name).toThrow(NotOurs);
      expect(open).toThrow(
        `${path} is ${kind}, not a regular file: monitor did not make it, and does not open it. ` +
          'Find out who put it there, and move it away',
      );
    }
    expect(() => openFile('/dev/null', how)).toThrow('/dev/null is a device, not a regular file');
    expect(existsSync(join(folder, 'none'))).toBe(false);
    expect(readdirSync('/proc/self/fd')).toHaveLength(opened);
    closeSync(openFile(join(folder, 'file'), how));
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('content');
  });

  test('readWhole refuses them too, and a link only among the own files', async () => {
    const folder = await folderOfOddThings();
    for (const [name, kind] of KINDS)
      expect(() => readWhole(nodeFiles, join(folder, name)), name).toThrow(`is ${kind}, not a regular file`);
    expect(() => readWhole(nodeFiles, '/dev/zero')).toThrow('/dev/zero is a device');
    expect(() => readWhole(nodeFiles, join(folder, 'pipe'), 'given')).toThrow('is a named pipe');
    expect(readWhole(nodeFiles, join(folder, 'link'), 'given')?.toString()).toBe('content');
  });

  test('a lock is taken of a file only, and a link makes none elsewhere', async () => {
    const folder = await folderOfOddThings();
    for (const [name, kind] of KINDS)
      expect(() => takeLock(join(folder, name), 'it'), name).toThrow(`is ${kind}, not a regular file`);
    expect(existsSync(join(folder, 'none'))).toBe(false);
    takeLock(join(folder, 'lock'), 'it')();
    expect(statSync(join(folder, 'lock')).mode & 0o777).toBe(0o600);
  });

  test('an error of the path before the name stays the system’s', () => {
    const folder = makeFolder();
    symlinkSync('loop', join(folder, 'loop'));
    let code = '';
    try {
      openFile(join(folder, 'loop', 'file'), 'read');
    } catch (error) {
      code = errorCode(error);
    }
    expect(code).toBe('ELOOP');
  });
});

describe('a folder that is held open', () => {
  test('is no link and no file, unless it is given', async () => {
    const folder = await folderOfOddThings();
    symlinkSync('folder', join(folder, 'to-folder'));
    for (const [name, kind] of [
      ['to-folder', 'a symbolic link'],
      ['loop', 'a symbolic link'],
      ['file', 'a file'],
      ['pipe', 'a named pipe'],
      ['socket', 'a socket'],
    ] as const) {
      const open = (): number => openFolder(join(folder, name), 'own');
      expect(open, name).toThrow(`${join(folder, name)} is ${kind}, not a folder: monitor did not make it`);
    }
    expect(() => openFolder(join(folder, 'new'), 'own')).toThrow('ENOENT');
    closeSync(openFolder(join(folder, 'to-folder'), 'given'));
    closeSync(openFolder(join(folder, 'folder'), 'own'));
  });

  test('is reached, wherever its path leads by now', async () => {
    const folder = await folderOfOddThings();
    const path = join(folder, 'folder');
    const fd = openFolder(path, 'own');
    const through = throughFolder(fd, path);
    expect(through).toBe(`/proc/self/fd/${fd}`);
    renameSync(path, join(folder, 'moved'));
    symlinkSync('/none', path);
    writeFileSync(join(through, 'new'), 'x');
    expect(contentOf(join(folder, 'moved'))).toEqual({ new: 'x' });
    closeSync(fd);
    // Where the system has no such links, it is the path.
    expect(throughFolder(fd, path)).toBe(path);
  });

  test('is named in messages as people know it', () => {
    const known = new Map([
      ['/proc/self/fd/2', '/site'],
      ['/proc/self/fd/21', '/site/.monitor'],
    ]);
    expect(
      withKnownPaths("rename '/proc/self/fd/21/page' -> '/proc/self/fd/2/a', /proc/self/fd/212", known),
    ).toBe("rename '/site/.monitor/page' -> '/site/a', /proc/self/fd/212");
  });
});

describe('fresh and publish', () => {
  test.each([
    ['fresh', 0o600],
    ['publish', 0o644],
  ] as const)('%s makes a new file, whatever has its name', async (how, mode) => {
    const folder = await folderOfOddThings();
    writeFileSync(join(folder, 'other'), 'other');
    linkSync(join(folder, 'other'), join(folder, 'hard'));
    const before = process.umask(0o022);
    try {
      for (const name of ['file', 'link', 'dangling', 'loop', 'pipe', 'hard', 'new']) {
        const fd = openFile(join(folder, name), how);
        nodeFiles.write(fd, Buffer.from('x'), 0);
        expect(fstatSync(fd).mode & 0o777).toBe(mode);
        closeSync(fd);
        const stats = lstatSync(join(folder, name));
        expect([name, stats.isFile(), stats.size]).toEqual([name, true, 1]);
      }
    } finally {
      process.umask(before);
    }
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('other');
    expect(existsSync(join(folder, 'none'))).toBe(false);
    process.umask(0o777);
    closeSync(openFile(join(folder, 'masked'), how));
    process.umask(before);
    expect(statSync(join(folder, 'masked')).mode & 0o777).toBe(how === 'fresh' ? 0o600 : 0);
    expect(() => openFile(join(folder, 'folder'), how)).toThrow(/^E(?:ISDIR|PERM)/);
  });

  test('a replaced file is not written through a link at its temporary name', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'victim'), 'victim');
    symlinkSync('victim', join(folder, 'a.tmp'));
    symlinkSync('victim', join(folder, 'a'));
    replaceFile(nodeFiles, join(folder, 'a'), 'new');
    expect(contentOf(folder)).toEqual({ a: 'new', victim: 'victim' });
    expect(lstatSync(join(folder, 'a')).isFile()).toBe(true);
  });
});

describe('a second name of a file', () => {
  /** A folder with a file of these users, the file also under another name. */
  function linked(folderOwner: number, fileOwner: number): string {
    const folder = makeFolder();
    writeFileSync(join(folder, 'elsewhere'), 'precious');
    linkSync(join(folder, 'elsewhere'), join(folder, 'file'));
    chownSync(join(folder, 'file'), fileOwner, fileOwner);
    chownSync(folder, folderOwner, folderOwner);
    return join(folder, 'file');
  }
  const testAsRoot = process.geteuid?.() === 0 ? test : test.skip;

  testAsRoot.each(['write', 'create'] satisfies OpenHow[])('of another user is not opened to %s', (how) => {
    const path = linked(1234, 1235);
    const opened = readdirSync('/proc/self/fd').length;
    expect(() => openFile(path, how)).toThrow(
      `${path} is another name of a file of another user (user id 1235): monitor does not write to it. Find out who put it there, and move it away`,
    );
    expect(readdirSync('/proc/self/fd').length).toBe(opened);
    closeSync(openFile(path, 'read'));
  });

  testAsRoot('of the folder’s owner is, as is the only name of a file of another user', () => {
    const backedUp = linked(1234, 1234);
    closeSync(openFile(backedUp, 'write'));
    const path = linked(1234, 1235);
    rmSync(join(path, '../elsewhere'));
    closeSync(openFile(path, 'create'));
  });
});
