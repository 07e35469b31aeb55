// A search for a word that is nowhere, so that every byte of every session is looked at. The floor is reading the files.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { against, ask, compare, findProgram, monitor, peakOf, run } from '../measure.mjs';
import { mb, parseIntoNew } from './backlog.mjs';
import { makeLog } from './data.mjs';

const READ = fileURLToPath(new URL('../read-files.mjs', import.meta.url));
const WORD = 'kubectl';

export function* search({ folder, searchMegabytes: megabytes, seed, times, others }) {
  const dir = join(folder, 'to-search');
  // Nearly all of a request is new, so that the store is about as large as the log.
  const log = makeLog(folder, 'to-search.log', { megabytes, live: 4, rounds: 2, text: 8000, other: 0, seed });
  run(parseIntoNew(log.path, dir));
  rmSync(log.path);
  const ours = monitor('search', WORD, '--data-dir', dir);
  const { searched_bytes: bytes, sessions, total_hits: hits } = ask('search', WORD, '--data-dir', dir);
  if (hits > 0) throw new Error(`'${WORD}' is in the log that was made`);
  const nothing = monitor('search', WORD, '--session', 'none', '--data-dir', dir);
  const files = readdirSync(dir).filter((name) => !name.startsWith('.'));
  const read = { name: 'reading the files', command: [process.execPath, READ, dir] };
  const size = `${mb(bytes)} of ${sessions} sessions`;
  const [whole, start, floor] = compare([ours, nothing, read], times);
  yield {
    name: 'search without a hit',
    size,
    ...against(read.name, whole, floor),
    peakMb: peakOf(ours),
    promise: { gigabytesPerSecond: 0.5, peakMb: 120 },
    gigabytesPerSecond: bytes / 1e6 / Math.max(1, whole.ms - start.ms),
    bound: { ratio: 8, peakMb: 150 },
    note: rg() ? '' : 'rg is not installed, so there is no comparison with it',
  };
  if (others && rg()) {
    const grep = {
      name: 'rg',
      command: [
        rg(),
        '--ignore-case',
        '--fixed-strings',
        '--text',
        '--count',
        WORD,
        ...files.map((name) => join(dir, name)),
      ],
    };
    // It ends with 1 if nothing is found.
    const quiet = { ...grep, command: ['/bin/sh', '-c', '"$@"; [ $? -le 1 ]', 'sh', ...grep.command] };
    const [again, theirs] = compare([ours, quiet], times);
    yield {
      name: 'search without a hit',
      size,
      ...against('rg -i -F', again, theirs),
      note: 'rg does not read escapes',
    };
  }
  rmSync(dir, { recursive: true });
}

function rg() {
  return findProgram('rg');
}
