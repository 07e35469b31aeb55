import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeStore, run, type Ran } from '../cli/run.ts';
import { chromiumPath, seriousFaults, sideways, useBrowser } from './browser.ts';
import { render } from './make.ts';
import { hostileRounds } from './session/hostile.ts';
import { sessionLines, type Said } from './session/make.ts';

let dir: string;
let store: string;

const KEY = `sk-proj-${'Ab3dE5gH7jK9'.repeat(4)}`;
const user = (content: string): object => ({ role: 'user', content });
const assistant = (content: string): object => ({ role: 'assistant', content });

/** Each request repeats the conversation so far. */
function talk(prompts: number, sayOf: (i: number) => string): Said[] {
  return Array.from({ length: prompts }, (_, i) => ({
    at: i * 3600,
    model: 'test-a',
    input_token: 1000 + i,
    output_token: 10,
    question: sayOf(i),
    messages: [
      ...Array.from({ length: i }, (_, before) => [user(sayOf(before)), assistant(`Answer ${before}.`)]),
      user(sayOf(i)),
    ].flat(),
    answer: `Answer ${i}.`,
  }));
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'one-file-'));
  store = await makeStore(dir, [
    ...sessionLines(
      'short',
      talk(3, (i) => `My key is ${KEY}, ${i}`),
    ),
    // 60 prompts an hour apart: two pages of the site, and three days.
    ...sessionLines(
      'long',
      talk(60, (i) => `Prompt ${i}`),
    ),
    ...sessionLines('huge text', [{ model: 'test-a', question: 'x'.repeat(200_000), answer: 'a' }]),
    // Later, so that its models do not take the colours.
    ...sessionLines('hostile', hostileRounds(), Date.parse('2026-02-02T00:00:00Z')),
  ]);
});
afterAll(() => rmSync(dir, { recursive: true }));

const write = (file: string, ...options: string[]): Promise<Ran> =>
  run(['export', file, '--data-dir', store, ...options]);

async function htmlOf(id: string, ...options: string[]): Promise<string> {
  const file = join(dir, `${id}.html`);
  expect(await write(file, '--conversation', id, '--quiet', ...options)).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  return readFileSync(file, 'utf8');
}

const all = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), ([, found = '']) => found);

/** The part of a page that has the rounds, without the attributes that scripts read. */
function roundsOf(html: string): string {
  const start = html.indexOf('<div class="rounds"');
  return html.slice(html.indexOf('>', start), html.indexOf('</main>'));
}

test('a session of one page has the rounds of its page, byte for byte', async () => {
  await render({ dataDir: store, siteDir: join(dir, 'site') });
  const page = readFileSync(join(dir, 'site/sessions/short.html'), 'utf8');
  expect(roundsOf(await htmlOf('short'))).toBe(
    roundsOf(page).replaceAll('"../api/sessions/short.json"', '"#raw"'),
  );
});

test('a session of several pages has all rounds, once each, and links to nothing else', async () => {
  const html = await htmlOf('long');
  const numbers = Array.from({ length: 60 }, (_, i) => String(i + 1));
  expect(all(html, /<article class="round[^"]*" id="r-(\d+)"/g)).toEqual(numbers);
  expect(all(html, /<li><a href="#r-(\d+)"><span class="no">/g)).toEqual(numbers);
  const markup = html.replace(/<style>[^]*?<\/style>/g, '');
  expect(new Set(all(markup, /(?:href|src|data-[a-z]+)="([^"]*)"/g))).toEqual(
    new Set(['#main', '#raw', '', ...numbers.map((number) => `#r-${number}`)]),
  );
  // The largest request of all fills the meter, not that of each part.
  expect(
    all(html, /<rect class="n" x="[^"]*" width="([^"]*)"/g).filter((width) => width === '100%'),
  ).toHaveLength(1);
  // The site's second page begins with round 51, in the middle of a day.
  const dates = all(html, /<article[^>]*>\n<svg.*\n.*?<time [^>]*>(\d+ \w+), /g);
  expect(dates).toEqual(['2 Feb', '3 Feb']);
});

test('what is left out is counted, and the foot says how to get it', async () => {
  const html = await htmlOf('huge text');
  expect(html).toContain('150,000 more characters: <a href="#raw">raw JSON</a>');
  expect(html).toContain(
    '<p id="raw">The raw JSON is a file of its own: monitor export talk.json --conversation &lt;id&gt;</p>',
  );
});

test('--redact takes secrets out of texts, the title and the list of prompts, and the foot says so', async () => {
  const html = await htmlOf('short', '--redact');
  expect(html).not.toContain('sk-proj');
  expect(html).toContain('<title>My key is [redacted:openai-key], 0 · agent-session-monitor</title>');
  expect(html).toContain('<p>Redacted: secrets</p>');
});

test('the policy allows the styles of the file, and nothing else', async () => {
  const html = await htmlOf('short');
  const [styles = ''] = all(html, /<style>([^]*?)<\/style>/g);
  const digest = createHash('sha256').update(styles).digest('base64');
  expect(html).toContain(
    `content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(styles).toContain('.session-head');
  expect(html).not.toMatch(/<script|<link|@import|url\(/);
});

describe('the command', () => {
  test('stdout takes --format', async () => {
    const ran = await write('-', '--format', 'html', '--conversation', 'short');
    expect(ran).toEqual({ code: 0, out: await htmlOf('short'), err: '' });
  });

  test('with html, --session names the conversation', async () => {
    const file = join(dir, 'other.html');
    expect((await write(file, '--session', 'short')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(await htmlOf('short'));
  });

  test('html of anything else is refused', async () => {
    const refused = {
      code: 2,
      out: '',
      err: 'monitor: only one conversation can be html: add --conversation <id>, and no filter, period or group\n',
    };
    const file = join(dir, 'no.html');
    expect(await write(file)).toEqual(refused);
    expect(await write(file, '--session', 'short', '--model', 'test-a')).toEqual(refused);
    expect(await write(file, '--session', 'short', '--days', '3')).toEqual(refused);
  });

  test.each(['md', 'json', 'ndjson'])(
    '%s of --session stays numbers, and a hint says what has the words',
    async (format) => {
      const hint =
        'monitor: these are the numbers of the session; for what was said, use --conversation in place of --session\n';
      const ran = await write('-', '--format', format, '--session', 'short');
      expect(ran.code).toBe(0);
      expect(ran.err).toBe(hint);
      expect(ran.out).not.toContain('Answer');
      expect((await write('-', '--format', format, '--session', 'short', '--quiet')).err).toBe('');
      expect((await write('-', '--format', format, '--session', 'sho*')).err).toBe('');
    },
  );
});

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  const open = useBrowser();

  test.each(['light', 'dark'] as const)('hostile rounds, %s', async (colorScheme) => {
    const file = join(dir, 'hostile-view.html');
    writeFileSync(file, await htmlOf('hostile'));
    const { page, faults } = await open(file, { colorScheme, hash: '#r-3' });
    expect(await seriousFaults(page)).toEqual([]);
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(19, 21, 24)' : 'rgb(255, 255, 255)');
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await sideways(page)).toBe(0);
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test('on a phone, without JavaScript, and in print', async () => {
    const file = join(dir, 'phone.html');
    writeFileSync(file, await htmlOf('long'));
    const { page } = await open(file, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
    expect(await page.locator('.rounds .fold .md.inside').first().isVisible()).toBe(false);
    await page.locator('.rounds .fold summary').first().click();
    expect(await page.locator('.rounds .fold .md.inside').first().isVisible()).toBe(true);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.session-side').isVisible()).toBe(false);
    // Of a History row, its line says enough on paper; view-browser.test.ts sees that all else is open there.
    expect(await page.locator('.rounds .fold .aside').nth(1).isVisible()).toBe(false);
    expect(await page.locator('.rounds .fold summary').nth(1).isVisible()).toBe(true);
  });
});
