import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { findEntries } from '../../src/doctor/schedule-entries.ts';

/** The stores that a crontab's text writes to. */
function storesOf(text: string): string[] {
  return findEntries([{ where: 'crontab -l', text }], '/home/ann').map(({ dir }) => dir);
}

test.each([
  ['* * * * * monitor parse --output-dir /srv/a --quiet', ['/srv/a']],
  ['* * * * * monitor parse --data-dir=/srv/a', ['/srv/a']],
  ['* * * * * root /usr/bin/monitor parse --output-dir "/srv/a b"', ['/srv/a b']],
  ['* * * * * npx agent-session-monitor parse', ['/home/ann/sessions']],
  ['* * * * * cd /srv && node bin/monitor.js parse --output-dir sub', ['/srv/sub']],
  ['* * * * * MONITOR_DATA_DIR=/srv/b monitor parse', ['/srv/b']],
  ['MONITOR_DATA_DIR=/srv/c\n* * * * * monitor parse', ['/srv/c']],
  ['* * * * * monitor parse --output-dir ~/a', [`${homedir()}/a`]],
  [
    '[Service]\nWorkingDirectory=/var/lib/m\nExecStart=/usr/bin/monitor parse --quiet',
    ['/var/lib/m/sessions'],
  ],
  ['Environment="MONITOR_DATA_DIR=/srv/d"\nExecStart=monitor parse', ['/srv/d']],
  ['# * * * * * monitor parse --output-dir /srv/a', []],
  ['* * * * * monitor list', []],
  ['* * * * * parse monitor', []],
  ['', []],
])('%j', (text, stores) => {
  expect(storesOf(text)).toEqual(stores);
});
