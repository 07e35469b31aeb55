import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { criLine, cutLine, dockerLine, interleave, WRAPS, type Piece } from '../logs/wrap.ts';
import { contentOf, placesOf } from './container.ts';
import { aiLine, makeFolder, otherLine, run as runOn, storedRequests } from './make.ts';

const FORMS = ['cri', 'docker'] as const;
/** Docker's parts are all of this length here. */
const PART = 100;
const run: typeof runOn = (dir, log, options = {}, ...rest) =>
  runOn(dir, log, { dockerPart: PART, ...options }, ...rest);

const BANNER = '[2026-02-01 09:30:15.123][1][warning][config] cannot find cluster\n';
const SESSIONS = ['a', '天气', 'c'];
const aLine = fc.oneof(
  { weight: 4, arbitrary: fc.constant('call') },
  fc.constant('other'),
  fc.constant('banner'),
  fc.constant('forged'),
  fc.constant('cut'),
);

/** Lines as a gateway prints them; the calls of each session in their order. */
function linesOf(kinds: readonly string[]): string[] {
  return kinds.map((kind, i) => {
    const session = SESSIONS[i % SESSIONS.length] ?? 'a';
    if (kind === 'call')
      return aiLine(session, Math.floor(i / SESSIONS.length), { answer: 'x<&>\\"天气😀\u2028' });
    if (kind === 'other') return otherLine(i);
    if (kind === 'banner') return BANNER;
    return kind === 'forged'
      ? '{"ai_log":"{}","user_agent":"x","ai_log":"{}"}\n'
      : '{"ai_log":"{cut","x":""}\n';
  });
}

function inAscii(line: string): string {
  return line.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });

function piecesOf(lines: readonly string[], stream: Piece['stream'], sizes: readonly number[]): Piece[] {
  return lines.flatMap((line) => cutLine(stream, Buffer.from(line.slice(0, -1)), sizes, true));
}

describe.each(FORMS)('a log in the form %s', (form) => {
  test('gives the same store as the plain log, wherever runs end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aLine, { minLength: 1, maxLength: 12 }),
        fc.nat(4),
        sizes,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        fc.constantFrom(1, 1e9),
        async (kinds, banners, sizes, choices, shares, batchSize) => {
          const folder = makeFolder();
          // Docker cuts characters in two, and cannot put them together again.
          const lines = form === 'cri' ? linesOf(kinds) : linesOf(kinds).map(inAscii);
          const cut = form === 'cri' ? sizes : sizes.slice(0, 1);
          writeFileSync(join(folder, 'plain.log'), lines.join(''));
          const plain = await run(join(folder, 'plain'), join(folder, 'plain.log'));
          const pieces = interleave(
            piecesOf(lines, 'stdout', cut),
            piecesOf(
              Array.from({ length: banners }, () => BANNER),
              'stderr',
              cut,
            ),
            choices,
          );
          const log = join(folder, '0.log');
          const store = join(folder, 'wrapped');
          const bytes = Buffer.concat(pieces.map(WRAPS[form]));
          const total = { rounds: 0, rejectedLines: 0, otherLines: 0 };
          let written = 0;
          for (const end of [
            ...shares.map((share) => Math.floor(share * bytes.length)).toSorted((a, b) => a - b),
            bytes.length,
          ]) {
            appendFileSync(log, bytes.subarray(written, end));
            written = end;
            const ran = await run(store, log, { batchSize, dockerPart: sizes[0] ?? PART });
            for (const key of ['rounds', 'rejectedLines', 'otherLines'] as const) total[key] += ran[key];
          }
          expect(contentOf(store)).toEqual(contentOf(join(folder, 'plain')));
          expect(total).toEqual({
            rounds: plain.rounds,
            rejectedLines: plain.rejectedLines,
            otherLines: plain.otherLines + banners,
          });
          // Each round is where its first part begins.
          for (const [id, [generation, offset = -1]] of Object.entries(placesOf(store))) {
            expect(generation).toBe(1);
            const first = bytes.subarray(0, offset);
            expect(first.length === 0 || first.at(-1) === 0x0a).toBe(true);
            const index = lines.findIndex((line) =>
              line.includes(`"request_id":"${form === 'cri' ? id : inAscii(id)}"`),
            );
            const before =
              first.toString().match(form === 'cri' ? / stdout F/g : /\\n","stream":"stdout"/g) ?? [];
            expect(before).toHaveLength(index);
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  const wrapped = (...lines: string[]): Buffer =>
    Buffer.concat(piecesOf(lines, 'stdout', [100]).map(WRAPS[form]));
  const parts = (line: string, size = 100): Buffer[] => piecesOf([line], 'stdout', [size]).map(WRAPS[form]);

  test('is recognised in a compressed file, and read once', async () => {
    const folder = makeFolder();
    const log = join(folder, '0.log');
    writeFileSync(`${log}.20260201-093015.gz`, gzipSync(wrapped(aiLine('a', 0), aiLine('a', 1))));
    writeFileSync(`${log}.20260201-093515`, wrapped(aiLine('a', 2)));
    writeFileSync(log, wrapped(aiLine('a', 3)));
    const { logs } = await run(join(folder, 'store'), log);
    expect(logs.map(({ path }) => path)).toEqual([
      `${log}.20260201-093015.gz`,
      `${log}.20260201-093515`,
      log,
    ]);
    expect(storedRequests(join(folder, 'store'))).toEqual(['a-0', 'a-1', 'a-2', 'a-3']);
    expect((await run(join(folder, 'store'), log)).rounds).toBe(0);
  });

  test('a line whose parts stand in two logs is one round, at its beginning, and read once', async () => {
    for (const meets of ['before', 'between', 'after'] as const) {
      for (const compress of [false, true]) {
        const folder = makeFolder();
        const log = join(folder, '0.log');
        const store = join(folder, 'store');
        const [one, ...rest] = parts(aiLine('a', 1));
        const start = wrapped(aiLine('a', 0));
        writeFileSync(log, Buffer.concat([start, one ?? start]));
        if (meets === 'before') await run(store, log);
        renameSync(log, `${log}.20260201-093015`);
        writeFileSync(log, '');
        if (meets === 'between') await run(store, log);
        if (compress) {
          writeFileSync(`${log}.20260201-093015.gz`, gzipSync(readFileSync(`${log}.20260201-093015`)));
          rmSync(`${log}.20260201-093015`);
        }
        appendFileSync(log, rest[0] ?? start);
        if (meets !== 'after') await run(store, log);
        appendFileSync(log, Buffer.concat([...rest.slice(1), wrapped(aiLine('a', 2))]));
        const ran = await run(store, log);
        expect(ran.rejectedLines).toBe(0);
        expect(storedRequests(store)).toEqual(['a-0', 'a-1', 'a-2']);
        expect(placesOf(store)['a-1']).toEqual([1, start.length]);
        expect(await run(store, log)).toMatchObject({ rounds: 0, rejectedLines: 0, otherLines: 0 });
      }
    }
  });

  test('a line can stand in three logs', async () => {
    const folder = makeFolder();
    const log = join(folder, 'id-json.log');
    const [one, two, three, ...rest] = parts(aiLine('a', 0));
    writeFileSync(`${log}.2`, one ?? '');
    await run(join(folder, 'store'), log);
    writeFileSync(`${log}.1`, two ?? '');
    await run(join(folder, 'store'), log);
    writeFileSync(log, three ?? '');
    await run(join(folder, 'store'), log);
    appendFileSync(log, Buffer.concat([...rest, wrapped(aiLine('a', 1))]));
    await run(join(folder, 'store'), log);
    expect(placesOf(join(folder, 'store'))).toEqual({ 'a-0': [1, 0], 'a-1': [3, expect.any(Number)] });
  });

  test('a line is not joined over a log that is missing between, and is said to be lost', async () => {
    const folder = makeFolder();
    const log = join(folder, 'id-json.log');
    const [one, ...rest] = parts(aiLine('a', 0));
    writeFileSync(`${log}.3`, one ?? '');
    writeFileSync(`${log}.1`, Buffer.concat([...rest, wrapped(aiLine('a', 1))]));
    const ran = await run(join(folder, 'store'), log);
    expect(storedRequests(join(folder, 'store'))).toEqual(['a-1']);
    expect([ran.rejectedLines, ran.otherLines]).toEqual([1, 1]);
    expect(await run(join(folder, 'store'), log)).toMatchObject({
      rounds: 0,
      rejectedLines: 0,
      otherLines: 0,
    });
  });

  test('a line is not joined over a truncation in place, which loses what is written meanwhile', async () => {
    const folder = makeFolder();
    const log = join(folder, 'id-json.log');
    const store = join(folder, 'store');
    const [one, ...rest] = parts(aiLine('a', 0));
    writeFileSync(log, one ?? '');
    await run(store, log);
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    appendFileSync(log, Buffer.concat([...rest.slice(1), wrapped(aiLine('a', 1))]));
    expect(await run(store, log)).toMatchObject({ rounds: 1, rejectedLines: 1, otherLines: 1 });
    expect(readFileSync(join(store, '.rejected.jsonl'), 'utf8')).toMatch(
      /"at":\[1,0\],"time":"20\d\d-[^"]+","reason":"the log was rotated in the middle of the line"/,
    );
    expect(await run(store, log)).toMatchObject({ rounds: 0, rejectedLines: 0 });
  });

  test('a line that is open when its log vanishes is said, once', async () => {
    const folder = makeFolder();
    const store = join(folder, 'store');
    const [one] = parts(aiLine('a', 1));
    const log = join(folder, '0.log');
    writeFileSync(
      log,
      Buffer.concat([
        wrapped(aiLine('a', 0)),
        one ?? Buffer.alloc(0),
        WRAPS[form]({ stream: 'stderr', text: Buffer.from('half a banner'.padEnd(PART)), isEnd: false }),
      ]),
    );
    writeFileSync(join(folder, '1.log'), wrapped(aiLine('b', 0)));
    const pattern = join(folder, '?.log');
    await run(store, pattern);
    rmSync(log);
    const runs = [await run(store, pattern), await run(store, pattern), await run(store, pattern)];
    expect(runs.map(({ rejectedLines, otherLines }) => [rejectedLines, otherLines])).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
  });

  test('a last line that is whole is taken, though its program never ended it', async () => {
    const folder = makeFolder();
    const log = join(folder, '0.log');
    const store = join(folder, 'store');
    const text = Buffer.from(aiLine('a', 0).trim());
    writeFileSync(log, WRAPS[form]({ stream: 'stdout', text, isEnd: false }));
    expect((await run(store, log)).rounds).toBe(1);
    appendFileSync(
      log,
      Buffer.concat([
        WRAPS[form]({ stream: 'stdout', text: Buffer.alloc(0), isEnd: true }),
        wrapped(aiLine('a', 1)),
      ]),
    );
    expect(await run(store, log)).toMatchObject({ rounds: 1, otherLines: 0, rejectedLines: 0 });
    expect(placesOf(store)['a-0']).toEqual([1, 0]);
  });

  test("a call without a time of its own has the container's", async () => {
    const folder = makeFolder();
    const log = join(folder, '0.log');
    const line = aiLine('a', 0).replace('start_time', 'no_time').trim();
    const wrap = form === 'cri' ? criLine : dockerLine;
    const [one, two] = [Buffer.from(line.slice(0, PART)), Buffer.from(line.slice(PART))];
    writeFileSync(
      log,
      Buffer.concat([
        wrap({ stream: 'stdout', text: one, isEnd: false }, '2026-03-04T05:06:07.890123456+08:00'),
        wrap({ stream: 'stdout', text: two, isEnd: true }, '2026-03-04T05:06:08Z'),
        wrap(
          { stream: 'stdout', text: Buffer.from(line.replace('a-0', 'a-1')), isEnd: true },
          '2026-03-04T05:06:09Z',
        ),
      ]),
    );
    await run(join(folder, 'store'), log);
    const times = JSON.stringify(contentOf(join(folder, 'store'))).match(/"timestamp":"[^"]*"/g);
    expect(times).toEqual([
      '"timestamp":"2026-03-03T21:06:07.890Z"',
      '"timestamp":"2026-03-04T05:06:09.000Z"',
    ]);
  });

  test('a joined line over the limit is rejected, and the next one is fine', async () => {
    const folder = makeFolder();
    const log = join(folder, '0.log');
    const store = join(folder, 'store');
    const long = parts(aiLine('a', 0, { answer: 'x'.repeat(3000) }));
    writeFileSync(log, Buffer.concat(long.slice(0, 25)));
    const options = { longestLine: 2000 };
    expect(await run(store, log, options)).toMatchObject({ rounds: 0, rejectedLines: 0 });
    appendFileSync(log, Buffer.concat([...long.slice(25), wrapped(aiLine('a', 1))]));
    expect(await run(store, log, options)).toMatchObject({ rounds: 1, rejectedLines: 1, otherLines: 0 });
    expect(readFileSync(join(store, '.rejected.jsonl'), 'utf8')).toMatch(
      /"at":\[1,0\],"time":"20\d\d-[^"]+","reason":"the line is longer than 2000 bytes"/,
    );
  });

  test('mutated, it never throws, and no call is counted twice', async () => {
    const bytes = wrapped(...linesOf(['call', 'call', 'call', 'other', 'call']));
    const mutation = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(40));
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        async (mutations, end) => {
          const folder = makeFolder();
          const log = join(folder, '0.log');
          const mutated = Buffer.from(bytes);
          for (const [at, byte, length] of mutations)
            mutated.fill(byte, at, Math.min(at + length, bytes.length));
          writeFileSync(log, mutated.subarray(0, end));
          await run(join(folder, 'store'), log);
          appendFileSync(log, mutated.subarray(end));
          await run(join(folder, 'store'), log);
          writeFileSync(join(folder, 'whole.log'), mutated);
          await run(join(folder, 'whole'), join(folder, 'whole.log'));
          expect(contentOf(join(folder, 'store'))).toEqual(contentOf(join(folder, 'whole')));
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);
});

test('links of /var/log/containers lead to their pods, each log once, with what was rotated away', async () => {
  const folder = makeFolder();
  const pod = join(folder, 'pods', 'higress-system_higress-gateway-abc_uid', 'higress-gateway');
  mkdirSync(pod, { recursive: true });
  mkdirSync(join(folder, 'containers'));
  const wrapped = (n: number): Buffer =>
    criLine({ stream: 'stdout', text: Buffer.from(aiLine('a', n).trim()), isEnd: true });
  writeFileSync(join(pod, '0.log.20260201-093015.gz'), gzipSync(wrapped(0)));
  writeFileSync(join(pod, '0.log.20260201-093515'), wrapped(1));
  writeFileSync(join(pod, '0.log'), wrapped(2));
  writeFileSync(join(pod, '1.log'), wrapped(3));
  for (const n of [0, 1]) {
    symlinkSync(
      join(pod, `${n}.log`),
      join(folder, 'containers', `higress-gateway-abc_higress-system_higress-gateway-${n}${n}.log`),
    );
  }
  const store = join(folder, 'store');
  const pattern = join(folder, 'containers', 'higress-gateway-*.log');
  const options = { logPaths: [pattern, join(folder, 'pods', '*', 'higress-gateway', '*.log')] };
  const { logs } = await run(store, pattern, options);
  expect(logs).toHaveLength(4);
  expect(storedRequests(store)).toEqual(['a-0', 'a-1', 'a-2', 'a-3']);
  expect((await run(store, pattern, options)).rounds).toBe(0);
});

test('repair does not count a call that a killed run stored, whose first parts had been read', async () => {
  const parts = piecesOf([aiLine('a', 0), aiLine('a', 1)], 'stdout', [100]).map(WRAPS.cri);
  const folder = makeFolder();
  const log = join(folder, '0.log');
  const store = join(folder, 'store');
  writeFileSync(log, Buffer.concat(parts.slice(0, -1)));
  await run(store, log);
  expect(storedRequests(store)).toEqual(['a-0']);
  appendFileSync(log, parts.at(-1) ?? '');
  const killed = (): never => {
    throw new Error('killed');
  };
  await expect(run(store, log, {}, { ...nodeFiles, rename: killed })).rejects.toThrow('killed');
  const index = readdirSync(store).find((name) => name.startsWith('.index-')) ?? '';
  writeFileSync(join(store, index), readFileSync(join(store, index)).fill('x', 0, 5));
  expect(await repairStore(nodeFiles, store, true)).toMatchObject({ isApplied: true, rounds: 1 });
  expect((await run(store, log)).rounds).toBe(1);
  expect(storedRequests(store)).toEqual(['a-0', 'a-1']);
});
