import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkerPool } from '../../src/platform/worker-pool.ts';
import { makeFolder } from './make.ts';

/** Threads that say their `workerData` and the task, after so many milliseconds; 0 fails. */
function makePool(threads: number): WorkerPool<number, string> {
  const file = join(makeFolder(), 'worker.cjs');
  writeFileSync(
    file,
    `const { parentPort, threadId, workerData } = require('node:worker_threads');
     parentPort.on('message', (ms) => {
       if (ms === 0) throw new Error('zero');
       setTimeout(() => parentPort.postMessage(workerData + ' ' + ms), ms);
     });`,
  );
  return new WorkerPool(file, threads, 'data');
}

test('each task gets its own answer, also if there are more tasks than threads', async () => {
  const pool = makePool(2);
  const tasks = [40, 5, 30, 1, 20, 2];
  expect(await Promise.all(tasks.map((ms) => pool.run(ms)))).toEqual(tasks.map((ms) => `data ${ms}`));
  expect(await pool.run(3)).toBe('data 3');
  await pool.close();
});

test('a thread that fails breaks the pool: what runs, what waits, and what comes is rejected with its error', async () => {
  const pool = makePool(2);
  const settled = await Promise.allSettled([60_000, 0, 1].map((ms) => pool.run(ms)));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(pool.run(1)).rejects.toThrow('zero');
  await pool.close();
});

test('a pool whose threads can’t be started rejects what it is asked', async () => {
  // Node refuses a path that is neither absolute nor begins with a dot at once, as it does where there are too many threads.
  const pool = new WorkerPool('worker.cjs', 2, 'data');
  await expect(pool.run(1)).rejects.toThrow('worker');
  await pool.close();
});

test('a closed pool answers nothing, and its threads are gone', async () => {
  const pool = makePool(1);
  const running = pool.run(60_000);
  await Promise.all([expect(running).rejects.toThrow('the pool is closed'), pool.close()]);
  await expect(pool.run(1)).rejects.toThrow('the pool is closed');
});
