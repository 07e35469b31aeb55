// Logs that are not UTF-8: PowerShell's `docker logs … > file` is UTF-16 with a byte order mark.
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { WRAPS } from '../logs/wrap.ts';
import { aiLine, dumpStore, makeFolder, otherLine, run, storedRequests } from './make.ts';
import { codesOf, look } from '../doctor/make.ts';

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const;
type Name = (typeof ENCODINGS)[number];

function encode(text: string, name: Name): Buffer {
  if (name === 'utf-8') return Buffer.from(text);
  if (name === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (name === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(4 * codes.length);
  codes.forEach((code, i) =>
    name === 'utf-32le' ? bytes.writeUInt32LE(code, 4 * i) : bytes.writeUInt32BE(code, 4 * i),
  );
  return bytes;
}

/** With a byte order mark, and without. */
const CASES = ENCODINGS.flatMap((name) => [[name, '\ufeff'] as const, [name, ''] as const]);

/** Characters with a byte of a line feed in them, beyond the first plane, and one that a pair of them could be taken for. */
const WORDS = 'ਊ\u0a00\u0a0a\u0d0a\u0a0d Ċ 🙂 𐨊 汉字 é';

const LINES = [
  otherLine(0),
  aiLine('a', 0, { question: WORDS }),
  aiLine('a', 1, { answer: WORDS }),
  '\n',
  otherLine(1),
  aiLine('b', 0, { question: 'x'.repeat(200_000), answer: WORDS.repeat(5000) }),
  aiLine('a', 2),
];
const TEXT = LINES.join('');
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

function makeLogs(): { folder: string; log: string; dir: string } {
  const folder = makeFolder();
  mkdirSync(join(folder, 'logs'));
  return { folder, log: join(folder, 'logs', 'access.log'), dir: join(folder, 'store') };
}

/** A store without the places of its rounds. */
const contentOf = (dir: string): unknown =>
  (dumpStore(dir) as { texts: unknown[][] }[]).map(({ texts, ...rest }) => ({
    ...rest,
    texts: texts.map((text) => text.filter((_, i) => i !== 1)),
  }));

async function plainContent(text = TEXT): Promise<unknown> {
  const { log, dir } = makeLogs();
  writeFileSync(log, text);
  await run(dir, log);
  return contentOf(dir);
}

describe.each(CASES)('%s, marked by %j', (name, mark) => {
  test('the store is what the same log in UTF-8 makes, on both paths', async () => {
    const expected = await plainContent();
    for (const linePath of ['fast', 'slow'] as const) {
      for (const text of [TEXT, crlf(TEXT)]) {
        const { log, dir } = makeLogs();
        writeFileSync(log, encode(mark + text, name));
        const result = await run(dir, log, { linePath });
        expect(result).toMatchObject({ rounds: 4, rejectedLines: 0, warnings: [] });
        expect(contentOf(dir)).toEqual(expected);
        expect(await run(dir, log)).toMatchObject({ bytes: 0 });
      }
    }
  });

  test('each round’s place is where its line begins, in bytes of the file', async () => {
    const { log, dir } = makeLogs();
    writeFileSync(log, encode(mark + TEXT, name));
    await run(dir, log);
    const bytes = readFileSync(log);
    const { sessions } = readSnapshot(dir);
    const rounds = [...sessions.values()].flatMap((entry) => [...expandRounds(readRoundLines(dir, entry))]);
    expect(rounds).toHaveLength(4);
    for (const { stored } of rounds) {
      const line = LINES.find((one) => one.includes(`"request_id":"${stored.request_id}"`)) ?? '';
      const [, offset] = stored.at;
      expect(bytes.subarray(offset).indexOf(encode(line, name))).toBe(0);
    }
  });

  test('a log that grows by any number of bytes is read once', async () => {
    const bytes = encode(mark + LINES.slice(0, 5).join(''), name);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const { log, dir } = makeLogs();
          let at = 0;
          writeFileSync(log, '');
          for (const step of [...steps, bytes.length]) {
            appendFileSync(log, bytes.subarray(at, at + step));
            at += step;
            await run(dir, log);
          }
          expect(storedRequests(dir)).toEqual(['a-0', 'a-1']);
          expect(await run(dir, log)).toMatchObject({ bytes: 0, rounds: 0 });
        },
      ),
      { numRuns: 8 },
    );
  });

  test('rotated, compressed, copied and truncated, each round is stored once', async () => {
    const { log, dir } = makeLogs();
    const write = (from: number, to: number): Buffer =>
      encode(mark + Array.from({ length: to - from }, (_, i) => aiLine('a', from + i)).join(''), name);
    writeFileSync(log, write(0, 20));
    await run(dir, log);
    renameSync(log, `${log}.1`);
    writeFileSync(log, write(20, 25));
    await run(dir, log);
    writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(`${log}.1`)));
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    await run(dir, log);
    appendFileSync(log, write(25, 30));
    await run(dir, log);
    expect(storedRequests(dir)).toEqual(Array.from({ length: 30 }, (_, i) => `a-${i}`).toSorted());
    expect(await run(dir, log)).toMatchObject({ bytes: 0, rounds: 0 });
  });

  test('a last line without a line break is taken if it is whole, and no sooner', async () => {
    const { log, dir } = makeLogs();
    const bytes = encode(mark + aiLine('a', 0).trimEnd(), name);
    writeFileSync(log, bytes.subarray(0, -1));
    expect(await run(dir, log)).toMatchObject({ rounds: 0, bytes: 0 });
    writeFileSync(log, bytes);
    expect(await run(dir, log)).toMatchObject({ rounds: 1, bytes: bytes.length });
    appendFileSync(log, encode(`\n${aiLine('a', 1)}`, name));
    expect(await run(dir, log)).toMatchObject({ rounds: 1, rejectedLines: 0 });
  });

  test('a line over the limit is rejected, and those around it are read', async () => {
    const { log, dir } = makeLogs();
    const long = aiLine('a', 1, { question: 'x'.repeat(5000) });
    writeFileSync(log, encode(mark + aiLine('a', 0) + long + aiLine('a', 2), name));
    expect(await run(dir, log, { longestLine: 4000 })).toMatchObject({ rounds: 2, rejectedLines: 1 });
  });

  test('half a line at the end of a compressed log is one rejected line', async () => {
    const { log, dir } = makeLogs();
    writeFileSync(
      `${log}.1.gz`,
      gzipSync(encode(mark + aiLine('a', 0) + aiLine('a', 1).slice(0, 100), name)),
    );
    writeFileSync(log, encode(mark + aiLine('a', 2), name));
    expect(await run(dir, log)).toMatchObject({ rounds: 2, rejectedLines: 1 });
    expect(await run(dir, log)).toMatchObject({ bytes: 0, rejectedLines: 0 });
  });

  test.each(['cri', 'docker'] as const)('what a container printed is unwrapped: %s', async (form) => {
    const { log, dir } = makeLogs();
    const pieces = [aiLine('a', 0), aiLine('a', 1)].map((line) =>
      WRAPS[form]({ stream: 'stdout', text: Buffer.from(line.trimEnd()), isEnd: true }).toString(),
    );
    writeFileSync(log, encode(mark + pieces.join(''), name));
    expect(await run(dir, log)).toMatchObject({ rounds: 2, otherLines: 0, rejectedLines: 0 });
  });

  test('doctor sees in it what it sees in UTF-8', async () => {
    const { log, dir, folder } = makeLogs();
    writeFileSync(log, encode(mark + TEXT, name));
    await run(dir, log);
    expect(await codesOf({ folder, log, dir })).toEqual([]);
    expect((await look({ folder, log, dir })).logs).toMatchObject({ rounds: 4, unreadBytes: 0 });
  });
});

test('two logs in UTF-16 that hold only a mark are not taken for one', async () => {
  const { log, dir } = makeLogs();
  writeFileSync(log, '\ufeff', 'utf16le');
  await run(dir, log);
  renameSync(log, `${log}.1`);
  writeFileSync(log, `\ufeff${aiLine('a', 0)}`, 'utf16le');
  await run(dir, log);
  appendFileSync(`${log}.1`, aiLine('a', 1), 'utf16le');
  await run(dir, log);
  expect(storedRequests(dir)).toEqual(['a-0', 'a-1']);
});

test('a hole of zeros at the start of a log is no sign of UTF-16', async () => {
  const { log, dir } = makeLogs();
  writeFileSync(log, Buffer.concat([Buffer.alloc(1000), Buffer.from(aiLine('a', 0))]));
  expect(await run(dir, log)).toMatchObject({ rounds: 1 });
});

const wrapped = (line: string): string => `${JSON.stringify({ message: line.trimEnd() })}\n`;

test.each(
  (['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const).flatMap((name) => [
    [name, '', 'bare'] as const,
    [name, '\ufeff', 'bare'] as const,
    [name, '', 'wrapped'] as const,
  ]),
)(
  'lines in %s, marked by %j, %s, behind lines in UTF-8 are rejected, with the reason',
  async (name, mark, form) => {
    const wrap = form === 'wrapped' ? wrapped : (line: string) => line;
    for (const linePath of ['fast', 'slow'] as const) {
      const { log, dir } = makeLogs();
      const lines = [crlf(wrap(aiLine('a', 1))), wrap(otherLine(0)), wrap(aiLine('a', 2))];
      const wide = encode(`${mark}${lines.join('')}`, name);
      writeFileSync(log, Buffer.concat([Buffer.from(aiLine('a', 0)), wide]));
      // The line of no call names ai_log too: what it says is not read.
      expect(await run(dir, log, { linePath })).toMatchObject({ rounds: 1, rejectedLines: 3 });
      const rejected = readFileSync(join(dir, '.rejected.jsonl'), 'utf8').trim().split('\n');
      const reasons = rejected.map((line) => (JSON.parse(line) as { reason: string }).reason);
      expect(new Set(reasons)).toEqual(
        new Set(['the line is UTF-16, and its log begins in UTF-8: convert the log']),
      );
    }
  },
);

test.each(['utf-16le', 'utf-16be', 'utf-32le'] as const)(
  'lines in UTF-8 behind lines in %s are read, also as the log grows',
  async (name) => {
    const { log, dir } = makeLogs();
    writeFileSync(log, encode(`\ufeff${aiLine('a', 0)}`, name));
    const narrow = [aiLine('a', 1), otherLine(0), aiLine('a', 2)].join('');
    appendFileSync(log, narrow);
    expect(await run(dir, log)).toMatchObject({ rounds: 3, otherLines: 1, rejectedLines: 0 });
    appendFileSync(log, aiLine('a', 3).slice(0, 300));
    expect(await run(dir, log)).toMatchObject({ rounds: 0, rejectedLines: 0 });
    appendFileSync(log, aiLine('a', 3).slice(300));
    expect(await run(dir, log)).toMatchObject({ rounds: 1, rejectedLines: 0 });
    expect(storedRequests(dir)).toEqual(['a-0', 'a-1', 'a-2', 'a-3']);
  },
);

test('a client whose words look like UTF-8 in UTF-16 is counted all the same', async () => {
  const { log, dir } = makeLogs();
  const words = Buffer.from('{"ai_log":{"a":1}}').toString('utf16le');
  writeFileSync(log, encode(`\ufeff${aiLine('a', 0, { question: words })}${aiLine('a', 1)}`, 'utf-16le'));
  expect(await run(dir, log)).toMatchObject({ rounds: 2, otherLines: 0, rejectedLines: 0 });
});

test('GBK in a text is text: the line’s numbers are read, and doctor says what became of it', async () => {
  const { log, dir, folder } = makeLogs();
  const line = Buffer.from(aiLine('a', 0, { question: 'GBK-HERE' }), 'latin1');
  const at = line.indexOf('GBK-HERE');
  const gbk = Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0xca, 0xc0, 0xbd, 0xe7]);
  gbk.copy(line, at);
  writeFileSync(log, Buffer.concat([line, Buffer.from(aiLine('a', 1))]));
  expect(await run(dir, log)).toMatchObject({ rounds: 2, rejectedLines: 0 });
  const { findings } = await look({ folder, log, dir });
  expect(findings.map(({ code, severity, what }) => [code, severity, what.slice(0, 54)])).toEqual([
    ['not-utf8', 'note', '1 of 2 lines holds bytes that are not UTF-8, such as t'],
  ]);
});
