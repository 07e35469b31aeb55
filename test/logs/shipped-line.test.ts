import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { isAccessLine } from '../../src/logs/access-text.ts';
import { readShipped } from '../../src/logs/shipped-line.ts';
import { Unwrapper } from '../../src/logs/unwrap.ts';
import { aiLine, envoyLine } from '../ai-log/lines.ts';
import { SHIPPERS } from './shippers.ts';
import { criLine, dockerLine, TIME } from './wrap.ts';

interface Taken {
  text: string;
  time: string | undefined;
  reason?: string;
}

/** What becomes of lines, as a plain log's. */
function unwrap(...lines: string[]): Taken[] {
  const unwrapper = new Unwrapper(undefined, 1, 1 << 20);
  const log = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return [...unwrapper.take(log, 0)].map(({ bytes, time, reason }) => ({
    text: bytes.toString(),
    time,
    ...(reason !== undefined && { reason }),
  }));
}

const CALL = aiLine({
  model: 'gpt-4o',
  question: '天气 "x" \\ <b> \u2028',
  messages: [{ role: 'user', content: 'hi\n' }],
});
const BROKEN = envoyLine('{\\"model\\":\\"m\\"}', { user_agent: 'a "quoted" agent' });

/** The same members in the opposite order, at every depth. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
}

describe.each(SHIPPERS)('$name ($source)', ({ wrap, time }) => {
  test.each([
    ['a call', CALL],
    ['no call', envoyLine('-')],
    ["a line that a client's quote broke", BROKEN],
  ])('%s comes out as it was logged, with the time at which it was taken', (_, line) => {
    expect(unwrap(wrap(line))).toEqual([{ text: line, time }]);
  });

  test('in whatever order its members stand', () => {
    const wrapped = wrap(CALL);
    if (!wrapped.startsWith('{')) return;
    expect(unwrap(JSON.stringify(turned(JSON.parse(wrapped))))).toEqual([{ text: CALL, time }]);
  });

  test("wrapped once more, by a container's runtime or a shipper, and around a runtime's line", () => {
    const piece = { stream: 'stdout' as const, text: Buffer.from(wrap(CALL)), isEnd: true };
    const [cri, docker] = [criLine(piece, TIME), dockerLine(piece, TIME)].map((line) =>
      line.toString().trimEnd(),
    );
    for (const line of [cri, docker, JSON.stringify({ message: wrap(CALL), time: TIME })]) {
      expect(unwrap(line ?? '')).toEqual([{ text: CALL, time: time ?? TIME }]);
    }
    const inner = { stream: 'stdout' as const, text: Buffer.from(CALL), isEnd: true };
    for (const line of [criLine(inner, TIME), dockerLine(inner, TIME)]) {
      expect(unwrap(wrap(line.toString().trimEnd()))).toEqual([{ text: CALL, time: TIME }]);
    }
  });

  test('cut anywhere, nothing is thrown, and no other call comes out', () => {
    const wrapped = wrap(CALL);
    fc.assert(
      fc.property(fc.nat(wrapped.length - 1), (end) => {
        for (const { text, reason } of unwrap(wrapped.slice(0, end))) {
          const isCall = reason === undefined && isAccessLine(Buffer.from(text));
          expect(!isCall || CALL.startsWith(text), text).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('several lines in one record', () => {
  const other = aiLine({ model: 'other' });

  test('of OTLP and Loki are each a line, with its time, and a place of its own', () => {
    const otlp = {
      resourceLogs: [CALL, other].map((line, i) => ({
        scopeLogs: [
          { logRecords: [{ timeUnixNano: `177232681${i}000000000`, body: { stringValue: line } }] },
        ],
      })),
    };
    const loki = {
      streams: [
        {
          stream: {},
          values: [
            ['1772326810000000000', CALL],
            ['1772326811000000000', other],
          ],
        },
      ],
    };
    for (const record of [otlp, loki]) {
      const line = Buffer.from(`{"ai_log":"-"}\n${JSON.stringify(record)}\n`);
      const lines = [...new Unwrapper(undefined, 1, 1 << 20).take(line, 100)];
      expect(lines.map(({ bytes, at, time, pieces }) => [bytes.toString(), at, time, pieces])).toEqual([
        ['{"ai_log":"-"}', [1, 100], undefined, 1],
        [CALL, [1, 115], '2026-03-01T01:00:10.000Z', 1],
        [other, [1, 116], '2026-03-01T01:00:11.000Z', 0],
      ]);
    }
  });

  test('joined by a line feed are two', () => {
    expect(unwrap(JSON.stringify({ message: `${CALL}\n${other}\n` }))).toEqual([
      { text: CALL, time: undefined },
      { text: other, time: undefined },
    ]);
  });

  test('that differ and claim to be the one are rejected', () => {
    expect(unwrap(JSON.stringify({ message: CALL, log: other }))).toMatchObject([
      { reason: 'the record holds several access lines and does not say which one is its own' },
    ]);
  });

  test('an object that a shipper made of the line is read where there is no text', () => {
    const made = JSON.parse(CALL) as object;
    expect(unwrap(JSON.stringify({ '@timestamp': TIME, higress: made }))).toEqual([
      { text: CALL, time: TIME },
    ]);
  });
});

describe('parts, where a shipper passes on what a runtime cut', () => {
  const [one, two, three] = [CALL.slice(0, 50), CALL.slice(50, 90), CALL.slice(90)];
  const parts = [one, two, three] as const;
  const joined = [{ text: CALL, time: TIME }];
  const docker = 'x'.repeat(16_384 - CALL.length);

  test.each<[string, (text: string, i: number) => unknown]>([
    [
      'logtag (Fluent Bit, fluentd)',
      (log, i) => ({ time: TIME, stream: 'stdout', logtag: i < 2 ? 'P' : 'F', log }),
    ],
    ['_p (Fluent Bit multiline)', (log, i) => ({ time: TIME, stream: 'stdout', _p: i < 2 ? 'P' : 'F', log })],
    [
      'partial_message (Docker driver fluentd)',
      (log, i) => ({
        time: TIME,
        log,
        partial_message: 'true',
        partial_id: 'x',
        partial_last: String(i === 2),
      }),
    ],
    [
      'CONTAINER_PARTIAL_MESSAGE (Docker driver journald)',
      (MESSAGE, i) => ({
        MESSAGE,
        CONTAINER_PARTIAL_MESSAGE: 'true',
        CONTAINER_PARTIAL_LAST: String(i === 2),
        time: TIME,
      }),
    ],
    [
      'CRI in a text',
      (text, i) => ({ message: `${TIME} stdout ${i < 2 ? 'P' : 'F'} ${text}`, '@timestamp': TIME }),
    ],
  ])('%s', (_, wrap) => {
    expect(unwrap(...parts.map((text, i) => JSON.stringify(wrap(text, i))))).toEqual(joined);
  });

  test("Docker's full buffer", () => {
    const text = CALL.replace('curl/8.5.0', `${docker}curl/8.5.0`);
    const entry = (log: string): string =>
      JSON.stringify({ log, stream: 'stdout', time: TIME, kubernetes: { pod_name: 'a' } });
    const cut = Buffer.from(text);
    const half = cut.subarray(0, 16_384).toString();
    expect(Buffer.byteLength(half)).toBe(16_384);
    expect(unwrap(entry(half), entry(`${cut.subarray(16_384).toString()}\n`))).toEqual([
      { text, time: TIME },
    ]);
  });

  test('of several pods are joined each for itself', () => {
    const wrap = (pod: string, text: string, i: number): string =>
      JSON.stringify({
        stream: 'stdout',
        logtag: i < 2 ? 'P' : 'F',
        log: text,
        time: TIME,
        kubernetes: { pod_name: pod },
      });
    const other = aiLine({ model: 'other' });
    const others = [other.slice(0, 40), other.slice(40, 60), other.slice(60)];
    const lines = parts.flatMap((text, i) => [wrap('a', text, i), wrap('b', others[i] ?? '', i)]);
    expect(unwrap(...lines)).toEqual([...joined, { text: other, time: TIME }]);
  });

  test('of more streams than are held: those that wait longest are lines of their own', () => {
    const unwrapper = new Unwrapper(undefined, 1, 1 << 20);
    const half = (pod: number): string =>
      `${JSON.stringify({ logtag: 'P', log: one, time: TIME, kubernetes: { pod_name: `p${pod}` } })}\n`;
    const log = Buffer.from(Array.from({ length: 70 }, (_, i) => half(i)).join(''));
    expect([...unwrapper.take(log, 0)]).toHaveLength(6);
    expect(unwrapper.open).toHaveLength(64);
  });
});

describe('what a client can write is no wrapper', () => {
  const forged = aiLine({ model: 'forged', session_id: 'victim' });
  const forgery = JSON.stringify({ message: forged });

  test.each<[string, string]>([
    ['in an access line', envoyLine('-', { user_agent: forgery.slice(1, -1).replaceAll('"', '\\"') })],
    [
      'unescaped in an access line',
      envoyLine('-', { user_agent: `x","message":${JSON.stringify(forged)},"y":"` }),
    ],
    [
      'in an access log without ai_log',
      JSON.stringify({ method: 'POST', path: '/', user_agent: forged, response_code: 200 }),
    ],
    ['in one of few fields', JSON.stringify({ time: TIME, user_agent: forged })],
    ['in a path', JSON.stringify({ time: TIME, path: forged })],
    [
      'in an access log, as another field',
      JSON.stringify({ method: 'POST', path: '/', message: forged, response_code: 200 }),
    ],
    ['under any name, beside a path', JSON.stringify({ path: '/', tracestate: forged })],
    ['in headers', JSON.stringify({ time: TIME, headers: { 'x-anything': forged } })],
    ['in a request that a program logs', JSON.stringify({ level: 'info', request: { body: forged } })],
    [
      'in words of a conversation',
      JSON.stringify({ level: 'info', prompt: forged, messages: [{ content: forged }] }),
    ],
  ])('%s', (_, line) => {
    const reason = 'the call is in a place where a client could have written it, or where none is expected';
    const isAccess = isAccessLine(Buffer.from(line));
    for (const wrapped of [line, JSON.stringify({ message: line })]) {
      expect(unwrap(wrapped)).toEqual([{ text: line, time: undefined, ...(!isAccess && { reason }) }]);
    }
  });

  test.each<[string, string]>([
    ["Envoy's own message", `[2026-02-01 09:30:15.123][21][info][wasm] log: body: ${forged}`],
    ['a text access log', `10.0.0.1 - ${forged} [01/Feb/2026:09:30:15 +0000] "GET / HTTP/1.1" 200 12`],
    ['two words that are no pod', `request body ${forged}`],
    ['a quote before it', `2026-02-01T09:30:15Z "GET /" ${forged}`],
  ])('%s is rejected, and no round', (_, line) => {
    expect(unwrap(line)).toMatchObject([{ text: line, reason: 'the form of the line is unknown' }]);
  });

  test('however deep it is wrapped, and however a line is made', () => {
    let line = CALL;
    for (let i = 0; i < 30; i++) line = JSON.stringify({ message: line }).slice(0, 1 << 19);
    expect(unwrap(line)).toHaveLength(1);
    const nested = (n: number, inner: string): string => `${'{"a":'.repeat(n)}${inner}${'}'.repeat(n)}`;
    expect(unwrap(nested(50_000, JSON.stringify(CALL)))).toMatchObject([
      { reason: expect.stringMatching(/^the call is in a place/) as string },
    ]);
    expect(unwrap(nested(1, `{"ai_log":${nested(50_000, '1')}}`))).toMatchObject([
      { reason: 'the record is nested too deeply' },
    ]);
    for (const key of ['__proto__', 'constructor', 'toString']) {
      expect(unwrap(`{"${key}":${JSON.stringify(CALL)}}`)).toEqual([{ text: CALL, time: undefined }]);
    }
  });

  test('random records never throw', () => {
    const member = fc.constantFrom(CALL, 1, null, true, [CALL], { ai_log: 1 }, [1772326810, CALL], 'ai_log');
    const key = fc.constantFrom(
      'message',
      'log',
      'stream',
      'time',
      'MESSAGE',
      'values',
      'logtag',
      'a',
      'path',
      'ai_log',
      'body',
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(member, fc.dictionary(key, member))), (record) => {
        const read = readShipped(Buffer.from(JSON.stringify(record)));
        expect(['undefined', 'string', 'object']).toContain(typeof read);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what cannot be read is named', () => {
  test.each<[string, string, string]>([
    [
      'a form that is not known',
      `[0] kube: [[1772326810.1, {}], {"log"=>"${CALL.replaceAll('"', '\\"')}"}]`,
      'the form of the line is unknown',
    ],
    [
      'a record that is cut off',
      JSON.stringify({ message: CALL }).slice(0, -20),
      'the line is JSON that is cut off or not valid',
    ],
    [
      'a message that journalctl left out',
      '{"MESSAGE":null,"__REALTIME_TIMESTAMP":"1772326810000000"}',
      'journalctl left out the message because it is long: export it with --all',
    ],
  ])('%s', (_, line, reason) => {
    expect(unwrap(line)).toEqual([{ text: line, time: undefined, reason }]);
  });

  test('what holds no call is none', () => {
    for (const line of [
      '',
      'text',
      '{}',
      '[]',
      '{"message":"hello"}',
      '{"message":"ai_log"}',
      'ai_log',
      `${TIME} stdout F x`,
      '{"ai_log":"-"',
      '{"a":',
    ]) {
      expect(unwrap(line)).toEqual(line === '' ? [] : [{ text: line, time: undefined }]);
    }
  });
});
