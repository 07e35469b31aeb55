import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aiLine, makeFolder, storedRequests } from '../ingest/make.ts';
import { BIN, parseWell, runMonitor, start, testUnless } from './make.ts';

interface Report {
  findings: { code: string; severity: string; setting: string | null }[];
  schedule: { where: string; line: string }[];
}

test('reads the user’s crontab, and misses flock', async () => {
  const folder = makeFolder();
  const [log, store, bin] = [join(folder, 'access.log'), join(folder, 'sessions'), join(folder, 'bin')];
  writeFileSync(log, aiLine('a', 0));
  await parseWell(log, store);
  mkdirSync(bin);
  const line = `*/5 * * * * monitor parse --log-path ${log} --output-dir ${store} --quiet`;
  writeFileSync(join(bin, 'crontab'), `#!/bin/sh\n[ "$1" = -l ] && echo '# mine' && echo '${line}'\n`);
  chmodSync(join(bin, 'crontab'), 0o755);
  symlinkSync('/bin/sh', join(bin, 'sh'));
  const args = [
    `PATH=${bin}`,
    process.execPath,
    BIN,
    'doctor',
    '--json',
    '--log-path',
    log,
    '--data-dir',
    store,
  ];
  const { code, out } = await start('env', args).ended;
  const { findings, schedule } = JSON.parse(out) as Report;
  // The clock is the real one, and the built-in prices grow old.
  const said = findings.filter(({ code }) => code !== 'prices-old');
  expect(said.map((finding) => `${finding.code} ${finding.severity}`)).toEqual(['no-flock error']);
  expect(schedule).toEqual([{ where: 'crontab -l', line }]);
  expect(code).toBe(1);
});

const CRON_PATH = '/usr/bin:/bin';
const hasFlock = CRON_PATH.split(':').some((folder) => existsSync(join(folder, 'flock')));

testUnless(!hasFlock && `flock is in none of ${CRON_PATH}`)(
  'the line for the crontab works as cron runs it',
  async () => {
    // What a shell, or cron, would make something else of.
    const folder = join(makeFolder(), "it's 100% $HOME; `x` & (y)");
    mkdirSync(folder);
    const [log, store] = [join(folder, 'access.log'), join(folder, 'my store')];
    writeFileSync(log, aiLine('a', 0));
    const { out } = await runMonitor('doctor', '--json', '--log-path', log, '--data-dir', store);
    const { findings } = JSON.parse(out) as Report;
    const line = findings.find(({ code }) => code === 'no-schedule')?.setting ?? '';
    const command = /^\* \* \* \* \* (.*)$/.exec(line)?.[1] ?? '';
    expect(command.startsWith(`${process.execPath} `)).toBe(true);
    for (const n of [1, 2]) {
      const cron = ['-i', `PATH=${CRON_PATH}`, 'SHELL=/bin/sh', 'HOME=/', '/bin/sh', '-c', command];
      expect(await start('/usr/bin/env', cron, '/').ended).toEqual({
        code: 0,
        signal: null,
        out: '',
        err: '',
      });
      expect(storedRequests(store)).toHaveLength(n);
      appendFileSync(log, aiLine('a', n));
    }
  },
);

test('--deep reads what the usual look does not; a damaged session is exit code 1', async () => {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
  writeFileSync(log, aiLine('a', 0) + aiLine('a', 1));
  await parseWell(log, store);
  const path = join(store, 'a.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"round":1,', '"rownd":1,'));
  const codesOf = async (...more: string[]): Promise<unknown> => {
    const { code, out } = await runMonitor('doctor', '--json', '--data-dir', store, ...more);
    const { findings } = JSON.parse(out) as Report;
    return [code, findings.filter(({ severity }) => severity !== 'note').map(({ code: one }) => one)];
  };
  expect(await codesOf()).toEqual([0, []]);
  expect(await codesOf('--deep')).toEqual([1, ['session-damaged']]);
});
