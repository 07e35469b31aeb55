import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import type { RenderOptions } from '../../src/cli/commands/render-output.ts';
import { usualRender } from '../../src/cli/crontab/usual-render.ts';
import { longWay } from './long-way.ts';

describe('the arguments of render', () => {
  const words = fc.constantFrom(
    '--data-dir',
    '--output-dir',
    '--site-dir',
    '--quiet',
    '--json',
    '--full',
    '--replace',
    '--gateway',
    './*',
    '--allow-other-owner',
    '--refresh',
    '--days',
    '--days',
    '7',
    '007',
    '--timezone',
    '--quiet=1',
    '--site-dir=x',
    '--',
    '-q',
    '',
    '5',
    'UTC',
    './b',
    '/c d',
    'render',
  );

  test('are read as Commander reads them, or not at all', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (given) => {
        const argv = ['render', ...given];
        const usual = usualRender(argv, {});
        if (!usual) return;
        read++;
        expect(usual).toEqual(longWay<RenderOptions>(argv));
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  test.each([
    [['url', 'x']],
    [['render', '--help']],
    [['render', '--refresh', '5']],
    [['render', '--timezone', 'UTC']],
    [['render', 'word']],
    [[]],
  ])('%j go the long way', (argv) => expect(usualRender(argv, {})).toBeUndefined());

  test('the store that the environment names holds where no flag names one', () => {
    const env = { MONITOR_DATA_DIR: '/store' };
    expect(usualRender(['render'], env)?.dataDir).toEqual(['/store']);
    expect(usualRender(['render', '--data-dir', 'd'], env)?.dataDir).toEqual(['d']);
    expect(usualRender(['render'], { MONITOR_DATA_DIR: '' })).toBeUndefined();
  });
});
