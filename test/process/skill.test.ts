import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../ingest/make.ts';
import { parseWell, runMonitor, start, type Ran } from './make.ts';

/** `npm run build` makes it, in dist-skill. */
const NAME = 'agent-session-monitor';

test('SKILL.md is what the Agent Skills specification asks for', () => {
  const folder = join('dist-skill', NAME);
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual([
    'LICENSE.txt',
    'SKILL.md',
    'references',
    'references/json.md',
    'scripts',
    'scripts/monitor.mjs',
  ]);
  expect(statSync(join(folder, 'scripts/monitor.mjs')).size).toBeLessThan(1 << 20);
  const [, head = '', body = ''] =
    /^---\n([^]*?)\n---\n([^]*)$/.exec(readFileSync(join(folder, 'SKILL.md'), 'utf8')) ?? [];
  expect(head).toMatch(new RegExp(`^name: ${NAME}$`, 'm'));
  const [, description = ''] = /^description: (.*)$/m.exec(head) ?? [];
  expect(description.length).toBeGreaterThan(100);
  expect(description.length).toBeLessThanOrEqual(1024);
  expect(description).toContain('Use when');
  // A plain YAML text ends at these.
  expect(description).not.toMatch(/: | #/);
  const [, compatibility = ''] = /^compatibility: (.*)$/m.exec(head) ?? [];
  expect(compatibility.length).toBeLessThanOrEqual(500);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(head).toContain(`version: '${version}'`);
  expect(body.split('\n').length).toBeLessThan(100);
  for (const [, link = ''] of body.matchAll(/\]\(([^)]+)\)/g))
    expect(statSync(join(folder, link)).isFile()).toBe(true);
});

test('in an empty home, without network, it answers from the store', async () => {
  const home = makeFolder();
  for (const name of ['access.log', 'access.log.1']) cpSync(join('fixtures', name), join(home, name));
  const store = join(home, 'store');
  await parseWell(join(home, 'access.log'), store);
  const skill = join(home, '.skills', NAME);
  cpSync(join('dist-skill', NAME), skill, { recursive: true });
  const ask = (question: string): Promise<Ran> => {
    const args = ['-i', `HOME=${home}`, `MONITOR_DATA_DIR=${store}`, process.execPath, 'scripts/monitor.mjs'];
    return start('env', [...args, ...question.split(' ')], skill).ended;
  };
  const cost = await ask('show agent:main:main --json --no-messages --last 1');
  expect([cost.code, cost.err]).toEqual([0, '']);
  const shown = JSON.parse(cost.out) as { rounds: object[] };
  expect(shown).toMatchObject({ cost_usd: 0.02817075, messages_count: 4, unpriced_rounds: 0 });
  expect(shown.rounds).toHaveLength(1);
  expect(cost.out.length).toBeLessThan(4000);
  const history = await ask('show agent:main:main --json --no-messages --round 3');
  expect(JSON.parse(history.out)).toMatchObject({
    rounds: [
      { round: 3, question: [{ text: 'Our image has grown to more than a gigabyte. What is in there?' }] },
    ],
  });
  expect(await ask('check --budgets budgets.json')).toMatchObject({
    code: 2,
    err: 'monitor: --budgets is not part of the skill. Use the installed program, monitor\n',
  });
  expect(await ask('stats-model --source clickhouse://h/d/t')).toMatchObject({ code: 2 });
  // Every command that SKILL.md names is there, and answers.
  const table = readFileSync(join(skill, 'SKILL.md'), 'utf8').matchAll(/^\|[^|]*\|([^|]*)\|$/gm);
  const commands = [...table].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+ [^`]*)`/g)].map(([, c = '']) => c),
  );
  expect(commands.length).toBeGreaterThan(8);
  for (const command of commands) {
    const said = await ask(
      command
        .replace('<session>', 'agent:main:main')
        .replace('<other>', 'sess_6948c14d')
        .replace('<id>', 'main')
        .replace('<tool>', 'bash')
        .replace('--round 12', '--round 2'),
    );
    expect([said.code, said.err], command).toEqual([0, '']);
    expect(JSON.parse(said.out), command).toBeTypeOf('object');
  }
  const refused = await ask('parse --log-path x');
  expect([refused.code, refused.out]).toEqual([2, '']);
});

/** The files of an installed skill, and what else an install left beside it. */
function filesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true }).map(String);
  const files = paths.filter((path) => statSync(join(folder, path)).isFile()).toSorted();
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

test('skill install puts it into a new folder, and replaces it while nobody changed it', async () => {
  const dir = join(makeFolder(), 'home', 'skills');
  const skill = join(dir, NAME);
  const install = (...options: string[]) => runMonitor('skill', 'install', dir, ...options);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const done = { code: 0, out: `${skill}: skill of version ${version} installed\n`, err: '' };
  expect(await install()).toMatchObject(done);
  expect(readdirSync(dir)).toEqual([NAME]);
  const installed = filesIn(skill);
  const { '.installed.json': digests, ...files } = installed;
  expect(files).toEqual(filesIn(join('dist-skill', NAME)));
  expect(Object.keys(JSON.parse(digests ?? '') as object)).toEqual(Object.keys(files));
  expect(await install()).toMatchObject(done);

  const refused = {
    code: 74,
    out: '',
    err:
      `monitor: ${skill} exists, and is not a skill as monitor installed it: nothing was changed. ` +
      'Move it away, or replace it with --force\n',
  };
  const changes: (() => void)[] = [
    () => writeFileSync(join(skill, 'SKILL.md'), 'mine'),
    () => writeFileSync(join(skill, 'notes.md'), 'mine'),
    () => symlinkSync('/etc/passwd', join(skill, 'link')),
  ];
  for (const change of changes) {
    change();
    const changed = filesIn(skill);
    expect(await install()).toMatchObject(refused);
    expect(filesIn(skill)).toEqual(changed);
    expect(await install('--force')).toMatchObject(done);
    expect(filesIn(skill)).toEqual(installed);
  }
  expect(readdirSync(dir)).toEqual([NAME]);
});

test('skill install does not follow a link, and writes into no store', async () => {
  const folder = makeFolder();
  const [dir, other] = [join(folder, 'skills'), join(folder, 'other')];
  for (const made of [dir, other]) mkdirSync(made);
  writeFileSync(join(other, 'theirs'), '');
  symlinkSync(other, join(dir, NAME));
  expect((await runMonitor('skill', 'install', dir)).code).toBe(74);
  expect((await runMonitor('skill', 'install', dir, '--force')).code).toBe(0);
  expect(readdirSync(other)).toEqual(['theirs']);
  expect(readdirSync(dir)).toEqual([NAME]);

  writeFileSync(join(other, '.store.json'), '{}');
  const inStore = await runMonitor('skill', 'install', other);
  expect([inStore.code, inStore.out]).toEqual([2, '']);
  expect(inStore.err).toContain('which holds only its own files');
  expect(readdirSync(other).toSorted()).toEqual(['.store.json', 'theirs']);
});
