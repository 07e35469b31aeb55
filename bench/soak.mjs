// The long life of a store: a log grows and rotates while the program is killed again and again. In the end, every
// round must be stored exactly once. This is not part of the test suite:
//   node bench/soak.mjs [--lines 1000000] [--rotations 50] [--kills 100] [--seed 1]
import { spawn, execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BIN = fileURLToPath(new URL('../bin/monitor.js', import.meta.url));
const SESSIONS = 200;
/** How many rotated files are kept. The oldest is deleted, but not before it has been read. */
const KEPT = 6;
/** The share of the lines that exists before the first run: a backlog that takes several commits. */
const BACKLOG = 0.2;

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    rotations: { type: 'string', default: '50' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const [lines, rotations, kills, seed] = ['lines', 'rotations', 'kills', 'seed'].map((key) =>
  Number(values[key]),
);
const random = randomNumbers(seed);
const folder = mkdtempSync(join(tmpdir(), 'monitor-soak-'));
const [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];

const done = { lines: 0, bytes: 0, rotations: 0, kills: 0, runs: 0, inTheMiddle: 0, runMs: 0, peakKb: 0 };
let fd = openSync(log, 'a');
let usualMs = 300;
let unreadRotations = 0;
let half = '';

/** Random numbers from 0 up to, not including, 1; the same for the same seed (mulberry32). */
function randomNumbers(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A line of the log. Every second line is an AI call, and the calls go to the sessions in turn. */
function lineOf(number) {
  if (number % 2 === 1) return `{"ai_log":"-","path":"/healthz","request_id":"other-${number}"}\n`;
  const n = number / 2;
  const aiLog = {
    answer: `answer ${n}`,
    input_token: 100 + (n % 7),
    messages: [{ content: `question ${n} ${'and so on, '.repeat(20)}`, role: 'user' }],
    model: 'gpt-4o',
    output_token: 10,
    question: `question ${n}`,
    session_id: sessionOf(n),
    total_token: 110 + (n % 7),
  };
  const time = new Date(Date.UTC(2026, 1, 1) + n * 1000).toISOString();
  return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), request_id: `r-${n}`, start_time: time })}\n`;
}

function sessionOf(n) {
  return `session-${n % SESSIONS}`;
}

function write(count) {
  let text = '';
  for (let i = 0; i < count; i++) {
    text += lineOf(done.lines++);
    if (text.length > 1 << 20 || i === count - 1) {
      text = half + text;
      half = '';
      done.bytes += writeSync(fd, text);
      text = '';
    }
  }
}

/** Writes the first part of the next line; `write` or a rotation finishes it. */
function writeHalf() {
  const text = lineOf(done.lines++);
  const cut = Math.floor(random() * (text.length - 2)) + 1;
  done.bytes += writeSync(fd, text.slice(0, cut));
  half = text.slice(cut);
}

function finishLine() {
  done.bytes += writeSync(fd, half);
  half = '';
}

function path(rotation, ending = '') {
  return `${log}.${rotation}${ending}`;
}

async function rotate() {
  if (unreadRotations >= KEPT - 1) await parse();
  finishLine();
  rmSync(path(KEPT, '.gz'), { force: true });
  for (let n = KEPT - 1; n > 1; n--) {
    if (existsSync(path(n, '.gz'))) renameSync(path(n, '.gz'), path(n + 1, '.gz'));
  }
  if (existsSync(path(1))) {
    execFileSync('gzip', ['-1', path(1)]);
    renameSync(path(1, '.gz'), path(2, '.gz'));
  }
  if (random() < 0.5) {
    copyFileSync(log, path(1));
    ftruncateSync(fd);
  } else {
    renameSync(log, path(1));
    closeSync(fd);
    fd = openSync(log, 'a');
  }
  done.rotations++;
  unreadRotations++;
}

/** Runs the real program. `kill`: after how many milliseconds, or changes in its store, to kill it. */
async function parse(kill) {
  const began = performance.now();
  const beganAt = Date.now();
  const child = spawn(process.execPath, [BIN, 'parse', '--log-path', log, '--output-dir', store, '--json']);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const timer = kill?.ms === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), kill.ms);
  let changes = 0;
  const watcher = kill?.changes && watch(store, () => ++changes === kill.changes && child.kill('SIGKILL'));
  const memory = setInterval(() => noteMemory(child.pid), 20);
  const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)));
  clearTimeout(timer);
  clearInterval(memory);
  watcher?.close();
  done.runs++;
  if (signal === 'SIGKILL') {
    done.kills++;
    if (leftSomething(beganAt)) done.inTheMiddle++;
    return undefined;
  }
  if (code !== 0 || err !== '') throw new Error(`parse ended with ${signal ?? `code ${code}`}: ${err}`);
  if (kill === undefined) usualMs = performance.now() - began;
  done.runMs += performance.now() - began;
  unreadRotations = 0;
  return JSON.parse(out);
}

/** Whether a run that began at a time (milliseconds since 1970) wrote files of the store after its last commit. */
function leftSomething(began) {
  const changed = (name) => statSync(join(store, name)).mtimeMs;
  const names = existsSync(store) ? readdirSync(store) : [];
  const committed = names.includes('.state.json') ? changed('.state.json') : 0;
  return names.some((name) => changed(name) > Math.max(committed, began));
}

function noteMemory(pid) {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    done.peakKb = Math.max(done.peakKb, Number(peak?.[1] ?? 0));
  } catch {
    // It has ended, or this is not Linux.
  }
}

function ask(...args) {
  const options = { encoding: 'utf8', maxBuffer: 1 << 30 };
  return JSON.parse(execFileSync(process.execPath, [BIN, ...args, '--output-dir', store, '--json'], options));
}

/** Compares the store with what was written, round by round; returns the number of rounds. */
function check() {
  const rounds = Math.ceil(lines / 2);
  const expected = Array.from({ length: SESSIONS }, () => []);
  let input = 0;
  for (let n = 0; n < rounds; n++) {
    expected[n % SESSIONS].push(`r-${n}`);
    input += 100 + (n % 7);
  }
  const { total } = ask('stats-model');
  const told = [total.sessions, total.rounds, total.input_tokens, total.output_tokens].join(' ');
  const wanted = [Math.min(SESSIONS, rounds), rounds, input, rounds * 10].join(' ');
  if (told !== wanted) throw new Error(`stats-model prints ${told}, but ${wanted} were written`);
  for (const [i, ids] of expected.entries()) {
    if (ids.length === 0) continue;
    const session = ask('show', `session-${i}`, '--no-messages');
    const stored = session.rounds.map((round) => round.request_id);
    if (stored.join() !== ids.join())
      throw new Error(`session-${i} does not have each of its rounds once and in order`);
  }
  return rounds;
}

const began = performance.now();
write(Math.floor(lines * BACKLOG));
const steps = Math.max(kills * 2, rotations);
for (let step = 1; done.lines < lines || done.kills < kills; step++) {
  const due = Math.min(lines, Math.floor(lines * (BACKLOG + ((1 - BACKLOG) * step) / steps)));
  if (due > done.lines) write(due - done.lines);
  if (done.lines < lines && random() < 0.5) writeHalf();
  if (done.rotations < Math.floor((rotations * step) / steps) && done.rotations < rotations) await rotate();
  const isKill = done.kills < kills && random() < 0.75;
  const byChanges = random() < 0.5 && existsSync(store);
  const kill = byChanges ? { changes: 1 + Math.floor(random() * 3 * SESSIONS) } : { ms: random() * usualMs };
  await parse(isKill ? kill : undefined);
}
while (done.rotations < rotations) await rotate();
finishLine();
closeSync(fd);
await parse();
const again = await parse();
if (again.rounds !== 0) throw new Error(`a run with nothing new found ${again.rounds} rounds`);
const seconds = (performance.now() - began) / 1000;
const rounds = check();
const commits = JSON.parse(readFileSync(join(store, '.state.json'), 'utf8')).commit;
console.log(
  [
    `${done.lines} lines, ${(done.bytes / 1e6).toFixed(0)} MB, ${rounds} rounds of ${Math.min(SESSIONS, rounds)} sessions, seed ${seed}`,
    `${done.rotations} rotations, ${done.runs} runs, ${done.kills} of them killed (${done.inTheMiddle} in the middle of a commit), ${commits} commits`,
    `${seconds.toFixed(0)} s in all; ${(done.runMs / 1000).toFixed(0)} s in runs that ended; peak ${(done.peakKb / 1000).toFixed(0)} MB`,
    `each round is stored once, in order; the totals are exact; log now ${(statSync(log).size / 1e6).toFixed(1)} MB`,
  ].join('\n'),
);
rmSync(folder, { recursive: true });
