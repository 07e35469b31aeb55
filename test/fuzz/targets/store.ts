import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Finding, type Case, type Target } from '../case.ts';
import { contentOf, expectSame, makeVictim, monitor, monitorJson } from '../monitor.ts';
import { mutateFolder } from '../mutate-folder.ts';
import { copyFolder, expectSuccess, prepareStore, unpackFormat4 } from '../store-cases.ts';

/** By the name of a store: what its sums are. */
const right = new Map<string, string>();

/** The files of a store, changed or replaced. */
export const target: Target = {
  mostSteps: 3,
  prepare: async (folder) => {
    await prepareStore(folder);
    unpackFormat4(folder);
    for (const name of ['store', 'sessions']) right.set(name, String(await totalOf(join(folder, name))));
  },
  run: runStore,
};

/** Commands that only read the store. */
const READERS = [
  ['list', '--limit', '0'],
  ['stats-date', '--since', '2020-01-01'],
  ['stats-consumer'],
  ['stats-health', '--group-by', 'hour'],
  ['stats-tool', '--since', '2026-02-02'],
  ['stats-tool', 'bash'],
  ['list', '--status', '503', '--slower-than', '1s'],
  ['show', 'agent:main:main', '--full'],
  ['show', 'sess_shipper', '--json'],
  ['export', '-', '--format', 'ndjson', '--group-by', 'round', '--with-messages'],
  ['export', '-', '--format', 'focus'],
  ['search', 'e', '--limit', '0'],
  ['search', '"', '--json', '--base-url', 'https://agents.example'],
  ['prices'],
  ['prices', 'gpt-4o'],
  ['check', '--budget-usd', '1', '--per', 'total'],
  ['doctor', '--deep'],
  ['repair'],
  ['prune', '--older-than', '1d', '--dry-run'],
  ['list', '--pruned'],
];

async function runStore({ folder, prepared, random, steps, note }: Case): Promise<void> {
  const name = random.pick(['store', 'store', 'sessions']);
  const victim = makeVictim(folder);
  const dir = copyFolder(join(prepared, name), join(folder, 'store'));
  const work = join(folder, 'work');
  mkdirSync(work);
  // A store's file may have a second name of the same user: `cp -al` makes such backups.
  const linkable = join(work, 'file');
  writeFileSync(linkable, 'linked');
  const log = join(folder, 'access.log');
  copyFolder(join(prepared, 'access.log'), log);
  note(`${name === 'store' ? 'a new store' : 'the store of format 4'} in ${dir}`);
  for (const step of steps) note(mutateFolder(dir, victim, step, linkable));
  const [outside, inside] = [contentOf(victim), contentOf(dir)];

  const total = await totalOf(dir);
  if (total !== undefined && total !== right.get(name))
    throw new Finding(`stats-model is wrong and says nothing\n${total}\nright: ${right.get(name)}`);
  for (const command of random.shuffle(READERS).slice(0, 4)) await monitor([...command, '--data-dir', dir]);
  // Repair takes the lock to look.
  const after = contentOf(dir);
  for (const content of [inside, after]) content.delete('.lock');
  expectSame('the store, by commands that only read it,', inside, after);
  expectSame('a folder outside', outside, contentOf(victim));

  appendFileSync(log, readFileSync(join(prepared, 'more.log')));
  const writers = random.shuffle([
    ['prices', '--refresh', '--yes'],
    ['reindex'],
    ['prune', '--older-than', '1d', '--content'],
    ['prune', '--older-than', '1d'],
    ['repair', '--apply', '--log-path', log],
    ['render', '--site-dir', join(work, 'site'), '--quiet'],
  ]);
  for (const command of [['parse', '--log-path', log], ...writers.slice(0, 2)]) {
    await monitor([...command, '--data-dir', dir]);
    expectSame(`a folder outside, by ${command[0]},`, outside, contentOf(victim));
  }
  const { code } = await monitor(['repair', '--apply', '--log-path', log, '--data-dir', dir]);
  expectSame('a folder outside, by repair,', outside, contentOf(victim));
  if (code === 0) await expectSuccess(['list', '--data-dir', dir]);
}

/** The sums that stats-model prints; undefined if it fails. */
async function totalOf(dir: string): Promise<string | undefined> {
  const json = (await monitorJson(['stats-model', '--data-dir', dir])) as { total: unknown } | undefined;
  return json && JSON.stringify(json.total);
}
