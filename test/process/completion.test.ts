import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeFolder } from '../ingest/make.ts';
import { canRun, runMonitor, start, testUnless } from './make.ts';

const scripts: Record<string, string> = {};

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out, err } = await runMonitor('completion', shell);
    expect([code, err]).toEqual([0, '']);
    scripts[shell] = out;
  }
});

/** What stands in the folder in which completions are asked for. */
function makeHome(): string {
  const home = makeFolder();
  mkdirSync(join(home, 'my logs'));
  writeFileSync(join(home, 'my access.log'), '');
  for (const [shell, script] of Object.entries(scripts))
    writeFileSync(join(home, `monitor.${shell}`), script);
  return home;
}

/** Words typed, the last of them unfinished, and what is offered for it. */
const CASES: [string[], string[]][] = [
  [
    ['stats-'],
    ['stats-consumer', 'stats-date', 'stats-gateway', 'stats-health', 'stats-model', 'stats-tool'],
  ],
  [['doc'], ['doctor']],
  [
    ['list', '--sort-by', 'c'],
    ['cost', 'created'],
  ],
  [
    ['list', '--sort-by', ''],
    ['cost', 'created', 'rounds', 'tokens', 'updated'],
  ],
  [['show', '--no-m'], ['--no-messages']],
  [['parse', '--output-dir', 'my'], ['my logs']],
  [
    ['parse', '--log-path', 'my'],
    ['my access.log', 'my logs'],
  ],
  [
    ['completion', ''],
    ['bash', 'fish', 'zsh'],
  ],
  [['help', 'ren'], ['render']],
  [['list', '--model', ''], []],
];

describe('bash', () => {
  test.each(CASES)('monitor %j', async (words, offered) => {
    expect(await offeredByBash(words)).toEqual(offered);
  });

  test('an option and its value in one word', async () => {
    expect(await offeredByBash(['list', '--sort-by', '=', 'c'])).toEqual(['cost', 'created']);
    expect(await offeredByBash(['list', '--sort-by', '='])).toEqual([
      'cost',
      'created',
      'rounds',
      'tokens',
      'updated',
    ]);
  });
});

async function offeredByBash(words: string[]): Promise<string[]> {
  const quoted = ['monitor', ...words].map((word) => `'${word}'`).join(' ');
  const script = `source monitor.bash
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}
_monitor monitor
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, out, err } = await start('bash', ['--norc', '-c', script], makeHome()).ended;
  expect([code, err]).toEqual([0, '']);
  return linesOf(out);
}

function linesOf(out: string): string[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}

describe('fish', () => {
  const testFish = testUnless(!canRun('fish', '--version') && 'no fish, which checks its completion');
  testFish.each(CASES)('monitor %j', async (words, offered) => {
    const home = makeHome();
    const command = `source monitor.fish; complete -C 'monitor ${words.join(' ')}'`;
    const run = start('env', [`HOME=${home}`, 'fish', '--no-config', '-c', command], home);
    const { code, out, err } = await run.ended;
    expect([code, err]).toEqual([0, '']);
    const names = linesOf(out).map((line) => line.split('\t')[0]?.replace(/\/$/, ''));
    expect(names).toEqual(offered);
  });
});

describe('zsh', () => {
  testUnless(!canRun('zsh', '--version') && 'no zsh, which checks its completion')(
    'takes the script for the command’s completion',
    async () => {
      const script = `autoload -Uz compinit; compinit -u -D
eval "$(<monitor.zsh)"
print -r -- $_comps[monitor]; whence -w _monitor`;
      const { code, out, err } = await start('zsh', ['-f', '-c', script], makeHome()).ended;
      expect([code, out, err]).toEqual([0, '_monitor\n_monitor: function\n', '']);
    },
  );
});
