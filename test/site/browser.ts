import axe from 'axe-core';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';

const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined where there is none, which is printed: its tests are skipped then. */
export const chromiumPath = PLACES.find((path) => path !== '' && existsSync(path));
if (chromiumPath === undefined) {
  process.stderr.write(
    'skipped: tests in a browser, for there is no chromium here (install Debian’s package, or name one in CHROMIUM)\n',
  );
}

/** What a page did that no page of the site may do. */
interface Faults {
  /** Errors and warnings on the console, among them violations of the policy; exceptions; dialogs. */
  said: string[];
  /** Requests for anything but files of the site. */
  strayed: string[];
}

export interface Opened {
  page: Page;
  faults: Faults;
}

/** On a slow machine a long page takes what it takes. Less than a test has, so that what was waited for is named. */
const DEADLINE_MS = 100_000;

/**
 * One browser for a file of tests; each page in a context of its own, so that nothing is kept from test to test. It is
 * closed with its test: a page that looks for a newer one, and is drawn, takes time from those of other tests.
 */
export function useBrowser(): (
  file: string,
  options?: BrowserContextOptions & { hash?: string },
) => Promise<Opened> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(() => browser?.close());

  return async (file, { hash = '', ...options } = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    onTestFinished(() => context.close());
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    const faults = watch(page);
    await page.goto(pathToFileURL(file).href + hash);
    return { page, faults };
  };
}

/** Listens from now on. */
function watch(page: Page): Faults {
  const faults: Faults = { said: [], strayed: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.said.push(message.text());
  });
  page.on('pageerror', (error) => faults.said.push(String(error)));
  page.on('dialog', (dialog) => {
    faults.said.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('requestfailed', (request) => faults.said.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) faults.strayed.push(request.url());
  });
  return faults;
}

/** Waits until an element stands in the window. It is asked from outside: without JavaScript a page cannot wait. */
export async function expectInWindow(page: Page, selector: string): Promise<void> {
  const height = page.viewportSize()?.height ?? 0;
  const isInWindow = async (): Promise<boolean> => {
    const box = await page.locator(selector).boundingBox();
    return box !== null && box.height > 50 && box.y >= 0 && box.y < height;
  };
  await expect.poll(isInWindow, { timeout: DEADLINE_MS, message: `${selector} in the window` }).toBe(true);
}

/** How far a page can be scrolled sideways; 0 where everything fits. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What axe finds that is serious: rule, and the first place. Reads the page as it is drawn just now. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // As the debugger's, not as the page's: its policy allows no script of a stranger.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({ preload: false }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0]?.html.slice(0, 200)}`);
}
