import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aiLine } from '../ingest/make.ts';
import { spansIn } from '../otlp/make.ts';
import { startReceiver } from '../otlp/receiver.ts';
import { makeFolder } from '../platform/make.ts';
import { BIN, parseWell, runMonitor, start, startMonitor } from './make.ts';

const KILLS = 30;
const KILL_AT_RENAME = fileURLToPath(new URL('kill-at-rename.mjs', import.meta.url));

test(
  `${KILLS} kills during exports into a folder whose files are taken away: each round comes once`,
  { timeout: 600_000 },
  async () => {
    const dir = makeFolder();
    const [log, store, traces] = [join(dir, 'access.log'), join(dir, 'eu-1'), join(dir, 'traces')];
    const argv = ['export', '--format', 'otlp', traces, '--data-dir', store, '--quiet'];
    writeFileSync(log, '');
    const seen: string[] = [];
    const take = (): void => {
      const names = existsSync(traces) ? readdirSync(traces).filter((name) => name.endsWith('.jsonl')) : [];
      for (const name of names) {
        const spans = spansIn(readFileSync(join(traces, name), 'utf8'));
        seen.push(...spans.filter(({ kind }) => kind === 3).map(({ spanId }) => spanId));
        rmSync(join(traces, name));
      }
    };
    let rounds = 0;
    for (let kills = 0; kills < KILLS;) {
      appendFileSync(log, Array.from({ length: 3 }, (_, i) => aiLine(`s${i}`, rounds)).join(''));
      rounds += 3;
      await parseWell(log, store);
      // After the state was replaced, and after the file was moved into its place.
      for (let at = 1; ; at++) {
        const program = [process.execPath, '--import', KILL_AT_RENAME, BIN, ...argv];
        const { code, signal, err } = await start('env', [`KILL_AT=${at}`, ...program]).ended;
        if (kills % 2 === 0) take();
        if (signal !== 'SIGKILL') {
          expect([code, err]).toEqual([0, '']);
          break;
        }
        kills++;
      }
      take();
    }
    expect(seen).toHaveLength(rounds);
    expect(new Set(seen).size).toBe(rounds);
    expect((await runMonitor(...argv.slice(0, -1))).out).toBe(`${traces}: nothing new\n`);
  },
);

test(
  `${KILLS} kills during pushes, after the spans are taken and before the cursor says so: ids are the same`,
  { timeout: 600_000 },
  async () => {
    const receiver = await startReceiver();
    const dir = makeFolder();
    const [log, store] = [join(dir, 'access.log'), join(dir, 'eu-1')];
    const argv = ['push', 'otlp', '--url', receiver.url, '--data-dir', store, '--quiet'];
    writeFileSync(log, '');
    let rounds = 0;
    for (let kills = 0; kills < KILLS; kills++) {
      const added = 1 + (kills % 3);
      appendFileSync(
        log,
        Array.from({ length: added }, (_, i) => aiLine(`s${(kills + i) % 7}`, kills)).join(''),
      );
      rounds += added;
      await parseWell(log, store);
      const { child, ended } = startMonitor(...argv);
      receiver.treat = (_, response, take) => {
        take();
        child.kill('SIGKILL');
        response.end('{}');
      };
      expect((await ended).signal).toBe('SIGKILL');
      receiver.treat = undefined;
      // Every third push is left to the next.
      if (kills % 3 > 0) expect(await startMonitor(...argv).ended).toMatchObject({ code: 0, err: '' });
    }
    expect(await startMonitor(...argv).ended).toMatchObject({ code: 0, err: '' });
    const asked = receiver.asked.length;
    expect((await startMonitor(...argv.slice(0, -1)).ended).out).toMatch(/^Nothing new for otlp /);
    expect(receiver.asked).toHaveLength(asked);
    // Whatever was sent twice is the same.
    const spans = new Map(receiver.spans.map((span) => [span.spanId, JSON.stringify(span)]));
    expect(new Set(receiver.spans.map((span) => JSON.stringify(span)))).toEqual(new Set(spans.values()));
    expect(receiver.spans.length).toBeGreaterThan(spans.size);
    expect(spans.size).toBe(rounds + 7);
    await receiver.stop();
  },
);
