import { expect, test } from 'vitest';
import { freePort } from '../engines/engine.ts';
import { runMonitor } from './make.ts';

test('the built program has the client of --source in a file of its own', async () => {
  const address = `clickhouse://127.0.0.1:${await freePort()}/default/rounds`;
  const { code, out, err } = await runMonitor('stats-model', '--source', address);
  expect([code, out]).toEqual([74, '']);
  expect(err).toContain('nothing listens there');
});
