import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { takeLock } from '../../src/platform/lock.ts';
import { aiLine, makeFolder, storedRequests } from '../ingest/make.ts';
import { BIN, parseArgs, parseWell, runMonitor, start, type Ran } from './make.ts';

interface Scene {
  log: string;
  store: string;
  site: string;
}

/** A store of one round, and another round in the log. */
async function makeScene(): Promise<Scene> {
  const folder = makeFolder();
  const scene = {
    log: join(folder, 'access.log'),
    store: join(folder, 'sessions'),
    site: join(folder, 'site'),
  };
  writeFileSync(scene.log, aiLine('a', 0));
  await parseWell(scene.log, scene.store);
  writeFileSync(scene.log, aiLine('a', 0) + aiLine('a', 1));
  return scene;
}

let release: (() => void) | undefined;

afterEach(() => {
  release?.();
  release = undefined;
});

function hold(folder: string): void {
  release = takeLock(join(folder, '.lock'), folder);
}

/** The command of the crontab line in a document, with our own paths in place of those that it names. */
function commandOf(document: string, { log, store, site }: Scene): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  const line = /```crontab\n\* \* \* \* \* (.*)\n```/.exec(text)?.[1] ?? '';
  expect(line).toContain(' parse ');
  expect(line).toContain(' render ');
  return line
    .replaceAll('/usr/local/bin/monitor', `${process.execPath} ${BIN}`)
    .replace('parse ', line.includes('--log-path') ? 'parse ' : `parse --log-path ${log} `)
    .replace('/var/log/higress/access.log', log)
    .replaceAll('/var/lib/sessions', store)
    .replaceAll('/var/www/sessions', site);
}

describe.each(['README.md', 'docs/site.md'])("the crontab's line in %s", (document) => {
  const cron = (scene: Scene): Promise<Ran> => start('sh', ['-c', commandOf(document, scene)]).ended;

  test('stores and renders, without a word', async () => {
    const scene = await makeScene();
    expect(await cron(scene)).toEqual({ code: 0, signal: null, out: '', err: '' });
    expect(storedRequests(scene.store)).toEqual(['a-0', 'a-1']);
    expect(existsSync(join(scene.site, 'index.html'))).toBe(true);
  });

  test('renders while another run holds the store, without a word', async () => {
    const scene = await makeScene();
    hold(scene.store);
    expect(await cron(scene)).toEqual({ code: 0, signal: null, out: '', err: '' });
    expect(storedRequests(scene.store)).toEqual(['a-0']);
    expect(existsSync(join(scene.site, 'index.html'))).toBe(true);
  });

  test('does not render where parse failed, and says why', async () => {
    const scene = { ...(await makeScene()), log: join(makeFolder(), 'none.log') };
    const { code, out, err } = await cron(scene);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`no access log at ${scene.log}`);
    expect(existsSync(scene.site)).toBe(false);
  });
});

test("the README's systemd unit takes 75 for success: its next command runs", () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const unit = /\[Service\]\n([\s\S]*?)```/.exec(text)?.[1]?.trim().split('\n') ?? [];
  expect(unit.slice(0, 2)).toEqual(['Type=oneshot', 'SuccessExitStatus=75']);
  expect(unit.slice(2).map((line) => line.split(' ')[1])).toEqual(['parse', 'render']);
});

describe('exit code 75', () => {
  const busy = (holds: string): string => `monitor: another run holds ${holds}; try again later\n`;

  test.each([
    ['the entry that cron takes', []],
    ['Commander', ['--no-content']],
  ])('of parse is silent under --quiet, by way of %s', async (_, options) => {
    const { log, store } = await makeScene();
    const made = join(makeFolder(), 'store');
    await parseWell(log, made, ...options);
    writeFileSync(log, aiLine('a', 0) + aiLine('a', 1) + aiLine('a', 2));
    const dir = options.length > 0 ? made : store;
    hold(dir);
    for (const [words, err] of [
      [['--quiet'], ''],
      [['--quiet', '--json'], ''],
      [['--json'], busy(`the store ${dir}`)],
      [[], busy(`the store ${dir}`)],
    ] as const) {
      const ran = await runMonitor(...parseArgs(log, dir), ...options, ...words);
      expect(ran, words.join(' ')).toEqual({ code: 75, signal: null, out: '', err });
    }
  });

  test('of render too', async () => {
    const { store, site } = await makeScene();
    const args = ['render', '--data-dir', store, '--site-dir', site];
    expect((await runMonitor(...args)).code).toBe(0);
    const said = await runMonitor(...args);
    release = takeLock(join(site, '.monitor/lock'), site);
    // With nothing new, a render needs no lock.
    expect([said.code, said.out]).toEqual([0, expect.stringMatching(/^0 files written, /)]);
    expect(await runMonitor(...args)).toEqual(said);
    args.push('--full');
    expect(await runMonitor(...args, '--quiet')).toEqual({ code: 75, signal: null, out: '', err: '' });
    expect(await runMonitor(...args)).toEqual({
      code: 75,
      signal: null,
      out: '',
      err: busy(`the site ${site}`),
    });
  });
});
