import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { takeLock } from '../../src/platform/lock.ts';
import { aiLine, makeFolder, storedRequests } from '../ingest/make.ts';
import { TerminalScreen } from '../report/terminal-screen.ts';
import { startInteractive, type Interactive } from './interactive.ts';
import { BIN, canRun, runMonitor, parseArgs, testUnless } from './make.ts';

let folder: string;
let log: string;
let store: string;

beforeEach(() => {
  folder = makeFolder();
  [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
  writeFileSync(log, aiLine('a', 0));
});

function watch(...more: string[]): Interactive {
  const args = ['watch', '--log-path', log, '--data-dir', store, ...more];
  return startInteractive(process.execPath, [BIN, ...args], folder);
}

describe('into a pipe', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'a line for each look that stored; %s: a summary and exit code 0',
    async (signal) => {
      const running = watch();
      await running.until('the first line', () => running.out().includes(' 1 round of 1 session '));
      appendFileSync(log, aiLine('a', 1) + aiLine('b', 0));
      await running.until('the second line', () => running.out().includes(' 2 rounds of 2 sessions '));
      running.kill(signal);
      const { code, out, err } = await running.ended;
      expect([code, err]).toEqual([0, '']);
      const lines = out.split('\n');
      expect(lines).toHaveLength(4);
      expect(lines[2]).toMatch(/^\S+ watched since \S+: 3 rounds stored, 0 rejected$/);
      expect(storedRequests(store)).toEqual(['a-0', 'a-1', 'b-0']);
    },
  );

  test('beside other runs: waits for the lock, and says so once', async () => {
    expect((await runMonitor(...parseArgs(log, store))).code).toBe(0);
    const release = takeLock(join(store, '.lock'), 'the test');
    appendFileSync(log, aiLine('a', 1));
    const running = watch();
    await running.until('the warning', () => running.err() !== '');
    await sleep(1500);
    expect(running.err()).toBe('monitor: another run is using the store; trying again\n');
    release();
    await running.until('the round', () => running.out().includes(' 1 round of 1 session '));
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
    expect(storedRequests(store)).toEqual(['a-0', 'a-1']);
  });

  test('goes on over a rotation, during which there is no log at all', async () => {
    const running = watch();
    await running.until('the first line', () => running.out() !== '');
    const aside = join(folder, 'aside');
    renameSync(log, aside);
    await running.until('the warning', () => running.err().includes(`no access log at ${log}`));
    renameSync(aside, `${log}.1`);
    writeFileSync(log, aiLine('a', 1));
    await running.until('the next round', () => storedRequests(store).length === 2);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  test('no log at the start is an error, as for parse', async () => {
    rmSync(log);
    const { code, out, err } = await watch().ended;
    expect([code, out]).toEqual([74, '']);
    expect(err).toContain(`monitor: no access log at ${log}`);
  });

  test('a backlog can be ended in its middle; what was stored is stored', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => aiLine('a', n, { answer: `${n} `.repeat(200_000) }));
    writeFileSync(log, lines.slice(0, 10).join(''));
    expect((await runMonitor(...parseArgs(log, store))).code).toBe(0);
    appendFileSync(log, lines.slice(10).join(''));
    const prices = join(folder, 'prices');
    expect(spawnSync('mkfifo', [prices]).status).toBe(0);
    const running = watch('--prices', prices);
    // It holds the store now, and waits for the prices.
    const pipe = await open(prices, 'w');
    running.kill('SIGINT');
    await pipe.writeFile('{"models":[]}');
    await pipe.close();
    expect((await running.ended).code).toBe(0);
    expect(storedRequests(store)).toHaveLength(10);
    expect((await runMonitor(...parseArgs(log, store))).code).toBe(0);
    expect(storedRequests(store)).toHaveLength(40);
  });
});

const noScript =
  (!canRun('script', '--version') && 'no program script (bsdutils), which makes a terminal') ||
  (!canRun('stty', '--version') && 'no program stty');

/** Runs it on a terminal of its own. */
function watchOnTerminal(rows: number, columns: number): Interactive {
  const command = `stty rows ${rows} cols ${columns}; tty >${folder}/tty; exec '${process.execPath}' '${BIN}' watch --log-path '${log}' --data-dir '${store}' 2>${folder}/err`;
  return startInteractive('script', ['-qec', command, '/dev/null'], folder);
}

function shownOn(columns: number, out: string): string {
  const terminal = new TerminalScreen(columns);
  terminal.write(out.replaceAll('^C', ''));
  return terminal.shown;
}

describe('on a terminal', () => {
  testUnless(noScript)('one table, drawn in place; Ctrl-C leaves it', async () => {
    const running = watchOnTerminal(40, 72);
    await running.until('the table', () => running.out().includes('Active Sessions: 1'));
    appendFileSync(log, aiLine('b', 1));
    await running.until('the new session', () => running.out().includes('Active Sessions: 2'));
    running.send('\u0003');
    const { code, out } = await running.ended;
    expect([code, readFileSync(join(folder, 'err'), 'utf8')]).toEqual([0, '']);
    const shown = shownOn(72, out);
    expect(shown.match(/Session Monitor/g)).toHaveLength(1);
    expect(shown).toMatch(/Active Sessions: 2\n[^]*\nb +1 +101 +10\na +1 +100 +10\n/);
    expect(shown).toMatch(/\n\d\d:\d\d:\d\d {2}stopped: 2 rounds stored since \d\d:\d\d:\d\d$/);
  });

  testUnless(noScript)('follows the terminal when it becomes narrower and lower', async () => {
    const running = watchOnTerminal(40, 100);
    await running.until('the table', () => running.out().includes('(Ctrl-C to stop)'));
    const before = running.out().length;
    const tty = readFileSync(join(folder, 'tty'), 'utf8').trim();
    const resize = spawn('stty', ['-F', tty, 'rows', '12', 'cols', '34']);
    await new Promise((resolve) => resize.on('close', resolve));
    await running.until('a narrow line', () => /K[^\n]{33}…/.test(running.out().slice(before)));
    const narrow = running.out().slice(before);
    running.send('\u0003');
    expect((await running.ended).code).toBe(0);
    const [, last = ''] = /\u001b\[\d+A((?:(?!\u001b\[\d+A)[^])*)$/.exec(narrow) ?? [];
    // The screen throws where a line is wider than it.
    expect(shownOn(34, last).split('\n').length).toBeLessThanOrEqual(11);
  });
});
