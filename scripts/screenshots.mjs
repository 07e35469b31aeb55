// Makes docs/images from the shipped log: node scripts/screenshots.mjs, after a build. Needs Chromium and fonts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const SESSION = 'sessions/agent:main:discord:channel:1465367993012981988.html';
const PICTURES = [
  { name: 'overview', page: 'index.html', height: 620 },
  { name: 'session', page: SESSION, height: 1120 },
  { name: 'session-dark', page: SESSION, height: 1120, colorScheme: 'dark' },
];

const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
const [store, site] = [join(folder, 'sessions'), join(folder, 'site')];
monitor('parse', '--log-path', 'fixtures/access.log', '--output-dir', store, '--quiet');
monitor('render', '--data-dir', store, '--site-dir', site, '--timezone', 'UTC', '--quiet');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
mkdirSync('docs/images', { recursive: true });
for (const { name, page, height, colorScheme = 'light' } of PICTURES) {
  const tab = await browser.newPage({ viewport: { width: 1200, height }, colorScheme });
  await tab.goto(`file://${join(site, page)}`);
  await tab.screenshot({ path: `docs/images/${name}.png` });
}
await browser.close();
rmSync(folder, { recursive: true });

function monitor(...args) {
  const { status } = spawnSync(process.execPath, ['bin/monitor.js', ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`monitor ${args[0]} exited with code ${status}`);
}
