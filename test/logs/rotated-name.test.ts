// Who rotates logs, and what they call them. Each row is in the order of age, as its source says it is made.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoverLogs } from '../../src/logs/discover.ts';
import { ageOf } from '../../src/logs/rotated-name.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { makeFolder } from '../platform/make.ts';

/** Writes the files with times against their order, where the names say it. */
async function order(live: string, names: readonly string[], times: 'against' | 'along'): Promise<string[]> {
  const folder = makeFolder();
  names.forEach((name, i) => {
    writeFileSync(join(folder, name), name);
    const seconds = 1_780_000_000 + (times === 'along' ? i : names.length - i) * 60;
    utimesSync(join(folder, name), seconds, seconds);
  });
  const { logs } = await discoverLogs(nodeFiles, [join(folder, live)]);
  return logs.map(({ path }) => path.slice(folder.length + 1));
}

describe('oldest first, by their names', () => {
  test.each<[string, string, string[]]>([
    ['logrotate', 'access.log', ['access.log.10.gz', 'access.log.9.gz', 'access.log.1', 'access.log']],
    ['logrotate start 0', 'access.log', ['access.log.1.gz', 'access.log.0', 'access.log']],
    ['logrotate extension .log', 'access.log', ['access.2.log.gz', 'access.1.log', 'access.log']],
    ['logrotate dateext', 'access.log', ['access.log-20260531.gz', 'access.log-20260601', 'access.log']],
    [
      'logrotate dateext extension .log',
      'access.log',
      ['access-20260531.log.gz', 'access-20260601.log', 'access.log'],
    ],
    [
      'logrotate dateformat -%Y%m%d-%s',
      'access.log',
      ['access.log-20260601-1717200000.gz', 'access.log-20260601-1717286400', 'access.log'],
    ],
    [
      'logrotate dateformat -%s',
      'access.log',
      ['access.log-1717200000', 'access.log-1717286400', 'access.log'],
    ],
    [
      'logrotate dateformat .%Y-%m-%d',
      'access.log',
      ['access.log.2026-05-31', 'access.log.2026-06-01', 'access.log'],
    ],
    [
      'logrotate dateformat _%Y%m%d',
      'access.log',
      ['access.log_20260531', 'access.log_20260601', 'access.log'],
    ],
    [
      'logrotate dateformat -%Y%m%d%H%M%S',
      'access.log',
      ['access.log-20260601095959', 'access.log-20260601100000', 'access.log'],
    ],
    ['logrotate hourly', 'access.log', ['access.log-2026060109', 'access.log-2026060110', 'access.log']],
    [
      'logrotate monthly, -%Y%m and -%Y-%m',
      'access.log',
      ['access.log-202605', 'access.log-2026-06', 'access.log'],
    ],
    ['logrotate weekly, -%Y-%V', 'access.log', ['access.log-2026-09', 'access.log-2026-22', 'access.log']],
    [
      'logrotate compressext',
      'access.log',
      ['access.log.4.xz', 'access.log.3.bz2', 'access.log.2.zst', 'access.log.1.lz4', 'access.log'],
    ],
    ['logrotate addextension .bak', 'access.log', ['access.log.2.bak', 'access.log.1.bak', 'access.log']],
    [
      'numbered, then dated',
      'access.log',
      ['access.log.1.20260531.gz', 'access.log.1.20260601.gz', 'access.log'],
    ],
    [
      'lumberjack (zap, Go)',
      'access.log',
      ['access-2026-06-01T10-00-00.000.log.gz', 'access-2026-06-01T10-00-00.120.log', 'access.log'],
    ],
    [
      'log4j2 and logback, %d{yyyy-MM-dd}-%i',
      'access.log',
      ['access-2026-06-01-2.log.gz', 'access-2026-06-01-10.log.gz', 'access-2026-06-02-1.log', 'access.log'],
    ],
    [
      'logback, %d{yyyy-MM-dd}.%i',
      'access.log',
      ['access.log.2026-06-01.9.gz', 'access.log.2026-06-01.10', 'access.log'],
    ],
    [
      'logback, %d{yyyy-MM-dd_HH}',
      'access.log',
      ['access.2026-06-01_09.log', 'access.2026-06-01_10.log', 'access.log'],
    ],
    [
      'log4j DailyRollingFileAppender',
      'access.log',
      ['access.log.2026-06-01-09', 'access.log.2026-06-01-10', 'access.log'],
    ],
    ['cronolog, by a link', 'access.log', ['access-20260531.log', 'access-20260601.log', 'access.log']],
    ['Apache rotatelogs', 'access_log', ['access_log.1717200000', 'access_log.1717286400', 'access_log']],
    [
      'Apache rotatelogs %Y-%m-%d-%H_%M_%S',
      'access_log',
      ['access_log.2026-06-01-09_59_59', 'access_log.2026-06-01-10_00_00', 'access_log'],
    ],
    [
      'Go file-rotatelogs',
      'access_log',
      ['access_log.202606010959', 'access_log.202606011000', 'access_log.202606011000.1', 'access_log'],
    ],
    [
      'Python TimedRotatingFileHandler',
      'access.log',
      ['access.log.2026-06-01_09-59-59', 'access.log.2026-06-01_10-00-00', 'access.log'],
    ],
    [
      'winston-daily-rotate-file',
      'access.log',
      ['access-2026-06-01-09.log', 'access-2026-06-01-10.log', 'access.log'],
    ],
    ['pm2-logrotate', 'out.log', ['out__2026-05-31_00-00-00.log', 'out__2026-06-01_00-00-00.log', 'out.log']],
    [
      'newsyslog -t',
      'access.log',
      ['access.log.20260531T100000.zst', 'access.log.20260601T100000.bz2', 'access.log'],
    ],
    ['savelog -d', 'access.log', ['access.log.20260531101112.gz', 'access.log.20260601101112', 'access.log']],
    ['kubelet', '0.log', ['0.log.20260201-093015.gz', '0.log.20260201-093515', '0.log']],
    ['Docker json-file', 'id-json.log', ['id-json.log.2.gz', 'id-json.log.1', 'id-json.log']],
    ['supervisord', 'gateway.log', ['gateway.log.2', 'gateway.log.1', 'gateway.log']],
    ['a date before the name', 'access.log', ['20260531-access.log', '20260601-access.log.gz', 'access.log']],
    ['dates before the name', 'access.log', ['2026-05-31_access.log', '2026-06-01.access.log', 'access.log']],
    ['date and underscore', 'access.log', ['access_20260531.log', 'access_20260601.log', 'access.log']],
    ['number and hyphen', 'access.log', ['access-10.log', 'access-2.log.gz', 'access-1.log', 'access.log']],
    ['compressed before it is numbered', 'access.log', ['access.log.gz.2', 'access.log.gz.1', 'access.log']],
    [
      'multilog, svlogd, s6-log',
      'current',
      [
        '@400000006a1d5f0a00000000.s',
        '@400000006a1d5f0a00000001.s',
        '@400000006a1e5f0a12345678.u',
        'current',
      ],
    ],
    [
      'what was dated, then old, then numbered',
      'access.log',
      ['access.log-20260601', 'access.log.old', 'access.log.2', 'access.log.1', 'access.log'],
    ],
    ['one former log', 'access.log', ['access.log.old', 'access.log']],
    ['the same with the word inside', 'access.log', ['access.old.log', 'access.log']],
  ])('%s', async (_, live, names) => {
    expect(await order(live, names, 'against')).toEqual(names);
    expect(await order(live, names, 'along')).toEqual(names);
  });
});

describe('oldest first, by when they were last written, where the names do not say it', () => {
  test.each<[string, string[]]>([
    ['words', ['access.log.old', 'access.log.bak', 'access.log']],
    ['words, turned round', ['access.log.bak', 'access.log.old', 'access.log']],
    ['logrotate dateformat -%d%m%Y', ['access.log-02062026', 'access.log-01072026', 'access.log']],
    ['log4j2 %d{MM-dd-yyyy}-%i', ['access-12-31-2025-1.log.gz', 'access-06-01-2026-1.log.gz', 'access.log']],
    ['%y%m%d', ['access.log.260531', 'access.log.260601', 'access.log']],
  ])('%s', async (_, names) => {
    expect(await order('access.log', names, 'along')).toEqual(names);
  });
});

test.each([
  'access.log.swp',
  '.access.log.swp',
  'access.log~',
  'access.log.sha256',
  'access.log.1.sha256',
  'access.log.1.gz.md5',
  'access.log.conf',
  'access.log.txt',
  'access.log.lock',
  'access.log.1.gz.tmp',
  'access.log.gz.part',
  'access.log.old.swp',
  'access.log.older',
  'access.logold',
  'access.log.x1',
  'access.log.1.2',
  'access.log..1',
  'access.log.',
  'access-.log',
  'access.log-',
  'access.log-2026',
  'access.log-8080',
  'access.log.123456',
  'access.log.20261301',
  'access.log.20260632',
  'access.log-20260601-20260602',
  'access.log.old.bak',
  'access.log.1.gz.2.gz',
  'access1.log',
  'access2.log',
  'access-admin.log',
  'access-v2.log',
  'access_error.log',
  'accessold.log',
  'error.log',
  'error.log.1',
  'error-20260601.log',
  'myaccess.log.1',
  'my-access.log',
  'old-access.log',
  '1-access.log',
  '20260601access.log',
  '@400000006a1d5f0a00000000.s',
])('%s is another file', (name) => {
  expect(ageOf('access.log', name)).toBeUndefined();
});

test.each(['config', 'lock', 'state', '@400000006a1d5f0a.s', '@400000006a1d5f0a00000000.x', 'current.tmp'])(
  'beside current, %s is another file',
  (name) => {
    expect(ageOf('current', name)).toBeUndefined();
  },
);

test('a folder of such a name is none', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'access.log'), '');
  for (const name of ['access.log.old', '20260601-access.log', 'access-1.log']) mkdirSync(join(folder, name));
  const { logs } = await discoverLogs(nodeFiles, [join(folder, 'access.log')]);
  expect(logs).toHaveLength(1);
});

test('a hostile name is looked at in a moment', () => {
  for (const part of ['.1', '-20260601', '.old', '_', '.gz', '2026', '.2026-06-01T10-00-00', '1']) {
    expect(ageOf('access.log', `access.log${part.repeat(100_000)}x`)).toBeUndefined();
  }
});
