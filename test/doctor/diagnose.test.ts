import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { aiLine, changeBit, makeBase, otherLine, run } from '../ingest/make.ts';
import { contentOf } from '../platform/make.ts';
import { DOCKER_PART_BYTES } from '../../src/logs/wrapped-line.ts';
import { SHIPPERS } from '../logs/shippers.ts';
import { WRAPS, cutLine } from '../logs/wrap.ts';
import { codesOf, LINES, look, makePlace } from './make.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

test('nothing is wrong with a store that is up to date', async () => {
  const place = await makePlace();
  const { findings, logs, store, entries } = await look(place);
  expect(findings).toEqual([]);
  const { size, mtimeMs } = statSync(place.log);
  const counts = { files: 1, bytes: size, lines: 4, rounds: 3, unreadBytes: 0 };
  expect(logs).toEqual({ ...counts, paths: [place.log], lastWritten: mtimeMs });
  expect(store).toMatchObject({ sessions: 2, rounds: 3, rejectedLines: 0, gaps: [] });
  expect(entries).toHaveLength(1);
});

test('changes nothing, neither log nor store', async () => {
  const place = await makePlace();
  const before = [contentOf(place.dir), statSync(place.dir).mtimeMs, readdirSync(place.folder)];
  await look(place);
  expect([contentOf(place.dir), statSync(place.dir).mtimeMs, readdirSync(place.folder)]).toEqual(before);
});

test('known rounds are counted once for each log, also for one that is gone and for one that came back', async () => {
  const place = await makePlace();
  const all = join(place.folder, 'logs/*.log');
  const copy = join(place.folder, 'logs/copy.log');
  const known = async (): Promise<number | undefined> => (await look(place)).store?.knownRounds;
  expect(await known()).toBe(0);
  writeFileSync(copy, [otherLine(7), ...LINES.slice(2)].join(''));
  await run(place.dir, all);
  expect(await known()).toBe(2);
  rmSync(copy);
  for (let i = 0; i < 3; i++) await run(place.dir, all);
  expect(await known()).toBe(2);
  writeFileSync(copy, [otherLine(7), ...LINES.slice(2), LINES[0]].join(''));
  await run(place.dir, all);
  expect(await known()).toBe(3);
});

test.each(['cri', 'docker'] as const)('nothing is wrong with a container log: %s', async (form) => {
  const size = form === 'cri' ? 100 : DOCKER_PART_BYTES;
  const lines = [...LINES, aiLine('b', 1, { answer: 'x'.repeat(40_000) })];
  const pieces = lines.flatMap((line) => cutLine('stdout', Buffer.from(line.trim()), [size], true));
  expect(pieces.length).toBeGreaterThan(lines.length);
  const place = await makePlace(pieces.map((piece) => WRAPS[form](piece).toString()));
  expect(await look(place)).toMatchObject({ findings: [], logs: { lines: 5, rounds: 4, unreadBytes: 0 } });
});

/** A line as another gateway's configuration would write it. */
function alter(line: string, change: (aiLog: Record<string, unknown>) => void): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const aiLog = JSON.parse(String(fields['ai_log'])) as Record<string, unknown>;
  change(aiLog);
  return `${JSON.stringify({ ...fields, ai_log: JSON.stringify(aiLog) })}\n`;
}

const LONG = 'x'.repeat(2000);
const claude = { model: 'claude-sonnet-4-5', cached_tokens: undefined };

describe('a log that shows one lack', () => {
  test.each<[string, string[]]>([
    ['no-ai-log error', ['{"method":"GET","path":"/"}\n', '{"method":"POST","path":"/v1"}\n']],
    ['no-ai-log error', ['GET / 200\n', 'POST /v1 200\n']],
    ['no-ai-calls warning', [otherLine(0), otherLine(1)]],
    ['no-session-id error', [alter(LINES[0] ?? '', (ai) => delete ai['session_id'])]],
    [
      'no-usage warning',
      [aiLine('a', 0, { input_token: null, output_token: null, total_token: null, response_type: 'stream' })],
    ],
    ['no-messages warning', [aiLine('a', 0, { messages: null }), aiLine('a', 1, { messages: null })]],
    [
      'cut-values warning',
      [aiLine('a', 0, { messages: `[map[content:${LONG} [truncated] ${LONG}content:] role:user]]` })],
    ],
    ['cut-values warning', [aiLine('a', 0, { answer: `${LONG} [truncated] ${LONG}` })]],
    ['cache-unknown warning', [aiLine('a', 0, claude)]],
    ['rejected-lines warning', [...LINES, '{"ai_log":"{\\"model\\":"}\n']],
    ['unpriced-rounds warning', [aiLine('a', 0, { model: 'no-such-model' }), aiLine('b', 0)]],
  ])('%s, and nothing else', async (found, lines) => {
    expect(await codesOf(await makePlace(lines))).toEqual([found]);
  });

  test('a model without a price is one for a price file, and no model is none', async () => {
    const unpriced = async (...lines: string[]) =>
      (await look(await makePlace(lines))).findings.find(({ code }) => code === 'unpriced-rounds');
    const nameless = [aiLine('a', 0, { model: null }), aiLine('a', 1, { model: null })];
    const both = await unpriced(...nameless, aiLine('b', 0, { model: 'no-such-model' }));
    expect(both?.what).toContain('(unknown, no-such-model)');
    expect(both?.setting).toBe('{"models":[{"match":"no-such-model","input":…,"output":…}]}');
    expect(both?.fix).toContain('monitor prices --refresh --prices <file>');
    const alone = await unpriced(...nameless);
    expect([alone?.setting, alone?.fix]).toEqual([undefined, expect.stringContaining('no price file can')]);
  });

  test('one of many rounds is no setting: a note', async () => {
    const lines = Array.from({ length: 20 }, (_, n) => aiLine('a', n));
    lines.push(alter(LINES[0] ?? '', (ai) => delete ai['session_id']));
    lines.push(aiLine('a', 20, { input_token: 0, output_token: 0, total_token: 0 }));
    const { findings } = await look(await makePlace(lines));
    expect(findings.map(({ code, severity, what }) => [code, severity, what])).toEqual([
      ['no-session-id', 'note', "1 of 22 rounds has no session id and goes into the session 'default'."],
      ['no-usage', 'note', '1 of 22 rounds has no token counts, so the cost is not known.'],
    ]);
  });

  test('a failed request has no tokens, which is no lack', async () => {
    const fields = JSON.parse(aiLine('a', 0, { input_token: null, output_token: null, total_token: null }));
    const line = `${JSON.stringify({ ...fields, response_code: '502' })}\n`;
    expect(await codesOf(await makePlace([line]))).toEqual([]);
  });

  test('texts are not missed in a store that keeps none', async () => {
    const place = await makePlace(
      [aiLine('a', 0, { messages: null, answer: `${LONG} [truncated] ${LONG}` })],
      false,
    );
    await run(place.dir, place.log, { filters: { no_content: true } });
    expect(await codesOf(place)).toEqual([]);
  });

  test('the plugin’s mark in somebody’s words is no cut', async () => {
    expect(await codesOf(await makePlace([aiLine('a', 0, { answer: `see [truncated] ${LONG}` })]))).toEqual(
      [],
    );
  });
});

describe('a log that is not there as it should be', () => {
  test('missing: says where Higress puts it', async () => {
    const place = await makePlace();
    const elsewhere = join(place.folder, 'elsewhere.log');
    const { findings } = await look(place, { logPaths: [place.log, elsewhere] });
    expect(findings).toMatchObject([{ code: 'log-missing', severity: 'error', where: elsewhere }]);
    expect(findings[0]?.what).toContain('/var/log/proxy/access.log');
    expect(findings[0]?.fix).toContain('accessLogFile');
  });

  test('empty', async () => {
    const place = await makePlace();
    writeFileSync(join(place.folder, 'empty.log'), '');
    expect(await codesOf(place, { logPaths: [join(place.folder, 'empty.log')] })).toEqual([
      'log-empty warning',
    ]);
  });

  test('not readable by this user', async () => {
    const place = await makePlace();
    const files: Files = {
      ...nodeFiles,
      open(path, how) {
        if (path === place.log) throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
        return nodeFiles.open(path, how);
      },
    };
    const { findings } = await look(place, {}, files);
    expect(findings).toMatchObject([{ code: 'log-unreadable', severity: 'error', where: place.log }]);
  });
});

describe('the store', () => {
  test('not there yet', async () => {
    expect(await codesOf(await makePlace(LINES, false))).toEqual(['store-missing warning']);
  });

  test('a folder of something else', async () => {
    const place = await makePlace(LINES, false);
    mkdirSync(place.dir);
    writeFileSync(join(place.dir, 'holiday.jpg'), 'x');
    expect(await codesOf(place)).toEqual(['store-unreadable error']);
  });

  test('damaged: names the command that repairs', async () => {
    const place = await makePlace();
    writeFileSync(join(place.dir, '.state.json'), '');
    const { findings } = await look(place);
    expect(findings).toMatchObject([{ code: 'store-unreadable', severity: 'error', where: place.dir }]);
    expect(findings[0]?.fix).toContain(`monitor repair --data-dir ${place.dir}`);
  });

  test.each(['record', 'cells', 'parts'])('an index of which a bit has changed in its %s', async (part) => {
    const place = await makePlace();
    const { path, partAt } = makeBase(place.dir);
    expect(await codesOf(place)).toEqual([]);
    changeBit(path, partAt(part));
    const { findings } = await look(place);
    expect(findings).toMatchObject([{ code: 'store-unreadable', severity: 'error' }]);
    expect(findings[0]?.what).toContain(`${path} is damaged at byte `);
  });

  test('lines that wait: a run is overdue after ten minutes', async () => {
    const place = await makePlace();
    const written = Date.UTC(2027, 1, 1);
    const more = aiLine('a', 2);
    writeFileSync(place.log, LINES.join('') + more);
    utimesSync(place.log, written / 1000, written / 1000);
    expect(await codesOf(place, { now: written + 10 * MINUTE - 1 })).toEqual([]);
    const { findings, logs } = await look(place, { now: written + 10 * MINUTE });
    expect(findings).toMatchObject([{ code: 'unread-log', severity: 'warning', where: place.log }]);
    expect(findings[0]?.what).toContain(
      `${more.length} bytes of 1 log have been waiting for at least 10 minutes`,
    );
    expect(findings[0]?.setting).toBe(`monitor parse --log-path ${place.log} --output-dir ${place.dir}`);
    expect(logs.unreadBytes).toBe(more.length);
  });

  test('half a line waits for its end, and is not unread: a finding where it waits for ten minutes', async () => {
    const written = Date.UTC(2027, 1, 1);
    const place = await makePlace();
    const half = aiLine('a', 2).slice(0, -1);
    writeFileSync(place.log, LINES.join('') + half);
    utimesSync(place.log, written / 1000, written / 1000);
    expect(await codesOf(place, { now: written + 10 * MINUTE - 1 })).toEqual([]);
    const { findings, logs } = await look(place, { now: written + 10 * MINUTE });
    expect(findings).toMatchObject([{ code: 'line-open', severity: 'warning', where: place.log }]);
    expect(findings[0]?.what).toMatch(
      new RegExp(`^The last ${half.length} bytes of the log have no line break .* for 10 minutes: `),
    );
    expect(logs.unreadBytes).toBe(0);
    expect(await codesOf(place, { now: written + 40 * DAY })).toContain('line-open note');
    writeFileSync(place.log, `${LINES.join('')}${half}\n`);
    utimesSync(place.log, written / 1000, written / 1000);
    expect(await codesOf(place, { now: written + 10 * MINUTE })).toEqual(['unread-log warning']);
  });

  test('a log without any line break is not silent', async () => {
    const place = await makePlace();
    writeFileSync(place.log, (aiLine('c', 0) + aiLine('c', 1)).replaceAll('\n', '\r'));
    utimesSync(place.log, 1_800_000_000, 1_800_000_000);
    expect(await codesOf(place, { now: 1_800_000_000_000 + DAY })).toContain('line-open warning');
  });

  test('a log that was rotated, and read before, is not unread', async () => {
    const place = await makePlace();
    renameSync(place.log, `${place.log}.1`);
    writeFileSync(place.log, '');
    expect(await codesOf(place, { now: Date.now() + DAY })).toEqual([]);
  });

  test('another log’s store: everything waits', async () => {
    const place = await makePlace();
    const other = join(place.folder, 'other.log');
    writeFileSync(other, aiLine('c', 0) + aiLine('c', 1));
    expect(await codesOf(place, { logPaths: [other] })).toEqual(['unread-log warning']);
  });

  test('bytes that vanished unread: a warning for a month, then a note', async () => {
    const place = await makePlace();
    // Half a line was seen, and never again.
    writeFileSync(place.log, LINES.join('') + aiLine('a', 2).slice(0, 50));
    await run(place.dir, place.log);
    rmSync(place.log);
    const other = join(place.folder, 'logs/access.log.9');
    writeFileSync(other, aiLine('z', 0));
    const vanished = Date.now();
    for (let i = 0; i < 2; i++) await run(place.dir, place.log, { now: () => vanished });
    const { findings, store } = await look(place, { now: vanished + 5 * MINUTE });
    expect(findings).toMatchObject([{ code: 'lost-bytes', severity: 'warning', where: place.log }]);
    expect(findings[0]?.what).toMatch(
      /^50 bytes of 1 log vanished before they were read, most recently 5 minutes ago/,
    );
    expect(store?.gaps).toMatchObject([{ path: place.log, bytes: 50 }]);
    const later = vanished + 31 * DAY;
    expect(await codesOf(place, { now: later })).toEqual(['log-idle note', 'lost-bytes note']);
  });
});

test('a price file that parse would refuse', async () => {
  const place = await makePlace();
  const path = join(place.folder, 'prices.json');
  writeFileSync(path, '{"models":[{"match":"x","input":"cheap"}]}');
  expect(await codesOf(place, { pricesPath: path })).toEqual(['prices-unreadable error']);
  expect(await codesOf(place, { pricesPath: join(place.folder, 'none.json') })).toEqual([
    'prices-unreadable error',
  ]);
  writeFileSync(path, '{"models":[{"match":"x","input":1,"output":2}]}');
  expect(await codesOf(place, { pricesPath: path })).toEqual([]);
});

describe('what runs parse', () => {
  test('nothing: a note, with the line to add', async () => {
    const place = await makePlace();
    const { findings } = await look(place, {
      schedules: [{ where: 'crontab -l', text: '# monitor parse\n' }],
    });
    expect(findings).toMatchObject([{ code: 'no-schedule', severity: 'note' }]);
    expect(findings[0]?.setting).toBe(
      `* * * * * /usr/bin/node /opt/monitor/bin/monitor.js parse --log-path ${place.log} --output-dir ${place.dir} --quiet`,
    );
  });

  test('another store’s', async () => {
    const place = await makePlace();
    const text = '* * * * * monitor parse --output-dir /srv/other --quiet\n';
    const { findings } = await look(place, { schedules: [{ where: '/etc/crontab', text }] });
    expect(findings).toMatchObject([{ code: 'other-schedule', severity: 'warning', where: '/etc/crontab' }]);
    expect(findings[0]?.what).toContain('/srv/other');
  });
});

/** Lines as Kubernetes and as Docker keep what a container prints; a long one in two parts. */
const WRAPPED = {
  cri(line: string): string {
    const half = line.length >> 1;
    const stamp = '2026-02-01T00:00:05.123456789Z stdout';
    return `${stamp} P ${line.slice(0, half)}\n${stamp} F ${line.slice(half)}`;
  },
  docker(line: string): string {
    return [line.slice(0, DOCKER_PART_BYTES), line.slice(DOCKER_PART_BYTES)]
      .filter((log) => log !== '')
      .map((log) => `${JSON.stringify({ log, stream: 'stdout', time: '2026-02-01T00:00:05.123456789Z' })}\n`)
      .join('');
  },
};

describe.each(Object.entries(WRAPPED))('what a container printed (%s)', (_form, wrap) => {
  test('is read as a plain log is', async () => {
    const place = await makePlace(LINES.map(wrap));
    const { findings, logs } = await look(place);
    expect(findings).toEqual([]);
    expect(logs).toMatchObject({ lines: 4, rounds: 3, unreadBytes: 0 });
  });

  test('and waits since the file was written, whatever time the container says', async () => {
    const place = await makePlace(LINES.map(wrap));
    writeFileSync(place.log, [...LINES, aiLine('a', 2)].map(wrap).join(''));
    const written = Date.UTC(2027, 1, 1);
    utimesSync(place.log, written / 1000, written / 1000);
    expect(await codesOf(place, { now: written + 10 * MINUTE - 1 })).toEqual([]);
    expect(await codesOf(place, { now: written + 10 * MINUTE })).toEqual(['unread-log warning']);
  });
});

describe('a log that something else has wrapped', () => {
  const unknown = (line: string): string =>
    `[0] kube: [[1.1, {}], {"log"=>"${line.trim().replaceAll('"', '\\"')}"}]\n`;

  test.each(SHIPPERS)('$name: nothing is wrong', async ({ wrap }) => {
    const place = await makePlace(LINES.map((line) => `${wrap(line.trim())}\n`));
    const { findings, logs } = await look(place);
    expect(findings).toEqual([]);
    expect(logs).toMatchObject({ lines: 4, rounds: 3, unreadBytes: 0 });
  });

  test('in a form that is not read: that is said, and not that ai_log is missing', async () => {
    const place = await makePlace(LINES.map(unknown));
    const { findings } = await look(place);
    expect(findings).toMatchObject([
      {
        code: 'unknown-form',
        severity: 'error',
        what: '3 of 4 lines hold a call that could not be read. Main reason: the form of the line is unknown.',
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain('Put ai_log first');
  });

  test('some of its lines in a form that is not read', async () => {
    const place = await makePlace([...LINES, unknown(LINES[0] ?? '')]);
    expect(await codesOf(place)).toEqual(['unknown-form warning']);
  });

  test('a record that is cut off is a rejected line', async () => {
    const place = await makePlace([...LINES, `${JSON.stringify({ message: LINES[0] }).slice(0, -9)}\n`]);
    expect(await codesOf(place)).toEqual(['rejected-lines warning']);
  });

  test('a line that waits for its last part is counted', async () => {
    const [piece] = cutLine('stdout', Buffer.from(LINES[0] ?? ''), [100], true);
    const place = await makePlace([...LINES.map(WRAPPED.cri), piece ? WRAPS.cri(piece).toString() : '']);
    expect((await look(place)).store?.held).toBe(1);
  });
});

describe('the sample', () => {
  test('is the end of a large log, and its head', async () => {
    const old = otherLine(0).repeat(80_000);
    const place = await makePlace([old.slice(0, 9 << 20), '\n', ...LINES], false);
    const { logs, findings } = await look(place);
    expect(logs.rounds).toBe(3);
    expect(logs.lines).toBeLessThan(80_000);
    expect(logs.bytes).toBeGreaterThan(8 << 20);
    expect(findings.map(({ code }) => code)).toEqual(['store-missing']);
  });

  test('holds at least the last line, however long', async () => {
    const line = aiLine('a', 0, { answer: 'x'.repeat(9 << 20) });
    const { logs } = await look(await makePlace([line, line], false));
    expect(logs.rounds).toBeGreaterThan(0);
  });

  test('is of a compressed log where there is no other', async () => {
    const place = await makePlace(LINES, false);
    rmSync(place.log);
    writeFileSync(`${place.log}.1.gz`, gzipSync(LINES.join('')));
    expect((await look(place)).logs).toMatchObject({ files: 1, lines: 4, rounds: 3 });
  });
});
