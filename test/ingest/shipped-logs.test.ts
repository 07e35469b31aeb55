import { appendFileSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fc } from '../fast-check.ts';
import { HELD_MS } from '../../src/logs/open-line.ts';
import { Unwrapper } from '../../src/logs/unwrap.ts';
import type { ParseResult } from '../../src/ingest/tally.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { readState, writeState } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';
import { SHIPPERS } from '../logs/shippers.ts';
import { criLine, cutLine, dockerLine } from '../logs/wrap.ts';
import { contentOf, placesOf } from './container.ts';
import { aiLine, failAt, makeFolder, otherLine, run, runAnyhow, storedRequests } from './make.ts';

const SESSIONS = ['a', '天气', 'c'];

/** Lines as a gateway writes them, without their line feeds; the calls of each session in their order. */
function linesOf(kinds: readonly ('call' | 'other' | 'broken')[]): string[] {
  return kinds.map((kind, i) => {
    const line =
      kind === 'other'
        ? otherLine(i)
        : aiLine(SESSIONS[i % 3] ?? 'a', Math.floor(i / 3), { answer: 'x<&>\\"😀' });
    // A client's quote breaks the line behind ai_log.
    return (kind === 'broken' ? line.replace('"user_agent":"test"', '"user_agent":"a "b" c"') : line).trim();
  });
}

const COUNTS = ['rounds', 'rejectedLines', 'otherLines', 'filteredRounds'] as const;

function counted(results: readonly ParseResult[]): Record<string, number> {
  return Object.fromEntries(COUNTS.map((key) => [key, results.reduce((sum, one) => sum + one[key], 0)]));
}

const kinds = fc.array(
  fc.constantFrom('call' as const, 'call' as const, 'other' as const, 'broken' as const),
  {
    minLength: 1,
    maxLength: 12,
  },
);
const wraps = SHIPPERS.map(({ wrap }) => wrap);
const inRuntime = [
  (line: string) =>
    criLine({ stream: 'stdout', text: Buffer.from(line), isEnd: true })
      .toString()
      .trimEnd(),
  (line: string) =>
    dockerLine({ stream: 'stdout', text: Buffer.from(line), isEnd: true })
      .toString()
      .trimEnd(),
  (line: string) => line,
];

describe('logs that shippers wrote', () => {
  test('give the same rounds as the bare lines, in whatever forms, wherever runs end', async () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });
    const form = fc.tuple(
      fc.constantFrom(...wraps),
      fc.constantFrom(...inRuntime),
      fc.constantFrom(...inRuntime),
    );
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.array(form, { minLength: 1, maxLength: 3 }),
        shares,
        fc.constantFrom(1, 1e9),
        fc.boolean(),
        async (kinds, forms, shares, batchSize, hasBareStart) => {
          const folder = makeFolder();
          const lines = linesOf(kinds);
          writeFileSync(join(folder, 'plain.log'), lines.map((line) => `${line}\n`).join(''));
          const plain = await run(join(folder, 'plain'), join(folder, 'plain.log'));
          const wrapped = lines.map((line, i) => {
            const [shipper, inner, outer] = forms[i % forms.length] ?? [
              (text: string) => text,
              String,
              String,
            ];
            return hasBareStart && i === 0 ? line : outer(shipper(inner(line)));
          });
          const log = join(folder, 'shipped.log');
          const store = join(folder, 'shipped');
          const bytes = Buffer.from(wrapped.map((line) => `${line}\n`).join(''));
          let written = 0;
          const results: ParseResult[] = [];
          for (const end of [
            ...shares.map((share) => Math.floor(share * bytes.length)).toSorted((a, b) => a - b),
            bytes.length,
          ]) {
            appendFileSync(log, bytes.subarray(written, end));
            written = end;
            results.push(await run(store, log, { batchSize }));
          }
          expect(contentOf(store)).toEqual(contentOf(join(folder, 'plain')));
          expect(counted(results)).toEqual(counted([plain]));
          expect(results.at(-1)).toMatchObject({ held: 0, faults: [] });
          // Where each line stands, it is found again.
          const starts = new Set(
            wrapped.map((_, i) => Buffer.byteLength([...wrapped.slice(0, i), ''].join('\n'))),
          );
          for (const [, offset = -1] of Object.values(placesOf(store))) expect(starts.has(offset)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  test('are torn by a rotation, compressed and read on, each round once', async () => {
    for (const { name, wrap } of SHIPPERS) {
      const folder = makeFolder();
      const log = join(folder, 'gateway.log');
      const store = join(folder, 'store');
      const [one = '', two = '', three = ''] = linesOf(['call', 'call', 'call']).map(
        (line) => `${wrap(line)}\n`,
      );
      const half = two.length >> 1;
      // supervisord tears a line of JSON; of a line with a prefix it cannot be told that it was torn.
      const tears = wrap('{}').startsWith('{');
      writeFileSync(log, tears ? one + two.slice(0, half) : one + two);
      const first = await run(store, log);
      renameSync(log, `${log}.1`);
      writeFileSync(log, (tears ? two.slice(half) : '') + three);
      const second = await run(store, log);
      expect(counted([first, second]), name).toEqual({
        rounds: 3,
        rejectedLines: 0,
        otherLines: 0,
        filteredRounds: 0,
      });
      writeFileSync(`${log}.1.gz`, gzipSync(readFileSync(`${log}.1`)));
      expect((await run(store, log)).rounds).toBe(0);
      expect(storedRequests(store)).toHaveLength(3);
    }
  }, 120_000);

  test.each([
    ['Fluent Bit (i01)', (line: string) => ({ stream: 'stdout', time: '2026-06-01T10:00:00.1Z', log: line })],
    ['filebeat (i03)', (line: string) => ({ '@timestamp': '2026-06-01T10:00:00.000Z', message: line })],
  ])('%s: two lines are two rounds, and nothing else', async (_, wrap) => {
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    writeFileSync(
      log,
      linesOf(['call', 'call'])
        .map((line) => `${JSON.stringify(wrap(line))}\n`)
        .join(''),
    );
    const counts = { rounds: 2, otherLines: 0, rejectedLines: 0, filteredRounds: 0, held: 0 };
    expect(await run(join(folder, 'store'), log)).toMatchObject(counts);
  });

  test('give each of several lines in one record a place of its own', async () => {
    const folder = makeFolder();
    const log = join(folder, 'otel.json');
    const records = linesOf(['call', 'call', 'other', 'call']).map((line) => ({
      body: { stringValue: line },
    }));
    writeFileSync(log, `${JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] })}\n`);
    const ran = await run(join(folder, 'store'), log);
    expect(ran).toMatchObject({ rounds: 3, otherLines: 1, rejectedLines: 0, faults: [] });
    expect(placesOf(join(folder, 'store'))).toEqual({ 'a-0': [1, 0], '天气-0': [1, 1], 'a-1': [1, 3] });
  });

  test('have the time of the access line, else of the record', async () => {
    const folder = makeFolder();
    const log = join(folder, 'filebeat.ndjson');
    const [line = ''] = linesOf(['call']);
    const wrap = (message: string): string =>
      `${JSON.stringify({ '@timestamp': '2026-03-04T05:06:07Z', message })}\n`;
    writeFileSync(log, wrap(line) + wrap(line.replace('start_time', 'no_time').replace('a-0', 'a-1')));
    await run(join(folder, 'store'), log);
    expect(
      JSON.stringify(contentOf(join(folder, 'store'))).match(/"timestamp":"[^"]*"|time-missing/g),
    ).toEqual([
      '"timestamp":"2026-02-01T00:00:00.000Z"',
      '"timestamp":"2026-03-04T05:06:07.000Z"',
      'time-missing',
    ]);
  });

  test('name what they cannot be read for, with the line', async () => {
    const folder = makeFolder();
    const log = join(folder, 'unknown.log');
    const store = join(folder, 'store');
    const [line = ''] = linesOf(['call']);
    const unknown = `[0] kube: [[1772326810.1, {}], {"log"=>"${line.replaceAll('"', '\\"')}"}]`;
    writeFileSync(log, `${unknown}\n${line}\n`);
    expect(await run(store, log)).toMatchObject({ rounds: 1, rejectedLines: 1, otherLines: 0, faults: [] });
    const [record = ''] = readFileSync(join(store, '.rejected.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(record)).toMatchObject({
      at: [1, 0],
      reason: 'the form of the line is unknown',
      text: unknown,
    });
  });
});

describe('lines that are held', () => {
  const cut = (line: string): Buffer[] =>
    cutLine('stdout', Buffer.from(line), [100], true).map((piece) => criLine(piece));

  test('are counted while they are, and once more never', async () => {
    const folder = makeFolder();
    const log = join(folder, '0.log');
    const store = join(folder, 'store');
    const [line = ''] = linesOf(['call']);
    const [one = Buffer.alloc(0), two = one, ...rest] = cut(line);
    writeFileSync(log, Buffer.concat([one, two]));
    expect(await run(store, log)).toMatchObject({ rounds: 0, otherLines: 0, rejectedLines: 0, held: 1 });
    expect(await run(store, log)).toMatchObject({ held: 1, bytes: 0 });
    appendFileSync(log, Buffer.concat(rest));
    expect(await run(store, log)).toMatchObject({
      rounds: 1,
      otherLines: 0,
      rejectedLines: 0,
      held: 0,
      faults: [],
    });
  });

  test('end as lines of their own when nothing came for long, though nothing was written', async () => {
    const [call = '', broken = '', other = ''] = linesOf(['call', 'broken', 'other']);
    for (const [text, counts] of [
      // Whole, but no JSON: it was not to be seen that nothing is missing.
      [broken, { rounds: 1, rejectedLines: 0, otherLines: 0 }],
      [call.slice(0, 90), { rounds: 0, rejectedLines: 1, otherLines: 0 }],
      [other.slice(0, 90), { rounds: 0, rejectedLines: 0, otherLines: 1 }],
    ] as const) {
      const folder = makeFolder();
      const log = join(folder, '0.log');
      const store = join(folder, 'store');
      const time = new Date().toISOString();
      writeFileSync(log, criLine({ stream: 'stdout', text: Buffer.from(text), isEnd: false }, time));
      const now = Date.now();
      const at = (later: number): Promise<ParseResult> => run(store, log, { now: () => now + later });
      expect(await at(0)).toMatchObject({ rounds: 0, rejectedLines: 0, otherLines: 0, held: 1 });
      expect(await at(HELD_MS - 60_000)).toMatchObject({
        rounds: 0,
        rejectedLines: 0,
        otherLines: 0,
        held: 1,
      });
      expect(await at(HELD_MS + 60_000)).toMatchObject({ ...counts, held: 0, faults: [] });
      expect(await at(2 * HELD_MS)).toMatchObject({ rounds: 0, rejectedLines: 0, otherLines: 0, held: 0 });
    }
  });

  test("of an earlier version are read as what they are: Fluent Bit's lines, held back for ever", async () => {
    const lines = linesOf(['call', 'call', 'other', 'call']);
    for (const more of [{}, { kubernetes: { pod_name: 'p' } }]) {
      for (const killAt of [undefined, 12, 25]) {
        const folder = makeFolder();
        const log = join(folder, 'fluent.log');
        const store = join(folder, 'store');
        const wrap = (line: string): string =>
          `${JSON.stringify({ stream: 'stdout', time: '2026-02-01T09:30:15Z', log: line, ...more })}\n`;
        const last = lines.slice(3).map(wrap).join('');
        const held = lines.slice(0, 3).map(wrap).join('');
        writeFileSync(log, held);
        await run(store, log);
        // What the version before this one would have kept of that.
        const opened = openStore(nodeFiles, store);
        const state = readState(nodeFiles, opened.statePath, opened.id);
        const [position] = state.logs;
        if (!position) throw new Error('no log was read');
        mkdirSync(join(folder, 'old'));
        const old = join(folder, 'old', 'store');
        const empty = join(folder, 'empty.log');
        writeFileSync(empty, 'x\n');
        await run(old, empty);
        const oldStore = openStore(nodeFiles, old);
        const oldState = readState(nodeFiles, oldStore.statePath, oldStore.id);
        writeState(nodeFiles, oldStore.statePath, {
          ...oldState,
          logs: [
            {
              ...position,
              id: 7,
              open: [{ stream: 'stdout', parts: [[7, 0, Buffer.byteLength(held)]], isCall: true }],
            },
          ],
          next_log: 8,
        });
        appendFileSync(log, last);
        if (killAt !== undefined)
          await run(old, log, { batchSize: 1 }, failAt(killAt, 'torn').files).catch(() => {});
        await run(old, log, { batchSize: killAt === undefined ? 1e9 : 1 });
        expect(storedRequests(old)).toEqual(['a-0', 'a-1', '天气-0']);
        expect(await run(old, log)).toMatchObject({ rounds: 0, rejectedLines: 0, otherLines: 0, held: 0 });
      }
    }
  }, 60_000);
});

describe('a fault that leaves a line in no count', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    ['loses one', 1, -1, '1 of the lines read were not counted'],
    ['gives one twice', 3, 1, '1 more lines were counted than were read'],
  ])('%s: what was read is stored, and it is said', async (_, rounds, change, what) => {
    const folder = makeFolder();
    const log = join(folder, '0.log');
    const lines = linesOf(['call', 'call']).map((line) =>
      criLine({ stream: 'stdout', text: Buffer.from(line), isEnd: true }),
    );
    writeFileSync(log, Buffer.concat(lines));
    const { take } = Unwrapper.prototype;
    vi.spyOn(Unwrapper.prototype, 'take').mockImplementation(function* (this: Unwrapper, ...args) {
      const all = [...take.apply(this, args)];
      yield* change < 0 ? all.slice(1) : [...all, ...all.slice(0, 1)];
    });
    const ran = await runAnyhow(join(folder, 'store'), log);
    expect(ran).toMatchObject({ rounds, rejectedLines: change < 0 ? 1 : 0 });
    expect(ran.faults).toEqual([
      `${what} (${log}, bytes 0 to ${Buffer.concat(lines).length}). What was read is stored; please report this`,
    ]);
    vi.restoreAllMocks();
    expect(await run(join(folder, 'store'), log)).toMatchObject({ rounds: 0, faults: [] });
  });

  test('is looked for in plain logs too', async () => {
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    writeFileSync(log, `\0\0${linesOf(['call', 'other', 'broken']).join('\n')}\n\n\0\0\nlast\n`);
    expect(await run(join(folder, 'store'), log)).toMatchObject({ rounds: 2, otherLines: 2, faults: [] });
    utimesSync(log, 1, 1);
  });
});
