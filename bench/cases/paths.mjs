// What the fast path gains: a first run with and without it, and the double JSON.parse loop, in turn. The gain depends
// on how much of each request was logged before, so there are two logs: the default one, and one of long coding
// sessions.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { against, compare, peakOf, putAside } from '../measure.mjs';
import { LOOP_TITLE, loopOver, mb } from './backlog.mjs';
import { makeLog } from './data.mjs';

const ENTRY = fileURLToPath(new URL('../parse-by-path.mjs', import.meta.url));
/** The bounds are wide: with the small logs of --check, starting and writing session files take much of the time. */
const LOGS = [
  { title: 'default log', shape: {}, least: 0, bounds: { slow: 1.3, loop: 9 } },
  {
    title: 'long coding agents',
    // Four agents at a time with about 300 rounds each: nearly all of a request is history.
    shape: { live: 4, rounds: 300, text: 400, other: 0 },
    // A smaller log would end before its sessions are long.
    least: 60,
    bounds: { slow: 0.7, loop: 3 },
  },
];

export function* paths({ folder, megabytes, seed, times }) {
  const bundle = bundleInto(join(folder, 'by-path'));
  const store = join(folder, 'paths');
  for (const { title, shape, least, bounds } of LOGS) {
    const log = makeLog(folder, 'paths.log', { megabytes: Math.max(least, megabytes), seed, ...shape });
    const by = (path) => ({
      name: `parse on the ${path} path`,
      command: [process.execPath, bundle, log.path, store, path],
      prepare: () => putAside(store),
    });
    const [fast, slow, loop] = compare([by('fast'), by('slow'), loopOver(log.path)], times);
    const size = `${mb(log.bytes)}, ${log.rounds} rounds of ${log.sessions} sessions`;
    const peakMb = peakOf(by('fast'));
    const resultAgainst = (baseline, theirs, bound) => ({
      name: `fast path, ${title}`,
      size,
      ...against(baseline, fast, theirs),
      peakMb,
      bound: { ratio: bound },
      note: `${(theirs.ms / fast.ms).toFixed(1)} × the speed`,
    });
    yield resultAgainst('slow path', slow, bounds.slow);
    yield resultAgainst(LOOP_TITLE, loop, bounds.loop);
    rmSync(log.path);
  }
}

/** Bundles parse-by-path.mjs with the parts of src that it needs, so that Node can run it; returns the file. */
function bundleInto(outdir) {
  buildSync({
    entryPoints: [ENTRY],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
    // Some dependencies are CommonJS and require() Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return join(outdir, 'parse-by-path.mjs');
}
