import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { LOOKED_AT_BYTES, READ_PART, formOf, physicalLines } from '../../src/logs/wrapped-line.ts';
import { criLine, cutLine, dockerLine, TIME } from './wrap.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const read = (form: 'cri' | 'docker', text: string): unknown => {
  const part = READ_PART[form](bytes(text));
  return typeof part === 'object' ? [part.stream, part.isEnd, part.text.toString(), part.time] : part;
};

describe("Kubernetes' form", () => {
  test.each([
    [`${TIME} stdout F text`, ['stdout', true, 'text', TIME]],
    [`${TIME} stderr P text`, ['stderr', false, 'text', TIME]],
    ['2026-02-01T09:30:15Z stdout F x', ['stdout', true, 'x', '2026-02-01T09:30:15Z']],
    [
      '1997-03-25T13:20:42.999999999+01:00 stdout F x',
      ['stdout', true, 'x', '1997-03-25T13:20:42.999999999+01:00'],
    ],
    [`${TIME} stdout P:tag1:tag2 x y`, ['stdout', false, 'x y', TIME]],
    // Copied on Windows: a part's line break is not the text's. The last part's may be its program's.
    [`${TIME} stdout P x\r`, ['stdout', false, 'x', TIME]],
    [`${TIME} stdout F x\r`, ['stdout', true, 'x\r', TIME]],
    [`${TIME} stdout F:TAG x`, ['stdout', true, 'x', TIME]],
    [`${TIME} stdout F  two spaces`, ['stdout', true, ' two spaces', TIME]],
    [`${TIME} stdout F `, ['stdout', true, '', TIME]],
    [`${TIME} stdout F`, ['stdout', true, '', TIME]],
    [`${TIME} stdout F ${TIME} stdout P x`, ['stdout', true, `${TIME} stdout P x`, TIME]],
  ])('%j', (line, part) => {
    expect(read('cri', line)).toEqual(part);
    expect(formOf(bytes(`${line}\n`))).toBe('cri');
  });

  test.each([
    [''],
    ['text'],
    [`${TIME} stdin F x`],
    [`${TIME} stdout X x`],
    [`${TIME} stdout FP x`],
    [`${TIME} stdout  F x`],
    [`${TIME}  stdout F x`],
    [` ${TIME} stdout F x`],
    [`x${TIME} stdout F x`],
    ['2026-02-01 09:30:15Z stdout F x'],
    ['2026-02-01T09:30:15 stdout F x'],
    ['2026-02-01T09:30:15.123456Z\tinfo\tFLAG: --concurrency'],
    [`{"ai_log":"-","user_agent":"${TIME} stdout F x"}`],
  ])('%j is none', (line) => {
    expect(read('cri', line)).toBeUndefined();
    expect(formOf(bytes(`${line}\n`))).toBeUndefined();
  });
});

describe("Docker's json-file", () => {
  test.each([
    [`{"log":"text\\n","stream":"stdout","time":"${TIME}"}`, ['stdout', true, 'text', TIME]],
    // Shorter than Docker's buffer: the last that its program printed.
    [`{"log":"text","stream":"stderr","time":"${TIME}"}`, ['stderr', true, 'text', TIME]],
    [`{"log":"\\n","stream":"stdout","time":"${TIME}"}`, ['stdout', true, '', TIME]],
    [
      `{"log":"a\\u003c\\u2028\\ufffd\\"\\\\n","stream":"stdout","attrs":{"tag":"x"},"time":"${TIME}"}`,
      ['stdout', true, 'a<\u2028\ufffd"\\n', TIME],
    ],
    [`{"time":"${TIME}","stream":"stdout","log":"x\\n"}`, ['stdout', true, 'x', TIME]],
    [`{"log":"x\\r\\n","stream":"stdout","time":"${TIME}"}`, ['stdout', true, 'x\r', TIME]],
    [`{"log":"a\\nb\\n","stream":"stdout","time":"${TIME}"}`, ['stdout', true, 'a b', TIME]],
  ])('%j', (line, part) => {
    expect(read('docker', line)).toEqual(part);
    expect(formOf(bytes(`${line}\n`))).toBe('docker');
  });

  test.each([
    ['text'],
    [`{"log":1,"stream":"stdout","time":"${TIME}"}`],
    [`{"log":"x","stream":"stdin","time":"${TIME}"}`],
    ['{"log":"x","stream":"stdout"}'],
    [`{"log":"x","time":"${TIME}"}`],
    ['{"log":"half a'],
    [`[{"log":"x","stream":"stdout","time":"${TIME}"}]`],
    [
      '{"ai_log":"{\\"question\\":\\"{\\\\\\"log\\\\\\":\\\\\\"x\\\\\\",\\\\\\"stream\\\\\\":\\\\\\"stdout\\\\\\"}\\"}"}',
    ],
  ])('%j is none', (line) => {
    expect(read('docker', line)).toBeUndefined();
    expect(formOf(bytes(`${line}\n\n`))).toBeUndefined();
  });

  test('a text without a line feed is a part where it fills the buffer of 16 KiB, and else a line', () => {
    const entry = (log: string): string => JSON.stringify({ log, stream: 'stdout', time: TIME });
    const isPart = (log: string): boolean | string => {
      const part = READ_PART.docker(bytes(entry(log)));
      return typeof part === 'object' ? !part.isEnd : 'none';
    };
    for (const [log, is] of [
      ['x'.repeat(16_384), true],
      ['x'.repeat(16_383), false],
      ['x'.repeat(16_385), false],
      ['x'.repeat(40_000), false],
      [`${'x'.repeat(16_384)}\n`, false],
      ['é'.repeat(8192), true],
      ['é'.repeat(8191), false],
      // A character that was cut in two: up to three bytes that are no UTF-8, of which each became U+FFFD.
      [`${'x'.repeat(16_383)}\ufffd`, true],
      [`\ufffd\ufffd${'x'.repeat(16_381)}\ufffd`, true],
      [`${'x'.repeat(16_384)}\ufffd`, false],
    ] as const) {
      expect(isPart(log), `${log.length} characters`).toBe(is);
    }
  });

  test("an entry with more members is a shipper's", () => {
    const line = `{"log":"x\\n","stream":"stdout","time":"${TIME}","kubernetes":{"pod_name":"a"}}`;
    expect(read('docker', line)).toBeUndefined();
  });

  test('a call that is cut, or glued to the next line, is said', () => {
    const whole = `{"log":"{\\"ai_log\\":\\"{}\\"}\\n","stream":"stdout","time":"${TIME}"}`;
    for (const torn of [whole.slice(0, 30), whole.slice(0, -1), whole.slice(0, 30) + whole]) {
      expect(read('docker', torn)).toBe('the line is not a complete entry of a json-file log');
    }
    expect(read('docker', `{"log":"hello","stream":"stdout","ti`)).toBeUndefined();
  });
});

describe('the form of a log', () => {
  const banner = '[Envoy (Epoch 0)] [2026-02-01 09:30:15.123][1][warning] starting\n';
  const plain = '{"ai_log":"-","path":"/"}\n';
  const cri = criLine({ stream: 'stdout', text: bytes('{"ai_log":"-"}'), isEnd: true });
  const docker = dockerLine({ stream: 'stderr', text: bytes('x'), isEnd: true });

  test('is told behind other output, half a line, and the hole of a truncation', () => {
    for (const start of [banner, plain, 'rest of a line"}\n', '\0\0\0', '\n\n', '']) {
      expect(formOf(Buffer.concat([bytes(start), cri]))).toBe('cri');
      expect(formOf(Buffer.concat([bytes(start), docker]))).toBe('docker');
      expect(formOf(bytes(start + banner + plain))).toBeUndefined();
    }
    expect(formOf(Buffer.alloc(0))).toBeUndefined();
  });

  test('is told from a first line that is longer than what is looked at', () => {
    const long = Buffer.alloc(LOOKED_AT_BYTES, '<');
    const start = (line: Buffer): Buffer => line.subarray(0, LOOKED_AT_BYTES);
    expect(formOf(start(criLine({ stream: 'stdout', text: long, isEnd: true })))).toBe('cri');
    expect(formOf(start(dockerLine({ stream: 'stdout', text: long, isEnd: true })))).toBe('docker');
    expect(formOf(long)).toBeUndefined();
  });
});

test('whatever stands in a line, reading it throws nothing', () => {
  const pieces = cutLine('stdout', bytes('{"ai_log":"{\\"model\\":\\"天气\\"}","path":"/<>"}'), [7], true);
  const wrapped = Buffer.concat([
    ...pieces.map((piece) => criLine(piece)),
    ...pieces.map((piece) => dockerLine(piece)),
  ]);
  const mutation = fc.tuple(fc.nat(wrapped.length - 1), fc.nat(255), fc.nat(20));
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), (mutations) => {
      const mutated = Buffer.from(wrapped);
      for (const [at, byte, length] of mutations)
        mutated.fill(byte, at, Math.min(at + length, mutated.length));
      formOf(mutated);
      for (const { line } of physicalLines(mutated)) {
        for (const form of ['cri', 'docker'] as const) {
          expect(['undefined', 'string', 'object']).toContain(typeof READ_PART[form](line));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
