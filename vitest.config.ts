import { defineConfig } from 'vitest/config';
import { viteSiteFiles } from './scripts/site-files.mjs';
import { SLOW } from './test/slow.ts';

const include = ['test/**/*.test.ts'];

export default defineConfig({
  plugins: [viteSiteFiles],
  test: {
    env: { TZ: 'UTC', NO_COLOR: '1' },
    // Tests mostly wait for processes and disks.
    maxWorkers: 2,
    // Only for tests that hang: on a slow disk, a test that syncs after each write takes minutes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: { name: 'fast', include, exclude: SLOW, setupFiles: ['test/no-processes.ts'] },
      },
      { extends: true, test: { name: 'slow', include: SLOW } },
    ],
  },
});
