// What cron runs every minute, and what people wait for, with a large store. The baseline is starting Node.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneRound } from '../make-log.mjs';
import { against, compare, EMPTY_NODE, monitor, peakOf } from '../measure.mjs';
import { makeStore } from './data.mjs';

/** These runs are short, so there are more of them. */
const OFTEN = 3;

export function* stored({ folder, sessions, rounds, seed, times }) {
  const { dir, session } = makeStore(folder, 'stored', { sessions, rounds, seed });
  const size = `${sessions} sessions, ${sessions * rounds} rounds`;
  const log = join(folder, 'growing.log');
  let number = 0;
  const append = () => appendFileSync(log, oneRound('agent:main:growing', ++number));
  const parse = monitor('parse', '--log-path', log, '--output-dir', dir, '--quiet');
  const resultOf = (name, candidate, more) => {
    const [ours, empty] = compare([candidate, EMPTY_NODE], times * OFTEN);
    return { name, size, ...against(EMPTY_NODE.name, ours, empty), peakMb: peakOf(candidate), ...more };
  };
  writeFileSync(log, '');
  append();
  yield resultOf('a run with nothing new', parse, { promise: { ratio: 1.4 }, bound: { ratio: 2 } });
  yield resultOf(
    'a run with one new round',
    { ...parse, prepare: append },
    { promise: { ratio: 1.8 }, bound: { ratio: 3.5 } },
  );
  const reports = [['stats-model'], ['stats-date', '--days', '30'], ['list'], ['show', session]];
  const promise = { ms: 700, peakMb: 200 };
  for (const args of reports) {
    yield resultOf(
      args[0] === 'show' ? 'show of one session' : args.join(' '),
      monitor(...args, '--data-dir', dir),
      {
        promise: args[0] === 'show' ? {} : promise,
        bound: { ratio: 9, peakMb: 250 },
      },
    );
  }
  rmSync(dir, { recursive: true });
  rmSync(log);
}
