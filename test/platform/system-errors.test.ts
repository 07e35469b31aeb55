import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/platform/files.ts';
import { remedyText, shellWord, systemErrorText, troubleText } from '../../src/platform/system-errors.ts';
import { makeFolder } from './make.ts';

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

/** As Node makes it. */
const made = (code: string, facts: object = {}): Error =>
  Object.assign(new Error(`${code}: something, open '/a'`), { code, syscall: 'open', path: '/a', ...facts });

describe('an error of the system says what, where and what to do', () => {
  const folder = (): string => {
    const dir = makeFolder();
    writeFileSync(join(dir, 'file'), '');
    mkdirSync(join(dir, 'folder'));
    symlinkSync('loop', join(dir, 'loop'));
    return dir;
  };

  test.each<[what: string, cause: (dir: string) => unknown, text: (dir: string) => string]>([
    [
      'a file that is not there',
      (dir) => readFileSync(`${dir}/none`),
      (dir) => `cannot open ${dir}/none: no such file or folder (ENOENT). Check the path`,
    ],
    [
      'a file in the place of a folder',
      (dir) => nodeFiles.makeFolder(`${dir}/file/a`),
      (dir) =>
        `cannot make the folder ${dir}/file/a: a part of the path is not a folder (ENOTDIR). Name another path, or move away what is in the place of the folder`,
    ],
    [
      'a folder in the place of a file',
      (dir) => openSync(`${dir}/folder`, 'r+'),
      (dir) => `cannot open ${dir}/folder: it is a folder (EISDIR). Name a file, or move the folder away`,
    ],
    [
      'a folder that is read as a file, which shows only after it is open',
      (dir) => {
        const fd = openSync(`${dir}/folder`, 'r');
        try {
          nodeFiles.read(fd, Buffer.alloc(1), 0);
        } finally {
          nodeFiles.close(fd);
        }
      },
      (dir) => `cannot read ${dir}/folder: it is a folder (EISDIR). Name a file, or move the folder away`,
    ],
    [
      'a name that is too long',
      (dir) => nodeFiles.list(`${dir}/${'x'.repeat(300)}`),
      (dir) =>
        `cannot list the folder ${dir}/${'x'.repeat(300)}: the name is too long (ENAMETOOLONG). Name a shorter path`,
    ],
    [
      'links in a circle',
      (dir) => openSync(`${dir}/loop`, 'r'),
      (dir) =>
        `cannot open ${dir}/loop: its symbolic links lead in a circle, or are not followed here (ELOOP). Name the file that is meant, or move the link away`,
    ],
    [
      'a rename, with both paths',
      (dir) => nodeFiles.rename(`${dir}/none`, `${dir}/b`),
      (dir) => `cannot rename ${dir}/none to ${dir}/b: no such file or folder (ENOENT). Check the path`,
    ],
    [
      'a folder that is not empty',
      (dir) => rmdirSync(dir),
      (dir) => `cannot look at ${dir}: the folder is not empty (ENOTEMPTY). Move away what is in it`,
    ],
    [
      'a full disk',
      () => {
        const fd = openSync('/dev/full', 'r+');
        try {
          nodeFiles.write(fd, Buffer.from('x'), 0);
        } finally {
          closeSync(fd);
        }
      },
      () =>
        'cannot write /dev/full: no space left on device (ENOSPC). Free some space there, then run the command again',
    ],
    [
      'a program that is not there',
      () => {
        throw made('ENOENT', { syscall: 'spawn sync', path: 'sync' });
      },
      () => 'cannot start sync: no such file or folder (ENOENT). Check the path',
    ],
  ])('%s', (_, cause, text) => {
    const dir = folder();
    expect(systemErrorText(errorOf(() => cause(dir)))).toBe(text(dir));
  });

  test.each([
    'EACCES EPERM ENOSPC EDQUOT EFBIG EROFS ENOENT EEXIST EISDIR ENOTDIR ENOTEMPTY ENAMETOOLONG ELOOP ENXIO',
    'EMFILE ENFILE ENOMEM EAGAIN EBUSY ETXTBSY EIO ESTALE ENODEV ENOTCONN ETIMEDOUT EXDEV',
  ])('%s: none shows as Node words it', (codes) => {
    for (const code of codes.split(' ')) {
      expect(systemErrorText(made(code))).toMatch(
        new RegExp(`^cannot open /a: [a-z][^()]+ \\(${code}\\)\\. [A-Z/][^.]{10,}$`),
      );
    }
  });

  test('a code that nobody has heard of keeps its own message', () => {
    expect(systemErrorText(made('EWEIRD'))).toBe(
      "EWEIRD: something, open '/a'. Run the command again; if it happens again, check the disk and the system log",
    );
    expect(troubleText(made('EWEIRD'))).toBe("EWEIRD: something, open '/a'");
  });

  test('without a path there is nothing to name', () => {
    const error = made('ENOSPC', { path: undefined });
    expect(systemErrorText(error)).toBe(
      'no space left on device (ENOSPC). Free some space there, then run the command again',
    );
    expect(remedyText(made('EACCES', { path: undefined }))).toBe(
      'permission denied (EACCES). Run the command as a user who may do this',
    );
  });

  test('an operation without a word of its own', () => {
    expect(systemErrorText(made('EIO', { syscall: 'futime' }))).toMatch(
      /^cannot look at \/a: i\/o error \(EIO\)\./,
    );
  });
});

test('a word for a shell is quoted where it must be', () => {
  expect(['/var/lib/a-b_c', "it's here", ''].map(shellWord)).toEqual([
    '/var/lib/a-b_c',
    String.raw`'it'\''s here'`,
    "''",
  ]);
});
