import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  appendAt,
  errorCode,
  isAbsent,
  nodeFiles,
  readBytes,
  readWhole,
  replaceFile,
  withFile,
} from '../../src/platform/files.ts';
import { contentOf, makeFolder, noise } from './make.ts';

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return errorCode(error);
  }
  return 'none';
};

test('a folder is removed if it is empty, and nothing else is', () => {
  const dir = makeFolder();
  mkdirSync(join(dir, 'empty'));
  mkdirSync(join(dir, 'full'));
  writeFileSync(join(dir, 'full', 'file'), '');
  symlinkSync('empty', join(dir, 'link'));
  const removed = ['full', 'full/file', 'link', 'none', 'empty', 'empty'].map((name) =>
    nodeFiles.removeFolder(join(dir, name)),
  );
  expect(removed).toEqual([false, false, false, false, true, false]);
  expect(readdirSync(dir).toSorted()).toEqual(['full', 'link']);
});

describe('nodeFiles', () => {
  test('open: only create makes a file, and none empties one', () => {
    const path = join(makeFolder(), 'a');
    expect(codeOf(() => nodeFiles.open(path, 'read'))).toBe('ENOENT');
    expect(codeOf(() => nodeFiles.open(path, 'write'))).toBe('ENOENT');
    for (const content of ['', 'content']) {
      nodeFiles.close(nodeFiles.open(path, 'create'));
      nodeFiles.close(nodeFiles.open(path, 'write'));
      expect(readFileSync(path, 'utf8')).toBe(content);
      writeFileSync(path, 'content');
    }
    expect(codeOf(() => nodeFiles.open(join(path, 'b'), 'create'))).toBe('ENOTDIR');
  });

  test('reads and writes in place, as far as the file goes', () => {
    const path = join(makeFolder(), 'a');
    const bytes = noise(300_000);
    withFile(nodeFiles, path, 'create', (fd) => {
      nodeFiles.write(fd, bytes.subarray(100), 100);
      nodeFiles.write(fd, bytes.subarray(0, 100), 0);
      expect(nodeFiles.facts(fd).size).toBe(300_000);
      expect(readBytes(nodeFiles, fd, 299_990, 100).equals(bytes.subarray(299_990))).toBe(true);
      expect(readBytes(nodeFiles, fd, 300_000, 5)).toHaveLength(0);
      expect(readBytes(nodeFiles, fd, 7, -1)).toHaveLength(0);
      nodeFiles.truncate(fd, 50);
    });
    expect(readWhole(nodeFiles, path)?.equals(bytes.subarray(0, 50))).toBe(true);
  });

  test('stat and facts say the same, and know what is no file', () => {
    const folder = makeFolder();
    const path = join(folder, 'a');
    writeFileSync(path, '12345');
    const { dev, ino, mtimeMs, ctimeMs, uid } = statSync(path);
    const facts = { dev, ino, size: 5, mtime: mtimeMs, ctime: ctimeMs, isFile: true, uid };
    expect(nodeFiles.stat(path)).toEqual(facts);
    expect(withFile(nodeFiles, path, 'read', (fd) => nodeFiles.facts(fd))).toEqual(facts);
    expect(nodeFiles.stat(folder)?.isFile).toBe(false);
  });

  test('what is not there is undefined; other errors stay errors', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('loop', join(folder, 'loop'));
    for (const name of ['none', 'none/none', 'file/none']) {
      const path = join(folder, name);
      expect([nodeFiles.stat(path), nodeFiles.list(path), readWhole(nodeFiles, path)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(codeOf(() => nodeFiles.remove(path))).toBe('none');
    }
    expect(codeOf(() => nodeFiles.stat(join(folder, 'loop')))).toBe('ELOOP');
    expect(nodeFiles.list(folder)?.toSorted()).toEqual(['file', 'loop']);
  });

  test('makes files for their owner only, whatever the umask', () => {
    const folder = makeFolder();
    const before = process.umask(0);
    try {
      for (const mask of [0, 0o077, 0o777]) {
        process.umask(mask);
        const path = join(folder, String(mask));
        nodeFiles.close(nodeFiles.open(path, 'create'));
        expect(statSync(path).mode & 0o777).toBe(0o600);
      }
    } finally {
      process.umask(before);
    }
  });

  test('makes folders for their owner only, also one that is there', () => {
    const folder = join(makeFolder(), 'a', 'b');
    nodeFiles.makeFolder(folder);
    mkdirSync(join(folder, 'open'), { mode: 0o755 });
    nodeFiles.makeFolder(join(folder, 'open'));
    expect([folder, join(folder, 'open')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  });

  test('makes folders as the umask allows, with their parents', () => {
    const folder = join(makeFolder(), 'a', 'b', 'c');
    nodeFiles.makePublicFolder(folder);
    nodeFiles.makePublicFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  test('a folder that cannot be made is an error, also in /proc, where Node would try for ever', () => {
    const file = join(makeFolder(), 'file');
    writeFileSync(file, '');
    for (const make of [nodeFiles.makeFolder, nodeFiles.makePublicFolder]) {
      expect(codeOf(() => make('/proc/none'))).toBe('ENOENT');
      expect(codeOf(() => make('/proc/none/a/b'))).toBe('ENOENT');
      expect(codeOf(() => make(file))).toBe('EEXIST');
      expect(codeOf(() => make(join(file, 'a')))).toBe('ENOTDIR');
    }
  });

  test('removes a file, and syncs folders and file systems', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'a'), '');
    nodeFiles.remove(join(folder, 'a'));
    expect(existsSync(join(folder, 'a'))).toBe(false);
    expect(codeOf(() => nodeFiles.syncFolder(folder))).toBe('none');
    expect(nodeFiles.syncAll(folder)).toBe(true);
    expect(nodeFiles.syncAll(join(folder, 'none'))).toBe(false);
  });
});

describe('replaceFile', () => {
  test('puts a new file in the old one’s place, whatever a killed run left', () => {
    const folder = makeFolder();
    const path = join(folder, 'a');
    writeFileSync(path, 'old');
    linkSync(path, join(folder, 'other'));
    writeFileSync(`${path}.tmp`, 'left behind by a killed run');
    replaceFile(nodeFiles, path, 'néw');
    expect(contentOf(folder)).toEqual({ a: Buffer.from('néw').toString('latin1'), other: 'old' });
  });
});

describe('appendAt', () => {
  test('writes over what lies behind the position', () => {
    const folder = makeFolder();
    appendAt(nodeFiles, join(folder, 'a'), 0, Buffer.from('123456'));
    appendAt(nodeFiles, join(folder, 'a'), 2, Buffer.from('x'));
    expect(contentOf(folder)).toEqual({ a: '12x' });
  });
});

describe('withFile', () => {
  test('closes the file also when its use fails', () => {
    const path = join(makeFolder(), 'a');
    writeFileSync(path, '');
    let used = -1;
    const use = (fd: number): never => {
      used = fd;
      throw new Error('use');
    };
    expect(() => withFile(nodeFiles, path, 'read', use)).toThrow('use');
    expect(codeOf(() => nodeFiles.facts(used))).toBe('EBADF');
  });
});

test('errorCode and isAbsent take whatever was thrown', () => {
  expect(['x', null, new Error('x'), { code: 'ENOENT' }].map(errorCode)).toEqual(['', '', '', '']);
  expect(isAbsent(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(true);
  expect(isAbsent(Object.assign(new Error('x'), { code: 'EACCES' }))).toBe(false);
});
