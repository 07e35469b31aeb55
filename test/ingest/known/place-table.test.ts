import { expect, test } from 'vitest';
import { PlaceTable, type Place } from '../../../src/ingest/known/place-table.ts';

test('places are found by their hash, the latest first, however many there are', () => {
  const table = new PlaceTable();
  const model = new Map<number, Place[]>();
  for (let n = 0; n < 5000; n++) {
    // Few hashes, some in one slot, and one of the greatest.
    const hash = n % 7 === 0 ? 2 ** 30 - 1 : (n % 50) * 1024;
    const place = { start: n * 2 ** 33, end: n * 2 ** 33 + 3_000_000_000 };
    table.add(hash, place);
    model.set(hash, [place, ...(model.get(hash) ?? [])]);
  }
  expect(table.size).toBe(5000);
  for (const [hash, places] of model) expect([...table.get(hash)]).toEqual(places);
  expect([...table.get(5)]).toEqual([]);
});
