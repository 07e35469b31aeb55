import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, type Ran } from '../cli/run.ts';
import { ENGINES, type Engine } from '../engines/engine.ts';
import { openGate, type Gate } from '../engines/gate.ts';
import { aiLine } from '../ingest/make.ts';
import { cursorPath } from '../../src/store/copy-cursor.ts';
import { newPlace, parse, totalsOfStores, totalsOfTable, type Place } from './make.ts';

const kind = ENGINES.find(({ missing }) => !missing);
/** Several batches. */
const SESSIONS = 400;
const ROUNDS = 100;

describe.skipIf(!kind)('a push of several batches', () => {
  let engine: Engine;
  let gate: Gate;
  let place: Place;
  beforeAll(async () => {
    if (kind) engine = await kind.start();
    gate = await openGate(engine.url);
  }, 60_000);
  afterAll(async () => {
    await gate?.stop();
    await engine?.stop();
  });

  const push = (...rest: string[]): Promise<Ran> =>
    run([
      'push',
      'clickhouse',
      '--url',
      gate.url,
      '--data-dir',
      place.store,
      '--retries',
      '0',
      '--json',
      ...rest,
    ]);

  /** The push fails after this insert has been stored. */
  async function failAfterInsert(number: number, ...rest: string[]): Promise<void> {
    let inserts = 0;
    gate.treat = async (asked, response, pass) => {
      const { status, body } = await pass();
      if (asked.isInsert && ++inserts === number) return void response.destroy();
      response.writeHead(status).end(body);
    };
    expect(await push(...rest)).toMatchObject({ code: 74, out: '' });
    gate.treat = undefined;
  }

  const cursor = (): Record<string, any> =>
    JSON.parse(readFileSync(cursorPath(place.store, `clickhouse ${gate.url} default.rounds`), 'utf8'));

  const rowsSent = (from: number): number =>
    gate.asked
      .slice(from)
      .filter(({ isInsert }) => isInsert)
      .reduce((sum, { body }) => sum + body.toString().split('\n').length - 1, 0);

  test(
    'goes on where it stopped, also if the store has grown, and is one push in the end',
    { timeout: 300_000 },
    async () => {
      place = newPlace();
      const lines: string[] = [];
      for (let n = 0; n < ROUNDS; n++)
        for (let s = 0; s < SESSIONS; s++)
          lines.push(aiLine(`session-${s}`, n, { messages: [{ role: 'user', content: `m${n}` }] }));
      await parse(place, lines);
      await failAfterInsert(2, '--create');
      const { push: number, pending, mark } = cursor();
      expect(mark).toBeNull();
      expect(pending).toMatchObject({ isWhole: true, after: expect.stringMatching(/^[0-9a-f]{32}$/) });

      await parse(place, [aiLine('session-1', ROUNDS), aiLine('later', 0)]);
      const from = gate.asked.length;
      const second = await push();
      expect(second, second.err).toMatchObject({ code: 0, err: '' });
      const sent = rowsSent(from);
      // The first batch is not sent again.
      expect(sent).toBeGreaterThan(SESSIONS * ROUNDS * 0.4);
      expect(sent).toBeLessThan(SESSIONS * ROUNDS * 0.8);
      expect(JSON.parse(second.out).rounds).toBe(sent);
      expect(cursor()).toMatchObject({ push: number + 1, pending: null, unread: [] });
      expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(place.store));

      // All over again: what was sent by a push that did not finish has a number that no later one has.
      await failAfterInsert(1, '--again');
      await failAfterInsert(2, '--again');
      expect(cursor()).toMatchObject({ push: number + 3, pending: { isWhole: true } });
      const last = await push();
      expect(last, last.err).toMatchObject({ code: 0 });
      expect(cursor()).toMatchObject({ push: number + 3, pending: null });
      expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(place.store));
      expect(await engine.query(`SELECT uniq(version) FROM default.rounds FINAL`)).toBe('1\n');
    },
  );
});
