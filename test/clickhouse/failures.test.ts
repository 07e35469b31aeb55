import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run, type Ran } from '../cli/run.ts';
import { ENGINES, freePort, type Engine } from '../engines/engine.ts';
import { openGate, type Gate, type Treat } from '../engines/gate.ts';
import { cursorPath } from '../../src/store/copy-cursor.ts';
import { LINES, newPlace, parse, totalsOfStores, totalsOfTable, type Place } from './make.ts';

const kind = ENGINES.find(({ missing }) => !missing);

describe.skipIf(!kind)('a push that fails', () => {
  let engine: Engine;
  let gate: Gate;
  let place: Place;
  beforeAll(async () => {
    if (kind) engine = await kind.start();
  }, 60_000);
  afterAll(() => engine.stop());
  beforeEach(async () => {
    gate = await openGate(engine.url);
    place = newPlace();
    await engine.query('DROP TABLE IF EXISTS default.rounds');
    await parse(place, LINES.slice(0, 200));
    expect((await push('--create')).code).toBe(0);
    await parse(place, LINES.slice(200));
  });
  afterEach(() => gate.stop());

  function push(...rest: string[]): Promise<Ran> {
    const where = rest.includes('--url') ? [] : ['--url', gate.url];
    return run(['push', 'clickhouse', ...where, '--data-dir', place.store, '--retries', '0', ...rest]);
  }

  /** What a failed push says; then the next one sends what is missing, and nothing counts twice. */
  async function failsWith(treat: Treat, ...rest: string[]): Promise<string> {
    gate.treat = treat;
    const { code, out, err } = await push(...rest);
    expect([code, out], err).toEqual([74, '']);
    expect(err).toMatch(/^monitor: .*\n$/);
    gate.treat = undefined;
    expect((await push()).code).toBe(0);
    expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(place.store));
    return err.replaceAll(gate.url, 'URL');
  }

  /** Fails only for rows. */
  function onInsert(treat: Treat): Treat {
    return async (asked, response, pass) => {
      if (asked.isInsert) return treat(asked, response, pass);
      const { status, body } = await pass();
      response.writeHead(status).end(body);
    };
  }

  const answers =
    (status: number, body: string, headers = {}): Treat =>
    (_, response) =>
      void response.writeHead(status, headers).end(body);

  test.each<[string, Treat, RegExp]>([
    [
      'the server closes the connection before it has stored the rows',
      (_, response) => void response.destroy(),
      /cannot reach URL: the connection was closed before the answer/,
    ],
    [
      'the server stores the rows and closes the connection',
      async (_, response, pass) => {
        await pass();
        response.destroy();
      },
      /cannot reach URL: the connection was closed before the answer/,
    ],
    [
      'the server stores the rows and answers 500',
      async (_, response, pass) => {
        await pass();
        response
          .writeHead(500)
          .end('Code: 210. DB::Exception: Connection reset by peer. (NETWORK_ERROR) (version 26.7.2.1)');
      },
      /ClickHouse at URL refused \(code 210\): Connection reset by peer\. \(NETWORK_ERROR\)\. Nothing is lost/,
    ],
    [
      'the server stores the rows, and half of the answer comes',
      async (_, response, pass) => {
        await pass();
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      },
      /cannot reach URL: /,
    ],
    [
      'the server has stored nothing and says so late, in an answer that begins with 200',
      answers(200, 'Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)'),
      /refused \(code 241\): Memory limit/,
    ],
    [
      'a proxy has no server',
      answers(502, '<html><title>Bad Gateway</title></html>'),
      /URL answered 502: Bad Gateway\. It may be a proxy/,
    ],
    [
      'a proxy asks to sign in',
      answers(200, '<!DOCTYPE html><title>Sign in</title>\u001b[31m'),
      /URL answered 200: /,
    ],
  ])('%s: the next push completes', async (_, treat, message) => {
    expect(await failsWith(onInsert(treat))).toMatch(message);
  });

  test('nothing listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, err } = await push('--url', url);
    expect([code, err]).toEqual([
      74,
      `monitor: cannot reach ${url}: nothing listens there. Check that the server is running, and the address and the port of --url. Nothing is lost: the next push sends what is missing\n`,
    ]);
    expect((await push()).code).toBe(0);
    expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(place.store));
  });

  test('the server does not answer in time', async () => {
    const waiting: (() => void)[] = [];
    const never = onInsert(() => new Promise<void>((resolve) => waiting.push(resolve)));
    expect(await failsWith(never, '--timeout', '1')).toMatch(
      /URL did not answer within 1 s\. Allow more time with --timeout/,
    );
    for (const end of waiting) end();
  });

  test.each<[number, string, object, RegExp]>([
    [
      302,
      '',
      { location: 'https://user:s3cret@evil.example/x?token=1' },
      /URL redirects to https:\/\/evil\.example\/x \(302\), and redirects are not followed/,
    ],
    [401, 'no', {}, /answered 401: no\. Set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD/],
    [403, '', {}, /answered 403\. Set CLICKHOUSE_USER/],
    [
      404,
      '<html><body>nginx</body></html>',
      {},
      /answered 404: nginx\. This is no ClickHouse server: check the address/,
    ],
  ])('whatever is asked is answered with %s', async (status, body, headers, message) => {
    const err = await failsWith(answers(status, body, headers));
    expect(err).toMatch(message);
    expect(err).not.toContain('s3cret');
    expect(gate.asked.every(({ headers }) => headers.host === new URL(gate.url).host)).toBe(true);
  });

  test('a passing failure is tried again, as often as --retries says; another is not', async () => {
    let failures = 2;
    gate.treat = onInsert(async (_, response, pass) => {
      if (failures-- > 0) return void response.writeHead(503).end();
      const { status, body } = await pass();
      response.writeHead(status).end(body);
    });
    const before = gate.asked.length;
    const ran = await run([
      'push',
      'clickhouse',
      '--url',
      gate.url,
      '--data-dir',
      place.store,
      '--retries',
      '2',
    ]);
    expect(ran, ran.err).toMatchObject({ code: 0, err: '' });
    expect(gate.asked.slice(before).filter(({ isInsert }) => isInsert)).toHaveLength(3);
    expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(place.store));

    await parse(
      place,
      LINES.slice(0, 3).map((line) => line.replaceAll('2026-02-0', '2026-03-0')),
    );
    gate.treat = onInsert(answers(400, 'Code: 27. DB::Exception: Cannot parse input'));
    const from = gate.asked.length;
    const refused = await run(['push', 'clickhouse', '--url', gate.url, '--data-dir', place.store]);
    if (refused.code !== 0) expect(gate.asked.slice(from).filter(({ isInsert }) => isInsert)).toHaveLength(1);
  });

  test('a table of something else, or with other types, or another engine', async () => {
    await engine.query('CREATE DATABASE IF NOT EXISTS other');
    await engine.query('DROP TABLE IF EXISTS other.rounds');
    const other = (): Promise<Ran> => push('--database', 'other', '--create');
    await engine.query('CREATE TABLE other.rounds (a UInt8) ENGINE = ReplacingMergeTree() ORDER BY a');
    expect(await other()).toMatchObject({
      code: 74,
      err: expect.stringMatching(
        /is a table of something else: it lacks the columns store, log, place, time, time_ms, …\. Nothing was sent/,
      ),
    });
    await engine.query('DROP TABLE other.rounds');
    const { out: ddl } = await push('--print-ddl', '--database', 'other');
    const make = async (change: (ddl: string) => string): Promise<string> => {
      await engine.query('DROP TABLE IF EXISTS other.rounds');
      await engine.query(change(ddl.replace(/;\n$/, '')));
      const { code, err } = await other();
      expect(code).toBe(74);
      return err;
    };
    expect(await make((text) => text.replace('ReplacingMergeTree(version)', 'MergeTree()'))).toContain(
      'is a table of the engine MergeTree: rows that are sent again would count twice',
    );
    expect(await make((text) => text.replace('`input_tokens` UInt64', '`input_tokens` Int32'))).toContain(
      'the column input_tokens of clickhouse',
    );
    expect(await make((text) => text.replace(/ {2}`flags` .*\n/, ''))).toMatch(
      /lacks the columns flags, as an earlier version.*\n {2}ALTER TABLE `other`\.`rounds` ADD COLUMN `flags` (?:LowCardinality\(String\)|String);\n/s,
    );
    await engine.query(ddl.replace(/;\n$/, ''));
    expect(readFileSync(cursorPath(place.store, `clickhouse ${gate.url} default.rounds`), 'utf8')).not.toBe(
      '',
    );
    expect(existsSync(cursorPath(place.store, `clickhouse ${gate.url} other.rounds`))).toBe(false);
  });

  test('a database that does not exist', async () => {
    expect((await push('--database', 'nowhere', '--create')).err).toMatch(
      /refused \(code 81\): Database nowhere does(?:n't| not) exist.*\. Create the database, or name another with --database/,
    );
  });

  test.each([
    ['http://user:s3cret@db:8123', /--url contains '@': a URL with a password is refused\. Give the user/],
    ['http:/user:s3cret@db', /--url contains '@'/],
    ['http://db:8123/?password=s3cret', /--url has parameters/],
    ['ftp://db/?password=s3cret', /--url 'ftp:\/\/db\/' is not the HTTP address/],
    ['db:8123', /is not the HTTP address of a ClickHouse server/],
  ])('the address %s is refused, and no password is printed', async (url, message) => {
    const { code, out, err } = await push('--url', url);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain('s3cret');
  });

  test('the user and the password come from the environment', async () => {
    const argv = ['push', 'clickhouse', '--url', gate.url, '--data-dir', place.store, '--retries', '0'];
    await run(argv, { env: { CLICKHOUSE_USER: 'writer', CLICKHOUSE_PASSWORD: 's3cret:/@' } });
    const basic = `Basic ${Buffer.from('writer:s3cret:/@').toString('base64')}`;
    expect(gate.asked.at(-1)?.headers.authorization).toBe(basic);
    expect(gate.asked.at(-1)?.path).not.toContain('s3cret');
    await parse(
      place,
      LINES.slice(0, 3).map((line) => line.replaceAll('2026-02-0', '2026-03-0')),
    );
    const wrong = await run([...argv, '--again'], {
      env: { CLICKHOUSE_USER: 'writer', CLICKHOUSE_PASSWORD: 'wr0ng' },
    });
    expect(wrong.err).not.toContain('wr0ng');
    if (kind?.dialect === 'old') {
      expect(wrong).toMatchObject({
        code: 74,
        err: expect.stringMatching(/refused \(code 193\): .*Set CLICKHOUSE_USER/),
      });
      const reader = await run([...argv, '--again'], { env: { CLICKHOUSE_USER: 'reader' } });
      expect(reader).toMatchObject({
        code: 74,
        err: expect.stringMatching(/refused \(code 164\): .*readonly/),
      });
    }
  });
});
