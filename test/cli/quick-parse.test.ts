import { appendFileSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ParseOptions } from '../../src/cli/commands/parse.ts';
import type { Context } from '../../src/cli/context.ts';
import { main } from '../../src/cli/main.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { quickArguments, quickParse } from '../../src/cli/quick-parse.ts';
import { makeFolder } from '../platform/make.ts';

function contextThat(write: (text: string) => void): Context {
  return {
    write: (text) => Promise.resolve(write(text)),
    warn: write,
    env: {},
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    rows: 24,
    schedules: () => [],
    colourLevel: 0,
    now: 0,
    timeZone: 'UTC',
  };
}

/** What Commander makes of the arguments; undefined where it refuses them. */
function longWay(argv: readonly string[]): ParseOptions | undefined {
  const program = buildProgram(
    contextThat(() => {}),
    () => {},
  );
  const parse = program.commands.find((command) => command.name() === 'parse');
  try {
    parse?.action(() => {});
    program.parse(argv, { from: 'user' });
    return parse?.opts<ParseOptions>();
  } catch {
    return undefined;
  }
}

describe('the arguments of parse', () => {
  const words = fc.constantFrom(
    '--log-path',
    '--output-dir',
    '--data-dir',
    '--prices',
    '--quiet',
    '--json',
    '--since',
    '--no-content',
    '--quiet=1',
    '--log-path=x',
    '--',
    '-q',
    '',
    'a',
    './b',
    '/c d',
    '*.log',
    'parse',
  );

  test('are read as Commander reads them, or not at all', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (rest) => {
        const argv = ['parse', ...rest];
        const quick = quickArguments(argv, {});
        if (!quick) return;
        read++;
        const { dataDir, logPath, json, quiet, ...others } = longWay(argv) ?? ({} as ParseOptions);
        expect({ dir: dataDir, logPaths: logPath }).toEqual({ dir: quick.dir, logPaths: quick.logPaths });
        expect(quick.output).toBe(json ? 'json' : quiet ? 'none' : 'line');
        expect(Object.keys(others).every((key) => ['content', 'prices'].includes(key))).toBe(true);
        expect(others.content).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  test.each([
    [['list']],
    [['parse', '--help']],
    [['parse', '--state-file', 's']],
    [['parse', '--session-key', 's']],
    [['parse', '--log-path', '*.log']],
    [['parse', 'word']],
    [[]],
  ])('%j go the long way', (argv) => expect(quickArguments(argv, {})).toBeUndefined());

  test('the store is MONITOR_DATA_DIR where no other is named', () => {
    const env = { MONITOR_DATA_DIR: '/store' };
    expect(quickArguments(['parse'], env)?.dir).toBe('/store');
    expect(quickArguments(['parse', '--data-dir', 'd'], env)?.dir).toBe('d');
    expect(quickArguments(['parse'], { MONITOR_DATA_DIR: '' })).toBeUndefined();
  });
});

describe('a run with nothing new', () => {
  const notATerminal = (): boolean => false;

  test('says what the long way says, and whatever else there is goes that way', async () => {
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    const store = join(folder, 'sessions');
    copyFileSync('fixtures/access.log', log);
    const argv = ['parse', '--log-path', log, '--output-dir', store];
    const quick = (...more: string[]) => quickParse([...argv, ...more], {}, notATerminal);
    expect(await quick()).toBeUndefined();

    const said: string[] = [];
    const long = (...more: string[]) =>
      main(
        [...argv, ...more],
        contextThat((text) => said.push(text)),
      );
    expect(await long('--quiet')).toBe(0);
    expect(await long()).toBe(0);
    expect(await long('--json')).toBe(0);
    expect([await quick(), await quick('--json'), await quick('--quiet')]).toEqual([...said, '']);
    expect(await quickParse(argv, {}, () => true)).toBeUndefined();

    appendFileSync(log, '{"ai_log":"-"}\n');
    expect(await quick()).toBeUndefined();
    expect(await long('--quiet')).toBe(0);
    expect(await quick('--quiet')).toBe('');

    rmSync(join(store, '.state.json'));
    expect(await quick('--quiet')).toBeUndefined();
    rmSync(log);
    expect(await quick('--quiet')).toBeUndefined();
  });
});
