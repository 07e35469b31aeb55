import { appendFileSync, cpSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { cutLine, WRAPS } from '../logs/wrap.ts';
import { inProcess } from './share/in-process.ts';
import { aiLine, dumpStore, failAt, makeFolder, otherLine, run, type Fault } from './make.ts';

/** Each round of `a` calls a tool. */
const CALL = { tool_calls: [{ id: 'c', function: { name: 'bash', arguments: '{}' } }] };

const lines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, i) => aiLine('a', from + i, CALL) + otherLine(i) + aiLine('b', from + i),
  ).join('');

/** A log, and the store it is parsed into, at the moment before the run that fails. */
interface Scene {
  folder: string;
  log: string;
  store: string;
}

function firstRun(): Promise<Scene> {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  writeFileSync(log, lines(0, 3));
  return Promise.resolve({ folder, log, store: join(folder, 'sessions') });
}

/** Sessions that are appended to, a new one, a rotation with an unread tail, and an id that needs a file of its own. */
async function laterRun(): Promise<Scene> {
  const scene = await firstRun();
  await run(scene.store, scene.log);
  appendFileSync(scene.log, lines(3, 5));
  renameSync(scene.log, `${scene.log}.1`);
  writeFileSync(scene.log, lines(5, 6) + aiLine('c/d', 0) + '{"ai_log":"{cut","x":""}\n');
  return scene;
}

/** Many records (kept beside the session), and an index that is written anew. */
async function longRun(): Promise<Scene> {
  const scene = await firstRun();
  writeFileSync(scene.log, Array.from({ length: 80 }, (_, i) => aiLine('long', i)).join(''));
  await run(scene.store, scene.log);
  // Long ids, so that few sessions outgrow the tail of an index: each more is files to be synced, at every operation.
  const many = Array.from({ length: 11 }, (_, i) => aiLine(`session ${i} ${'x'.repeat(25_000)}`, 0)).join('');
  appendFileSync(scene.log, aiLine('long', 80) + many);
  return scene;
}

/** A container's log that was rotated in the middle of a line: the line is the next log's, and ends there. */
async function containerRun(): Promise<Scene> {
  const scene = await firstRun();
  const pieces = [0, 1, 2, 3].flatMap((n) =>
    cutLine('stdout', Buffer.from(aiLine('a', n).trim()), [200], true),
  );
  const [first = 0, second = 0] = pieces.flatMap(({ isEnd }, i) => (isEnd ? [i + 1] : []));
  const wrapped = (from: number, to?: number): Buffer =>
    Buffer.concat(pieces.slice(from, to).map((piece) => WRAPS.cri(piece)));
  writeFileSync(scene.log, wrapped(0, first + 1));
  await run(scene.store, scene.log);
  appendFileSync(scene.log, wrapped(first + 1, second + 1));
  renameSync(scene.log, `${scene.log}.20260201-093015`);
  writeFileSync(scene.log, wrapped(second + 1, -1));
  return scene;
}

async function copyScene(scene: Scene): Promise<Scene> {
  const folder = makeFolder();
  cpSync(scene.folder, folder, { recursive: true, preserveTimestamps: true });
  return { folder, log: join(folder, 'access.log'), store: join(folder, 'sessions') };
}

async function finish(scene: Scene): Promise<unknown> {
  await run(scene.store, scene.log);
  for (const name of readdirSync(scene.store)) {
    if (!name.startsWith('.')) JSON.parse(readFileSync(join(scene.store, name), 'utf8'));
  }
  return dumpStore(scene.store);
}

function dumpIfAny(scene: Scene): unknown {
  try {
    return dumpStore(scene.store);
  } catch (error) {
    return `no store: ${error instanceof Error ? error.constructor.name : ''}`;
  }
}

const KILLS: [Fault, string?][] = [['before'], ['torn'], ['after'], ['before', 'ENOSPC'], ['before', 'EIO']];

describe.each([
  ['the first run', firstRun, 1],
  ['a run over rotated logs', laterRun, 1],
  ['a run that writes the index anew', longRun, 5],
  ["a run over a container's log, rotated in the middle of a line", containerRun, 3],
] as const)('row 22, 24: %s', (_, makeScene, step) => {
  test.each(KILLS)(
    'that fails %s an operation (%s) leaves one commit, and the next run completes it',
    async (fault, code) => {
      const scene = await makeScene();
      const before = dumpIfAny(scene);
      const whole = await finish(await copyScene(scene));
      const counting = failAt(Infinity, 'before');
      await run(
        ...(await copyScene(scene).then((copy) => [copy.store, copy.log, {}, counting.files] as const)),
      );
      expect(counting.operations.length).toBeGreaterThan(30);
      for (let at = 0; at < counting.operations.length; at += step) {
        if (fault === 'torn' && counting.operations[at] !== 'write') continue;
        const copy = await copyScene(scene);
        const faulty = failAt(at, fault, code);
        await expect(run(copy.store, copy.log, {}, faulty.files), `operation ${at}`).rejects.toThrow(
          /operation|dead|ENOSPC|EIO/,
        );
        const left = dumpIfAny(copy);
        const isNothing = JSON.stringify(left) === '[]' && typeof before === 'string';
        if (!isNothing)
          expect([before, whole], `left by operation ${at} ${counting.operations[at]}`).toContainEqual(left);
        expect(await finish(copy), `finished after operation ${at} ${counting.operations[at]}`).toEqual(
          whole,
        );
      }
    },
  );
});

/** A container's log, each line in parts: wherever a batch ends, one is open. */
function inParts(line: string): string {
  const parts = cutLine('stdout', Buffer.from(line.trim()), [30_000], true);
  return Buffer.concat(parts.map((part) => WRAPS.cri(part))).toString();
}

describe.each([
  ['a log', (line: string) => line, 0, 3],
  ["a container's log", inParts, 0, 3],
  ['a log that three threads share', (line: string) => line, 3, 7],
])(
  'row 22: a run over %s in several commits, each written while the next batch is read',
  (_, wrap, jobs, step) => {
    /** A commit for each MiB: twelve sessions, so that one sync is asked for, and some of them get more later. */
    const scene = (): Scene => {
      const folder = makeFolder();
      const log = join(folder, 'access.log');
      const answer = 'x'.repeat(100_000);
      const written = Array.from({ length: 36 }, (_, i) => wrap(aiLine(`s${i % 12}`, i, { answer })));
      writeFileSync(log, written.join(''));
      return { folder, log, store: join(folder, 'sessions') };
    };
    const options = (files: Files) => ({
      batchSize: 1,
      ...(jobs > 0 && { threads: inProcess(jobs, files) }),
    });

    test('leaves one of its commits wherever it fails, and the next run completes it', async () => {
      const whole = scene();
      const left: unknown[] = ['no store: InputOutputError'];
      const watching: Files = {
        ...nodeFiles,
        rename(from, to) {
          nodeFiles.rename(from, to);
          left.push(dumpIfAny(whole));
        },
      };
      await run(whole.store, whole.log, options(watching), watching);
      const commits = new Set(left.map((dump) => JSON.stringify(dump)));
      expect(commits.size).toBeGreaterThan(4);
      const counting = failAt(Infinity, 'before');
      const counted = scene();
      await run(counted.store, counted.log, options(counting.files), counting.files);
      for (let at = 0; at < counting.operations.length; at += step) {
        const [fault, code] = KILLS[at % KILLS.length] ?? ['before'];
        const copy = scene();
        const { files } = failAt(at, fault, code);
        const ended = run(copy.store, copy.log, options(files), files);
        // Where an operation of a thread fails once, the run goes on alone.
        if (jobs > 0) await ended.catch(() => undefined);
        else await expect(ended).rejects.toThrow(/operation|dead|ENOSPC|EIO/);
        expect(commits, `left by operation ${at}`).toContain(JSON.stringify(dumpIfAny(copy)));
        expect(await finish(copy), `finished after operation ${at}`).toEqual(left.at(-1));
      }
    });
  },
);
