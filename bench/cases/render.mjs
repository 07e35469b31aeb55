// The site: a first render of sessions with real texts, and renders of larger and larger stores after few new rounds.
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { oneRound } from '../make-log.mjs';
import { against, ask, compare, EMPTY_NODE, monitor, peakOf, putAside, run } from '../measure.mjs';
import { makeLog, makeStore } from './data.mjs';
import { mb, parseIntoNew } from './backlog.mjs';

export function* render(options) {
  yield* firstRender(options);
  yield* growingSites(options);
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

/**
 * What a render costs with more sessions: with nothing new, after one round, and after 100 rounds of 100 sessions from all
 * over the store. The base of the index stays as it is. Beyond `renderFiles` sessions, only the newest have files and pages:
 * the others are in lists and sums.
 */
function* growingSites({ folder, renderSessions: sizes, renderFiles, seed, times }) {
  const first = new Map();
  for (const sessions of sizes) {
    const site = join(folder, `site-${sessions}`);
    const hasAll = sessions <= renderFiles;
    const made = {
      sessions,
      files: hasAll ? sessions : 2000,
      seed,
      ...(!hasAll && { 'old-days': OLD_DAYS }),
    };
    const { dir } = makeStore(folder, `store-${sessions}`, made);
    const log = join(folder, `store-${sessions}.log`);
    const once = monitor('render', '--data-dir', dir, '--site-dir', site, '--quiet');
    const period = hasAll ? [] : ['--days', String(OLD_DAYS)];
    const { ms: firstMs } = run({ ...once, command: [...once.command, ...period] });
    const listed = ask('list', '--data-dir', dir, '--limit', hasAll ? String(sessions) : '100').sessions;
    const ids = Array.from(
      { length: 100 },
      (_, i) => listed[Math.floor((i * listed.length) / 100)].session_id,
    );
    let number = 0;
    const after = (rounds) => ({
      ...once,
      prepare() {
        for (let i = 0; i < rounds; i++) appendFileSync(log, oneRound(ids[i], ++number, Date.now()));
        run(monitor('parse', '--log-path', log, '--output-dir', dir, '--quiet'));
      },
    });
    for (const [what, candidate, most] of [
      ['nothing new', once, 1.5],
      ['one round', after(1), 4],
      ['100 rounds of 100 sessions', after(100), undefined],
    ]) {
      candidate.prepare?.();
      const { rendered } = ask('render', '--data-dir', dir, '--site-dir', site);
      const [ours, empty] = compare([candidate, EMPTY_NODE], what === 'nothing new' ? times * 3 : times);
      const name = `a render, ${what}`;
      const size = `${sessions} sessions`;
      yield {
        name,
        size,
        ...against(EMPTY_NODE.name, ours, empty),
        peakMb: peakOf(candidate),
        promise: { ...(most && { ratio: most }), peakMb: 150 },
        bound: { ...(most && { ratio: 1.6 * most }), peakMb: 220 },
        note: `${rendered} files${hasAll ? '' : `; pages of the last ${OLD_DAYS} days`}; the first one took ${(firstMs / 1e3).toFixed(1)} s`,
      };
      const smallest = first.get(what);
      if (!smallest) first.set(what, { ...ours, sessions });
      else {
        yield {
          name,
          size,
          ...against(`${smallest.sessions} sessions`, ours, smallest),
          ...(sessions <= 100_000 && { promise: { ratio: 1.3 }, bound: { ratio: 1.7 } }),
        };
      }
    }
    for (const path of [dir, site, log]) rmSync(path, { recursive: true, force: true });
  }
}

/** Sessions without files are older than this. */
const OLD_DAYS = 3;
