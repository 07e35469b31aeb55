import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { aiLine, makeFolder, otherLine } from '../ingest/make.ts';
import { bytesOf } from '../ingest/store-bytes.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/monitor.js');
/** More than threads are started for. */
const BYTES = 33 << 20;

/** A large log, mostly of other lines, with the calls of 40 sessions in between. */
function makeLog(folder: string): string {
  const log = join(folder, 'access.log');
  const others = Array.from({ length: 1000 }, (_, i) => otherLine(i)).join('');
  writeFileSync(log, '');
  for (let n = 0, length = 0; length < BYTES; n++) {
    const calls = Array.from({ length: 5 }, (_, i) => aiLine(`s${(5 * n + i) % 40}`, n % 20)).join('');
    appendFileSync(log, others + calls);
    length += others.length + calls.length;
  }
  return log;
}

/** Code that each thread runs first. `parentPort` is the thread's, `messages` counts those that it got. */
function hook(folder: string, code: string): string {
  const path = join(folder, 'hook.cjs');
  const head = "const { isMainThread, parentPort, workerData } = require('node:worker_threads');\n";
  writeFileSync(path, `${head}if (!isMainThread && workerData.shard === 1) { ${code} }\n`);
  return path;
}

function parse(folder: string, store: string, jobs: number, required?: string) {
  const args = ['parse', '--log-path', join(folder, 'access.log'), '--data-dir', join(folder, store)];
  const env = { ...process.env, NODE_OPTIONS: required === undefined ? '' : `--require=${required}` };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, ...args, '--jobs', String(jobs), '--json'],
    { encoding: 'utf8', env },
  );
  expect(stdout, stderr).not.toBe('');
  return { status, stderr, counts: JSON.parse(stdout) as Record<string, unknown> };
}

// Not a folder of one test.
const folder = mkdtempSync(join(tmpdir(), 'monitor-'));
afterAll(() => rmSync(folder, { recursive: true }));
makeLog(folder);
// Until then the log counts as one that may have changed since, and stores would differ in that.
await setTimeout(2100);
const alone = parse(folder, 'alone', 1);
const stored = bytesOf(join(folder, 'alone'));
/** Ends the thread when it gets its message of this number and kind. */
const endAt = (kind: string, number: number): string =>
  `let n = 0; parentPort.on('message', ({ kind }) => { if (kind === '${kind}' && n++ === ${number}) process.exit(7); });`;

test('threads leave the same store as one thread', () => {
  // A thread that a run without threads must not have.
  const { status, stderr, counts } = parse(folder, 'shared', 3);
  expect({ status, stderr, counts }).toEqual(alone);
  expect(bytesOf(join(folder, 'shared'))).toEqual(stored);
});

test.each([
  ['at its start', 'process.exit(7);'],
  ['at its start, by an error', "throw new Error('no room');"],
  ['at its first lines', endAt('lines', 0)],
  ['at later lines', endAt('lines', 9)],
  ['when it is told a price', endAt('answer', 0)],
  ['when it is to write its sessions', endAt('take', 0)],
  [
    'half through its sessions',
    "const fs = require('node:fs'); const { writeSync } = fs; let n = 0; fs.writeSync = (...args) => { if (n++ === 5) process.exit(7); return writeSync(...args); };",
  ],
  [
    'after it has written its sessions',
    "const { postMessage } = parentPort; parentPort.postMessage = (message) => { if (message.kind === 'taken') process.exit(7); postMessage.call(parentPort, message); };",
  ],
])('a thread that dies %s: the run says so, and goes on alone', (stage, code) => {
  const name = stage.replaceAll(/\W/g, '-');
  const { status, stderr, counts } = parse(folder, name, 2, hook(makeFolder(), code));
  const { warnings, ...rest } = counts;
  const { warnings: _, ...expected } = alone.counts;
  expect({ status, ...rest }).toEqual({ status: 0, ...expected });
  expect(warnings).toEqual([
    { path: join(folder, name), message: expect.stringMatching(/^a thread that read logs failed \(.+\); this run went on without threads$/) },
  ]);
  expect(stderr).toContain('went on without threads');
  expect(bytesOf(join(folder, name))).toEqual(stored);
}); // prettier-ignore
