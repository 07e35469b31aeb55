import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { aiLine, makeFolder } from '../ingest/make.ts';
import { BIN, canRun, parseArgs, runMonitor, start, testUnless, type Ran } from './make.ts';

let folder: string;
let log: string;
let store: string;

beforeEach(() => {
  folder = makeFolder();
  [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
});

async function fillStore(sessions: number): Promise<void> {
  writeFileSync(log, Array.from({ length: sessions }, (_, i) => aiLine(`s${i}`, 0)).join(''));
  expect(await runMonitor(...parseArgs(log, store), '--quiet')).toMatchObject({ code: 0, out: '', err: '' });
}

/** Runs a script in bash, in which `monitor` is the program. */
function shell(script: string): Promise<Ran> {
  return start('bash', ['-c', `monitor() { '${process.execPath}' '${BIN}' "$@"; }\n${script}`], folder).ended;
}

describe('a reader that goes away', () => {
  test.each(['list --limit 0', 'list --limit 0 --json'])(
    'monitor %s | head -c 10: exit code 0, nothing on stderr',
    async (args) => {
      // More than a pipe takes.
      await fillStore(1500);
      const { out, err } = await shell(
        `monitor ${args} --output-dir sessions | head -c 10 >taken; echo "\${PIPESTATUS[0]}"`,
      );
      expect([out, err]).toEqual(['0\n', '']);
    },
  );

  test('monitor list | head -1 gives the first line', async () => {
    await fillStore(3);
    expect(await shell('monitor list --output-dir sessions | head -1')).toMatchObject({
      out: `${'='.repeat(80)}\n`,
      err: '',
    });
  });
});

test('stdout that cannot be written: exit code 74 and one line that does not deny the commit', async () => {
  writeFileSync(log, aiLine('a', 0));
  const parsed = await shell(`monitor parse --log-path access.log --output-dir sessions >/dev/full`);
  expect(parsed.code).toBe(74);
  expect(parsed.err).toMatch(/^monitor: [^\n]*no space left on device[^\n]*\n$/);
  const listed = JSON.parse((await runMonitor('list', '--json', '--output-dir', store)).out) as {
    total: number;
  };
  expect(listed.total).toBe(1);
  expect(parsed.err).not.toContain('Nothing of this step was counted');
});

test('a run with nothing new still notices an index that is cut or missing', async () => {
  await fillStore(1);
  const index = join(store, '.index-1.jsonl');
  const { size } = statSync(index);
  for (const [damage, problem] of [
    [() => truncateSync(index, size - 1), `is ${size - 1} bytes long, but ${size} were committed`],
    [() => rmSync(index), 'is missing'],
  ] as const) {
    damage();
    const { code, out, err } = await runMonitor(...parseArgs(log, store), '--quiet');
    expect([code, out]).toEqual([74, '']);
    expect(err).toContain(`the index ${index} ${problem}. Nothing was changed.`);
  }
});

test('--quiet prints nothing, on a first run and on one with nothing new', async () => {
  writeFileSync(log, aiLine('a', 0));
  for (let i = 0; i < 2; i++) {
    expect(await runMonitor(...parseArgs(log, store), '--quiet')).toEqual({
      code: 0,
      signal: null,
      out: '',
      err: '',
    });
  }
});

test('stdout is one JSON document with --json, and stderr empty', async () => {
  writeFileSync(log, aiLine('a', 0) + aiLine('a', 1));
  const ofStore = ['--output-dir', store, '--json'];
  for (const args of [
    ['parse', '--log-path', log, ...ofStore],
    ['parse', '--log-path', log, ...ofStore],
    ['list', ...ofStore],
    ['show', 'a', ...ofStore],
    ['stats-model', ...ofStore],
    ['stats-date', ...ofStore],
  ]) {
    const { code, out, err } = await runMonitor(...args);
    expect([code, err, out.slice(-2)], args[0]).toEqual([0, '', '}\n']);
    expect(JSON.parse(out), args[0]).toHaveProperty('version', 1);
  }
});

test.each([
  [['pase']],
  [['parse', '--nonsense']],
  [['parse', '--log-path']],
  [['parse', '--since', 'yesterday']],
  [['list', '--limit', 'many']],
  [['list', '--sort-by', 'colour']],
  [['show']],
  [['stats-date', '--days', '0']],
  [['stats-date', '--timezone', 'Moon/Tycho']],
])('wrong usage: %j ends with 2, and says so on stderr', async (args) => {
  writeFileSync(log, aiLine('a', 0));
  const { code, out, err } = await start(process.execPath, [BIN, ...args], folder).ended;
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^monitor: \S/);
  expect(err).not.toContain('    at ');
});

test('no log: exit code 74, one line, and the usual places', async () => {
  const { code, out, err } = await runMonitor(...parseArgs(log, store));
  expect([code, out]).toEqual([74, '']);
  expect(err).toMatch(/^monitor: no access log at [^\n]+\n$/);
  for (const place of [log, '/var/log/higress/access.log', '/var/log/proxy/access.log', '--log-path']) {
    expect(err).toContain(place);
  }
});

test('no store: exit code 74, one line that says how to make one', async () => {
  const { code, out, err } = await runMonitor('list', '--output-dir', store);
  expect([code, out]).toEqual([74, '']);
  expect(err).toMatch(/^monitor: no store in [^\n]*monitor parse[^\n]*\n$/);
});

test('runs behind a link, in any folder, with the store that MONITOR_DATA_DIR names', async () => {
  await fillStore(1);
  symlinkSync(BIN, join(folder, 'linked'));
  const listed = await start(
    'env',
    [`MONITOR_DATA_DIR=${store}`, process.execPath, '../linked', 'list', '--json'],
    store,
  ).ended;
  expect(listed).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(listed.out)).toMatchObject({ total: 1 });
});

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const asNobody = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : ['env'];

/** A folder that the user of `asNobody` has. */
function makeOwnFolder(): string {
  const own = mkdtempSync(join(tmpdir(), 'monitor-'));
  if (isRoot) chownSync(own, NOBODY, NOBODY);
  return own;
}

function whyNotNobody(): string | false {
  const [program = '', ...args] = asNobody;
  const own = makeOwnFolder();
  const canStart =
    canRun(program, ...args, process.execPath, BIN, '--version') &&
    spawnSync(program, [...args, 'ls', own]).status === 0;
  rmdirSync(own);
  return !canStart && 'no other user that may run the program (setpriv)';
}

testUnless(whyNotNobody())(
  'a log, and a store, that may not be read: exit code 74, one line with the place, nothing made',
  async () => {
    const [program = '', ...args] = asNobody;
    writeFileSync(log, aiLine('a', 0));
    chmodSync(log, 0o000);
    if (isRoot) chownSync(folder, NOBODY, NOBODY);
    const closed = await start(program, [...args, process.execPath, BIN, ...parseArgs(log, store)]).ended;
    expect([closed.code, closed.out]).toEqual([74, '']);
    expect(closed.err).toBe(
      `monitor: cannot read the log ${log}: permission denied. Let this user read it\n`,
    );

    chmodSync(log, 0o644);
    await runMonitor(...parseArgs(log, store), '--quiet');
    chmodSync(store, 0o000);
    for (const command of [parseArgs(log, store), ['list', '--output-dir', store]]) {
      const { code, out, err } = await start(program, [...args, process.execPath, BIN, ...command]).ended;
      expect([code, out], command[0]).toEqual([74, '']);
      expect(err).toMatch(/^monitor: [^\n]*permission denied[^\n]*\n$/);
      expect(err).toContain(store);
    }
    chmodSync(store, 0o700);
  },
);
