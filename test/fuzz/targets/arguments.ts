import type { Command, Option } from 'commander';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContext } from '../../../src/cli/context.ts';
import { withTexts } from '../../../src/cli/language.ts';
import * as en from '../../../src/texts/en.ts';
import { buildProgram } from '../../../src/cli/program.ts';
import { Finding, type Case, type Random, type Target } from '../case.ts';
import { contentOf, expectSame, makeVictim, monitor } from '../monitor.ts';
import { copyFolder, prepareStore } from '../store-cases.ts';

/** `watch` does not end. */
const LEFT_OUT = new Set(['watch']);

/** Command lines of the program's own options with odd values. */
export const target: Target = { mostSteps: 4, prepare: prepareStore, run: runArguments };

/** No value names something outside the working folder, so nothing outside may change. */
// prettier-ignore
const VALUES: readonly string[] = [
  '', ' ', '-', '--', '-x', '--json', '=', '0', '1', '-1', '+1', '1.5', '1e3', '1e400', '007', '0x10', 'NaN',
  '9007199254740993', '9'.repeat(400), 'x'.repeat(5000), '\u001b[31mred', '\u009b2J', 'a\nb', 'a\rb', 'a\tb',
  '\u202eabc', '\u2066x', '\ud800', '😀', '\ufeff', '__proto__', 'constructor', 'toString', '*', '**', '[', '?', '{a,b}',
  'a=b', 'a!=b', '=b', 'a=', 'model=*', 'department=x', '%', '%00', '..json', '(', '\\', '$&', "'", '"', '`id`',
  '2026-02-01', '2026-02-30', '2026-02-01T00:00:00Z', '2026-02-01T25:00', '9999-12-31', '0001-01-01', 'today',
  'UTC', 'Asia/Shanghai', 'Etc/GMT+8', 'CST-8', '+08:00', 'USD', 'CNY', 'usd', 'none', 'XXX', '30d', '0d', '99999999y',
  'store', 'site', 'new', 'sub/new', 'access.log', 'prices.json', 'access.log/x', '.', './store/.', 'store/.state.json',
  'x.csv', 'x.json', 'x.ndjson', 'x.md', 'x.txt', 'round', 'model,date', 'date,date', 'model,,', 'session', 'week',
  'agent:main:main', 'sess_', 'agent:', 'default', 'main', 'discord', 'gpt-4o', 'no-such-model', 'UNKNOWN',
  'http://x', 'https://x/y?z', 'javascript:x', 'secrets', 'email,phone', 'all', 'bash', 'zsh', 'fish', 'day', 'total',
];

/** What an option takes, by the word in its help. */
const PLAUSIBLE: Readonly<Record<string, readonly string[]>> = {
  n: ['0', '1', '3', '1000000'],
  amount: ['0', '1', '0.5', '1000000'],
  seconds: ['0', '1', '30', '86400'],
  time: ['2026-02-01', '2026-02-03T01:00:00Z', '2026-02-03T09:00:00+08:00', '1970-01-01'],
  zone: ['UTC', 'Asia/Shanghai', 'America/St_Johns', 'Etc/GMT+8'],
  code: ['USD', 'CNY', 'EUR', 'none'],
  age: ['1d', '12w', '1y', '999y'],
  keys: ['model', 'date,model', 'consumer', 'session', 'round', 'week,api', 'agent,channel', 'service_tier'],
  'name=value': ['model=gpt*', 'consumer!=ci-bot', 'api=*', 'service_tier=', 'model=*"*'],
  name: ['gpt-4o-2024-08-06', 'ci-bot', 'main', 'discord', 'department', 'user_agent'],
  'name...': ['department', 'user_agent', 'x_*', 'none'],
  id: ['agent:main:main', 'sess_*', 'main', 'default'],
  dir: ['store', 'new', 'site'],
  file: ['prices.json', 'none', 'access.log', 'x.csv', 'x.json', 'x.md', '-'],
  'path|glob...': ['access.log', '*.log', 'no-such.log'],
  path: ['store/.state.json', 'state.json'],
  model: ['gpt-4o', 'qwen-max', 'no-such-model'],
  shell: ['bash', 'zsh', 'fish'],
  url: ['https://sessions.example.org', 'http://x:1/y'],
  text: ['the', 'a b'],
};

let commands: readonly Command[] = [];

async function runArguments({ folder, prepared, random, steps, note }: Case): Promise<void> {
  commands = buildProgram(withTexts(readContext(), en), () => {}).commands.filter(
    (command) => !LEFT_OUT.has(command.name()),
  );
  const victim = makeVictim(folder);
  const work = join(folder, 'work');
  mkdirSync(work);
  copyFileSync(join(prepared, 'access.log'), join(work, 'access.log'));
  copyFolder(join(prepared, 'store'), join(work, 'store'));
  writeFileSync(join(work, 'prices.json'), '{"models":[{"match":"*","input":1,"output":2}]}');
  const command = random.pick(commands);
  // How many of the words make no sense: with more than one, the first is all that is looked at.
  const oddness = random.pick([0, 0.1, 0.3]);
  const argv = [command.name(), ...usual(command, random, oddness)];
  const hasRepeats = random.chance(0.1);
  for (const step of steps) {
    const more = words(command, step, oddness);
    const flag = /^--[^=]+/.exec(more[0] ?? '')?.[0];
    if (hasRepeats || flag === undefined || !argv.some((word) => word.startsWith(flag))) argv.push(...more);
  }
  const env = random.chance(0.2) ? { [random.pick(ENVIRONMENT)]: random.pick(VALUES) } : {};
  note(`in ${work}: monitor ${argv.map((word) => JSON.stringify(word)).join(' ')} ${JSON.stringify(env)}`);
  const before = contentOf(victim);
  const names = contentOf(folder);
  process.chdir(work);
  try {
    await monitor(argv, { env, columns: random.pick([30, 80, 200]), colourLevel: 0 });
  } finally {
    process.chdir(ROOT);
  }
  expectSame('a folder outside', before, contentOf(victim));
  for (const name of contentOf(folder).keys())
    if (!names.has(name) && !name.startsWith('work/'))
      throw new Finding(`made outside: ${JSON.stringify(name)}`);
}

const ROOT = process.cwd();
const ENVIRONMENT = [
  'MONITOR_DATA_DIR',
  'MONITOR_PRICES',
  'MONITOR_BASE_URL',
  'MONITOR_SITE_DIR',
  'COLUMNS',
  'TZ',
];

/** What most commands need to do anything. */
function usual(command: Command, random: Random, oddness: number): string[] {
  const has = (flag: string): boolean => command.options.some((option) => option.long === flag);
  const given = (flag: string, value: string): string[] =>
    has(flag) && random.chance(0.8) ? [flag, value] : [];
  return [
    ...given('--data-dir', 'store'),
    ...given('--older-than', '1d'),
    // Without it, the logs of this machine are read.
    ...(has('--log-path') ? ['--log-path', 'access.log'] : []),
    ...command.registeredArguments.flatMap((argument) =>
      !random.chance(oddness / 5) ? [valueFor(argument.name(), random, oddness)] : [],
    ),
  ];
}

/** An option with or without a value, or another word. */
function words(command: Command, random: Random, oddness: number): string[] {
  const option = random.pick<Option | undefined>(command.options);
  const flag = option?.long;
  if (!option || flag === undefined || random.chance(oddness / 5)) return [random.pick(VALUES)];
  const name = /[<[]([^>\]]*)/.exec(option.flags)?.[1] ?? '';
  const { argChoices: choices } = option;
  const value = choices && !random.chance(oddness) ? random.pick(choices) : valueFor(name, random, oddness);
  if (!option.required && !option.optional)
    return !random.chance(oddness / 5) ? [flag] : [`${flag}=${value}`];
  if (random.chance(oddness / 5)) return [flag];
  return random.chance(0.7) ? [flag, value] : [`${flag}=${value}`];
}

/** Mostly one that makes sense, so that the command runs. */
function valueFor(name: string, random: Random, oddness: number): string {
  const plausible = PLAUSIBLE[name];
  return plausible && !random.chance(oddness) ? random.pick(plausible) : random.pick(VALUES);
}
