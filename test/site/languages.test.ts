import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shownTime, zoneText } from '../../src/site/clock.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import * as chinese from '../../src/texts/zh-CN.ts';
import { contentsOf, line, makeFolder, makeSite, render } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

const LINES = ['one', 'two'].map((id) =>
  line('2026-02-01T17:00:00.000Z', { session_id: id, model: 'test-a' }),
);

function pagesOf(siteDir: string, ext: string): [path: string, text: string][] {
  return readdirSync(siteDir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ext) && !path.startsWith('.monitor'))
    .toSorted()
    .map((path) => [path, readFileSync(join(siteDir, path), 'utf8')]);
}

/** What every page has around its own content. */
function frameOf(html: string): string[] {
  const nav = /<nav .*?<\/nav>/s.exec(html)?.[0] ?? '';
  const foot = /<footer .*?<\/footer>/s.exec(html)?.[0] ?? '';
  const label = /aria-label="([^"]*)"/.exec(nav)?.[1] ?? '';
  const parts = [
    /<a class="skip".*?<\/a>/.exec(html)?.[0],
    nav,
    /<p class="written">.*?<\/p>/.exec(html)?.[0],
    foot,
  ];
  return [
    label,
    ...parts.map((part = '') =>
      part
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    ),
  ];
}

test('the frame of every page is in the language of the site', async () => {
  const made = await makeSite(LINES);
  await render(made, { language: 'zh-CN' });
  const pages = pagesOf(made.siteDir, '.html');
  expect(pages.length).toBeGreaterThan(10);
  for (const [path, html] of pages) {
    expect(html, path).toContain('<html lang="zh-CN">');
    expect(frameOf(html), path).toEqual([
      '页面',
      '跳到正文',
      '概览 会话 搜索 健康 工具 上下文 模型 日期 消费者',
      '生成于 2月3日 12:00',
      expect.stringMatching(/^时区：Asia\/Shanghai（UTC\+8）(?: |$)/),
    ]);
  }
});

test('another language makes all pages anew, and leaves JSON as it is', async () => {
  const made = await makeSite(LINES);
  const english = contentsOf(made.siteDir);
  const json = pagesOf(made.siteDir, '.json');
  expect(json.length).toBeGreaterThan(3);
  await render(made, { language: 'zh-CN' });
  expect(pagesOf(made.siteDir, '.json')).toEqual(json);
  await render(made);
  expect(contentsOf(made.siteDir)).toEqual(english);
});

test('in Chinese, too, a render that goes on makes what a first one makes', async () => {
  const folder = makeFolder();
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  const at = Date.parse('2026-02-03T00:00:00Z');
  const sessions = quickSessions(30, 20, at);
  storeQuickly(made.dataDir, sessions);
  await render(made, { language: 'zh-CN' });
  storeQuickly(made.dataDir, [
    { ...(sessions[3] as QuickSession), rounds: [{ at, model: 'gpt-5', input: 7, cached: 0, output: 1 }] },
  ]);
  const { kept } = await render(made, { language: 'zh-CN' });
  expect(kept).toBeGreaterThan(30);
  const other = { ...made, siteDir: join(folder, 'other') };
  await render(other, { language: 'zh-CN' });
  expect(contentsOf(made.siteDir)).toEqual(contentsOf(other.siteDir));
});

test('times in Chinese', () => {
  const local = localTimeIn('Europe/Berlin');
  const ms = Date.parse('2026-11-20T08:21:14Z');
  expect(shownTime(ms, local, '2026', chinese.dates).text).toBe('11月20日 09:21');
  expect(shownTime(ms, local, '2027', chinese.dates).text).toBe('2026年11月20日');
  expect(zoneText(local, '2026', chinese.zones)).toBe('Europe/Berlin（UTC+1，夏令时 UTC+2）');
});
