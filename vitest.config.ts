import { defineConfig } from 'vitest/config';
import { viteSiteFiles } from './scripts/site-files.mjs';
import { SLOW } from './test/slow.ts';

const include = ['test/**/*.test.ts'];

export default defineConfig({
  plugins: [viteSiteFiles],
  test: {
    env: { TZ: 'UTC', NO_COLOR: '1' },
    // Most of the time goes into waiting for processes and disks.
    maxWorkers: 2,
    // Only what hangs meets it: a slow machine with a slow disk takes minutes for what syncs after each write.
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
