import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSchedules } from '../../src/platform/schedules.ts';
import { makeFolder } from './make.ts';

test('reads what cron and systemd read, and leaves the rest', () => {
  const etc = makeFolder();
  for (const folder of ['cron.d', 'systemd/system']) mkdirSync(join(etc, folder), { recursive: true });
  const files = ['crontab', 'cron.d/monitor', 'systemd/system/monitor.service'];
  for (const name of [...files, 'cron.d/monitor.bak', 'systemd/system/monitor.timer', 'passwd']) {
    writeFileSync(join(etc, name), name);
  }
  const read = readSchedules(etc).filter(({ where }) => where !== 'crontab -l');
  expect(read).toEqual(files.map((name) => ({ where: join(etc, name), text: name })));
});

test('nothing there is nothing to say', () => {
  expect(readSchedules('/nonexistent').filter(({ where }) => where !== 'crontab -l')).toEqual([]);
});
