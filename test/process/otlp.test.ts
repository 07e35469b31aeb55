import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aiLine } from '../ingest/make.ts';
import { spansIn } from '../otlp/make.ts';
import { makeFolder } from '../platform/make.ts';
import { BIN, parseWell, runMonitor, start } from './make.ts';

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
