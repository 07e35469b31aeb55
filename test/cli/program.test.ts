import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ClosedOutput } from '../../src/cli/context.ts';
import { Fault } from '../../src/platform/errors.ts';
import { run } from './run.ts';

const COMMANDS = [
  'parse',
  'show',
  'list',
  'stats-model',
  'stats-date',
  'stats-consumer',
  'check',
  'export',
  'doctor',
  'render',
  'url',
];

test.each(COMMANDS)('%s --help says how, names the store and ends in an example', async (command) => {
  const { code, out, err } = await run([command, '--help']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('--output-dir, --data-dir <dir');
  expect(out).toContain('MONITOR_DATA_DIR');
  expect(out).toMatch(new RegExp(`\nExample:\n  .*monitor ${command} ?.*\n$`));
});

test('--help lists every command; --version is the package’s', async () => {
  const { out } = await run(['--help']);
  for (const command of COMMANDS) expect(out).toContain(`\n  ${command} `);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test.each([
  [[], 'Usage: monitor'],
  [['lst'], "monitor: unknown command 'lst'\n(Did you mean list?)"],
  [['list', '--bogus'], "monitor: unknown option '--bogus'"],
  [['list', 'x'], "monitor: too many arguments for 'list'"],
  [['show'], "monitor: missing required argument 'id'"],
  [['list', '--limit', 'x'], "argument 'x' is invalid. It must be a whole number from 0 to 1000000000."],
  [['list', '--limit', '-1'], "argument '-1' is invalid. It must be a whole number from 0"],
  [['list', '--limit', '1.5'], 'It must be a whole number from 0'],
  [['list', '--sort-by', 'size'], 'Allowed choices are updated, created, cost, tokens, rounds.'],
  [['list', '--data-dir', ''], 'It must be the path of a directory.'],
  [['show', 'x', '--round', '0'], 'It must be a whole number from 1 to 1000000000.'],
  [
    ['show', 'x', '--round', '1', '--last', '2'],
    "option '--last <n>' cannot be used with option '--round <n>'",
  ],
  [['stats-consumer', '--group-by', ''], 'It must be a comma-separated list of keys: model, date, hour,'],
  [['stats-consumer', '--group-by', 'model,'], 'It must be a comma-separated list of keys'],
  [['stats-model', '--where', 'department'], 'It must be name=value or name!=value, such as department='],
  [['stats-model', '--where', '=search'], 'It must be name=value or name!=value'],
  [['stats-date', '--days', '0'], 'It must be a whole number from 1 to 36500.'],
  [
    ['stats-date', '--days', '2', '--since', '2026-01-01'],
    "option '--days <n>' cannot be used with option '--since",
  ],
  [
    ['stats-date', '--timezone', 'Mars/Base'],
    "argument 'Mars/Base' is invalid. It must be a time zone, such as Asia/",
  ],
  [
    ['stats-model', '--since', 'yesterday'],
    "monitor: --since 'yesterday' is not a time. Use a date (2026-02-01)",
  ],
  [['list', '--until', '2026-02-30'], "monitor: --until '2026-02-30' is not a time."],
])('%j is wrong usage: 2, and stderr says what is allowed', async (argv, message) => {
  const { code, out, err } = await run(argv);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
});

test('no store: 74, and the error says how to make one', async () => {
  const { code, out, err } = await run(['list', '--data-dir', '/nonexistent/store']);
  expect([code, out]).toEqual([74, '']);
  expect(err).toContain('monitor: no store in /nonexistent/store.');
  expect(err).toContain('monitor parse');
});

test('MONITOR_DATA_DIR names the store; a flag comes first', async () => {
  process.env['MONITOR_DATA_DIR'] = '/nonexistent/env';
  try {
    expect((await run(['list'])).err).toContain('no store in /nonexistent/env.');
    expect((await run(['list', '--output-dir', '/nonexistent/flag'])).err).toContain(
      'no store in /nonexistent/flag.',
    );
  } finally {
    delete process.env['MONITOR_DATA_DIR'];
  }
});

test('a reader that went away is no fault: 0, and not a word', async () => {
  const { code, err } = await run(['--help'], { write: () => Promise.reject(new ClosedOutput()) });
  expect([code, err]).toEqual([0, '']);
});

test('a fault of the program: 70, with its stack', async () => {
  const { code, err } = await run(['--help'], { write: () => Promise.reject(new Fault('oops')) });
  expect(code).toBe(70);
  expect(err).toMatch(/^monitor: internal error\. [^\n]+\nmonitor [^\n]+\nError: oops\n {4}at /);
});
