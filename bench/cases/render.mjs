// The site: a first render of sessions with real texts, and a render of a large store after one new round.
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { oneRound } from '../make-log.mjs';
import { against, ask, compare, EMPTY_NODE, monitor, peakOf, putAside, run } from '../measure.mjs';
import { makeLog, makeStore } from './data.mjs';
import { mb, parseIntoNew } from './backlog.mjs';

export function* render(options) {
  yield* firstRender(options);
  yield* oneRoundMore(options);
}

function* firstRender({ folder, renderMegabytes: megabytes, seed, times }) {
  const [store, site] = [join(folder, 'to-render'), join(folder, 'site')];
  // Most sessions are short chats, not agents that work for hours.
  const log = makeLog(folder, 'to-render.log', { megabytes, rounds: 8, live: 100, seed });
  run(parseIntoNew(log.path, store));
  const { total } = ask('stats-model', '--data-dir', store);
  rmSync(log.path);
  const whole = {
    ...monitor('render', '--data-dir', store, '--site-dir', site, '--quiet'),
    prepare: () => putAside(site),
  };
  const [ours, empty] = compare([whole, EMPTY_NODE], times);
  yield {
    name: 'a first render',
    size: `${total.sessions} sessions, ${total.rounds} rounds (${mb(log.bytes)} log)`,
    ...against(EMPTY_NODE.name, ours, empty),
    peakMb: peakOf(whole),
    pagesPerSecond: (total.sessions / ours.ms) * 1e3,
    promise: { pagesPerSecond: 300 },
    // Sessions rendered in the CPU time of one start of Node. At 300 per second and 40 ms, that is 12.
    sessionsPerBaseline: (total.sessions * empty.cpuMs) / ours.cpuMs,
    bound: { sessionsPerBaseline: 4 },
  };
  for (const path of [store, site]) rmSync(path, { recursive: true });
}

function* oneRoundMore({ folder, renderSessions: sessions, seed, times }) {
  const site = join(folder, 'large-site');
  const { dir } = makeStore(folder, 'large', { sessions, files: sessions, seed });
  const log = join(folder, 'large.log');
  const once = monitor('render', '--data-dir', dir, '--site-dir', site, '--quiet');
  const { ms: firstMs } = run(once);
  let number = 0;
  const more = {
    ...once,
    prepare() {
      appendFileSync(log, oneRound('agent:main:growing', ++number));
      run(monitor('parse', '--log-path', log, '--output-dir', dir, '--quiet'));
    },
  };
  const [ours, empty] = compare([more, EMPTY_NODE], times);
  yield {
    name: 'a render after one round',
    size: `${sessions} sessions`,
    ...against(EMPTY_NODE.name, ours, empty),
    peakMb: peakOf(more),
    promise: { ms: 500 },
    bound: { ratio: 14 },
    note: `the first one took ${(firstMs / 1e3).toFixed(1)} s`,
  };
  for (const path of [dir, site, log]) rmSync(path, { recursive: true });
}
