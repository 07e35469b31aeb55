// A large backlog, which threads share, compared with one thread, one core and other tools.
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { against, compare, findProgram, monitor, peakOf, putAside } from '../measure.mjs';
import { LOOP_TITLE, loopOver } from './backlog.mjs';
import { makeLog } from './data.mjs';

const DUCKDB = fileURLToPath(new URL('../duckdb-tokens.mjs', import.meta.url));

export function* threads({ folder, threadMegabytes, seed, times, others }) {
  for (const megabytes of threadMegabytes) yield* ofLog(folder, megabytes, seed, times, others);
}

function* ofLog(folder, megabytes, seed, times, others) {
  const store = join(folder, 'threads');
  const log = makeLog(folder, 'threads.log', { megabytes, seed, rounds: 100_000, text: 620 });
  const parse = (jobs) => ({
    ...monitor('parse', '--log-path', log.path, '--output-dir', store, '--jobs', String(jobs), '--quiet'),
    prepare: () => putAside(store),
  });
  const two = parse(2);
  const size = `${(log.bytes / 1e6).toFixed(0)} MB, ${log.rounds} rounds of ${log.sessions} sessions`;
  const isLarge = megabytes >= 1000;
  const peakMb = peakOf(two);
  const [ours, loop] = compare([two, loopOver(log.path)], times);
  const row = { name: 'two threads', size };
  yield {
    ...row,
    ...against(LOOP_TITLE, ours, loop),
    peakMb,
    promise: { ratio: isLarge ? 0.4 : 1, peakMb: 240 },
    bound: { ratio: 6, peakMb: 320 },
    note: `${(log.bytes / 1e6 / (ours.ms / 1000)).toFixed(0)} MB/s`,
  };
  if (others) {
    const duckdb = { name: 'DuckDB: input tokens by model', command: [process.execPath, DUCKDB, log.path] };
    const [again, theirs] = compare([two, duckdb], times);
    yield { ...row, ...against(duckdb.name, again, theirs), promise: isLarge ? { ratio: 0.55 } : undefined };
    if (findProgram('taskset') && cpus().length > 1) {
      const one = parse(1);
      const onOneCore = { ...one, name: 'one core', command: ['taskset', '-c', '0', ...one.command] };
      const [onTwo, alone] = compare([two, onOneCore], times);
      yield { ...row, ...against('no threads, on one core', onTwo, alone), promise: { ratio: 1 / 1.6 } };
    }
    const single = parse(1);
    yield {
      name: 'without threads',
      size,
      peakMb: peakOf(single),
      promise: { peakMb: 200 },
      note: 'memory only',
    };
  }
  rmSync(log.path);
}
