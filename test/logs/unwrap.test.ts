import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { HELD_MS } from '../../src/logs/open-line.ts';
import type { LinePosition, OpenLine } from '../../src/model/log-position.ts';
import { Unwrapper } from '../../src/logs/unwrap.ts';
import type { Form } from '../../src/logs/wrapped-line.ts';
import { criLine, cutLine, dockerLine, interleave, TIME, WRAPS, type Piece } from './wrap.ts';

const LOG_ID = 7;
/** Where a test cuts lines into parts of one length, Docker's have that length. */
const DOCKER_PART = 6;
const LIMIT = 1 << 20;

interface Taken {
  text: string;
  at: LinePosition;
  reason?: string;
}

function takeAll(unwrapper: Unwrapper, block: Buffer, at: number): Taken[] {
  const taken: Taken[] = [];
  for (const { bytes, at: position, reason } of unwrapper.take(block, at)) {
    taken.push({ text: bytes.toString('latin1'), at: position, ...(reason !== undefined && { reason }) });
  }
  return taken;
}

/** The log as it is read by runs that end at the given places: each begins anew from what the last one kept. */
async function readInRuns(form: Form, log: Buffer, ends: readonly number[], limit = LIMIT): Promise<Taken[]> {
  const taken: Taken[] = [];
  let offset = 0;
  let open: OpenLine[] = [];
  for (const end of [...ends, log.length]) {
    const unwrapper = new Unwrapper(form, LOG_ID, limit, DOCKER_PART);
    const restored = unwrapper.restore(open, async function* ([, from, to]) {
      yield { bytes: log.subarray(from, to), at: from };
    });
    for await (const line of restored) throw new Error(`a line of its own: ${line.bytes.toString()}`);
    const behindLastLine = log.subarray(0, end).lastIndexOf(0x0a) + 1;
    if (behindLastLine > offset) {
      taken.push(...takeAll(unwrapper, log.subarray(offset, behindLastLine), offset));
      offset = behindLastLine;
    }
    // As it is kept between two runs.
    open = JSON.parse(JSON.stringify(unwrapper.open)) as OpenLine[];
  }
  return taken;
}

/** What must come out: each line where its last part stands, at the place of its first. */
function expected(form: Form, pieces: readonly Piece[]): { log: Buffer; lines: Taken[] } {
  const lines: Taken[] = [];
  const begun: Record<string, Taken | undefined> = {};
  const written: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    const line = (begun[piece.stream] ??= { text: '', at: [LOG_ID, at] });
    // Docker replaces what its parts cut in two.
    const text = form === 'docker' ? Buffer.from(piece.text.toString()) : piece.text;
    line.text += text.toString('latin1');
    if (piece.isEnd) {
      lines.push(line);
      begun[piece.stream] = undefined;
    }
    const bytes = WRAPS[form](piece);
    written.push(bytes);
    at += bytes.length;
  }
  return { log: Buffer.concat(written), lines };
}

/** A runtime's parts: Docker's have one length, and do not heed characters. */
function cut(form: Form, stream: Piece['stream'], text: Buffer, sizes: readonly number[]): Piece[] {
  return form === 'cri' ? cutLine(stream, text, sizes, true) : cutLine(stream, text, [DOCKER_PART], false);
}

const aLine = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    '{"ai_log":"-"}',
    `${TIME} stdout F x`,
    '{"log":"x\\n"}',
    'P',
    '天气😀 <&> \u2028',
    '\\n',
  ),
);
const lines = fc.array(
  aLine.map((text) => Buffer.from(text.replaceAll(/[\n\0]/g, ' '))),
  { maxLength: 8 },
);
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
const piecesOf = (form: Form): fc.Arbitrary<Piece[]> =>
  fc.tuple(lines, lines, sizes, fc.array(fc.boolean(), { minLength: 1 })).map(([out, err, sizes, choices]) =>
    interleave(
      out.flatMap((line) => cut(form, 'stdout', line, sizes)),
      err.flatMap((line) => cut(form, 'stderr', line, sizes.toReversed())),
      choices,
    ),
  );
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

describe.each(['cri', 'docker'] as const)('a log in the form %s', (form) => {
  test('gives every line once, whole and at its place, wherever runs end', async () => {
    await fc.assert(
      fc.asyncProperty(piecesOf(form), shares, async (pieces, shares) => {
        const { log, lines } = expected(form, pieces);
        const ends = shares.map((share) => Math.floor(share * log.length)).toSorted((a, b) => a - b);
        expect(await readInRuns(form, log, ends)).toEqual(lines);
      }),
      { numRuns: 500 },
    );
  });

  test('gives every line once where a run ends behind each of its bytes', async () => {
    const out = ['{"ai_log":"one"}', '', '{"ai_log":"three"}'].map((text) => Buffer.from(text));
    const err = ['[warning] slow', 'x'].map((text) => Buffer.from(text));
    const mixed = interleave(
      out.flatMap((line) => cut(form, 'stdout', line, [5])),
      err.flatMap((line) => cut(form, 'stderr', line, [6])),
      [true, false, false, true],
    );
    const { log, lines } = expected(form, mixed);
    expect(lines).toHaveLength(5);
    for (let end = 0; end <= log.length; end++) {
      expect(await readInRuns(form, log, [end]), `a run ends at ${end}`).toEqual(lines);
    }
    expect(
      await readInRuns(
        form,
        log,
        Array.from({ length: log.length }, (_, i) => i),
      ),
    ).toEqual(lines);
  });

  test('says of a joined line over the limit where it began, once, wherever runs end', async () => {
    const long = cut(form, 'stdout', Buffer.from('{"ai_log":"0123456789"}'), [4]);
    const mixed = interleave(
      [...long, ...cut(form, 'stdout', Buffer.from('next'), [9])],
      cut(form, 'stderr', Buffer.from('other'), [2]),
      [true, false],
    );
    const { log, lines } = expected(form, mixed);
    const reason = 'the line is longer than 20 bytes';
    const wanted = lines.map((line) => (line.text.length < 20 ? line : { text: '', at: line.at, reason }));
    expect(wanted.map(({ reason }) => reason)).toEqual([undefined, reason, undefined]);
    for (let end = 0; end <= log.length; end++)
      expect(await readInRuns(form, log, [end], 20)).toEqual(wanted);
  });

  test('counts the line break into the limit, joined or not', () => {
    for (const [text, isRejected] of [
      ['0123456', false],
      ['01234567', true],
    ] as const) {
      for (const size of [3, 100]) {
        const log = Buffer.concat(cutLine('stdout', Buffer.from(text), [size], true).map(WRAPS[form]));
        const [line] = takeAll(new Unwrapper(form, 1, 8, size), log, 0);
        expect(line?.reason !== undefined).toBe(isRejected);
      }
    }
  });

  test('passes on what is not wrapped as it stands', () => {
    const wrapped = WRAPS[form]({ stream: 'stdout', text: Buffer.from('in'), isEnd: true });
    const log = Buffer.concat([Buffer.from('\0\0{"ai_log":"-"}\n\nbanner\n'), wrapped]);
    expect(takeAll(new Unwrapper(form, 1, LIMIT), log, 100)).toEqual([
      { text: '{"ai_log":"-"}', at: [1, 102] },
      { text: 'banner', at: [1, 118] },
      { text: 'in', at: [1, 125] },
    ]);
  });

  test('says that a line is lost whose first parts are gone, when it ends', async () => {
    const unwrapper = new Unwrapper(form, 8, LIMIT, DOCKER_PART);
    const open: OpenLine = { stream: 'stdout', parts: [[7, 10, 50]], isCall: true };
    for await (const line of unwrapper.restore([open], async function* () {}))
      throw new Error(String(line.at));
    const reason = 'the log that holds its beginning is gone';
    expect(unwrapper.open).toEqual([{ ...open, reason }]);
    const rest = [
      { stream: 'stdout' as const, text: Buffer.from('a half'), isEnd: false },
      { stream: 'stdout' as const, text: Buffer.from('end'), isEnd: true },
      { stream: 'stdout' as const, text: Buffer.from('next'), isEnd: true },
    ];
    const [half = Buffer.alloc(0), end, next] = rest.map(WRAPS[form]);
    expect(takeAll(unwrapper, half, 0)).toEqual([]);
    const { length } = Buffer.concat([half, end ?? half]);
    expect(takeAll(unwrapper, Buffer.concat([end ?? half, next ?? half]), half.length)).toEqual([
      { text: '', at: [7, 10], reason },
      { text: 'next', at: [8, length] },
    ]);
  });

  test('takes an open line at the end only if nothing can be missing from it', () => {
    const isJson = (bytes: Buffer): boolean => bytes.toString() === '{"ai_log":{}}';
    for (const [text, taken] of [
      ['{"ai_log":{}}', 1],
      ['{"ai_log":{}', 0],
      ['{"ai_log":{', 0],
    ] as const) {
      const unwrapper = new Unwrapper(form, 1, LIMIT, text.length);
      const log = WRAPS[form]({ stream: 'stdout', text: Buffer.from(text), isEnd: false });
      expect(takeAll(unwrapper, log, 5)).toEqual([]);
      expect([...unwrapper.takeWhole(isJson)].map(({ at }) => at)).toEqual(taken === 1 ? [[1, 5]] : []);
      expect(unwrapper.open).toHaveLength(1 - taken);
    }
  });

  test('ends an open line as it is, after a time without a part of it', () => {
    const part = (text: string): Buffer =>
      WRAPS[form]({ stream: 'stdout', text: Buffer.from(text), isEnd: false });
    const now = Date.parse(TIME);
    for (const [written, taken] of [
      [now - HELD_MS + 1, 0],
      [now - HELD_MS, 1],
    ] as const) {
      const unwrapper = new Unwrapper(form, 1, LIMIT, 7);
      expect(takeAll(unwrapper, Buffer.concat([part('{"ai_lo'), part('g":"{"m')]), 5)).toEqual([]);
      expect(unwrapper.pieces).toBe(2);
      const lines = [...unwrapper.takeOverdue(now, written)];
      expect(lines.map(({ bytes, at, pieces }) => [bytes.toString(), at, pieces])).toEqual(
        taken === 1 ? [['{"ai_log":"{"m', [1, 5], 2]] : [],
      );
      expect([unwrapper.open.length, unwrapper.pieces]).toEqual([1 - taken, 2 - 2 * taken]);
    }
  });

  test('ends an open line as it is where the other stream has gone on for so long', () => {
    const wrap = form === 'cri' ? criLine : dockerLine;
    const half: Piece = { stream: 'stdout', text: Buffer.from('{"ai_lo'), isEnd: false };
    const other: Piece = { stream: 'stderr', text: Buffer.from('x'), isEnd: true };
    for (const [time, taken] of [
      ['2026-02-01T09:40:15.123Z', 0],
      ['2026-02-01T09:40:15.124Z', 1],
    ] as const) {
      const unwrapper = new Unwrapper(form, 1, LIMIT, 7);
      takeAll(unwrapper, Buffer.concat([wrap(half, '2026-02-01T09:30:15.124Z'), wrap(other, time)]), 0);
      const now = Date.parse(time);
      expect([...unwrapper.takeOverdue(now, now)].map(({ bytes }) => bytes.toString())).toEqual(
        taken === 1 ? ['{"ai_lo'] : [],
      );
    }
  });

  test('keeps of an open line where its parts stand, and whether it is a call', () => {
    const parts = ['{"ai_lo', 'g":"x y', 'and mor'].map((text) => ({
      stream: 'stdout' as const,
      text: Buffer.from(text),
      isEnd: false,
    }));
    const unwrapper = new Unwrapper(form, 3, LIMIT, 7);
    const [one = 0, two = 0, three = 0] = parts.map((piece) => WRAPS[form](piece).length);
    const other = WRAPS[form]({ stream: 'stderr', text: Buffer.from('other'), isEnd: true });
    const log = parts.map(WRAPS[form]);
    takeAll(unwrapper, log[0] ?? other, 100);
    expect(unwrapper.open).toEqual([{ stream: 'stdout', parts: [[3, 100, 100 + one]], isCall: false }]);
    takeAll(unwrapper, Buffer.concat([other, ...log.slice(1), other]), 100 + one);
    const end = 100 + one + other.length + two + three;
    expect(unwrapper.open).toEqual([{ stream: 'stdout', parts: [[3, 100, end]], isCall: true }]);
  });
});

test('a line of many parts is put together in bounded memory', () => {
  const part = criLine({ stream: 'stdout', text: Buffer.alloc(16_384, 'x'), isEnd: false });
  const unwrapper = new Unwrapper('cri', 1, 4 << 20);
  const block = Buffer.concat(Array.from({ length: 64 }, () => part));
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 100; i++) {
    expect(takeAll(unwrapper, block, i * block.length)).toEqual([]);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(most).toBeLessThan(32 << 20);
  expect(unwrapper.open).toMatchObject([{ reason: `the line is longer than ${4 << 20} bytes` }]);
});

test("the time is that of the line's first part", () => {
  const piece = { stream: 'stdout' as const, text: Buffer.from('a part'), isEnd: false };
  for (const [form, wrap] of [
    ['cri', criLine],
    ['docker', dockerLine],
  ] as const) {
    const log = Buffer.concat([
      wrap(piece, '2026-02-01T09:30:15.1Z'),
      wrap({ ...piece, isEnd: true }, '2026-02-01T09:30:16Z'),
      wrap({ ...piece, isEnd: true }, '2026-02-01T09:30:17+08:00'),
    ]);
    const times = [...new Unwrapper(form, 1, LIMIT, DOCKER_PART).take(log, 0)].map(({ time }) => time);
    expect(times).toEqual(['2026-02-01T09:30:15.1Z', '2026-02-01T09:30:17+08:00']);
  }
});
