import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run, type Ran } from '../cli/run.ts';
import { LINES, newPlace, parse, type Place } from '../clickhouse/make.ts';
import { freePort } from '../engines/engine.ts';
import { aiLine } from '../ingest/make.ts';
import { makeFolder } from '../platform/make.ts';
import { isPruned } from '../../src/model/session-entry.ts';
import { cursorPath } from '../../src/store/copy-cursor.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { spansIn, type SentSpan } from './make.ts';
import { startReceiver, type Receiver, type Treat } from './receiver.ts';

let receiver: Receiver;
let place: Place;
beforeEach(async () => {
  receiver = await startReceiver();
  place = newPlace();
});
afterEach(() => receiver.stop());

function push(...rest: string[]): Promise<Ran> {
  return pushWith({}, ...rest);
}

function pushWith(env: Record<string, string>, ...rest: string[]): Promise<Ran> {
  const where = rest.includes('--url') ? [] : ['--url', receiver.url];
  const retries = rest.includes('--retries') ? [] : ['--retries', '0'];
  return run(['push', 'otlp', ...where, '--data-dir', place.store, ...retries, ...rest], { env });
}

async function pushed(...rest: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await push('--json', ...rest);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Record<string, unknown>;
}

const rounds = (spans: readonly SentSpan[] = receiver.spans): SentSpan[] =>
  spans.filter(({ kind }) => kind === 3);
const ids = (spans: readonly SentSpan[]): string[] => spans.map(({ spanId }) => spanId);
const target = (): string => `otlp ${receiver.url}/v1/traces`;
const cursor = (): any => JSON.parse(readFileSync(cursorPath(place.store, target()), 'utf8'));

describe('a push', () => {
  test('sends each round once, and then what is new', async () => {
    await parse(place, LINES.slice(0, 200));
    const first = await push();
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toBe(
      `${rounds().length} rounds of ${new Set(receiver.spans.map(({ values }) => values['session.id'])).size} sessions as ${receiver.spans.length} spans to ${target()} (all of them: the first push to it)\n`,
    );
    expect((await push()).out).toBe(`Nothing new for ${target()}\n`);
    const before = receiver.spans.length;
    await parse(place, LINES.slice(200));
    expect(await pushed()).toEqual({
      version: 1,
      target: target(),
      rounds: 154 - rounds(receiver.spans.slice(0, before)).length,
      sessions: expect.any(Number),
      pruned_rounds: 0,
      bytes: expect.any(Number),
      batches: 1,
      all_because: null,
      unread: [],
      spans: 179 - before,
      rejected_spans: 0,
      messages: [],
    });
    const exported = await run(['export', '--format', 'otlp', '-', '--data-dir', place.store]);
    const sorted = (spans: readonly SentSpan[]): string[] =>
      spans.map((span) => JSON.stringify(span)).toSorted();
    expect(sorted(receiver.spans)).toEqual(sorted(spansIn(exported.out)));
  });

  test('asks as an exporter does, with the headers of the environment', async () => {
    await parse(place, LINES.slice(0, 50));
    const headers = 'Authorization=Basic%20dTpw,x-team=a%2Cb,content-type=text/plain';
    const { code, err } = await pushWith({ OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_SERVICE_NAME: 'ai' });
    expect([code, err]).toEqual([0, '']);
    const [asked] = receiver.asked;
    expect(asked?.path).toBe('/v1/traces');
    expect(asked?.headers).toMatchObject({
      authorization: 'Basic dTpw',
      'x-team': 'a,b',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^agent-session-monitor\/\d/),
    });
    expect(receiver.spans[0]?.resource['service.name']).toBe('ai');
    await pushWith(
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2' },
      '--again',
    );
    expect(receiver.asked.at(-1)?.headers['a']).toBe('2');
  });

  test('in binary it sends the same', async () => {
    await parse(place, [...LINES, aiLine('half \ud800 pair', 0)]);
    await pushed('--with-content');
    const json = receiver.spans.splice(0);
    await pushed('--with-content', '--again', '--protocol', 'http/protobuf');
    expect(receiver.asked.at(-1)?.headers['content-type']).toBe('application/x-protobuf');
    expect(receiver.spans).toEqual(json);
    expect(json.some(({ values }) => 'gen_ai.input.messages' in values)).toBe(true);
  });

  test('of many rounds has requests of a bounded size', async () => {
    await parse(
      place,
      Array.from({ length: 1100 }, (_, n) => aiLine(`s${n % 400}`, Math.floor(n / 400))),
    );
    expect(await pushed()).toMatchObject({ rounds: 1100, spans: 1500, batches: receiver.asked.length });
    expect(receiver.asked.map(({ spans }) => spans.length)).toEqual([512, 512, 476]);
    for (const { sizes } of receiver.asked) expect(sizes[1]).toBeLessThan(1_000_000);
  });

  test('sends nothing again for new prices, a reindex or a new name, and all of it if asked', async () => {
    await parse(place, LINES);
    await pushed();
    const prices = join(makeFolder(), 'prices.json');
    writeFileSync(prices, JSON.stringify({ models: [{ match: '*', input: 1, output: 1 }] }));
    await parse(place, [], '--gateway', 'us-1', '--prices', prices, '--dimension', 'department');
    for (const argv of [['prices', '--refresh', '--yes'], ['reindex']])
      expect((await run([...argv, '--data-dir', place.store])).code).toBe(0);
    const doctor = await run(['doctor', '--json', '--data-dir', place.store], {
      now: Date.parse('2026-03-03T04:00:00Z'),
    });
    expect(doctor.out).not.toContain('push-behind');
    expect(await pushed()).toMatchObject({ rounds: 0, all_because: null });
    const before = receiver.spans.splice(0);
    expect(await pushed('--again')).toMatchObject({ rounds: 154, spans: 179, all_because: 'asked' });
    expect(ids(receiver.spans).toSorted()).toEqual(ids(before).toSorted());
  });

  test('of a store that was restored from a backup sends all again, with the same ids', async () => {
    await parse(place, LINES.slice(0, 200));
    const backup = join(makeFolder(), 'backup');
    cpSync(place.store, backup, { recursive: true });
    await parse(place, LINES.slice(200));
    await pushed();
    const before = new Set(ids(receiver.spans));
    const known = readFileSync(cursorPath(place.store, target()));
    rmSync(place.store, { recursive: true });
    cpSync(backup, place.store, { recursive: true });
    writeFileSync(cursorPath(place.store, target()), known);
    expect(await pushed()).toMatchObject({ all_because: 'restored' });
    await parse(place, []);
    expect(await pushed()).toMatchObject({ all_because: null });
    expect(new Set(ids(receiver.spans))).toEqual(before);
    expect(receiver.spans).toHaveLength(2 * 179);
  });

  test('doctor says how far a collector is behind', async () => {
    await parse(place, LINES.slice(0, 200));
    await pushed();
    await parse(place, LINES.slice(200));
    const doctor = await run(['doctor', '--data-dir', place.store], {
      now: Date.parse('2026-03-03T04:00:00Z'),
    });
    expect(doctor.out).toContain(`The target ${target()} lacks`);
    expect(doctor.out).toContain('Run monitor push otlp with this address');
  });

  test('of pruned rounds says that they cannot be sent', async () => {
    await parse(place, LINES);
    expect((await run(['prune', '--older-than', '1d', '--data-dir', place.store])).code).toBe(0);
    const first = await push();
    expect(first.code).toBe(0);
    expect(first.err).toMatch(/^monitor: (\d+) rounds were pruned and cannot be sent\n$/);
    await parse(place, [aiLine('soon gone', 0)]);
    expect((await run(['prune', '--older-than', '1d', '--data-dir', place.store])).code).toBe(0);
    expect((await push()).err).toBe(
      'monitor: rounds that were pruned since the last push may not have been sent\n',
    );
    expect((await push()).err).toBe('');
  });
});

describe('a push that fails', () => {
  const answers =
    (status: number, body = '', headers = {}): Treat =>
    (_, response) =>
      void response.writeHead(status, headers).end(body);

  test.each<[string, Treat, RegExp]>([
    [
      'closes the connection',
      (_, response) => void response.destroy(),
      /^cannot reach URL: the connection was closed before the answer/,
    ],
    [
      'takes the spans and closes the connection',
      (_, response, take) => {
        take();
        response.destroy();
      },
      /^cannot reach URL: the connection was closed/,
    ],
    [
      'takes the spans, and half of the answer comes',
      (_, response, take) => {
        take();
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => response.destroy());
      },
      /^cannot reach URL: the connection was closed/,
    ],
    [
      'is overloaded',
      answers(503, '{"code":14,"message":"queue is full"}'),
      /^URL answered 503: queue is full\. Nothing is lost: the next push sends what is missing$/,
    ],
    [
      'asks to wait for long',
      answers(429, '', { 'retry-after': '3600' }),
      /^URL answered 429, and asks to wait 3600 s\. Nothing is lost/,
    ],
    [
      'cannot read it',
      answers(400, '{"message":"proto: \\u001b[31mbad"}'),
      /^URL answered 400: proto: bad\. Nothing is lost/,
    ],
    ['wants a key', answers(401, 'no'), /^URL answered 401: no\. Set OTEL_EXPORTER_OTLP_HEADERS/],
    [
      'is something else',
      answers(404, '<html><body>nginx</body></html>'),
      /^URL answered 404: nginx\. Nothing takes traces there: check the address of --url/,
    ],
    [
      'takes another form',
      answers(415, 'Unsupported'),
      /^URL answered 415: Unsupported\. It does not take this form: try another with --protocol/,
    ],
    [
      'redirects',
      answers(302, '', { location: 'https://user:s3cret@evil.example/x?token=1' }),
      /^URL redirects to https:\/\/evil\.example\/x \(302\), and redirects are not followed/,
    ],
    [
      'asks to sign in',
      answers(200, '<title>Sign in</title>'),
      /^URL answered 200: Sign in, which is not what a collector answers/,
    ],
    ['answers with a list', answers(200, '[]'), /which is not what a collector answers/],
  ])('since the collector %s: the next one completes', async (_, treat, message) => {
    await parse(place, LINES);
    receiver.treat = treat;
    const { code, out, err } = await push();
    expect([code, out]).toEqual([74, '']);
    expect(err.replaceAll(`${receiver.url}/v1/traces`, 'URL').replace(/^monitor: |\n$/g, '')).toMatch(
      message,
    );
    expect(err).not.toContain('s3cret');
    receiver.treat = undefined;
    await pushed();
    expect(new Set(ids(receiver.spans)).size).toBe(179);
  });

  test('nothing listens, or no answer comes in time', async () => {
    await parse(place, LINES);
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await push('--url', url)).toMatchObject({
      code: 74,
      err: `monitor: cannot reach ${url}/v1/traces: nothing listens there. Check that the server is running, and the address and the port of --url. Nothing is lost: the next push sends what is missing\n`,
    });
    receiver.treat = () => {};
    expect((await push('--timeout', '1')).err).toContain(
      'did not answer within 1 s. Allow more time with --timeout',
    );
  });

  test('passing failures are tried again, as Retry-After says, and others are not', async () => {
    await parse(place, LINES);
    const statuses = [429, 502, 503, 504];
    receiver.treat = (_, response, take) => {
      const status = statuses.shift();
      if (status === undefined) take();
      response.writeHead(status ?? 200, status ? { 'retry-after': '0' } : {}).end();
    };
    const { code, err } = await push('--retries', '4');
    expect([code, err]).toEqual([0, '']);
    expect(receiver.asked).toHaveLength(5);
    expect(receiver.spans).toHaveLength(179);
    for (const status of [400, 401, 404, 500]) {
      const before = receiver.asked.length;
      receiver.treat = answers(status);
      expect((await push('--again', '--retries', '4')).code).toBe(74);
      expect(receiver.asked.length - before).toBe(1);
    }
  });

  test('spans that are not taken are said, and are not sent again', async () => {
    await parse(place, LINES);
    receiver.treat = (_, response, take) => {
      take();
      response
        .writeHead(200)
        .end('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too \\u001b[31mold"}}');
    };
    const { code, out, err } = await push();
    expect([code, err]).toEqual([
      74,
      `monitor: ${target()} did not take 3 spans: too old. They are not sent again, unless all are: --again\nmonitor: 3 spans are missing in ${target()}\n`,
    ]);
    expect(out).toContain('154 rounds of');
    expect((await push()).out).toContain('Nothing new');
  });

  test('a collector that only says something is heard', async () => {
    await parse(place, LINES);
    receiver.treat = (_, response) => void response.end('{"partialSuccess":{"errorMessage":"use 1.42"}}');
    expect(await push()).toMatchObject({ code: 0, err: `monitor: ${target()} says: use 1.42\n` });
    const partial = Buffer.from([0x0a, 6, 0x08, 3, 0x12, 2, 0x6e, 0x6f]);
    receiver.treat = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partial);
    expect((await push('--again', '--protocol', 'http/protobuf')).err).toContain('did not take 3 spans: no.');
    receiver.treat = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end('<html>');
    expect((await push('--again')).err).toContain('which is not what a collector answers');
  });

  test('a request that is too large is sent in parts', async () => {
    await parse(place, LINES);
    receiver.treat = ({ spans }, response, take) => {
      if (spans.length > 20) return void response.writeHead(413).end();
      take();
      response.writeHead(200).end('{}');
    };
    await pushed();
    expect(new Set(ids(receiver.spans)).size).toBe(179);
    expect(receiver.spans).toHaveLength(179);
    const huge = receiver.spans[7]?.spanId ?? '';
    receiver.spans.length = 0;
    receiver.treat = ({ spans }, response, take) => {
      if (ids(spans).includes(huge)) return void response.writeHead(413).end();
      take();
      response.writeHead(200).end('{}');
    };
    const { code, err } = await push('--again');
    expect(code).toBe(74);
    expect(err).toContain('did not take 1 span: ');
    expect(err).toContain('answered 413: the span is too large');
    expect(receiver.spans).toHaveLength(178);
  });

  test('goes on where it stopped, also if the store has grown', async () => {
    const lines = Array.from({ length: 3000 }, (_, n) => aiLine(`s${n % 600}`, Math.floor(n / 600)));
    await parse(place, lines);
    let requests = 0;
    receiver.treat = (_, response, take) => {
      take();
      if (++requests === 4) response.destroy();
      else response.end('{}');
    };
    expect((await push()).code).toBe(74);
    expect(cursor()).toMatchObject({
      mark: null,
      pending: { isWhole: true, after: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    receiver.treat = undefined;
    await parse(place, [aiLine('s1', 5), aiLine('later', 0)]);
    const before = receiver.spans.length;
    await pushed();
    expect(cursor()).toMatchObject({ pending: null, unread: [] });
    // The first three requests are not sent again, but for the session that was begun.
    expect(receiver.spans.length - before).toBeLessThan(3601 + 3 - 3 * 512 + 12);
    expect(new Set(ids(rounds())).size).toBe(3002);
    expect(new Set(ids(receiver.spans)).size).toBe(3603);
  });

  test('a session that cannot be read is named, and is sent after a repair', async () => {
    await parse(place, [aiLine('good', 0), aiLine('bad', 0), aiLine('bad', 1)]);
    const entry = readSnapshot(place.store).sessions.get('bad');
    const file = join(place.store, entry && !isPruned(entry) ? entry.file : '');
    const intact = readFileSync(file);
    writeFileSync(file, Buffer.from(intact.map((byte, i) => (i > 40 && i < 60 ? 0x20 : byte))));
    const { code, err } = await push();
    expect(code).toBe(74);
    expect(err).toContain('the file of session bad ');
    expect(err).toContain('1 session could not be read and is missing in');
    expect(new Set(receiver.spans.map(({ values }) => values['session.id']))).toEqual(new Set(['good']));
    writeFileSync(file, intact);
    expect(await pushed()).toMatchObject({ rounds: 2, spans: 3 });
    expect(await pushed()).toMatchObject({ rounds: 0 });
  });
});

describe('what is refused before anything is sent', () => {
  test.each([
    [
      'http://user:s3cret@collector:4318',
      /--url contains '@': a URL with a password is refused\. Give keys and passwords in the environment/,
    ],
    ['http://collector:4318/?key=s3cret', /--url has parameters/],
    ['ftp://collector/?key=s3cret', /--url 'ftp:\/\/collector\/' is not the HTTP address of a collector/],
    ['collector:4318', /is not the HTTP address/],
  ])('the address %s', async (url, message) => {
    await parse(place, LINES.slice(0, 20));
    const { code, out, err } = await push('--url', url);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain('s3cret');
  });

  test.each([['s3cret'], ['a=1,=s3cret'], ['a b=s3cret'], ['a=%zz'], ['a=s3cret%0d%0ab: c']])(
    'the headers %s',
    async (headers) => {
      await parse(place, LINES.slice(0, 20));
      const { code, err } = await pushWith({ OTEL_EXPORTER_OTLP_HEADERS: headers });
      expect(code).toBe(2);
      expect(err).toMatch(/^monitor: OTEL_EXPORTER_OTLP_HEADERS: pair \d is no header\./);
      expect(err).not.toContain('s3cret');
      expect(receiver.asked).toEqual([]);
    },
  );

  test.each([
    ['otlp', '--table', 'x'],
    ['otlp', '--create'],
    ['otlp', '--print-ddl'],
    ['clickhouse', '--protocol', 'http/json'],
  ])('push %s %s', async (...argv) => {
    expect((await run(['push', ...argv])).code).toBe(2);
  });
});
