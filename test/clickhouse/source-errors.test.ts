import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run, type Ran } from '../cli/run.ts';
import { ENGINES, freePort, type Engine } from '../engines/engine.ts';
import { openGate } from '../engines/gate.ts';
import { addressOf, pushTo, storeOf } from './source-stores.ts';

const lines = readFileSync(join('fixtures', 'access.log'), 'utf8').split(/(?<=\n)/);

const ask = (source: string, ...argv: string[]): Promise<Ran> =>
  run([...(argv.length > 0 ? argv : ['stats-model']), '--source', source]);

describe('an address', () => {
  test.each([
    ['clickhouse://u:s3cret@h/d/t', 'set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD'],
    ['clickhouse://h/d', "--source 'clickhouse://h/d' does not name a host, a database and a table"],
    ['clickhouse://h/d/t/u', 'does not name a host, a database and a table'],
    ['clickhouse://h/d/t?password=s3cret', "'password' is not known"],
    ['clickhouse://h/d/t?timeout=soon', 'timeout must be a number of seconds'],
    ['http://h:8123/d/t', 'It must be an address such as clickhouse://host:8123/database/table'],
  ])('%s is refused, and no password is repeated', async (source, problem) => {
    const { code, err, out } = await ask(source);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(problem);
    expect(err).not.toContain('s3cret');
  });

  test('and a store exclude each other, but MONITOR_DATA_DIR does not count', async () => {
    const source = 'clickhouse://127.0.0.1:1/d/t';
    const both = await ask(source, 'stats-model', '--data-dir', 'x');
    expect(both).toMatchObject({ code: 2, out: '' });
    expect(both.err).toContain("option '--source' cannot be used with '--data-dir'");
    const { code, err } = await run(['stats-model', '--source', source], { env: { MONITOR_DATA_DIR: 'x' } });
    expect(code).toBe(74);
    expect(err).toContain('nothing listens there');
  });

  test.each([
    [['search', 'x']],
    [['why']],
    [['stats-tool']],
    [['prices']],
    [['compare', '--period', '2026-02-01', '2026-02-02']],
    [['export', '-', '--conversation', 'x', '--format', 'md']],
    [['export', '-', '--format', 'csv']],
    [['export', '-', '--format', 'focus']],
  ])('is no source for %j, which needs stored rounds', async (argv) => {
    const { code, err, out } = await ask('clickhouse://127.0.0.1:1/d/t', ...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^monitor: --source: .*--data-dir\n$/s);
  });
});

describe.each(ENGINES)('a source on $name', ({ start, missing, dialect }) => {
  let engine: Engine;
  beforeAll(async () => {
    if (missing) return;
    engine = await start();
    await pushTo(engine, [await storeOf('eu-1', lines)]);
  }, 60_000);
  afterAll(() => engine?.stop());
  beforeEach((context) => {
    if (missing) context.skip();
  });

  test('without texts lists no titles, and show says what to do', async () => {
    const { out } = await ask(addressOf(engine), 'list', '--json', '--limit', '1');
    expect(JSON.parse(out)).toMatchObject({ sessions: [{ title: null, tools: null }] });
    const { code, err } = await ask(addressOf(engine), 'show', 'agent:main:main');
    expect(code).toBe(2);
    expect(err).toContain('send it with monitor push clickhouse --with-content');
    const rounds = await ask(addressOf(engine), 'show', 'agent:main:main', '--rounds');
    expect([rounds.code, rounds.err]).toEqual([2, expect.stringContaining('--data-dir instead of --source')]);
    const status = await ask(addressOf(engine), 'list', '--status', '200');
    expect([status.code, status.err]).toEqual([2, expect.stringContaining('--data-dir instead of --source')]);
  });

  test('says that it has no exchange rates', async () => {
    const { code, err } = await ask(addressOf(engine), 'stats-model', '--currency', 'CNY');
    expect(code).toBe(0);
    expect(err).toContain('could not be converted to CNY: a table has no exchange rates');
  });

  test('that is no table of rounds, or has no rounds, is an error', async () => {
    await engine.query('CREATE TABLE IF NOT EXISTS default.other (x UInt8) ENGINE = Memory');
    expect(await ask(addressOf(engine, 'other'))).toMatchObject({
      code: 74,
      err: expect.stringContaining('this is a table of something else'),
    });
    expect(await ask(addressOf(engine, 'nothing'))).toMatchObject({
      code: 74,
      err: expect.stringContaining('there is no such table. Make it with monitor push clickhouse --create'),
    });
    expect(await ask(addressOf(engine).replace('/default/', '/nowhere/'))).toMatchObject({
      code: 74,
      err: expect.stringContaining('there is no such database'),
    });
    await engine.query('CREATE TABLE default.older AS default.rounds');
    await engine.query('ALTER TABLE default.older DROP COLUMN chat_id');
    expect(await ask(addressOf(engine, 'older'))).toMatchObject({
      code: 74,
      err: expect.stringContaining('the table lacks the columns chat_id'),
    });
    await engine.query('CREATE TABLE default.bare AS default.rounds');
    expect(await ask(addressOf(engine, 'bare'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no rounds yet'),
    });
  });

  test('takes its user from the environment', async (context) => {
    if (dialect !== 'old') context.skip('chdb has no users');
    const asked = (user: string, password?: string): Promise<Ran> =>
      run(['stats-model', '--source', addressOf(engine)], {
        env: { CLICKHOUSE_USER: user, ...(password !== undefined && { CLICKHOUSE_PASSWORD: password }) },
      });
    expect(await asked('reader')).toMatchObject({ code: 0, err: '' });
    expect(await asked('writer', 's3cret:/@')).toMatchObject({ code: 0, err: '' });
    const refused = await asked('writer', 'wr0ng');
    expect(refused).toMatchObject({ code: 74, out: '' });
    expect(refused.err).toContain("the server refuses the user 'writer'. Set CLICKHOUSE_USER and");
    expect(refused.err).not.toContain('wr0ng');
  });

  test('that does not answer in time, breaks off, or fails is an error', async () => {
    const gate = await openGate(engine.url);
    const address = addressOf(gate);
    try {
      gate.treat = () => undefined;
      expect(await ask(`${address}?timeout=1`)).toMatchObject({
        code: 74,
        out: '',
        err: expect.stringContaining('no answer within 1 seconds'),
      });
      gate.treat = async (_asked, response, pass) => {
        const { body } = await pass();
        response.writeHead(200, { 'content-length': body.length + 10 }).write(body);
        setTimeout(() => response.destroy(), 50);
      };
      expect(await ask(address)).toMatchObject({ code: 74, out: '' });
      gate.treat = (_asked, response) => void response.writeHead(502).end('<html>bad gateway</html>');
      expect(await ask(address)).toMatchObject({
        code: 74,
        out: '',
        err: expect.stringContaining('bad gateway'),
      });
    } finally {
      await gate.stop();
    }
  });

  test('to which rounds are pushed between two questions is asked again', async () => {
    const store = await storeOf('us-1', lines.slice(0, 50));
    const gate = await openGate(engine.url);
    let marks = 0;
    let pushes = 1;
    gate.treat = async (asked, response, pass) => {
      const isMark = asked.body.includes('count() FROM') && asked.body.includes('max(version)');
      if (isMark && ++marks % 2 === 0 && pushes-- > 0) await pushTo(engine, [store], '--again');
      const { status, body } = await pass();
      response.writeHead(status).end(body);
    };
    try {
      expect(await ask(addressOf(gate))).toMatchObject({ code: 0, err: '' });
      expect(marks).toBe(4);
      pushes = Infinity;
      expect(await ask(addressOf(gate))).toMatchObject({
        code: 75,
        out: '',
        err: expect.stringContaining('Ask again later'),
      });
    } finally {
      await gate.stop();
    }
  });
});

test('a port at which nothing listens is an error', async () => {
  const { code, err } = await ask(`clickhouse://127.0.0.1:${await freePort()}/default/rounds`);
  expect(code).toBe(74);
  expect(err).toMatch(/^monitor: clickhouse:\/\/127\.0\.0\.1:\d+\/default\/rounds: nothing listens there\./);
});
