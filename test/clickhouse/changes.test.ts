import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { ENGINES, type Engine } from '../engines/engine.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { readRound } from '../../src/session-format/read-round.ts';
import { CONTENT_COLUMNS } from '../../src/rows/columns.ts';
import { LINES, newPlace, parse, totalsOfStores, totalsOfTable, type Place } from './make.ts';

const kind = ENGINES.find(({ missing }) => !missing);

describe.skipIf(!kind)('after a push', () => {
  let engine: Engine;
  let place: Place;
  beforeAll(async () => {
    if (kind) engine = await kind.start();
  }, 60_000);
  afterAll(() => engine?.stop());
  beforeEach(async () => {
    await engine.query('DROP TABLE IF EXISTS default.rounds');
    place = newPlace();
    await parse(place, LINES);
    await pushed('--create');
  });

  async function monitor(...argv: string[]): Promise<void> {
    const { code, err } = await run([...argv, '--data-dir', place.store]);
    expect(code, err).toBe(0);
  }

  async function pushed(...rest: string[]): Promise<Record<string, unknown>> {
    const argv = ['push', 'clickhouse', '--url', engine.url, '--data-dir', place.store, '--json', ...rest];
    const { code, out, err } = await run(argv);
    expect(code, err).toBe(0);
    return JSON.parse(out) as Record<string, unknown>;
  }

  async function expectSame(): Promise<void> {
    expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(place.store));
  }

  test('another name of the gateway is sent', async () => {
    await parse(place, [], '--gateway', 'us-1');
    expect(await pushed()).toMatchObject({ rounds: 154, all_because: 'gateway' });
    expect(await engine.query('SELECT DISTINCT gateway FROM default.rounds FINAL')).toBe('us-1\n');
    await expectSame();
  });

  test('a reindex by a dimension is sent; a dimension that counts from now on changes nothing', async () => {
    await parse(place, [], '--dimension', 'department');
    expect(await pushed()).toMatchObject({ rounds: 0, all_because: null });
    await monitor('reindex');
    expect(await pushed()).toMatchObject({ rounds: 154, all_because: 'rewritten' });
    expect(await engine.query(`SELECT countIf(tags LIKE '%department%') FROM default.rounds FINAL`)).toBe(
      '154\n',
    );
    await expectSame();
  });

  test('a store from a backup: later rows are withdrawn, and come back when their lines are parsed again', async () => {
    const backup = `${place.store}-backup`;
    cpSync(place.store, backup, { recursive: true });
    await parse(
      place,
      LINES.slice(0, 6).map((line) => line.replaceAll('2026-02-0', '2026-03-0')),
    );
    expect((await pushed())['rounds']).toBeGreaterThan(0);
    // Everything but the cursor, which is as of now.
    for (const name of readdirSync(place.store))
      if (!name.startsWith('.copy-')) rmSync(join(place.store, name));
    for (const name of readdirSync(backup))
      if (!name.startsWith('.copy-')) cpSync(join(backup, name), join(place.store, name));
    expect(await pushed()).toMatchObject({ rounds: 154, all_because: 'restored' });
    await expectSame();
    await parse(place, []);
    expect(await pushed()).toMatchObject({ all_because: null });
    await expectSame();
  });

  test('a damaged session is named and left out, its rows stay, and after a repair it is as the store has it', async () => {
    const entry = [...readSnapshot(place.store).sessions.values()].find(({ rounds }) => rounds > 3);
    if (!entry) throw new Error('no session');
    const path = join(place.store, entry.file);
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('"model":"') + 12] = 0x21;
    writeFileSync(path, bytes);
    const argv = ['push', 'clickhouse', '--url', engine.url, '--data-dir', place.store, '--again'];
    const failed = await run(argv);
    expect(failed.code).toBe(74);
    expect(failed.out).toMatch(/^1\d\d rounds of 25 sessions to /);
    expect(failed.err).toContain(
      `the file of session ${entry.id} is damaged: round 1 does not match its checksum\n`,
    );
    expect(failed.err).toContain('1 session could not be read and is missing in clickhouse');
    // The store counts it, and the table has it from before.
    await expectSame();
    const still = await run(argv.slice(0, -1));
    expect(still).toMatchObject({ code: 74, err: failed.err });
    // Of its rounds, those behind the damage are lost: the log is gone.
    rmSync(place.log);
    await monitor('repair', '--apply');
    expect(await pushed()).toMatchObject({ all_because: 'rewritten', unread: [] });
    await expectSame();
  });

  test('texts are sent only with --with-content, and are the stored ones; --again without it takes them away', async () => {
    const empty = CONTENT_COLUMNS.map(({ name }) => `countIf(${name} != '')`).join(' + ');
    expect(await engine.query(`SELECT ${empty} FROM default.rounds FINAL`)).toBe('0\n');
    expect(await pushed('--with-content')).toMatchObject({ rounds: 154, all_because: 'content' });
    expect(await pushed('--with-content')).toMatchObject({ rounds: 0, all_because: null });
    const answer = await engine.query(
      `SELECT session, fields, ${CONTENT_COLUMNS.slice(1)
        .map(({ name }) => name)
        .join(', ')} FROM default.rounds FINAL ORDER BY session, round FORMAT JSONEachRow`,
    );
    const rows = answer
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    const stored = [...readSnapshot(place.store).sessions.values()]
      .toSorted((a, b) => (Buffer.from(a.id) < Buffer.from(b.id) ? -1 : 1))
      .flatMap((entry) =>
        Array.from(readRoundLines(place.store, entry), (line) => ({ id: entry.id, ...readRound(line) })),
      );
    const key = (one: { session: string; fields: string }): string => `${one.session} ${one.fields}`;
    const wanted = stored.map(({ id, stored, texts }) => ({
      session: id,
      fields: JSON.stringify(stored),
      ...Object.fromEntries(CONTENT_COLUMNS.slice(1).map(({ name }) => [name, texts.get(name) ?? ''])),
    }));
    const sorted = (list: readonly object[]): object[] =>
      list.toSorted((a, b) => (key(a as never) < key(b as never) ? -1 : 1));
    expect(sorted(rows)).toEqual(sorted(wanted));
    await expectSame();
    expect(await pushed()).toMatchObject({ all_because: 'content' });
    expect(await engine.query(`SELECT ${empty} FROM default.rounds FINAL`)).toBe('0\n');
  });
});
