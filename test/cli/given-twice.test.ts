import type { Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { RepeatableOption, SingleOption } from '../../src/cli/options/given-once.ts';
import { usualParse } from '../../src/cli/crontab/usual-parse.ts';
import { usualRender } from '../../src/cli/crontab/usual-render.ts';
import { makeFolder } from '../platform/make.ts';
import { line, makeStore, run } from './run.ts';

/** Values of the options that take neither numbers nor one of a few words. */
const VALUES: Readonly<Record<string, [string, string]>> = {
  'group-by': ['model', 'date'],
  timezone: ['UTC', 'Asia/Tokyo'],
  currency: ['CNY', 'USD'],
  redact: ['email', 'card'],
  role: ['user', 'tool'],
  'older-than': ['9d', '8d'],
  status: ['429', '5xx'],
  'slower-than': ['30s', '2m'],
  source: ['clickhouse://a/d/t', 'clickhouse://b/d/t'],
  'base-url': ['https://a.example/', 'https://b.example/'],
};
const ARGUMENTS: Readonly<Record<string, string[]>> = {
  show: ['x'],
  compare: ['x', 'y'],
  url: ['x'],
  search: ['x'],
  import: ['x'],
  export: ['x.csv'],
};

const program = buildProgram({ columns: 80 } as never, () => {});
const isList = (option: Option): boolean => option.variadic || option instanceof RepeatableOption;
const cases = program.commands.flatMap((command) =>
  command.options
    .filter((option) => !isList(option))
    .map((option) => [command.name(), option.flags, option] as const),
);

describe('an option that is given twice is wrong usage', () => {
  test('there are options to try, and one that takes a list', () => {
    expect(cases.length).toBeGreaterThan(100);
    const lists = program.commands.flatMap((command) =>
      command.options.filter(isList).map(({ flags }) => `${command.name()} ${flags}`),
    );
    expect(lists).toEqual([
      'parse --log-path <path|glob...>',
      'parse --dimension <name...>',
      'parse --keep <name...>',
      'parse --drop <name...>',
      'show --output-dir, --data-dir <dir|glob>',
      'show --gateway <name>',
      'list --output-dir, --data-dir <dir|glob>',
      'list --gateway <name>',
      'list --where <name=value>',
      'search --output-dir, --data-dir <dir|glob>',
      'search --gateway <name>',
      'search --where <name=value>',
      'stats-model --output-dir, --data-dir <dir|glob>',
      'stats-model --gateway <name>',
      'stats-model --where <name=value>',
      'stats-date --output-dir, --data-dir <dir|glob>',
      'stats-date --gateway <name>',
      'stats-date --where <name=value>',
      'stats-consumer --output-dir, --data-dir <dir|glob>',
      'stats-consumer --gateway <name>',
      'stats-consumer --where <name=value>',
      'stats-gateway --output-dir, --data-dir <dir|glob>',
      'stats-gateway --gateway <name>',
      'stats-gateway --where <name=value>',
      'stats-health --output-dir, --data-dir <dir|glob>',
      'stats-health --gateway <name>',
      'stats-health --where <name=value>',
      'stats-tool --output-dir, --data-dir <dir|glob>',
      'stats-tool --gateway <name>',
      'stats-tool --where <name=value>',
      'why --output-dir, --data-dir <dir|glob>',
      'why --gateway <name>',
      'why --where <name=value>',
      'compare --output-dir, --data-dir <dir|glob>',
      'compare --gateway <name>',
      'compare --where <name=value>',
      'prices --output-dir, --data-dir <dir|glob>',
      'prices --gateway <name>',
      'check --output-dir, --data-dir <dir|glob>',
      'check --gateway <name>',
      'check --where <name=value>',
      'export --output-dir, --data-dir <dir|glob>',
      'export --gateway <name>',
      'export --where <name=value>',
      'render --output-dir, --data-dir <dir|glob>',
      'render --gateway <name>',
      'render --where <name=value>',
      'url --output-dir, --data-dir <dir|glob>',
      'url --gateway <name>',
      'serve --log-path <path|glob...>',
      'serve --dimension <name...>',
      'serve --keep <name...>',
      'serve --drop <name...>',
      'serve --allow-host <name>',
      'repair --log-path <path|glob...>',
      'reindex --dimension <name...>',
      'reindex --without <name...>',
      'watch --log-path <path|glob...>',
      'watch --dimension <name...>',
      'watch --keep <name...>',
      'watch --drop <name...>',
      'doctor --log-path <path|glob...>',
    ]);
  });

  test.each(cases)('%s %s', async (command, flags, option) => {
    const [first, second] = VALUES[option.name()] ?? option.argChoices ?? ['7', '8'];
    const takesValue = option.required || option.optional;
    const names = [option.short, option.long].filter((name) => name !== undefined);
    const why = option instanceof SingleOption ? `. ${option.why}` : '';
    const values = takesValue ? `: '${first}', then '${second}'${why}` : '';
    for (const [one, two] of [
      [names[0], names.at(-1)],
      [names.at(-1), names[0]],
    ]) {
      const spellings = takesValue
        ? [
            [one, first, two, second],
            [`${one}=${first}`, two, second],
            [one, first, `${two}=${second}`],
          ]
        : [[one, two]];
      for (const words of spellings) {
        const argv = [command, ...(ARGUMENTS[command] ?? []), ...words.map(String)];
        const { code, out, err } = await run(argv);
        expect([code, out, err.split('\n')[0]], argv.join(' ')).toEqual([
          2,
          '',
          `monitor: error: option '${flags}' is given twice${values}`.replace('error: ', ''),
        ]);
      }
    }
  });

  test('the same value twice too; control characters are not printed', async () => {
    const { code, err } = await run(['list', '--model', 'a\u001b[31mb', '--model', 'a\u001b[31mb']);
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      "monitor: option '--model <name>' is given twice: 'ab', then 'ab'",
    ]);
  });

  test('the lines that cron runs take the long way then', () => {
    for (const words of [
      ['--quiet', '--quiet'],
      ['--json', '--json'],
      ['--data-dir', 'a', '--data-dir', 'a'],
      ['--data-dir', 'a', '--output-dir', 'b'],
    ]) {
      expect(usualParse(['parse', ...words], {}), words.join(' ')).toBeUndefined();
    }
    expect(usualRender(['render', '--quiet', '--quiet'], {})).toBeUndefined();
    expect(usualParse(['parse', '--prices', 'a', '--prices', 'b'], {})).toBeUndefined();
    expect(usualRender(['render', '--site-dir', 'a', '--site-dir', 'b'], {})).toBeUndefined();
    expect(usualRender(['render', '--full', '--full'], {})).toBeUndefined();
  });

  test('logs may be named again and again', async () => {
    expect(usualParse(['parse', '--log-path', 'a', '--log-path', 'b', 'c'], {})?.request.logPaths).toEqual([
      'a',
      'b',
      'c',
    ]);
    const folder = makeFolder();
    const store = await makeStore(folder, [line('2026-02-01T00:00:00Z', { session_id: 'a', model: 'm' })]);
    const log = `${folder}/access.log`;
    const ran = await run(['parse', '--log-path', log, '--log-path', log, '--data-dir', store]);
    expect([ran.code, ran.err]).toEqual([0, '']);
  });
});
