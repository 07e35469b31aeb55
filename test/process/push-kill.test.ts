import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totalsOfStores, totalsOfTable } from '../clickhouse/make.ts';
import { ENGINES, type Engine } from '../engines/engine.ts';
import { openGate, type Gate } from '../engines/gate.ts';
import { aiLine } from '../ingest/make.ts';
import { makeFolder } from '../platform/make.ts';
import { parseWell, startMonitor } from './make.ts';

const KILLS = 50;

test('only a push and a report from an engine load the client', () => {
  const having = (text: string): string[] =>
    readdirSync('dist').filter(
      (name) => name.endsWith('js') && readFileSync(join('dist', name), 'utf8').includes(text),
    );
  const [client = '', ...others] = having('X-ClickHouse-User');
  expect(others).toEqual([]);
  expect(having(client).toSorted()).toEqual([
    expect.stringMatching(/^push-clickhouse-\w+\.js$/),
    expect.stringMatching(/^read-engine-\w+\.js$/),
  ]);
});

describe.each(ENGINES.filter(({ missing }) => !missing))('SIGKILL during a push to $name', ({ start }) => {
  let engine: Engine;
  let gate: Gate;
  beforeAll(async () => {
    engine = await start();
    gate = await openGate(engine.url);
  }, 60_000);
  afterAll(async () => {
    await gate?.stop();
    await engine?.stop();
  });

  test(
    `${KILLS} times, after the rows are stored and before the cursor says so: each round counts once`,
    { timeout: 600_000 },
    async () => {
      const dir = makeFolder();
      const [log, store] = [join(dir, 'access.log'), join(dir, 'eu-1')];
      const push = (): ReturnType<typeof startMonitor> =>
        startMonitor('push', 'clickhouse', '--url', gate.url, '--data-dir', store, '--create', '--quiet');
      writeFileSync(log, '');
      let rounds = 0;
      let killed = 0;
      for (let turn = 0; killed < KILLS; turn++) {
        // Sessions that begin, and sessions that go on; every seventh kill, nothing is new.
        const added = turn % 7 === 6 ? 0 : 1 + (turn % 3);
        appendFileSync(
          log,
          Array.from({ length: added }, (_, i) => aiLine(`s${(turn + i) % 11}`, turn)).join(''),
        );
        rounds += added;
        if (added > 0) await parseWell(log, store);
        const { child, ended } = push();
        let inserts = 0;
        gate.treat = async (asked, response, pass) => {
          const { status, body } = await pass();
          // The rows are stored. The push is gone before it hears of it.
          if (asked.isInsert && ++inserts === 1) child.kill('SIGKILL');
          response.writeHead(status).end(body);
        };
        const { signal, code, err } = await ended;
        if (inserts > 0) {
          expect(signal, err).toBe('SIGKILL');
          killed++;
        } else expect(code, err).toBe(0);
        // Every third push is left to the next.
        gate.treat = undefined;
        if (turn % 3 === 0) expect(await push().ended).toMatchObject({ code: 0, err: '' });
      }
      gate.treat = undefined;
      expect(await push().ended).toMatchObject({ code: 0, err: '' });
      expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(store));
      expect((await totalsOfTable(engine))[0]).toBe(rounds);
      const keys = await engine.query('SELECT count(), uniqExact(log, place) FROM default.rounds FINAL');
      expect(keys).toBe(`${rounds}\t${rounds}\n`);
    },
  );
});
