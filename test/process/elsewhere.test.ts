import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../ingest/make.ts';
import { BIN, parseWell, start, type Ran } from './make.ts';

const NEEDS = {
  darwin: 'it is missing. Install it (brew install flock), or run this on Linux',
  win32: 'Windows has none. Run this on Linux, or in WSL',
};

test.each(Object.entries(NEEDS))(
  'like %s, without flock: a copied store can be read, and what writes says what it needs',
  async (like, needs) => {
    const folder = makeFolder();
    const store = join(folder, 'store');
    await parseWell(resolve('fixtures/access.log'), store);
    mkdirSync(join(folder, 'empty'));
    const call = (...args: string[]): Promise<Ran> =>
      start('env', [
        `PATH=${join(folder, 'empty')}`,
        `LIKE=${like}`,
        process.execPath,
        '--require',
        resolve('test/process/elsewhere.cjs'),
        BIN,
        ...args,
      ]).ended;
    for (const question of [
      ['list', '--limit', '1'],
      ['show', 'agent:main:main', '--last', '1'],
      ['stats-model'],
      ['search', 'kubectl', '--limit', '1'],
      ['check', '--budget-usd', '50'],
      ['export', join(folder, `${like}.csv`)],
    ]) {
      const { code, err } = await call(...question, '--data-dir', store);
      expect([code, err], question.join(' ')).toEqual([0, '']);
    }
    const before = readdirSync(store).toSorted();
    const refused = await call('parse', '--log-path', resolve('fixtures/access.log'), '--output-dir', store);
    // A run with nothing new takes no lock.
    expect([refused.code, refused.err]).toEqual([0, '']);
    const made = join(folder, 'new');
    expect(
      await call('parse', '--log-path', resolve('fixtures/access.log'), '--output-dir', made),
    ).toMatchObject({
      code: 74,
      out: '',
      err: `monitor: cannot lock ${join(made, '.lock')}: the program flock did not start: ${needs}\n`,
    });
    expect(readdirSync(made)).toEqual(['.lock']);
    expect(readdirSync(store).toSorted()).toEqual(before);
  },
);
