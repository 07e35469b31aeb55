import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { readContext } from '../../src/cli/context.ts';
import { ExitCode } from '../../src/platform/errors.ts';
import * as en from '../../src/texts/en.ts';
import { canRun, testUnless } from './make.ts';

/** `npm run build` makes it. */
const page = readFileSync('man/monitor.1', 'utf8');
const plain = page.replaceAll('\\-', '-').replaceAll('\\(dq', '"').replaceAll('...', '…');
const program = buildProgram({ ...readContext(), texts: en }, () => {});

test('the man page has every command with its arguments and options, and no other', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(plain).toMatch(new RegExp(`^\\.TH MONITOR 1 "" "agent-session-monitor ${version}"`));
  const [, commands = ''] = /\n\.SH COMMANDS\n([^]*?)\n\.SH /.exec(plain) ?? [];
  const sections = commands.split(/^\.SS "monitor /m).slice(1);
  const named = sections.map((section) => [
    section.split(' ')[0],
    [...section.matchAll(/^\.B "(.*)"$/gm)].map(([, name]) => name),
  ]);
  const expected = program.commands.map((command) => [
    command.name(),
    [
      ...command.registeredArguments.map((argument) => `<${argument.name()}>`),
      ...command.options.filter(({ hidden }) => !hidden).map(({ flags }) => flags.replaceAll('...', '…')),
    ],
  ]);
  expect(named).toEqual(expected);
});

test('the man page has every exit code, and the environment', () => {
  const [, exits = '', environment = ''] =
    /\n\.SH EXIT STATUS\n([^]*?)\n\.SH ENVIRONMENT\n([^]*?)\n\.SH /.exec(plain) ?? [];
  expect([...exits.matchAll(/^\.B (\d+)$/gm)].map(([, code]) => Number(code))).toEqual(
    Object.values(ExitCode),
  );
  const used = program.commands.flatMap(({ options }) => options.flatMap(({ envVar }) => envVar ?? []));
  expect([...environment.matchAll(/^\.B (.+)$/gm)].map(([, name]) => name)).toEqual(
    [...new Set(used)].toSorted(),
  );
});

testUnless(!canRun('groff', '--version') && 'no groff, which checks the man page')(
  'groff reads the man page without a warning',
  () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', '-Tutf8', 'man/monitor.1'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  },
);
