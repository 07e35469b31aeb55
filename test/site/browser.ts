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

/** The browser of this machine; undefined if there is none. Then its tests are skipped, and a message is printed. */
export const chromiumPath = PLACES.find((path) => path !== '' && existsSync(path));
if (chromiumPath === undefined) {
  process.stderr.write(
    'skipped: tests in a browser, for there is no chromium here (install Debian’s package, or name one in CHROMIUM)\n',
  );
}

/** What a page did that no page of the site should do. */
interface Faults {
  /** Errors and warnings on the console, including violations of the security policy; exceptions; dialogs. */
  said: string[];
  /** Requests for anything except files of the site. */
  strayed: string[];
}

export interface Opened {
  page: Page;
  faults: Faults;
}

/** Long, for a slow machine, but less than a test's timeout, so that the error says what was waited for. */
const DEADLINE_MS = 100_000;

/**
 * One browser for a test file. `now`: what its clock says, always. Each page has its own context, so that nothing is kept from test to test, and is closed
 * after its test: a page that checks for updates takes time from those of other tests.
 */
export function useBrowser(): (
  file: string,
  options?: BrowserContextOptions & { hash?: string; now?: number },
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

  return async (file, { hash = '', now, ...options } = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    onTestFinished(() => context.close());
    context.setDefaultTimeout(DEADLINE_MS);
    if (now !== undefined) await context.clock.setFixedTime(now);
    const page = await context.newPage();
    const faults = watch(page);
    await page.goto(pathToFileURL(file).href + hash);
    return { page, faults };
  };
}

/** Starts listening. */
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
  page.on('requestfailed', (request) => {
    // A page that is left no longer waits for its icon, or for what it looks for regularly.
    const isLeft = request.failure()?.errorText === 'net::ERR_ABORTED';
    if (!isLeft || !/favicon\.svg|\.js\?t=/.test(request.url())) faults.said.push(`failed: ${request.url()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) faults.strayed.push(request.url());
  });
  return faults;
}

/** Waits until an element is in the window. It polls from outside, because a page without JavaScript cannot wait. */
export async function expectInWindow(page: Page, selector: string): Promise<void> {
  const height = page.viewportSize()?.height ?? 0;
  const isInWindow = async (): Promise<boolean> => {
    const box = await page.locator(selector).boundingBox();
    return box !== null && box.height > 50 && box.y >= 0 && box.y < height;
  };
  await expect.poll(isInWindow, { timeout: DEADLINE_MS, message: `${selector} in the window` }).toBe(true);
}

/** How far a page can be scrolled sideways; 0 if everything fits. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Links and buttons that are smaller than 24 by 24 pixels, and closer to others than that (WCAG 2.2, 2.5.8). */
export async function smallTargets(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({
      runOnly: { type: 'rule', values: ['target-size'] },
      preload: false,
    }),
  );
  return violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 120)));
}

/** Serious problems that axe finds in the page as it is now: the rule, and the first place. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Injected through the debugger, since the policy of the page forbids foreign scripts.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({ preload: false }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0]?.html.slice(0, 200)}`);
}
