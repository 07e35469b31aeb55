// What is said of rounds whose own time is not known.
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WRAPS } from '../logs/wrap.ts';
import { makeFolder } from '../platform/make.ts';
import { run, type Ran } from './run.ts';

/** The log was last written then. */
const WRITTEN = '2026-02-02T03:04:05.000Z';

let count = 0;
/** A line of a call; `time`: the JSON of its start_time, `undefined` for none. */
function line(time: string | undefined): string {
  const aiLog = JSON.stringify({ model: 'gpt-4o', input_token: 1, output_token: 1, session_id: 's' });
  const start = time === undefined ? '' : `,"start_time":${time}`;
  return `{"ai_log":${JSON.stringify(aiLog)},"request_id":"r${count++}"${start}}\n`;
}

interface Place {
  log: string;
  store: string;
}

function makePlace(text: string): Place {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  writeFileSync(log, text);
  utimesSync(log, new Date(WRITTEN), new Date(WRITTEN));
  return { log, store: join(folder, 'store') };
}

const parse = ({ log, store }: Place, ...rest: string[]): Promise<Ran> =>
  run(['parse', '--log-path', log, '--output-dir', store, ...rest]);

async function rounds({ store }: Place): Promise<[time: unknown, flags: unknown][]> {
  const { out } = await run(['export', '-', '--format', 'ndjson', '--data-dir', store]);
  const records = out
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  return records.map(({ timestamp, flags }) => [timestamp, (flags as string[]).includes('time-missing')]);
}

const findings = async ({ log, store }: Place): Promise<Record<string, unknown>[]> => {
  const { out } = await run(['doctor', '--json', '--log-path', log, '--data-dir', store]);
  return (JSON.parse(out) as { findings: Record<string, unknown>[] }).findings.filter(({ code }) =>
    ['unread-times', 'no-times'].includes(String(code)),
  );
};

test('times that are read are not said', async () => {
  const place = makePlace(
    ['"2026/06/01T18:00:00+0800"', '1780308001', '"01/Jun/2026:18:00:02 +0800"', '"1780308003000"']
      .map(line)
      .join(''),
  );
  expect((await parse(place)).err).toBe('');
  expect(await rounds(place)).toEqual([
    ['2026-06-01T10:00:00.000Z', false],
    ['2026-06-01T10:00:01.000Z', false],
    ['2026-06-01T10:00:02.000Z', false],
    ['2026-06-01T10:00:03.000Z', false],
  ]);
  expect(await findings(place)).toEqual([]);
});

describe('times that cannot be read, and those that are not there', () => {
  const text = [
    '"06/01/2026 18:00:00"',
    '"06/02/2026 18:00:00"',
    '{"seconds":1}',
    undefined,
    '"-"',
    '""',
    '"2026-02-01T00:00:00Z"',
  ]
    .map(line)
    .join('');
  const said =
    'monitor: 3 rounds have a time that cannot be read, such as "06/01/2026 18:00:00": another time is used instead (flag time-missing)\n' +
    'monitor: 3 rounds have no start_time: the time when the log was last written is used instead (flag time-missing)\n';

  test('parse says them in a line each, once', async () => {
    for (const rest of [[], ['--quiet']]) {
      const place = makePlace(text);
      expect((await parse(place, ...rest)).err).toBe(said);
      expect((await parse(place, ...rest)).err).toBe('');
      expect(await rounds(place)).toEqual([
        ...Array.from({ length: 6 }, () => [WRITTEN, true]),
        ['2026-02-01T00:00:00.000Z', false],
      ]);
    }
  });

  test('parse --json counts them', async () => {
    const place = makePlace(text);
    const first = JSON.parse((await parse(place, '--json')).out) as Record<string, unknown>;
    expect([first['rounds'], first['unread_times'], first['missing_times']]).toEqual([7, 3, 3]);
    const second = JSON.parse((await parse(place, '--json')).out) as Record<string, unknown>;
    expect([second['unread_times'], second['missing_times']]).toEqual([0, 0]);
  });

  test('doctor finds both, with a count and an example', async () => {
    const place = makePlace(text);
    await parse(place);
    expect((await findings(place)).map(({ code, severity, what }) => [code, severity, what])).toEqual([
      [
        'unread-times',
        'warning',
        '3 of 7 rounds have a time that cannot be read, such as "06/01/2026 18:00:00". Another time is used instead, with the flag time-missing.',
      ],
      [
        'no-times',
        'warning',
        '3 of 7 rounds have no start_time. The time when the log was last written is used instead, with the flag time-missing.',
      ],
    ]);
  });
});

test('one round is one', async () => {
  const place = makePlace(line('"18:00"') + line(undefined));
  expect((await parse(place)).err).toBe(
    'monitor: 1 round has a time that cannot be read, such as "18:00": another time is used instead (flag time-missing)\n' +
      'monitor: 1 round has no start_time: the time when the log was last written is used instead (flag time-missing)\n',
  );
});

test('the time of a container’s runtime is good enough for none, and does not hide one that cannot be read', async () => {
  const wrap = (text: string): string =>
    WRAPS.cri({ stream: 'stdout', text: Buffer.from(text.trimEnd()), isEnd: true }).toString();
  const place = makePlace(wrap(line(undefined)) + wrap(line('"06/01/2026"')));
  expect((await parse(place)).err).toBe(
    'monitor: 1 round has a time that cannot be read, such as "06/01/2026": another time is used instead (flag time-missing)\n',
  );
  expect((await findings(place)).map(({ code }) => code)).toEqual(['unread-times']);
});

test('a hostile time is said as one line of plain text', async () => {
  const place = makePlace(
    line(JSON.stringify(`\u001b[31mred\nmonitor: all is well\u202e${'x'.repeat(1000)}`)),
  );
  const { err } = await parse(place);
  expect(err).toMatch(/^monitor: 1 round has .* such as "red monitor: all is wellx+": another .*\n$/);
  expect(err.length).toBeLessThan(220);
});
