import { expect, test } from 'vitest';
import { ClosedOutput, colourLevelOf, columnsOf, systemZone, writeAll } from '../../src/cli/context.ts';

test.each([
  [undefined, 120, 120],
  ['200', 120, 120],
  ['100', undefined, 100],
  [undefined, undefined, 80],
  ['wide', undefined, 80],
  ['-5', undefined, 80],
  ['0', 0, 80],
  [undefined, 7, 30],
])('COLUMNS=%s on a terminal of %s columns: %i', (named, terminal, columns) => {
  expect(columnsOf(named, terminal)).toBe(columns);
});

test.each([
  [{}, 1, 0],
  [{}, 4, 1],
  [{}, 8, 2],
  [{}, 24, 3],
  [{ NO_COLOR: '1' }, 24, 0],
  [{ NO_COLOR: '' }, 24, 3],
  [{ FORCE_COLOR: '1' }, 1, 1],
  [{ FORCE_COLOR: '' }, 1, 1],
  [{ FORCE_COLOR: '3' }, 1, 3],
  [{ FORCE_COLOR: '0' }, 24, 0],
  [{ FORCE_COLOR: '2', NO_COLOR: '1' }, 1, 2],
])('%o and a depth of %i bits: colours %i', (env, depth, level) => {
  expect(colourLevelOf(env, depth)).toBe(level);
});

test.each([
  ['Europe/Berlin', -60, 'Europe/Berlin'],
  [undefined, -480, 'Etc/GMT-8'],
  ['Etc/Unknown', 300, 'Etc/GMT+5'],
  [undefined, 0, 'UTC'],
  // As Node has it under TZ=GMT+8, and refuses it itself.
  ['GMT+08:00', 480, 'Etc/GMT+8'],
])('zone %s with an offset of %i minutes: %s', (named, offset, zone) => {
  expect(systemZone(named, offset)).toBe(zone);
  expect(() => new Intl.DateTimeFormat('en-US', { timeZone: zone })).not.toThrow();
});

test('pieces are written in order, gathered, one write at a time', async () => {
  const writes: string[] = [];
  let writing = 0;
  const write = async (text: string): Promise<void> => {
    expect(++writing).toBe(1);
    await Promise.resolve();
    writes.push(text);
    writing--;
  };
  const pieces = Array.from({ length: 1000 }, (_, i) => String(i).padStart(1000, '0'));
  await writeAll({ write }, pieces);
  expect(writes.join('')).toBe(pieces.join(''));
  expect(writes.map(({ length }) => length)).toEqual([...Array.from({ length: 15 }, () => 66_000), 10_000]);
});

test('when the reader goes away nothing more is made', async () => {
  let made = 0;
  const pieces = (function* () {
    for (;;) {
      made++;
      yield 'x'.repeat(70_000);
    }
  })();
  const write = (): Promise<void> => (made < 3 ? Promise.resolve() : Promise.reject(new ClosedOutput()));
  await expect(writeAll({ write }, pieces)).rejects.toThrow(ClosedOutput);
  expect(made).toBe(3);
});
