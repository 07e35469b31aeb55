// Runs commands in turn and measures their times and memory. A command is `{name, command: [program, …arguments],
// env?}`.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOOK = fileURLToPath(new URL('report-peak.cjs', import.meta.url));
const BIN = fileURLToPath(new URL('../bin/monitor.js', import.meta.url));

export function monitor(...args) {
  return { name: `monitor ${args[0]}`, command: [process.execPath, BIN, ...args] };
}

/** The JSON document that a command of this program prints. */
export function ask(...args) {
  return JSON.parse(
    execFileSync(process.execPath, [BIN, ...args, '--json'], { encoding: 'utf8', maxBuffer: 2 ** 30 }),
  );
}

/** The cost of starting Node. */
export const EMPTY_NODE = { name: 'node -e 0', command: [process.execPath, '-e', '0'] };

/** Runs a command and ignores its output; returns `{ms, cpuMs}`: wall and CPU time. Throws if it fails. */
export function run({ command: [program, ...args], env }) {
  const [began, cpuBefore] = [performance.now(), childrensCpuMs()];
  const { error, status, signal, stderr } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  const spent = { ms: performance.now() - began, cpuMs: childrensCpuMs() - cpuBefore };
  if (error) throw error;
  if (status === 0) return spent;
  throw new Error(`${[program, ...args].join(' ')} ended with ${signal ?? `code ${status}`}: ${stderr}`);
}

/** User and system time of all children that have ended, in milliseconds. The kernel counts hundredths of a second. */
function childrensCpuMs() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // Fields 14 and 15, counted from the end of the name, which can contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/**
 * Runs each candidate `times` times in turn (A B A B …), after one warm-up turn that does not count. A candidate is a
 * command, optionally with `prepare`, which is called before each of its runs and not timed. Returns `{ms, cpuMs}` for
 * each: the median wall time, and the mean CPU time, since the mean of many hundredths of a second is precise enough.
 */
export function compare(candidates, times) {
  const measured = candidates.map(() => []);
  for (let turn = 0; turn <= times; turn++) {
    for (const [i, candidate] of candidates.entries()) {
      candidate.prepare?.();
      const spent = run(candidate);
      if (turn > 0) measured[i].push(spent);
    }
  }
  return measured.map((runs) => ({
    ms: median(runs.map(({ ms }) => ms)),
    cpuMs: runs.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / runs.length,
  }));
}

let aside = 0;

/**
 * Makes room for a new folder. The old one is renamed and kept until the bench ends: ext4 does not reuse the inodes of
 * recently deleted files, and creating files is slow while it searches for others.
 */
export function putAside(path) {
  if (existsSync(path)) renameSync(path, `${path}.old-${aside++}`);
}

/** A comparison with a baseline, as keys of a result. */
export function against(name, ours, theirs) {
  const { ms: baselineMs, cpuMs: baselineCpuMs } = theirs;
  return { ...ours, baseline: name, baselineMs, baselineCpuMs };
}

/** Peak resident memory of one run, in MB of 10⁶ bytes; undefined if it cannot be measured. */
export function peakOf({ command: [program, ...args], prepare }) {
  prepare?.();
  const isNode = program === process.execPath;
  if (!isNode && findProgram('/usr/bin/time') === undefined) return undefined;
  const report = join(tmpdir(), `monitor-bench-peak-${process.pid}`);
  // In a separate run, because the hook takes time.
  if (isNode) run({ command: [program, '--require', HOOK, ...args], env: { BENCH_PEAK: report } });
  else run({ command: ['/usr/bin/time', '-f', '%M', '-o', report, program, ...args] });
  const kilobytes = Number(readFileSync(report, 'utf8').trim());
  rmSync(report);
  return (kilobytes * 1024) / 1e6;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The path of a program; undefined if it is not installed. */
export function findProgram(name) {
  const paths = name.includes('/')
    ? [name]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
