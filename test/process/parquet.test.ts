import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dataset, duck, expectEqual } from '../parquet/make.ts';
import { makeFolder } from '../platform/make.ts';
import { BIN, parseWell, randomNumbers, runMonitor, start } from './make.ts';

/** MONITOR_KILLS=200 npx vitest run test/process/parquet.test.ts tries more. */
const KILLS = Number(process.env['MONITOR_KILLS'] ?? 50);
const KILL_AT_RENAME = fileURLToPath(new URL('kill-at-rename.mjs', import.meta.url));
const GATEWAYS = ['eu-1', 'us-1', 'ap-1'];
const MODELS = ['gpt-4o', 'claude-sonnet-4-5', 'deepseek-chat', 'nobody-knows'];
const START = Date.parse('2026-02-01T00:00:00Z');
const MINUTE = 60_000;

/** Requests of three gateways. A few sessions go through two of them, and some of their lines are in both logs. */
class Traffic {
  readonly #random = randomNumbers(7);
  readonly #logs: readonly string[];
  #n = 0;

  constructor(logs: readonly string[]) {
    this.#logs = logs;
  }

  /** Logs so many requests, spread over some days. */
  add(requests: number, days: number): void {
    const texts = this.#logs.map((): string[] => []);
    for (let i = 0; i < requests; i++) {
      const at = this.#below(texts.length);
      const isShared = this.#below(50) === 0;
      const session = isShared ? `shared ${this.#below(20)}` : `${GATEWAYS[at]} ${this.#below(500)}`;
      const line = this.#line(START + Math.floor((i / requests) * days * 1440) * MINUTE, session);
      texts[at]?.push(line);
      if (isShared && this.#below(2) === 0) texts[(at + 1) % texts.length]?.push(line);
    }
    for (const [i, log] of this.#logs.entries()) appendFileSync(log, texts[i]?.join('') ?? '');
  }

  #line(time: number, session: string): string {
    const n = this.#n++;
    const usage = { input_token: this.#below(9000), output_token: this.#below(900) };
    const aiLog = {
      session_id: session,
      model: MODELS[this.#below(MODELS.length)],
      ...(this.#below(3) > 0 && { consumer: `team ${this.#below(9)}` }),
      ...(this.#below(30) > 0 && usage),
    };
    return `${JSON.stringify({
      ai_log: JSON.stringify(aiLog),
      start_time: new Date(time + (n % MINUTE)).toISOString(),
      request_id: `request-${n}`,
      response_code: this.#below(50) === 0 ? '502' : '200',
      duration: String(this.#below(20_000)),
    })}\n`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** Three gateways with their logs and stores, and the dataset of all. */
class Company {
  readonly lake: string;
  readonly stores: readonly string[];
  readonly traffic: Traffic;
  readonly #logs: readonly string[];

  constructor(dir: string) {
    this.lake = join(dir, 'lake');
    this.stores = GATEWAYS.map((name) => join(dir, name));
    this.#logs = GATEWAYS.map((name) => join(dir, `${name}.log`));
    for (const log of this.#logs) writeFileSync(log, '');
    this.traffic = new Traffic(this.#logs);
  }

  async parse(): Promise<void> {
    for (const [i, log] of this.#logs.entries()) await parseWell(log, this.stores[i] ?? '');
  }

  get exportArgs(): string[] {
    const dirs = this.stores.flatMap((store) => ['--data-dir', store]);
    return ['export', '--format', 'parquet', this.lake, ...dirs];
  }

  /** Exports until nothing kills it any more, each time a few renames later; returns how often it was killed. */
  async exportAtLast(step: number): Promise<number> {
    const { exportArgs } = this;
    const program = [process.execPath, '--import', KILL_AT_RENAME, BIN, ...exportArgs];
    for (let kills = 0; ; kills++) {
      const { code, signal, err } = await start('env', [`KILL_AT=${1 + kills * step}`, ...program]).ended;
      if (signal === 'SIGKILL') continue;
      expect([code, err]).toEqual([0, '']);
      return kills;
    }
  }

  /** Each round is there once, and all sums are those of the stores' own report. */
  async expectExact(least: number): Promise<void> {
    await expectEqual(this.lake, this.stores);
    const [row] = await duck(
      `SELECT count(*)::INT n, count(DISTINCT (store, log, place))::INT keys, count(DISTINCT request_id)::INT ids,
         count(*) FILTER ((cost IS NULL) <> (price_state IN ('unpriced', 'no-usage')))::INT odd
       FROM ${dataset(this.lake)}`,
    );
    const { n } = row as { n: number };
    expect(n).toBeGreaterThanOrEqual(least);
    expect(row).toEqual({ n, keys: n, ids: n, odd: 0 });
  }
}

test(
  '200,000 rounds of three gateways are exact in DuckDB, after kills too',
  { timeout: 1_200_000 },
  async () => {
    const company = new Company(makeFolder());
    company.traffic.add(200_000, 5);
    await company.parse();
    expect(await company.exportAtLast(4)).toBeGreaterThan(0);
    await company.expectExact(200_000);
    company.traffic.add(1000, 6);
    await company.parse();
    await company.exportAtLast(4);
    await company.expectExact(201_000);
  },
);

test(`${KILLS} kills between what an export publishes and its commit`, { timeout: 600_000 }, async () => {
  const company = new Company(makeFolder());
  let rounds = 0;
  for (let left = KILLS; left > 0;) {
    company.traffic.add(300, 6);
    rounds += 300;
    await company.parse();
    const kills = await company.exportAtLast(1);
    // Each of the days, and the state.
    expect(kills).toBeGreaterThan(6);
    left -= kills;
    await company.expectExact(rounds);
  }
  expect((await runMonitor(...company.exportArgs)).out).toContain('nothing new');
});

test('only this export loads the writer', () => {
  const having = readdirSync('dist').filter(
    (name) =>
      /\.c?js$/.test(name) && readFileSync(join('dist', name), 'utf8').includes('parquet no compressor'),
  );
  expect(having).toEqual([expect.stringMatching(/^export-parquet-\w+\.js$/)]);
});
