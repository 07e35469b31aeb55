import { chmodSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aiLine, makeFolder } from '../ingest/make.ts';
import { BIN, parseWell, start } from './make.ts';

interface Report {
  findings: { code: string; severity: string }[];
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
  expect(findings.map((finding) => `${finding.code} ${finding.severity}`)).toEqual(['no-flock error']);
  expect(schedule).toEqual([{ where: 'crontab -l', line }]);
  expect(code).toBe(1);
});
