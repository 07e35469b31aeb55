// Makes docs/images from the shipped log: node scripts/screenshots.mjs, after a build. Needs Chromium and fonts, also for Chinese.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** Soon after the last round of a log, so that there is a today. The rotated log ends with a day of many models. */
const SITES = {
  all: { log: 'fixtures/access.log', now: '2026-02-06T13:40:00Z' },
  busy: { log: 'fixtures/access.log.1', now: '2026-02-03T23:59:59Z' },
};

const SESSION = 'sessions/agent:main:discord:channel:1465367993012981988.html';
const PICTURES = [
  { name: 'overview', page: 'index.html', height: 815 },
  { name: 'session', page: SESSION, height: 1120 },
  { name: 'health', site: 'busy', page: 'health.html', height: 632 },
  {
    name: 'search',
    page: 'search.html',
    hash: '#q=zod',
    height: 408,
    until: '#progress >> text=/loaded.$/',
  },
];

const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
for (const [name, { log, now }] of Object.entries(SITES)) {
  const store = join(folder, `${name}-sessions`);
  monitor(now, 'parse', '--log-path', log, '--output-dir', store);
  monitor(now, 'render', '--data-dir', store, '--site-dir', join(folder, name), '--timezone', 'UTC');
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
mkdirSync('docs/images', { recursive: true });
for (const picture of PICTURES) {
  const { name, site = 'all', page, hash = '', height, until = 'main' } = picture;
  const tab = await browser.newPage({ viewport: { width: 1200, height }, timezoneId: 'UTC' });
  await tab.clock.setFixedTime(SITES[site].now);
  await tab.goto(`file://${join(folder, site, page)}${hash}`);
  await tab.waitForSelector(until);
  // No cursor in a field.
  await tab.evaluate(() => document.activeElement?.blur());
  await tab.screenshot({ path: `docs/images/${name}.png` });
}
await browser.close();
rmSync(folder, { recursive: true });

function monitor(now, ...args) {
  const clock = `data:text/javascript,Date.now=()=>${Date.parse(now)}`;
  const command = ['--import', clock, 'bin/monitor.js', ...args, '--quiet'];
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`monitor ${args[0]} exited with code ${status}`);
}
