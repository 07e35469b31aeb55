import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLANTED } from '../../query/why/planted-misses.ts';
import { makeStore, run } from '../../cli/run.ts';
import { chromiumPath } from '../browser.ts';
import { MIXED, moneyStore } from '../money-store.ts';
import { render } from '../make.ts';
import { hostileRounds } from './hostile.ts';
import { sessionLines } from './make.ts';

// The files that a session's page offers are what `monitor export --conversation` writes.

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
};
const dir = mkdtempSync(join(tmpdir(), 'session-files-'));
const siteDir = join(dir, 'site');
const user = (content: unknown): object => ({ role: 'user', content });
let store: string;
/** Costs in two currencies, some of which may be wrong. */
let mixed: string;
const mixedDir = join(dir, 'mixed');
let server: Server;
let browser: Browser;

describe.skipIf(chromiumPath === undefined)('the files of a session', () => {
  beforeAll(async () => {
    const wav = Buffer.alloc(44 + 32_000);
    wav.write('RIFF', 0);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt32LE(16_000, 28);
    wav.write('data', 36);
    wav.writeUInt32LE(32_000, 40);
    store = await makeStore(dir, [
      ...PLANTED,
      ...sessionLines('hostile/ß', hostileRounds()),
      ...sessionLines(
        'pages',
        Array.from({ length: 70 }, (_, i) => ({
          model: i % 2 ? 'test-a' : 'unknown',
          code: i === 7 ? 503 : 200,
          consumer: 'ana',
          input_token: 1000 + i,
          output_token: 10,
          question: `Prompt ${i} ${'x'.repeat(100_000)}`,
          messages: [user(`Prompt ${i} ${'x'.repeat(100_000)}`)],
          answer: `**Answer** ${i} 中文`,
        })),
      ),
      ...sessionLines('media', [
        {
          model: 'test-a',
          messages: [
            user([
              { type: 'input_audio', input_audio: { format: 'wav', data: wav.toString('base64') } },
              { type: 'text', text: 'What is said?' },
            ]),
          ],
          answer: 'Nothing.',
        },
      ]),
    ]);
    await render({ dataDir: store, siteDir });
    mkdirSync(mixedDir);
    mixed = await moneyStore(mixedDir, MIXED);
    await render({ dataDir: mixed, siteDir: join(siteDir, 'mixed') });
    server = createServer((request, response) => {
      const path = join(
        siteDir,
        normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)),
      );
      if (path.endsWith('favicon.ico')) return void response.writeHead(204).end();
      if (!path.startsWith(siteDir) || !existsSync(path)) return void response.writeHead(404).end();
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
      createReadStream(path).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(dir, { recursive: true });
  });

  const said: string[] = [];

  async function open(name: string, site = ''): Promise<Page> {
    const page = await browser.newPage();
    page.on('console', (message) => void (message.type() === 'error' && said.push(message.text())));
    page.on('pageerror', (error) => void said.push(String(error)));
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}${site}/sessions/${encodeURIComponent(name)}.html`);
    return page;
  }

  async function fileOf(page: Page, button: string): Promise<{ name: string; text: string }> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  }

  async function exported(id: string, format: string, dataDir = store): Promise<string> {
    const { out } = await run([
      'export',
      '-',
      '--format',
      format,
      '--conversation',
      id,
      '--data-dir',
      dataDir,
    ]);
    return out;
  }

  test.each([
    ['planted', 'planted', 'planted'],
    // All of it, not only what the newest page has.
    ['pages', 'pages', 'pages'],
    ['media', 'media', 'media'],
    ['hostile/ß', 'hostile%2F%C3%9F', 'hostile-'],
  ])('%s: the same as monitor export writes', async (id, path, name) => {
    const page = await open(path);
    expect(await fileOf(page, 'Markdown')).toEqual({ name: `${name}.md`, text: await exported(id, 'md') });
    expect(await fileOf(page, 'Chat (JSONL)')).toEqual({
      name: `${name}.jsonl`,
      text: await exported(id, 'jsonl'),
    });
    expect(await page.locator('[data-file-status]').textContent()).toBe('');
    expect(said.splice(0)).toEqual([]);
    await page.close();
  });

  test('costs in two currencies, with bounds, unpriced and unknown; and in that of the store', async () => {
    const page = await open('mixed', '/mixed');
    const own = await fileOf(page, 'Markdown');
    expect(own.text).toBe(await exported('mixed', 'md', mixed));
    expect(own.text).toMatch(/^- Cost: \S \$4\.000000 \+ ¥5\.200000 \+ 1 unpriced round/m);
    const [prices, log] = ['prices.json', 'access.log'].map((name) => join(mixedDir, name)) as [
      string,
      string,
    ];
    const rates = { CNY: [{ from: '2026-01-01', per_usd: 7.1 }] };
    writeFileSync(prices, JSON.stringify({ ...JSON.parse(readFileSync(prices, 'utf8')), rates }));
    const argv = ['--log-path', log, '--data-dir', mixed, '--prices', prices, '--currency', 'CNY'];
    expect((await run(['parse', ...argv])).code).toBe(0);
    const site = join(siteDir, 'mixed');
    expect((await run(['render', '--data-dir', mixed, '--site-dir', site])).code).toBe(0);
    await page.reload();
    const converted = await fileOf(page, 'Markdown');
    expect(converted.text).toBe(await exported('mixed', 'md', mixed));
    expect(converted.text).toMatch(/^- Cost: \S ¥33\.600000 \+ 1 unpriced round/m);
    await page.close();
  });

  test('what cannot be loaded is said', async () => {
    const page = await open('planted');
    rmSync(join(siteDir, 'api/sessions/planted.json'));
    await page.getByRole('button', { name: 'Markdown' }).click();
    await expect
      .poll(() => page.locator('[data-file-status]').textContent())
      .toBe('The raw JSON cannot be loaded: HTTP 404');
    await page.close();
  });

  test('from disk there are no buttons: a browser would not let them read', async () => {
    const page = await browser.newPage();
    await page.goto(`file://${siteDir}/sessions/media.html`);
    expect(await page.locator('[data-file="md"]').isVisible()).toBe(false);
    expect(await page.getByRole('link', { name: 'Raw JSON' }).isVisible()).toBe(true);
    await page.close();
  });

  test('on a phone, nothing lies over the menu of copies, and the switch of the keys can be hit', async () => {
    const page = await open('pages');
    await page.setViewportSize({ width: 390, height: 844 });
    const round = page.locator('#r-70');
    await round.locator('.copy > summary').click();
    const link = await round.locator('h3 a').boundingBox();
    const menu = await round.locator('.copy > summary').boundingBox();
    if (!link || !menu) throw new Error('not shown');
    expect(menu.y).toBeGreaterThanOrEqual(link.y + link.height);
    expect(menu.height).toBeGreaterThanOrEqual(24);
    await page.locator('.keys').evaluate((line) => line.querySelector('button')?.click());
    expect((await page.locator('.key-list label').boundingBox())?.height).toBeGreaterThanOrEqual(24);
    const [field, button] = [page.locator('.find input'), page.locator('.find button')];
    expect((await field.boundingBox())?.y).toBe((await button.boundingBox())?.y);
    await page.close();
  });

  test('a round is copied as Markdown, as JSON and as a request, from the raw JSON', async () => {
    const page = await open('pages');
    await page.evaluate(() => {
      const copied: string[] = [];
      Object.assign(window, { copied });
      const clipboard = { writeText: async (text: string): Promise<void> => void copied.push(text) };
      Object.defineProperty(navigator, 'clipboard', { value: clipboard });
    });
    const copied = (): Promise<string[]> =>
      page.evaluate(() => (window as unknown as { copied: string[] }).copied);
    const round = page.locator('#r-70');
    await round.locator('.copy > summary').click();
    for (const name of ['Markdown', 'JSON', 'Request']) {
      await round.getByRole('button', { name, exact: true }).click();
      await expect.poll(async () => (await copied()).length).toBeGreaterThan(0);
      await expect.poll(() => round.locator('.copy [role=status]').innerText()).toBe('Round 70 is copied');
      await round.locator('.copy [role=status]').evaluate((status) => (status.textContent = ''));
    }
    await round.locator('h3 a').focus();
    await page.keyboard.press('c');
    await expect.poll(() => page.locator('.keys [role=status]').innerText()).toBe('Round 70 is copied');
    const [markdown = '', json = '', request = '', byKey] = await copied();
    expect(markdown).toMatch(/^## Round 70\n/);
    expect(markdown).toContain('**Answer** 69 中文');
    expect(markdown.split('## Round').length).toBe(2);
    expect(byKey).toBe(markdown);
    expect(JSON.parse(json)).toMatchObject({ round: 70, model: 'test-a', answer: '**Answer** 69 中文' });
    expect(JSON.parse(request)).toEqual({
      model: 'test-a',
      messages: [user(`Prompt 69 ${'x'.repeat(100_000)}`)],
    });
  });
});
