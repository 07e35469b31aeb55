import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { readLogLine } from '../../src/ai-log/round.ts';
import type { ParseOptions } from '../../src/ingest/options.ts';
import { makeFolder, run } from './make.ts';
import { logs, mutatedLogs } from './random-logs.ts';
import { takeBothPaths } from './paths.ts';
import { inProcess } from './share/in-process.ts';
import { bytesOf } from './store-bytes.ts';

/** In latin1, a character for each byte. */
const linesOf = (name: string): string[] => readFileSync(`fixtures/${name}`, 'latin1').split('\n');

describe('the fast path makes of each line what the slow one makes of it', () => {
  test('for random logs', () => {
    fc.assert(
      fc.property(logs, fc.constantFrom(1 << 20, 4096, 0), fc.boolean(), (lines, knownBytes, keepsText) => {
        const { fast, slow } = takeBothPaths(lines, knownBytes, keepsText);
        expect(fast).toEqual(slow);
      }),
      { numRuns: 300 },
    );
  });

  test('for logs with bytes changed at random', () => {
    fc.assert(
      fc.property(mutatedLogs, (lines) => {
        const { fast, slow } = takeBothPaths(lines);
        expect(fast).toEqual(slow);
      }),
      { numRuns: 1500 },
    );
  });
});

/** The stores of the same log, taken in with each of the options. */
async function storesWith(
  lines: readonly string[],
  options: readonly Partial<ParseOptions>[],
): Promise<Record<string, string>[]> {
  const folder = makeFolder();
  const path = join(folder, 'access.log');
  writeFileSync(path, lines.join('\n'), 'latin1');
  const stores: Record<string, string>[] = [];
  for (const [i, one] of options.entries()) {
    const dir = join(folder, String(i));
    await run(dir, path, { ...one, now: () => Date.UTC(2026, 11, 1) });
    stores.push(bytesOf(dir));
  }
  return stores;
}

function storesOf(
  lines: readonly string[],
  options: Partial<ParseOptions>,
): Promise<Record<string, string>[]> {
  return storesWith(lines, [
    { ...options, linePath: 'fast' },
    { ...options, linePath: 'slow' },
    { ...options, linePath: 'fast', threads: inProcess(3) },
  ]);
}

test('the fast path is the one that is taken, and history is known from its bytes', () => {
  const { taken, known } = takeBothPaths(linesOf('access.log'));
  const count = (kind: string): number => taken.filter((one) => one === kind).length;
  expect({ fast: count('fast'), slow: count('slow'), known }).toEqual({ fast: 65, slow: 8, known: 90 });
});

describe('the two paths, and threads, leave the same store, byte for byte', () => {
  test.each(['access.log', 'access.log.1', 'plugin-lines.jsonl'])('of fixtures/%s', async (name) => {
    for (const batchSize of [32 << 20, 20_000]) {
      const [fast, slow, shared] = await storesOf(linesOf(name), { batchSize });
      expect(fast).toEqual(slow);
      expect(shared).toEqual(fast);
    }
  });

  test('of the plugin’s lines, each twice, and of rejected ones', async () => {
    const lines = linesOf('plugin-lines.jsonl');
    const broken = lines.map((line) => line.slice(0, -30));
    const [fast, slow, shared] = await storesOf([...lines, ...broken, ...lines], {});
    expect(fast).toEqual(slow);
    expect(shared).toEqual(fast);
    expect(fast?.['.rejected.jsonl']).not.toBe('');
  });

  const filters = fc.constantFrom<ParseOptions['filters']>(
    {},
    {},
    { no_content: true },
    { session_key: 'b' },
    { redact: ['email'] },
  );

  test('of random logs, committed in several batches, under every filter', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutatedLogs,
        fc.constantFrom(500, 1 << 20),
        filters,
        async (lines, batchSize, filters) => {
          const [fast, slow, shared] = await storesOf(lines, { batchSize, filters });
          expect(fast).toEqual(slow);
          expect(shared).toEqual(fast);
        },
      ),
      { numRuns: 25 },
    );
  });
});

test('sessions that are given up between commits, and loaded again, leave the same store', async () => {
  // A commit for each MiB.
  const lines = Array.from({ length: 20 }, () => linesOf('access.log')).flat();
  const batchSize = 1;
  const [held, ...given] = await storesWith(lines, [
    { batchSize },
    { batchSize, heldWeight: 0 },
    { batchSize, heldWeight: 300 },
  ]);
  expect(JSON.parse(held?.['.state.json'] ?? '').commit).toBeGreaterThan(3);
  for (const store of given)
    expect(Object.entries(store).filter(([name, bytes]) => held?.[name] !== bytes)).toEqual([]);
});

/** A line whose ai_log is this JSON; `rest` are fields beside it. */
const lineOf = (aiLog: string, rest = ''): string =>
  `{"ai_log":${JSON.stringify(aiLog)},"start_time":"2026-02-01T00:00:00Z"${rest}}`;

/** Which paths the lines take; both must come to the same. */
function pathsOf(...lines: string[]): { taken: string[]; known: number } {
  const { fast, slow, taken, known } = takeBothPaths(lines);
  expect(fast).toEqual(slow);
  return { taken, known };
}

describe('the fast path leaves to the slow one', () => {
  test.each([
    ['a key that stands twice', '{"question":"x","question":null,"session_id":"a"}'],
    ['messages that stand twice', '{"messages":[1],"messages":"x","session_id":"a"}'],
    ['a key that is escaped', String.raw`{"mod\u0065l":"gpt","session_id":"a"}`],
  ])('%s', (_, aiLog) => {
    expect(pathsOf(lineOf(aiLog)).taken).toEqual(['slow']);
  });

  test('messages that another session is known to have', () => {
    const first = lineOf('{"messages":["one","two"],"session_id":"a"}');
    const other = lineOf('{"messages":["one","two","three"],"session_id":"b","x":{"session_id":"a"}}');
    expect(pathsOf(first, other).taken).toEqual(['fast', 'slow']);
    const nameless = [lineOf('{"messages":["one","two"]}'), lineOf('{"messages":["one","two","three"]}', ',"session_id":"b"')];
    expect(pathsOf(...nameless).taken).toEqual(['fast', 'slow']);
  });

  test('more messages than can be told apart: they are one text', () => {
    const line = (count: number) => lineOf(`{"messages":[${Array(count).fill('1').join()}],"session_id":"a"}`);
    expect(pathsOf(line(262_144), line(262_145)).taken).toEqual(['fast', 'slow']);
    const read = [262_144, 262_145].map((count) => readLogLine(line(count)));
    expect(read.map((one) => one.kind === 'round' && one.round.messages?.length)).toEqual([262_144, undefined]);
    expect(read[1]).toMatchObject({ round: { messages: null, messagesText: `[${Array(262_145).fill('1').join()}]` } });
    const broken = lineOf(`{"messages":[${Array(262_145).fill('1').join()},x],"session_id":"a"}`);
    expect(readLogLine(broken)).toEqual({ kind: 'rejected', reason: 'ai_log is not valid JSON' });
  });
}); // prettier-ignore

describe('marks for an hour in the cache are found on both paths', () => {
  const WRITES = '"input_token":1,"input_token_details":{"cache_creation_input_tokens":9,"cache_read_input_tokens":0},"model":"claude-x","output_token":1';
  const HOUR = '{"content":[{"cache_control":{"ttl":"1h","type":"ephemeral"},"text":"a","type":"text"}],"role":"user"}';
  const MINUTES = '{"content":[{"cache_control":{"type":"ephemeral"},"text":"b","type":"text"}],"role":"user"}';
  const PLAIN = '{"content":"says {\\"cache_control\\":{\\"ttl\\":\\"1h\\"}}","role":"user"}';
  const round = (...messages: string[]) => lineOf(`{${WRITES},"messages":[${messages.join()}],"session_id":"a"}`);
  const stored = (lines: string[]): unknown[] => {
    const { fast, slow } = takeBothPaths(lines);
    expect(fast).toEqual(slow);
    const [session] = fast as { rounds: string[] }[];
    return (session?.rounds.join('').split(/(?=\{"round":)/) ?? []).map((json) => {
      const { usage_details, flags } = JSON.parse(json.replace(/[,\s]*$/, ''));
      return [usage_details?.cache_write_1h, flags];
    });
  };

  test('in a message that is known from its bytes', () => {
    const lines = [round(PLAIN, HOUR), round(PLAIN, HOUR, PLAIN), round(PLAIN, HOUR, PLAIN, '"last"')];
    expect(pathsOf(...lines)).toEqual({ taken: ['fast', 'fast', 'fast'], known: 5 });
    expect(stored(lines)).toEqual([[9, undefined], [9, undefined], [9, undefined]]);
  });

  test('beside one for five minutes, which is known, or new', () => {
    const lines = [round(MINUTES), round(MINUTES, HOUR), round(HOUR), round(HOUR, '0', MINUTES)];
    expect(pathsOf(...lines).known).toBe(3);
    expect(stored(lines)).toEqual([[undefined, undefined], [9, ['cache-ttl-mixed']], [9, undefined], [9, ['cache-ttl-mixed']]]);
  });

  test('in a system prompt that stands beside ai_log', () => {
    const system = '[{"cache_control":{"ttl":"1h"},"type":"text"}]';
    const beside = [system, JSON.stringify(system)].map((json) => lineOf(`{${WRITES},"messages":[${MINUTES}],"session_id":"a"}`, `,"system":${json}`));
    expect(pathsOf(...beside).taken).toEqual(['fast', 'fast']);
    expect(stored(beside)).toEqual([[9, ['cache-ttl-mixed']], [9, ['cache-ttl-mixed']]]);
  });

  test('with spaces between, and not where a client only writes of one', () => {
    const spaced = HOUR.replaceAll(':', ' : ').replaceAll(',', ' , ');
    const lines = [round(` ${PLAIN} `, ` ${spaced} `, ` ${PLAIN}`), round(PLAIN, PLAIN)];
    expect(pathsOf(...lines).taken).toEqual(['fast', 'fast']);
    expect(stored(lines)).toEqual([[9, undefined], [undefined, undefined]]);
  });
}); // prettier-ignore

test('audio that was sent to a Gemini model is seen on both paths, also in a message that is known', () => {
  const audio = '{"content":[{"input_audio":{"data":"AAAA"},"type":"input_audio"}],"role":"user"}';
  const words = '{"content":"\\"input_audio\\"","role":"user"}';
  const round = (model: string, ...messages: string[]) =>
    lineOf(`{"input_token":9,"messages":[${messages.join()}],"model":"${model}","output_token":1,"session_id":"a"}`);
  const lines = [round('gemini-2.5-flash', words), round('gemini-2.5-flash', words, audio), round('gemini-2.5-flash', words, audio, '1'), round('gpt-4o', words, audio)];
  expect(pathsOf(...lines).taken).toEqual(['fast', 'fast', 'fast', 'fast']);
  const flags = lines.map((line) => { const read = readLogLine(line); return read.kind === 'round' && read.round.flags; });
  expect(flags).toEqual([[], ['modality-unlogged'], ['modality-unlogged'], []]);
}); // prettier-ignore

describe('the fast path takes', () => {
  test('a history in which one message was replaced, and one added', () => {
    const messages = ['"a message that is long enough"', '"two"', '"three, which is to be replaced"', '"four, behind it"', '"five"'];
    const edited = messages.with(2, '"another"').concat('"six"');
    const lines = [messages, edited].map((all) => lineOf(`{"messages":[${all.join()}],"session_id":"a"}`));
    expect(pathsOf(...lines)).toEqual({ taken: ['fast', 'fast'], known: 4 });
  });

  test('known messages that stand elsewhere first, and are known where they are the request', () => {
    const first = lineOf('{"messages":["one","two"],"session_id":"a"}');
    const again = lineOf('{"aa":{"messages":["one","two"]},"messages":["one","two","three"],"session_id":"a"}');
    expect(pathsOf(first, again).taken).toEqual(['fast', 'fast']);
  });

  test.each([-1, 0, 1, 1000])('a text of a MiB and %s bytes, and what stands behind it', (more) => {
    const text = 'x'.repeat((1 << 20) + more);
    const line = lineOf(`{"answer":"${text}","model":"gpt","question":"behind it","session_id":"a"}`);
    expect(pathsOf(line, line).taken).toEqual(['fast', 'fast']);
  });
}); // prettier-ignore
