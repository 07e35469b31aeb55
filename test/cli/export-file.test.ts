import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
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
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { findTarget, writeFile } from '../../src/cli/commands/export-file.ts';
import { InputOutputError, UsageError } from '../../src/platform/errors.ts';
import { makeFolder } from '../platform/make.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = makeFolder();
  file = join(folder, 'x.csv');
});

const read = (path = file): string => readFileSync(path, 'utf8');
const names = (path = folder): string[] => readdirSync(path).toSorted();

describe('where an export may go', () => {
  let store: { dir: string; statePath: string };
  beforeEach(() => {
    store = { dir: join(folder, 'store'), statePath: join(folder, 'state.json') };
    mkdirSync(store.dir);
    writeFileSync(store.statePath, '{}');
  });

  const refusal = (path: string): Promise<unknown> =>
    findTarget(path, [store]).then(
      () => null,
      (error: unknown) => error,
    );

  test('a new file, one that is there, and one behind a link', async () => {
    expect(await findTarget(file, [store])).toEqual({ path: file, isFile: true });
    writeFileSync(file, 'old');
    symlinkSync('x.csv', join(folder, 'link.csv'));
    symlinkSync('.', join(folder, 'here'));
    expect(await findTarget(file, [store])).toEqual({ path: file, isFile: true });
    expect(await findTarget(join(folder, 'link.csv'), [store])).toEqual({ path: file, isFile: true });
    expect(await findTarget(join(folder, 'here', 'new.csv'), [store])).toEqual({
      path: join(folder, 'new.csv'),
      isFile: true,
    });
  });

  test('not inside a site, nor any store, also below it and through a link', async () => {
    const [site, other] = [join(folder, 'site'), join(folder, 'other')];
    mkdirSync(join(site, '.monitor'), { recursive: true });
    writeFileSync(join(site, '.monitor', 'head'), '{}');
    mkdirSync(join(site, 'sessions'));
    writeFileSync(join(site, 'index.html'), 'page');
    symlinkSync(join(site, 'index.html'), join(folder, 'link.html'));
    mkdirSync(other);
    writeFileSync(join(other, '.store.json'), '{}');
    for (const [path, where] of [
      [join(site, 'index.html'), `the site ${site}`],
      [join(site, 'sessions', 'new.csv'), `the site ${site}`],
      [join(folder, 'link.html'), `the site ${site}`],
      [join(other, 'x.csv'), `the store ${other}`],
    ] as const)
      expect(await refusal(path)).toEqual(
        new UsageError(`${path} is inside ${where}, which holds only its own files: choose another place`),
      );
    // Another program's folder of that name.
    mkdirSync(join(folder, '.monitor'));
    expect(await refusal(file)).toBeNull();
    expect(read(join(site, 'index.html'))).toBe('page');
  });

  test('names that are none of a file', async () => {
    for (const path of ['', `${folder}/`, `${file}/`])
      expect(await refusal(path)).toEqual(new UsageError(`'${path}' is not a file name`));
    expect(await refusal(folder)).toEqual(new UsageError(`${folder} is a directory: name a file in it`));
  });

  test('a folder that is not there', async () => {
    const path = join(folder, 'none', 'x.csv');
    const error = await refusal(path);
    expect(error).toBeInstanceOf(InputOutputError);
    expect(error).toHaveProperty(
      'message',
      `the directory of ${path} does not exist. Create it with: mkdir -p ${join(folder, 'none')}`,
    );
  });

  test('nothing inside the store, whatever it is called and however it is reached', async () => {
    symlinkSync(store.dir, join(folder, 'way-in'));
    writeFileSync(join(store.dir, 's.json'), '');
    symlinkSync(join(store.dir, 's.json'), join(folder, 'session.json'));
    mkdirSync(join(store.dir, 'sub'));
    for (const path of [
      join(store.dir, 'x.csv'),
      join(store.dir, '..x.csv'),
      join(store.dir, 'sub', 'x.csv'),
      join(folder, 'way-in', 'x.csv'),
      join(folder, 'session.json'),
    ])
      expect(await refusal(path)).toEqual(
        new UsageError(
          `${path} is inside the store ${store.dir}, which holds only its own files: choose another place`,
        ),
      );
    expect(await refusal(`${store.dir}.csv`)).toBe(null);
  });

  test('not the state of the store, by whichever of its names', async () => {
    mkdirSync(join(folder, 'kept'));
    renameSync(store.statePath, join(folder, 'kept', 'state.json'));
    symlinkSync('kept', join(folder, 'linked'));
    const [kept, linked] = ['kept', 'linked'].map((name) => join(folder, name, 'state.json'));
    for (const statePath of [kept, linked]) {
      store = { ...store, statePath: statePath ?? '' };
      for (const path of [kept ?? '', linked ?? ''])
        expect(await refusal(path)).toEqual(
          new UsageError(`${path} is the state file of the store ${store.dir}: choose another place`),
        );
    }
    rmSync(kept ?? '');
    store = { ...store, statePath: kept ?? '' };
    expect(await refusal(kept ?? '')).toEqual(
      new UsageError(`${kept} is the state file of the store ${store.dir}: choose another place`),
    );
  });

  test('a socket is written into where it is, in the store too', async () => {
    const path = join(store.dir, 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    expect(await findTarget(path, [store])).toEqual({ path, isFile: false });
    server.close();
  });
});

describe('a file is written as a whole or not at all', () => {
  const target = (): { path: string; isFile: true } => ({ path: file, isFile: true });

  test('until the end the old one stands, and beside it a file that nobody else reads', async () => {
    writeFileSync(file, 'old');
    chmodSync(file, 0o644);
    const seen: unknown[] = [];
    const before = process.umask(0);
    function* pieces(): Generator<string> {
      yield 'a'.repeat(70_000);
      const [temporary = ''] = names();
      const { mode, size } = statSync(join(folder, temporary));
      seen.push(read(), names().length, temporary.replace(/[0-9a-f]{8}/, '…'), mode & 0o777, size);
      yield '\n';
    }
    await writeFile(target(), pieces());
    process.umask(before);
    expect(seen).toEqual(['old', 2, '.x.csv.….tmp', 0o600, 70_000]);
    expect(read()).toBe(`${'a'.repeat(70_000)}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(['x.csv']);
  });

  test('the mode is 0600 whatever the umask takes away', async () => {
    const before = process.umask(0o777);
    await writeFile(target(), ['x']);
    process.umask(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('nothing to write makes an empty file', async () => {
    writeFileSync(file, 'old');
    await writeFile(target(), []);
    expect(read()).toBe('');
  });

  test('a hard link keeps what it had: a store’s file that is linked here is not written into', async () => {
    writeFileSync(join(folder, 'other'), 'kept');
    linkSync(join(folder, 'other'), file);
    await writeFile(target(), ['new']);
    expect([read(), read(join(folder, 'other'))]).toEqual(['new', 'kept']);
  });

  test('a link that is turned round meanwhile: what was found at first is written', async () => {
    const link = join(folder, 'link.csv');
    mkdirSync(join(folder, 'store'));
    writeFileSync(join(folder, 'store', 's.json'), 'session');
    writeFileSync(file, 'old');
    symlinkSync('x.csv', link);
    const found = await findTarget(link, [{ dir: join(folder, 'store'), statePath: '' }]);
    rmSync(link);
    symlinkSync(join('store', 's.json'), link);
    await writeFile(found, ['new']);
    expect([read(), read(join(folder, 'store', 's.json'))]).toEqual(['new', 'session']);
  });

  test('a name as long as names can be, of one byte or three to a character', async () => {
    for (const name of [`${'x'.repeat(251)}.csv`, `${'报'.repeat(83)}.csv`]) {
      file = join(folder, name);
      await writeFile(target(), ['x']);
      expect(read()).toBe('x');
    }
  });

  test('what fails while it is made leaves the old file and nothing beside it', async () => {
    writeFileSync(file, 'old');
    const fault = new Error('session s is damaged');
    function* pieces(): Generator<string> {
      yield 'new';
      throw fault;
    }
    await expect(writeFile(target(), pieces())).rejects.toBe(fault);
    expect([read(), names()]).toEqual(['old', ['x.csv']]);
  });

  test('a folder that took its place, or a folder that went away, is told by the name that was given', async () => {
    function* pieces(): Generator<string> {
      yield 'new';
      mkdirSync(file);
    }
    await expect(writeFile(target(), pieces())).rejects.toThrow(
      `cannot write ${file}: it is a folder (EISDIR). Name a file, or move the folder away. The old file, if any, is unchanged`,
    );
    expect(names()).toEqual(['x.csv']);
    file = join(folder, 'gone', 'x.csv');
    const error = await writeFile(target(), ['x']).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputOutputError);
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(String.raw`^cannot write ${file}: .* \(ENOENT\)`),
    );
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s between two pieces: the old file, nothing beside it, and the signal once more',
    async (signal) => {
      writeFileSync(file, 'old');
      const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
      const others = process.listeners(signal);
      process.removeAllListeners(signal);
      let isHeard: boolean[] = [];
      let made = 0;
      function* pieces(): Generator<string> {
        for (; made < 5; made++) {
          if (made === 2) isHeard = [process.emit(signal, signal)];
          yield 'x'.repeat(70_000);
        }
      }
      const error = await writeFile(target(), pieces()).catch((thrown: unknown) => thrown);
      expect(error).toEqual(new InputOutputError(`${file} was not written: interrupted`));
      expect([isHeard, made, kill.mock.calls]).toEqual([[true], 2, [[process.pid, signal]]]);
      expect([read(), names(), process.listenerCount(signal)]).toEqual(['old', ['x.csv'], 0]);
      kill.mockRestore();
      for (const listener of others) process.on(signal, listener);
    },
  );
});
