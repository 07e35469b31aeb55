import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aiLine, makeFolder, storedRequests } from '../ingest/make.ts';
import { pythonFiles, writeOriginals } from '../ingest/original.ts';
import { parseArgs, parseWell, runMonitor } from './make.ts';

const PING = aiLine('default', 0);
const LINES = [aiLine('a', 0), aiLine('a', 1), PING, PING];

test('as cron runs it: what was imported before is not stored again, and what cannot be told is said', async () => {
  const folder = makeFolder();
  const from = writeOriginals(folder, pythonFiles(LINES));
  const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
  expect((await runMonitor('import', from, '--data-dir', store)).code).toBe(0);
  writeFileSync(log, [...LINES.slice(0, 2), aiLine('a', 2)].join(''));
  expect(await runMonitor(...parseArgs(log, store), '--quiet')).toEqual({
    code: 0,
    signal: null,
    out: '',
    err: '',
  });
  expect(storedRequests(store)).toEqual(['', '', '', '', 'a-2']);
  writeFileSync(log, [...LINES.slice(0, 2), aiLine('a', 2), PING].join(''));
  const { code, out, err } = await runMonitor(...parseArgs(log, store), '--quiet');
  expect([code, out]).toEqual([0, '']);
  expect(err).toMatch(
    /^monitor: [^\n]*default\.json: 1 round of the log may have been imported before [^\n]*\n$/,
  );
  expect(await parseWell(log, store)).toMatchObject({ rounds: 0, imported_before: 0 });
});

test('the other way round', async () => {
  const folder = makeFolder();
  const lines = LINES.slice(0, 2);
  const from = writeOriginals(folder, pythonFiles(lines));
  const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
  writeFileSync(log, lines.join(''));
  await parseWell(log, store);
  for (const options of [[], ['--force']]) {
    const { code, out, err } = await runMonitor('import', from, '--data-dir', store, ...options);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      'Imported 0 rounds of 0 sessions from 0 files.\n2 rounds of 1 file skipped: the store already has them from a log.\n',
    );
  }
  expect(storedRequests(store)).toEqual(['a-0', 'a-1']);
});
