import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chromiumPath, useBrowser } from './browser.ts';
import { line, makeSite } from './make.ts';

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  const open = useBrowser();

  test('a page opens from the disk without a fault', async () => {
    const { siteDir } = await makeSite([
      line('2026-02-01T17:00:00.000Z', { session_id: 's', model: 'test-a' }),
    ]);
    const { page, faults } = await open(join(siteDir, 'index.html'));
    expect(await page.title()).toBe('Overview · agent-session-monitor');
    expect(faults).toEqual({ said: [], strayed: [] });
  });
});
