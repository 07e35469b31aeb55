import { join } from 'node:path';
import { Finding, type Case, type Target } from '../case.ts';
import { contentOf, expectSame, makeVictim, monitor } from '../monitor.ts';
import { mutateFolder } from '../mutate-folder.ts';
import { copyFolder, expectSuccess, prepareStore } from '../store-cases.ts';

/** The files of a site: what it remembers, its journal, its pages, links among them. */
export const target: Target = {
  mostSteps: 4,
  prepare: async (folder) => {
    await prepareStore(folder);
    await expectSuccess(render(folder, join(folder, 'site')));
  },
  run: runSite,
};

const render = (folder: string, siteDir: string): string[] => [
  'render',
  '--data-dir',
  join(folder, 'store'),
  '--site-dir',
  siteDir,
];

async function runSite({ folder, prepared, random, steps, note }: Case): Promise<void> {
  const victim = makeVictim(folder);
  const site = copyFolder(join(prepared, 'site'), join(folder, 'site'));
  copyFolder(join(prepared, 'store'), join(folder, 'store'));
  for (const step of steps) note(mutateFolder(site, victim, step));
  const [outside, store] = [contentOf(victim), contentOf(join(folder, 'store'))];
  const options = random.pick([[], [], ['--json'], ['--full'], ['--replace'], ['--model', 'qwen*']]);
  let last = -1;
  for (const more of [options, []]) {
    const { code, err } = await monitor([...render(folder, site), ...more]);
    expectSame('a folder outside', outside, contentOf(victim));
    expectSame('the store', store, contentOf(join(folder, 'store')));
    // What one render accepts, the next one does too.
    if (last === 0 && code !== 0) throw new Finding(`the second render fails: ${err}`);
    last = code;
  }
  await monitor(['url', 'agent:main:main', '--data-dir', join(folder, 'store'), '--site-dir', site]);
}
