import { fc } from '../fast-check.ts';
import { expect, test } from 'vitest';
import { lineText, linesOf } from '../../src/ingest/log-lines.ts';
import { readLogLine } from '../../src/ai-log/round.ts';
import { aiLine, envoyLine } from '../ai-log/lines.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** `[start, end, text]` of every line that may be an AI call, and how many lines are none. */
function linesIn(block: Buffer): { calls: [number, number, string][]; other: number } {
  const lines = [...linesOf(block)];
  const calls = lines.filter(({ mayBeCall }) => mayBeCall);
  return {
    calls: calls.map(({ start, end }) => [start, end, lineText(block.subarray(start, end))]),
    other: lines.length - calls.length,
  };
}

/** The slow path: split, leave out the NULs before a line, decode. */
function plainLines(block: Buffer): { start: number; end: number; text: string }[] {
  const lines: { start: number; end: number; text: string }[] = [];
  let at = 0;
  for (const piece of block.toString('latin1').split('\n')) {
    const start = at + (/^\0*/.exec(piece)?.[0].length ?? 0);
    const end = at + piece.length;
    at = end + 1;
    const text = block.subarray(start, end).toString();
    if (start < end) lines.push({ start, end, text: text.startsWith('\uFEFF') ? text.slice(1) : text });
  }
  return lines;
}

const forged = 'x","ai_log":"{}","y":"';
const aLine = fc.oneof(
  fc
    .constantFrom(
      aiLine({ model: 'm', question: '天气 😀' }),
      envoyLine('-'),
      envoyLine(''),
      envoyLine('-', { user_agent: forged }),
      envoyLine('', { user_agent: forged }),
      envoyLine('-', { path: '/?q="ai_log"' }),
      aiLine({}, { user_agent: forged }),
      '{"ai_log":"-"',
      '{"ai_log":"-',
      '{"ai_log":"',
      '{"ai_log":""x',
      '{"ai_log": "-"}',
      '{"timestamp":"x","ai_log":{}}',
      '{"authority":"x"}',
      '"ai_log"',
      '',
      ' ',
    )
    .map(bytes),
  fc.string({ unit: 'binary' }).map(bytes),
  fc.uint8Array().map((noise) => Buffer.from(noise)),
);
const before = fc.constantFrom('', '', '\0', '\0\0\0', '\uFEFF', '\0\uFEFF').map(bytes);
const behind = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\n\0\n').map(bytes);
/** Bytes that are no UTF-8, in the middle of a line. */
const inside = fc
  .constantFrom([], [], [0xff], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0])
  .map((noise) => Buffer.from(noise));

const blocks = fc
  .tuple(fc.array(fc.tuple(before, aLine, inside, fc.nat(), behind)), fc.boolean())
  .map(([lines, isCut]) => {
    const block = Buffer.concat(
      lines.flatMap(([start, line, noise, at, end]) => {
        const cut = at % (line.length + 1);
        return [start, line.subarray(0, cut), noise, line.subarray(cut), end];
      }),
    );
    return isCut && block.at(-1) === 0x0a ? block.subarray(0, -1) : block;
  });

/** Whether a line names ai_log, beyond saying at its beginning that there is none. */
function namesCall(line: string): boolean {
  return (/^\{"ai_log":"-?"/.test(line) ? line.slice(2) : line).includes('"ai_log"');
}

test('the lines of a block that may be AI calls are those that name ai_log, at the same bytes; the others are counted', () => {
  fc.assert(
    fc.property(blocks, (block) => {
      const plain = plainLines(block);
      const calls = plain.filter(({ start, end }) => namesCall(block.toString('latin1', start, end)));
      expect(linesIn(block)).toEqual({
        calls: calls.map(({ start, end, text }) => [start, end, text]),
        other: plain.length - calls.length,
      });
    }),
    { numRuns: 1000 },
  );
});

test('what was passed over is no AI call', () => {
  fc.assert(
    fc.property(blocks, (block) => {
      for (const { start, end, text } of plainLines(block)) {
        if (!namesCall(block.toString('latin1', start, end)))
          expect(readLogLine(text)).toEqual({ kind: 'other' });
      }
    }),
    { numRuns: 1000 },
  );
});

test('offsets are bytes, not characters', () => {
  const first = '{"path":"/天气?😀"}';
  const second = '{"ai_log":{}}';
  const length = Buffer.byteLength(first);
  expect(linesIn(bytes(`${first}\n${second}\n`))).toEqual({
    calls: [[length + 1, length + 1 + second.length, second]],
    other: 1,
  });
});

test('the NULs of a hole are no part of the line, and neither is a BOM of its text', () => {
  const line = '{"ai_log":{}}';
  expect(linesIn(bytes(`\0\0\0${line}\n`)).calls).toEqual([[3, 3 + line.length, line]]);
  expect(linesIn(bytes(`\uFEFF${line}\n`)).calls).toEqual([[0, 3 + line.length, line]]);
  expect(linesIn(bytes('\0\0\n\0'))).toEqual({ calls: [], other: 0 });
  expect(linesIn(bytes('{"ai_log"\0:{}}')).calls).toEqual([[0, 14, '{"ai_log"\0:{}}']]);
});

test('empty lines are none, the last needs no line feed, and a carriage return belongs to its line', () => {
  expect(linesIn(bytes('\n\n'))).toEqual({ calls: [], other: 0 });
  expect(linesIn(bytes(''))).toEqual({ calls: [], other: 0 });
  expect(linesIn(bytes('a\n\nb'))).toEqual({ calls: [], other: 2 });
  expect(linesIn(bytes('{"ai_log":{}}\r\n')).calls).toEqual([[0, 14, '{"ai_log":{}}\r']]);
});

test('bytes that are no UTF-8 become U+FFFD in the text and stay one byte in the offsets', () => {
  const block = Buffer.concat([bytes('{"ai_log":{"a":"'), Buffer.from([0xff, 0xfe]), bytes('"}}\nx')]);
  expect(linesIn(block)).toEqual({ calls: [[0, 21, '{"ai_log":{"a":"\uFFFD\uFFFD"}}']], other: 1 });
});

test('one AI call among many others is found, and a client that names ai_log is looked at', () => {
  const other = `${envoyLine('-')}\n`;
  const call = aiLine({ model: 'm' });
  const block = bytes(
    `${other.repeat(1000)}${call}\n${other.repeat(1000)}${envoyLine('-', { user_agent: forged })}\n`,
  );
  const at = 1000 * other.length;
  expect(linesIn(block)).toEqual({
    calls: [
      [at, at + call.length, call],
      [2 * at + call.length + 1, block.length - 1, envoyLine('-', { user_agent: forged })],
    ],
    other: 2000,
  });
});
