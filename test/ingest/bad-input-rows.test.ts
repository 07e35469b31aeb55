import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../src/store/read.ts';
import { aiLine, makeFolder, otherLine, run, storedRequests } from './make.ts';

/** Rows of the failure matrix in docs/reliability.md, by number. */

function parseText(text: string | Buffer): ReturnType<typeof parseIn> {
  return parseIn(makeFolder(), text);
}

async function parseIn(folder: string, text: string | Buffer) {
  const log = join(folder, 'access.log');
  const store = join(folder, 'sessions');
  writeFileSync(log, text);
  const result = await run(store, log);
  return { log, store, result, sessions: readSnapshot(store).sessions };
}

describe('bad input', () => {
  test('row 30: a 300 MB line is rejected within bounded memory, and the next line is fine', async () => {
    const log = join(makeFolder(), 'access.log');
    const fd = openSync(log, 'w');
    writeSync(fd, '{"ai_log":"{\\"answer\\":\\"');
    const chunk = Buffer.alloc(1 << 20, 'x');
    for (let i = 0; i < 300; i++) writeSync(fd, chunk);
    writeSync(fd, `\\"}"}\n${aiLine('a', 1)}`);
    closeSync(fd);
    const store = `${log}.sessions`;
    const before = process.memoryUsage().rss;
    expect(await run(store, log)).toMatchObject({ rounds: 1, rejectedLines: 1 });
    expect(process.memoryUsage().rss - before).toBeLessThan(220 << 20);
    expect(storedRequests(store)).toEqual(['a-1']);
    const [rejected = ''] = readFileSync(join(store, '.rejected.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(rejected)).toMatchObject({
      path: log,
      at: [1, 0],
      reason: 'the line is longer than 67108864 bytes',
    });
  });

  test('row 31: invalid UTF-8, NULs, a BOM and CRLF leave byte offsets exact, and the text valid', async () => {
    const odd = Buffer.concat([
      Buffer.from('\u{feff}'),
      Buffer.from(aiLine('a', 0).replace('\n', '\r\n')),
      Buffer.alloc(700),
      Buffer.from(aiLine('a', 1)),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(aiLine('a', 2, { answer: 'AAAA' }).replace('AAAA', '\u{0}\u{0}\u{0}\u{0}')),
    ]);
    const invalid = Buffer.from(aiLine('a', 3, { answer: 'BBBB' }));
    invalid.set([0xc3, 0x28, 0xff, 0xf0], invalid.indexOf('BBBB'));
    const { log, store, result } = await parseText(Buffer.concat([odd, invalid]));
    expect(result).toMatchObject({ rounds: 3, rejectedLines: 1, otherLines: 1 });
    expect(result.bytes).toBe(odd.length + invalid.length);
    appendFileSync(log, aiLine('a', 4));
    expect((await run(store, log)).rounds).toBe(1);
    expect(storedRequests(store)).toEqual(['a-0', 'a-1', 'a-3', 'a-4']);
    const bytes = readFileSync(join(store, 'a.json'));
    expect(() => new TextDecoder('utf8', { fatal: true }).decode(bytes)).not.toThrow();
    expect(JSON.parse(bytes.toString()).rounds[2].answer).toBe('\u{fffd}(\u{fffd}\u{fffd}');
  });

  test('row 32: a quote in the user agent leaves the round', async () => {
    const line = aiLine('a', 0).replace('"user_agent":"test"', '"user_agent":"my "best" agent"');
    const { store, sessions } = await parseText(line);
    expect(storedRequests(store)).toEqual(['a-0']);
    expect(sessions.get('a')?.created).toBe(Date.UTC(2026, 1, 1));
  });

  test('row 33: a second ai_log key written by a client is never believed', async () => {
    const forged = JSON.stringify(
      JSON.stringify({ session_id: 'victim', model: 'gpt-4o', input_token: 5, total_token: 5 }),
    );
    const attack = `"user_agent":"x","ai_log":${forged},"y":"z"`;
    const lines = [aiLine('a', 0), otherLine(0).trimEnd().slice(0, -1) + ',"user_agent":"test"}\n'];
    const { result, sessions } = await parseText(
      lines.map((line) => line.replace('"user_agent":"test"', attack)).join(''),
    );
    expect(result).toMatchObject({ rounds: 0, rejectedLines: 2, otherLines: 0 });
    expect([...sessions.keys()]).toEqual([]);
  });

  test.each([
    ['"-"', 'otherLines'],
    ['""', 'otherLines'],
    ['null', 'otherLines'],
    ['"null"', 'otherLines'],
    ['"{}"', 'rounds'],
    ['{}', 'rounds'],
    ['"[]"', 'rejectedLines'],
    ['[]', 'rejectedLines'],
    ['5', 'rejectedLines'],
    ['"5"', 'rejectedLines'],
    ['"{\\"answer\\":\\"cu"', 'rejectedLines'],
    ['"{\\"messages\\":[{]}"', 'rejectedLines'],
    ['"{\\"answer\\":tru}"', 'rejectedLines'],
  ])('row 34: ai_log of %s counts as what it is', async (value, kind) => {
    const { result, store } = await parseText(`{"ai_log":${value},"request_id":"a-0"}\n${aiLine('a', 1)}`);
    const counts = { rounds: 1, otherLines: 0, rejectedLines: 0 };
    counts[kind as keyof typeof counts]++;
    expect(result).toMatchObject(counts);
    expect(storedRequests(store)).toContain('a-1');
  });

  test.each([-5, 1.5, 1e300, 'abc', '1e999', 'NaN', true, [], {}])(
    'row 35: a token count of %j is no number anywhere, and flagged',
    async (count) => {
      const { store, sessions } = await parseText(aiLine('a', 0, { input_token: count, total_token: count }));
      const [cell] = sessions.get('a')?.usage ?? [];
      expect([cell?.input, cell?.output]).toEqual([0, 10]);
      const { rounds } = JSON.parse(readFileSync(join(store, 'a.json'), 'utf8')) as {
        rounds: { flags: string[] }[];
      };
      expect(rounds[0]?.flags).toContain('bad-count');
    },
  );

  test('row 36: hostile session ids are stored apart, inside the store', async () => {
    const ids = [
      '../../x',
      'a/b',
      '.',
      '..',
      '.state',
      '.state.json',
      '__proto__',
      'constructor',
      'x'.repeat(4096),
    ];
    ids.push(
      '<script>',
      'line\nbreak',
      '\u{1b}[31mred',
      'Case',
      'case',
      'CASE',
      '%2E',
      'toString',
      `${'x'.repeat(4095)}y`,
    );
    const folder = makeFolder();
    const { store, sessions } = await parseIn(folder, ids.map((id) => aiLine(id, 0)).join(''));
    expect([...sessions.keys()].toSorted()).toEqual(ids.toSorted());
    expect(readdirSync(folder).toSorted()).toEqual(['access.log', 'sessions']);
    const files = readdirSync(store).filter((name) => !name.startsWith('.'));
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(ids.length);
    for (const { id, file } of sessions.values()) {
      expect(JSON.parse(readFileSync(join(store, file), 'utf8'))).toMatchObject({
        session_id: id,
        messages_count: 1,
      });
    }
  });

  test('row 39: times out of order, absurd or missing do not change what is counted', async () => {
    const at = (time: string, n: number): string =>
      aiLine('a', n).replace(/"start_time":"[^"]*"/, `"start_time":"${time}"`);
    const times = [
      '2026-02-01T00:00:10Z',
      '2026-02-01T00:00:05Z',
      '1970-01-01T00:00:00Z',
      '9999-01-01T00:00:00Z',
      'soon',
      '',
    ];
    const { store, sessions } = await parseText(times.map((time, n) => at(time, n)).join(''));
    const entry = sessions.get('a');
    expect(entry).toMatchObject({ rounds: 6, created: Date.UTC(2026, 1, 1, 0, 0, 5) });
    const { rounds } = JSON.parse(readFileSync(join(store, 'a.json'), 'utf8')) as {
      rounds: { flags?: string[] }[];
    };
    expect(rounds.map(({ flags }) => flags?.includes('time-missing') ?? false)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('the store keeps no text where none is wanted', () => {
  test('--no-content leaves no text, title, digest or rejected text', async () => {
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    const store = join(folder, 'sessions');
    const secret = {
      question: 'a SECRET question',
      answer: 'SECRET',
      reasoning: 'SECRET',
      system: 'SECRET',
      tool_calls: ['SECRET'],
    };
    writeFileSync(
      log,
      aiLine('a', 0, { ...secret, messages: [{ role: 'user', content: 'SECRET' }] }) +
        '{"ai_log":"{SECRET"}\n',
    );
    await run(store, log, { filters: { no_content: true } });
    appendFileSync(log, aiLine('a', 1, { ...secret, messages: 'SECRET cut' }));
    await run(store, log);
    const kept = readdirSync(store)
      .map((name) => readFileSync(join(store, name), 'utf8'))
      .join('');
    expect(kept).not.toContain('SECRET');
    expect(kept).not.toContain('digest');
    expect(readSnapshot(store).sessions.get('a')).toMatchObject({ rounds: 2, title: null });
    expect(JSON.parse(readFileSync(join(store, 'a.json'), 'utf8')).rounds[0]).not.toHaveProperty('question');
  });
});
