import { appendFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/platform/digest.ts';
import { InputOutputError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import {
  appendRounds,
  checkSessionFile,
  readRecords,
  readSummary,
  storedRounds,
  type SessionEnd,
} from '../../src/store/session-file.ts';
import { makeFolder } from '../platform/make.ts';

const FILE = 'a.json';

function append(
  dir: string,
  committed: SessionEnd | undefined,
  rounds: string[],
  summary: object = { n: 1 },
): SessionEnd {
  return appendRounds(nodeFiles, dir, { id: 'a', file: FILE, committed }, rounds, { ...summary });
}

const roundsOf = (dir: string, end: SessionEnd): string[] => [
  ...storedRounds(nodeFiles, dir, { ...end, file: FILE }),
];
const summaryOf = (dir: string, end: SessionEnd): unknown =>
  readSummary(nodeFiles, dir, { ...end, file: FILE });
const bytesOf = (dir: string): Buffer => readFileSync(join(dir, FILE));

describe('a session file', () => {
  test('is written as documented', () => {
    const dir = makeFolder();
    const first = append(dir, undefined, ['{"round":1}'], { rounds_count: 1 });
    expect(bytesOf(dir).toString()).toBe('{"session_id":"a","rounds":[\n{"round":1}\n],"rounds_count":1}\n');
    expect(first).toEqual({
      end: 40,
      last: { length: 11, crc: crc32(Buffer.from('{"round":1}')) },
      summary: { length: 21, crc: crc32(Buffer.from('\n],"rounds_count":1}\n')) },
    });
    const second = append(dir, first, ['{"round":2}', '{"é":3}'], { x: '' });
    expect(bytesOf(dir).toString()).toBe(
      '{"session_id":"a","rounds":[\n{"round":1},\n{"round":2},\n{"é":3}\n],"x":""}\n',
    );
    expect(second.last.length).toBe(8);
    expect(second.end).toBe(40 + 13 + 2 + 8);
  });

  test('is one JSON document after each append, and committed bytes never change', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const round = fc.record({ text, number: fc.double() }).map((value) => JSON.stringify(value));
    const appends = fc.array(
      fc.record({
        rounds: fc.array(round, { minLength: 1, maxLength: 4 }),
        summary: fc.record({ a: text, b: text }),
        crashed: fc.option(fc.tuple(fc.array(round, { minLength: 1 }), fc.nat(200))),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(appends, (appends) => {
        const dir = makeFolder();
        let end: SessionEnd | undefined;
        const all: string[] = [];
        for (const { rounds, summary, crashed } of appends) {
          const before = end && bytesOf(dir).subarray(0, end.end);
          end = append(dir, end, rounds, summary);
          all.push(...rounds);
          expect(before?.equals(bytesOf(dir).subarray(0, before.length))).not.toBe(false);
          expect(JSON.parse(bytesOf(dir).toString())).toEqual({
            session_id: 'a',
            rounds: all.map((line) => JSON.parse(line)),
            ...summary,
          });
          expect(summaryOf(dir, end)).toEqual(summary);
          if (crashed) {
            append(dir, end, crashed[0]);
            truncateSync(join(dir, FILE), Math.min(statSync(join(dir, FILE)).size, end.end + crashed[1]));
          }
          expect(roundsOf(dir, end)).toEqual(all);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('what a killed run wrote behind the committed end is not there, and is written over', () => {
    const dir = makeFolder();
    const committed = append(dir, undefined, ['{"round":1}'], { n: 1 });
    append(dir, committed, ['{"round":2,"long":"long long long"}'], { n: 2 });
    expect(roundsOf(dir, committed)).toEqual(['{"round":1}']);
    expect(summaryOf(dir, committed)).toBeUndefined();
    append(dir, committed, ['{"round":2}'], { n: 3 });
    expect(bytesOf(dir).toString()).toBe(
      '{"session_id":"a","rounds":[\n{"round":1},\n{"round":2}\n],"n":3}\n',
    );
    // A new session's file whose commit never came.
    append(dir, undefined, ['{"round":9}'], { n: 4 });
    expect(bytesOf(dir).toString()).toBe('{"session_id":"a","rounds":[\n{"round":9}\n],"n":4}\n');
  });

  test('the summary is the committed one to the last byte, or none', () => {
    const dir = makeFolder();
    const committed = append(dir, undefined, ['{}'], { n: 1 });
    for (const n of [2, 10]) {
      append(dir, undefined, ['{}'], { n });
      expect(summaryOf(dir, committed)).toBeUndefined();
    }
    append(dir, undefined, ['{}'], { n: 1 });
    expect(summaryOf(dir, committed)).toEqual({ n: 1 });
    appendFileSync(join(dir, FILE), ' ');
    expect(summaryOf(dir, committed)).toBeUndefined();
    truncateSync(join(dir, FILE), committed.end);
    expect(summaryOf(dir, committed)).toBeUndefined();
    expect(roundsOf(dir, committed)).toEqual(['{}']);
  });

  test('rounds are read over the borders of the pieces in which it is read', () => {
    const dir = makeFolder();
    const MIB = 1 << 20;
    const lengths = [MIB - 29 - 2, MIB - 2, 1, 3 * MIB + 7, 0, 2 * MIB, 5];
    const rounds = lengths.map((length, i) => `${i}${'é'.repeat(length / 2)}`);
    const end = append(dir, undefined, rounds);
    const lines = storedRounds(nodeFiles, dir, { ...end, file: FILE });
    for (let pass = 0; pass < 2; pass++) {
      const read = [...lines];
      expect(read.map((line) => line.length)).toEqual(rounds.map((line) => line.length));
      expect(read.every((line, i) => line === rounds[i])).toBe(true);
    }
  });

  test('is closed also by a reader who stops early', () => {
    const dir = makeFolder();
    const end = append(dir, undefined, ['{"round":1}', '{"round":2}']);
    const open = new Set<number>();
    const files = {
      ...nodeFiles,
      open: (...args: Parameters<typeof nodeFiles.open>) => {
        const fd = nodeFiles.open(...args);
        open.add(fd);
        return fd;
      },
      close: (fd: number) => {
        open.delete(fd);
        nodeFiles.close(fd);
      },
    };
    for (const line of storedRounds(files, dir, { ...end, file: FILE })) {
      expect(line).toBe('{"round":1}');
      expect(open.size).toBe(1);
      break;
    }
    expect(open.size).toBe(0);
  });
});

describe('a session file that is not the one that was committed', () => {
  const damages: [string, RegExp, (path: string) => void][] = [
    ['deleted', / is missing\. Nothing was changed. Restore it/, (path) => rmSync(path)],
    ['emptied', / is truncated: \d+ bytes of rounds were committed\./, (path) => truncateSync(path, 0)],
    [
      'cut by a byte',
      / is truncated: /,
      (path) => truncateSync(path, statSync(path).size - '\n],"n":1}\n'.length - 1),
    ],
    [
      'of NULs',
      / is not the file that was committed\./,
      (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
    ],
    ['another', / is not the file that was committed\./, (path) => writeFileSync(path, 'x'.repeat(1000))],
  ];
  test.each(damages)('row 25: %s: every use of it names it', (_, problem, damage) => {
    const dir = makeFolder();
    const path = join(dir, FILE);
    const committed = append(dir, undefined, ['{"round":1}', '{"round":2}']);
    damage(path);
    const entry = { ...committed, file: FILE };
    const uses = [
      () => checkSessionFile(nodeFiles, dir, entry),
      () => readSummary(nodeFiles, dir, entry),
      () => roundsOf(dir, committed),
      () => append(dir, committed, ['{"round":3}']),
    ];
    const size = nodeFiles.stat(path)?.size;
    for (const use of uses) {
      expect(use).toThrow(InputOutputError);
      expect(use).toThrow(problem);
      expect(use).toThrow(`the session file ${path} `);
    }
    expect(nodeFiles.stat(path)?.size).toBe(size);
  });

  test('with a hole of NULs before its last round: its rounds are not read', () => {
    const dir = makeFolder();
    const committed = append(dir, undefined, ['{"round":1}', '{"round":2}']);
    const bytes = bytesOf(dir);
    writeFileSync(join(dir, FILE), bytes.fill(0, 35, 36));
    expect(() => roundsOf(dir, committed)).toThrow(`the session file ${join(dir, FILE)} holds NUL bytes.`);
    expect(() => roundsOf(dir, committed)).toThrow(InputOutputError);
  });

  test('cut while it is read: said, and not waited for', () => {
    const dir = makeFolder();
    const committed = append(dir, undefined, ['1'.repeat(3 << 20), '2'.repeat(3 << 20)]);
    const lines = storedRounds(nodeFiles, dir, { ...committed, file: FILE })[Symbol.iterator]();
    expect(lines.next().value).toHaveLength(3 << 20);
    truncateSync(join(dir, FILE), 4 << 20);
    expect(() => lines.next()).toThrow(/ is truncated: /);
  });
});

describe('records beside a session', () => {
  const records = Buffer.from('aabbccddee');
  const crc = crc32(Buffer.from('ee'));
  const read = (bytes: Buffer | undefined, count: number, kept = 3): string | undefined => {
    const path = join(makeFolder(), 'records');
    if (bytes) writeFileSync(path, bytes);
    return readRecords(nodeFiles, path, { count, kept, size: 2, crc })?.toString();
  };

  test('are the newest of the committed ones', () => {
    expect(read(records, 5)).toBe('ccddee');
    expect(read(records, 5, 9)).toBe('aabbccddee');
    expect(read(Buffer.concat([records, Buffer.from('crashed')]), 5)).toBe('ccddee');
  });

  test('are none when the file is gone, cut, or another', () => {
    expect(read(undefined, 5)).toBeUndefined();
    expect(read(records.subarray(0, 9), 5)).toBeUndefined();
    expect(read(Buffer.from('aabbccee'), 5)).toBeUndefined();
    expect(read(records, 4)).toBeUndefined();
    expect(read(Buffer.alloc(10), 5)).toBeUndefined();
  });
});
