import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import type { ParseOptions } from '../../src/cli/commands/parse-action.ts';
import { usualParse } from '../../src/cli/crontab/usual-parse.ts';
import { longWay } from './long-way.ts';

describe('the arguments of parse', () => {
  const words = fc.constantFrom(
    '--log-path',
    '--output-dir',
    '--data-dir',
    '--prices',
    '--jobs',
    '3',
    '65',
    '2.5',
    '03',
    '--quiet',
    '--json',
    '--since',
    '--no-content',
    '--quiet=1',
    '--log-path=x',
    '--',
    '-q',
    '',
    'a',
    './b',
    '/c d',
    '*.log',
    'parse',
  );

  test('are read as Commander reads them, or not at all', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (given) => {
        const argv = ['parse', ...given];
        const usual = usualParse(argv, {});
        if (!usual) return;
        read++;
        const { dataDir, logPath, json, quiet, ...others } =
          longWay<ParseOptions>(argv) ?? ({} as ParseOptions);
        const { now: _, ...request } = usual.request;
        const { prices: pricesPath, jobs, ...rest } = others;
        expect({ dir: dataDir, logPaths: logPath, pricesPath, filters: {}, threads: { jobs } }).toEqual(
          request,
        );
        expect(usual.output).toBe(json ? 'json' : quiet ? 'none' : 'line');
        expect(rest).toEqual({ content: true });
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  test.each([
    [['list']],
    [['parse', '--help']],
    [['parse', '--state-file', 's']],
    [['parse', '--session-key', 's']],
    [['parse', '--log-path', '*.log']],
    [['parse', 'word']],
    [[]],
  ])('%j go the long way', (argv) => expect(usualParse(argv, {})).toBeUndefined());

  test('what the environment names holds where no flag does', () => {
    const env = { MONITOR_DATA_DIR: '/store', MONITOR_PRICES: 'p.json' };
    expect(usualParse(['parse'], env)?.request).toMatchObject({ dir: '/store', pricesPath: 'p.json' });
    expect(usualParse(['parse', '--data-dir', 'd', '--prices', 'q.json'], env)?.request).toMatchObject({
      dir: 'd',
      pricesPath: 'q.json',
    });
    expect(usualParse(['parse'], { MONITOR_DATA_DIR: '' })).toBeUndefined();
    expect(usualParse(['parse'], { MONITOR_PRICES: '' })).toBeUndefined();
  });
});
