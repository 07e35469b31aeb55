import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { crontabLineOf, parseCommandOf, wordsOf } from '../../src/doctor/command-line.ts';
import { findEntries } from '../../src/doctor/schedule-entries.ts';

const PROGRAM = { node: '/usr/bin/node', script: '/opt/my monitor/bin/monitor.js' };
const PATHS = ['/var/log/a b.log', "/x/it's 100%.log", '/y/$HOME/`id`/*.log', '/天气/"q"\\z.log', '/a;b&c#d'];

test('a shell takes a crontab’s line apart into the words that were meant', () => {
  const line = crontabLineOf({ dir: '/srv/se ss', logPaths: PATHS, pricesPath: '/p%.json' }, PROGRAM) ?? '';
  const command = line.slice('* * * * * '.length);
  const words = [PROGRAM.script, 'parse', '--log-path', ...PATHS];
  words.push('--output-dir', '/srv/se ss', '--prices', '/p%.json', '--quiet');
  expect(command.startsWith('/usr/bin/node ')).toBe(true);
  const printed = spawnSync('/bin/sh', ['-c', command.replace('/usr/bin/node', "printf '%s\\n'")], {
    cwd: '/',
  });
  expect(printed.stdout.toString().trimEnd().split('\n')).toEqual(words);
  expect(wordsOf(command)).toEqual([PROGRAM.node, ...words]);
  // What cron makes of it before the shell sees it.
  expect(command).not.toMatch(/(?<!\\)%/);
});

test('doctor knows its own line again', () => {
  const line = crontabLineOf({ dir: '/srv/se ss%', logPaths: PATHS, pricesPath: undefined }, PROGRAM) ?? '';
  expect(findEntries([{ where: 'crontab -l', text: line }]).map(({ dir }) => dir)).toEqual(['/srv/se ss%']);
});

test('a line break is nothing that a crontab can say', () => {
  expect(crontabLineOf({ dir: '/a\nb', logPaths: ['/x'], pricesPath: undefined }, PROGRAM)).toBeUndefined();
});

test('a command for a shell is quoted as little as can be', () => {
  expect(parseCommandOf({ dir: '/s', logPaths: ['/a b'], pricesPath: undefined })).toBe(
    "monitor parse --log-path '/a b' --output-dir /s",
  );
});
