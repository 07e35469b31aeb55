import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputOutputError, UsageError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { newState, readState } from '../../src/store/state.ts';
import {
  checkFilters,
  createStore,
  findStore,
  lockPath,
  NO_FILTERS,
  openStore,
  resolveStatePath,
  type Filters,
} from '../../src/store/store.ts';
import { failAt } from '../ingest/make.ts';
import { contentOf, makeFolder } from '../platform/make.ts';
import { addition, commitTo, newStore } from './make.ts';

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not throw');
}

describe('a store', () => {
  test('is found again as it was made', () => {
    const filters = {
      ...NO_FILTERS,
      session_key: 'agent:main',
      since: '2026-02-01T00:00:00.000Z',
      no_content: true,
    };
    const store = newStore(filters);
    expect(findStore(nodeFiles, store.dir)).toEqual(store);
    expect(openStore(nodeFiles, store.dir)).toEqual(store);
    expect(readState(nodeFiles, store.statePath, store.id)).toEqual({ ...newState(store.id), imported: 0 });
    expect(newStore().id).not.toBe(store.id);
  });

  test('can be moved with the state that lies in it, and keeps to one that lies elsewhere', () => {
    const inside = newStore();
    const moved = join(makeFolder(), 'moved');
    nodeFiles.rename(inside.dir, moved);
    expect(findStore(nodeFiles, moved)?.statePath).toBe(join(moved, '.state.json'));
    const dir = makeFolder();
    const statePath = join(makeFolder(), 'state.json');
    createStore(nodeFiles, dir, statePath, NO_FILTERS);
    nodeFiles.rename(dir, `${dir}-moved`);
    expect(findStore(nodeFiles, `${dir}-moved`)?.statePath).toBe(statePath);
    rmSync(`${dir}-moved`, { recursive: true });
  });

  test('is not there yet in a missing or empty folder', () => {
    const dir = makeFolder();
    expect(findStore(nodeFiles, dir)).toBeUndefined();
    expect(findStore(nodeFiles, join(dir, 'none', 'deep'))).toBeUndefined();
    expect(() => openStore(nodeFiles, dir)).toThrow(InputOutputError);
    expect(() => openStore(nodeFiles, dir)).toThrow(/no store in .*monitor parse --log-path/);
  });

  test('killed while it is made, at any operation, is taken for nothing, and can be made again', () => {
    let steps = 0;
    for (let at = 0, done = false; !done; at++) {
      for (const fault of ['before', 'torn', 'after'] as const) {
        const dir = makeFolder();
        const statePath = resolveStatePath(dir, undefined);
        takeLock(lockPath(dir), dir)();
        const { files, operations } = failAt(at, fault);
        try {
          createStore(files, dir, statePath, NO_FILTERS);
          done = true;
        } catch {
          expect(operations).toHaveLength(at + 1);
        }
        const found = findStore(nodeFiles, dir);
        expect(existsSync(join(dir, '.store.json'))).toBe(found !== undefined);
        const store = found ?? createStore(nodeFiles, dir, statePath, NO_FILTERS);
        expect(readState(nodeFiles, statePath, store.id).commit).toBe(0);
        expect(findStore(nodeFiles, dir)).toEqual(store);
        steps++;
      }
    }
    expect(steps).toBeGreaterThan(30);
  });

  test.each([[0], [0o077]])('is for its owner only, whatever the umask (%o)', (mask) => {
    const before = process.umask(mask);
    try {
      const store = newStore();
      takeLock(lockPath(store.dir), 'x')();
      const records = { at: 0, bytes: Buffer.from('records') };
      commitTo(store, [addition('a', { records })], { prices: ['{}'], rejected: ['{}'] });
      expect(statSync(store.dir).mode & 0o777).toBe(0o700);
      const names = readdirSync(store.dir).toSorted();
      expect(names).toEqual([
        '.index-1.jsonl',
        '.lock',
        '.memory-a',
        '.prices-1.jsonl',
        '.rejected.jsonl',
        '.state.json',
        '.store.json',
        'a.json',
      ]);
      for (const name of names) expect(statSync(join(store.dir, name)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });
});

describe('a folder that holds something else', () => {
  test.each([
    [['notes.txt'], 'notes.txt'],
    [['agent_main.json', '.state.json'], '.state.json, agent_main.json'],
    [['d', 'c', 'b', 'a'], 'a, b, c, …'],
    [['.state.json.bak'], '.state.json.bak'],
  ])('%j is refused and left as it is', (names, listed) => {
    const dir = makeFolder();
    for (const name of names) writeFileSync(join(dir, name), '{"access.log":{"inode":1,"offset":2}}');
    const before = contentOf(dir);
    const error = errorOf(() => findStore(nodeFiles, dir));
    expect(error).toBeInstanceOf(InputOutputError);
    expect(error.message).toContain(
      `${dir} is not a store of monitor: it has no .store.json but contains ${listed}.`,
    );
    expect(error.message).toContain('Name an empty or new folder with --output-dir');
    expect(contentOf(dir)).toEqual(before);
  });

  test('also one that holds a folder', () => {
    const dir = makeFolder();
    mkdirSync(join(dir, 'photos'));
    expect(() => findStore(nodeFiles, dir)).toThrow(/but contains photos\./);
  });

  test('also a store that lost its .store.json', () => {
    const store = newStore();
    commitTo(store, [addition('a')]);
    rmSync(join(store.dir, '.store.json'));
    expect(() => findStore(nodeFiles, store.dir)).toThrow(
      /contains \.index-1\.jsonl, \.state\.json, a\.json\./,
    );
  });

  test('a state that counts something is never replaced by a new one', () => {
    const store = newStore();
    commitTo(store, []);
    const dir = makeFolder();
    const error = errorOf(() => createStore(nodeFiles, dir, store.statePath, NO_FILTERS));
    expect(error).toBeInstanceOf(InputOutputError);
    expect(error.message).toContain(store.statePath);
    expect(readdirSync(dir)).toEqual([]);
    expect(readState(nodeFiles, store.statePath, store.id).commit).toBe(1);
  });
});

describe('.store.json', () => {
  const whole = { format: 1, store: 'id', state: '.state.json', filters: NO_FILTERS };
  test.each([
    ['', 'is not valid JSON: restore it from a backup'],
    ['{"format":1,"sto', 'is not valid JSON: restore it from a backup'],
    ['\0\0\0\0', 'is not valid JSON: restore it from a backup'],
    ...[
      null,
      5,
      [],
      {},
      { ...whole, format: 0 },
      { ...whole, store: 1 },
      { ...whole, state: null },
      ...['', '.', '..', '../x', 'a/b'].map((state) => ({ ...whole, state })),
    ].map((value) => [JSON.stringify(value), 'does not describe a store: restore it from a backup']),
    ...[
      undefined,
      null,
      {},
      { ...NO_FILTERS, session_key: 1 },
      { ...NO_FILTERS, since: 'x' },
      { ...NO_FILTERS, no_content: null },
      { ...NO_FILTERS, redact: 'secrets' },
      { ...NO_FILTERS, redact: [1] },
      { ...NO_FILTERS, redact_patterns: [{ name: 'x' }] },
    ].map((filters) => [
      JSON.stringify({ ...whole, filters }),
      'does not describe a store: restore it from a backup',
    ]),
    ['{"format":2}', 'was made by a newer version of monitor (format 2): update monitor'],
  ])('%j is an error that says what to do', (text, problem) => {
    const dir = makeFolder();
    writeFileSync(join(dir, '.store.json'), text ?? '');
    const before = contentOf(dir);
    const error = errorOf(() => findStore(nodeFiles, dir));
    expect(error).toBeInstanceOf(InputOutputError);
    expect(error.message).toBe(`${join(dir, '.store.json')} ${problem}`);
    expect(contentOf(dir)).toEqual(before);
  });

  test('that is missing in a folder of other things, links among them, is said as that', () => {
    const dir = makeFolder();
    writeFileSync(join(dir, 'thesis.tex'), '');
    symlinkSync(join(dir, 'thesis.tex'), join(dir, 'link.tex'));
    symlinkSync('loop.tex', join(dir, 'loop.tex'));
    expect(() => findStore(nodeFiles, dir)).toThrow(
      `${dir} is not a store of monitor: it has no .store.json but contains link.tex, loop.tex, thesis.tex. Name an empty`,
    );
  });

  test('that is a folder is an error too', () => {
    const dir = makeFolder();
    mkdirSync(join(dir, '.store.json'));
    expect(() => findStore(nodeFiles, dir)).toThrow('.store.json is a folder, not a regular file');
  });
});

describe('checkFilters', () => {
  const kept: Filters = {
    ...NO_FILTERS,
    session_key: 'a',
    since: '2026-02-01T00:00:00.000Z',
    no_content: true,
  };

  test('takes those of the store, and those not given', () => {
    const store = newStore(kept);
    expect(() => checkFilters(store, {}, undefined)).not.toThrow();
    expect(() => checkFilters(store, kept, store.statePath)).not.toThrow();
  });

  test.each([
    ['--session-key', { session_key: 'b' }, undefined, 'b', 'a', 'none'],
    [
      '--since',
      { since: '2026-02-02T00:00:00.000Z' },
      undefined,
      '2026-02-02T00:00:00.000Z',
      kept.since,
      'none',
    ],
    ['--state-file', {}, '/other.json', '/other.json', undefined, undefined],
  ] as const)('refuses another %s', (flag, given, statePath, asked, withKept, withNone) => {
    for (const [filters, made] of [
      [kept, withKept],
      [NO_FILTERS, withNone],
    ] as const) {
      const store = newStore(filters);
      const error = errorOf(() => checkFilters(store, given, statePath));
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toBe(
        `${flag} is ${asked}, but the store ${store.dir} was made with ${made ?? store.statePath}. ` +
          'A store keeps this setting for good: leave the option out, or parse into another --output-dir',
      );
    }
  });

  const patterns = [{ name: 'employee', pattern: 'EMP-[0-9]{6}' }];
  test.each([
    ['--redact', { redact: ['secrets'] }, null, 'secrets', 'none'],
    ['--redact', { redact: ['secrets', 'card'] }, { redact: ['secrets'] }, 'secrets, card', 'secrets'],
    ['--redact-patterns', { redact_patterns: patterns }, null, 'employee (EMP-[0-9]{6})', 'none'],
    [
      '--redact-patterns',
      { redact_patterns: [{ name: 'employee', pattern: 'EMP' }] },
      { redact_patterns: patterns },
      'employee (EMP)',
      'employee (EMP-[0-9]{6})',
    ],
  ])('refuses another %s: %j', (flag, given, made, asked, kept) => {
    const store = newStore({ ...NO_FILTERS, ...made });
    expect(() => checkFilters(store, { ...made }, undefined)).not.toThrow();
    expect(() => checkFilters(store, given, undefined)).toThrow(
      `${flag} is ${asked}, but the store ${store.dir} was made with ${kept}. `,
    );
  });

  test('a store that was made before there was redaction has none', () => {
    const store = newStore();
    const path = join(store.dir, '.store.json');
    const { filters, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
    const { redact: _, redact_patterns: __, ...old } = filters;
    writeFileSync(path, JSON.stringify({ ...rest, filters: old }));
    expect(openStore(nodeFiles, store.dir).filters).toEqual(NO_FILTERS);
  });

  test('refuses --no-content on a store that has content', () => {
    expect(() => checkFilters(newStore(), { no_content: true }, undefined)).toThrow(UsageError);
    expect(() => checkFilters(newStore(), { no_content: true }, undefined)).toThrow(/^--no-content /);
  });
});
