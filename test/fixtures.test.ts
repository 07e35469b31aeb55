import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'fixtures-'));
});
afterEach(() => {
  rmSync(out, { recursive: true });
});

function make(...args: string[]): void {
  execFileSync('node', ['scripts/make-fixtures.mjs', '--out', out, ...args]);
}

/** Of older and newer traffic together, in this order. */
function madeLog(): string {
  return ['access.log.1', 'access.log'].map((name) => readFileSync(join(out, name), 'utf8')).join('');
}

/** Counts of the log that the generator makes with these options. */
function counts(...args: string[]): { sessions: number; others: number; lines: number } {
  make(...args);
  const truth = JSON.parse(readFileSync(join(out, 'truth.json'), 'utf8'));
  const lines = madeLog().split('\n').length - 1;
  return { sessions: Object.keys(truth.sessions).length, others: truth.other_lines, lines };
}

/** The whole `ai_log` value of a line, read without what follows it: a client's quote may have broken that. */
function aiLogOf(line: string): unknown {
  const field = /"ai_log":("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  return JSON.parse(field ?? JSON.stringify(JSON.stringify(JSON.parse(line).ai_log)));
}

test.each(['access.log', 'access.log.1', 'truth.json'])('seed 7 gives fixtures/%s, byte for byte', (name) => {
  make('--seed', '7');
  expect(readFileSync(join(out, name)).equals(readFileSync(join('fixtures', name)))).toBe(true);
});

test('the options default to what fixtures/ was made with', () => {
  make();
  expect(madeLog()).toBe(
    readFileSync('fixtures/access.log.1', 'utf8') + readFileSync('fixtures/access.log', 'utf8'),
  );
});

test('another seed gives another log, which is what its truth says', () => {
  make('--seed', '8');
  const log = madeLog();
  const truth = JSON.parse(readFileSync(join(out, 'truth.json'), 'utf8'));
  expect(log).not.toContain(readFileSync('fixtures/access.log', 'utf8'));
  expect(Buffer.byteLength(log)).toBe(truth.bytes);

  expect(log.endsWith('\n')).toBe(true);
  const lines = log.slice(0, -1).split('\n');
  const broken = lines.filter((line) => line.split('"ai_log":').length > 2);
  expect(broken).toHaveLength(truth.rejected_lines);
  expect(broken).toHaveLength(3);

  const logged = lines.filter((line) => !broken.includes(line)).map(aiLogOf);
  const others = logged.filter((text) => text === '-' || text === '');
  expect(others).toHaveLength(truth.other_lines);
  const rounds = logged.filter((text) => text !== '-' && text !== '').map((text) => JSON.parse(String(text)));
  const perSession: Record<string, number> = Object.create(null);
  for (const { session_id } of rounds) {
    const id = session_id || 'default';
    perSession[id] = (perSession[id] ?? 0) + 1;
  }
  const sessions = Object.entries<{ rounds: number }>(truth.sessions);
  expect(Object.entries(perSession).toSorted()).toEqual(
    sessions.map(([id, { rounds }]) => [id, rounds]).toSorted(),
  );
});

test('a log without the words of strangers is valid JSON, line by line', () => {
  make('--seed', '9', '--other', '0');
  const unreadable = madeLog()
    .slice(0, -1)
    .split('\n')
    .filter((line) => {
      try {
        return typeof JSON.parse(line) !== 'object';
      } catch {
        return true;
      }
    });
  // Two torn lines, and one whose user agent holds a quote.
  expect(unreadable).toHaveLength(3);
});

test('the same work, more of it: --sessions, --rounds and --other', () => {
  const cast = counts('--sessions', '0', '--other', '0');
  expect(cast).toMatchObject({ sessions: 22, others: 0 });
  expect(counts('--sessions', '0', '--other', '2')).toEqual({
    sessions: 22,
    others: 2 * cast.lines,
    lines: 3 * cast.lines,
  });
  expect(counts('--sessions', '5', '--rounds', '1', '--other', '0')).toEqual({
    sessions: 27,
    others: 0,
    lines: cast.lines + 5,
  });
});
