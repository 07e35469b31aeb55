import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { stateText, type State } from '../../src/store/state.ts';
import { run as monitor } from '../cli/run.ts';
import { aiLine, run } from '../ingest/make.ts';
import { contentOf, makeFolder } from '../platform/make.ts';

let folder: string;
let dir: string;
let log: string;
/** A folder of somebody else's, next to the store. */
let victim: string;

beforeEach(async () => {
  folder = makeFolder();
  [dir, log, victim] = [join(folder, 'store'), join(folder, 'access.log'), join(folder, 'victim')];
  mkdirSync(victim);
  writeFileSync(join(victim, 'file'), 'precious');
  writeFileSync(log, ['a', 'b'].map((id) => aiLine(id, 0) + aiLine(id, 1)).join(''));
  await run(dir, log);
});

const inStore = (name: string): string => join(dir, name);
const tail = (): string =>
  inStore(readdirSync(dir).find((name) => name.endsWith('.jsonl') && name.startsWith('.index')) ?? '');

/** Everything that changes a store, or reads all of it. */
const COMMANDS = (): string[][] => [
  ['parse', '--log-path', log, '--output-dir', dir],
  ['list', '--data-dir', dir],
  ['show', 'a', '--data-dir', dir],
  ['stats-model', '--data-dir', dir],
  ['export', '--format', 'ndjson', join(folder, 'out'), '--data-dir', dir],
  ['prune', '--older-than', '1d', '--data-dir', dir],
  ['prune', '--older-than', '1d', '--content', '--data-dir', dir],
  ['prices', '--refresh', '--data-dir', dir],
  ['repair', '--data-dir', dir],
  ['render', '--data-dir', dir, '--site-dir', join(folder, 'site')],
];

describe('an index that names a file outside the store', () => {
  /** What an attacker can do who owns the store: the checksums are right, and the file has the committed rounds. */
  function nameInTail(file: string): void {
    const path = tail();
    const lines = readFileSync(path, 'utf8')
      .replace('"file":"a.json"', `"file":${JSON.stringify(file)}`)
      .split('\n');
    lines.pop();
    const before = `${lines.slice(0, -1).join('\n')}\n`;
    const end = { ...JSON.parse(lines.at(-1) ?? ''), crc: crc32(before) };
    const text = `${before}${JSON.stringify(end)}\n`;
    writeFileSync(path, text);
    const { crc: _, ...state } = JSON.parse(readFileSync(inStore('.state.json'), 'utf8')) as State & {
      crc: number;
    };
    state.index.length = Buffer.byteLength(text);
    writeFileSync(inStore('.state.json'), stateText(state));
  }

  test.each(['../victim/a.json', '.state.json'])(
    '%s: nothing is read from it, written to it or removed',
    async (file) => {
      copyFileSync(inStore('a.json'), join(victim, 'a.json'));
      nameInTail(file);
      appendFileSync(log, aiLine('a', 2));
      const [before, state] = [contentOf(victim), readFileSync(inStore('.state.json'), 'utf8')];
      for (const argv of COMMANDS()) {
        const { code, err } = await monitor(argv);
        // repair finds the damage, and says so on stdout.
        expect([argv[0], code]).toEqual([argv[0], argv[0] === 'repair' ? 1 : 74]);
        if (argv[0] !== 'repair') expect(err).toContain(`the index ${tail()} has a damaged line at byte`);
        expect(contentOf(victim)).toEqual(before);
        expect(readFileSync(inStore('.state.json'), 'utf8')).toBe(state);
      }
      expect((await monitor(['repair', '--apply', '--data-dir', dir])).code).toBe(0);
      expect(contentOf(victim)).toEqual(before);
      expect((await monitor(['list', '--data-dir', dir])).out).toContain('a');
    },
  );
});

describe('a link in the place of', () => {
  test.each(['.state.json.tmp', '.store.json.tmp'])('%s is replaced', async (name) => {
    for (const target of ['file', 'new']) {
      rmSync(inStore(name), { force: true });
      symlinkSync(join(victim, target), inStore(name));
      appendFileSync(log, aiLine(`new-${target}`, 0, { model: `m-${target}` }));
      writeFileSync(join(folder, 'prices.json'), `{"models":[{"match":"m-${target}","input":1}]}`);
      const argv = ['parse', '--log-path', log, '--output-dir', dir, '--prices', join(folder, 'prices.json')];
      expect((await monitor(argv)).code).toBe(0);
      expect(contentOf(victim)).toEqual({ file: 'precious' });
      expect(existsSync(inStore(name))).toBe(false);
    }
  });

  test.each(['.lock', '.state.json', '.store.json', 'a.json', 'c.json', '.rejected.jsonl', '.index'])(
    '%s is refused by all that would open it, and nothing behind it changes',
    async (named) => {
      const path = named === '.index' ? tail() : inStore(named);
      if (existsSync(path)) copyFileSync(path, join(victim, 'copy'));
      rmSync(path, { force: true });
      symlinkSync(join(victim, 'copy'), path);
      const before = contentOf(victim);
      appendFileSync(log, aiLine('a', 2) + aiLine('c', 0) + '{"ai_log":"{broken"}\n');
      for (const argv of COMMANDS()) {
        const { err } = await monitor(argv);
        expect(err).not.toContain('internal error');
        expect(contentOf(victim), argv.join(' ')).toEqual(before);
        expect(lstatSync(path).isSymbolicLink()).toBe(true);
      }
      // A run goes on with the other sessions.
      const refused = named === 'a.json' ? ['show', 'a', '--data-dir', dir] : (COMMANDS()[0] ?? []);
      const { code, err } = await monitor(refused);
      expect([code, err]).toEqual([
        74,
        expect.stringContaining(`${path} is a symbolic link, not a regular file: monitor did not make it`),
      ]);
    },
  );
});

test('rounds in another order are an error where their requests are needed, and repair finds them', async () => {
  appendFileSync(log, aiLine('a', 2));
  await run(dir, log);
  const [head, one, two, ...rest] = readFileSync(inStore('a.json'), 'utf8').split('\n');
  writeFileSync(inStore('a.json'), [head, two, one, ...rest].join('\n'));
  const problem =
    'round 2 of a session is damaged in the store: it refers to messages of round 1, which are not stored before it';
  for (const argv of [
    ['show', 'a', '--data-dir', dir],
    ['export', '--format', 'ndjson', '--with-messages', join(folder, 'out'), '--data-dir', dir],
    ['render', '--data-dir', dir, '--site-dir', join(folder, 'site')],
  ]) {
    const { code, err } = await monitor(argv);
    expect([argv[0], code]).toEqual([argv[0], 74]);
    expect(err).toContain(problem);
  }
  expect((await monitor(['repair', '--data-dir', dir])).code).toBe(1);
});

test('a pipe in the place of any file of a store is refused by every command, which does not wait', async () => {
  appendFileSync(log, `${aiLine('a', 2)}{"ai_log":"{broken"}\n`);
  await run(dir, log);
  appendFileSync(log, aiLine('a', 3));
  const whole = join(folder, 'whole');
  cpSync(dir, whole, { recursive: true });
  const names = readdirSync(dir);
  expect(names.length).toBeGreaterThan(7);
  for (const name of names) {
    let refused = 0;
    for (const argv of [...COMMANDS(), ['doctor', '--log-path', log, '--data-dir', dir, '--deep']]) {
      rmSync(dir, { recursive: true });
      cpSync(whole, dir, { recursive: true });
      rmSync(inStore(name));
      spawnSync('mkfifo', [inStore(name)]);
      const { code, out, err } = await monitor(argv);
      expect(code, `${name} ${argv.join(' ')}: ${err}`).not.toBe(70);
      if (`${out}${err}`.includes('is a named pipe')) refused++;
    }
    // These are looked up again.
    if (name !== '.price-answers.json') expect([name, refused]).not.toEqual([name, 0]);
  }
});
