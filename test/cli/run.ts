import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { Context } from '../../src/cli/context.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the program on a terminal of 80 columns without colours, in Shanghai, at 2026-02-03T04:00Z. */
export async function run(argv: string[], rest: Partial<Context> = {}): Promise<Ran> {
  const ran = { out: '', err: '' };
  const code = await main(argv, {
    write: async (text) => void (ran.out += text),
    warn: (text) => void (ran.err += text),
    env: {},
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    rows: 24,
    colourLevel: 0,
    now: Date.parse('2026-02-03T04:00:00Z'),
    timeZone: 'Asia/Shanghai',
    schedules: () => [],
    program: { node: '/usr/bin/node', script: '/usr/local/bin/monitor' },
    ...rest,
  });
  return { code, ...ran };
}

/** A line of the access log. */
export function line(time: string, aiLog: Record<string, unknown>): string {
  return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), response_code: '200', start_time: time })}\n`;
}

const PRICES = { models: [{ match: 'test-a', input: 1, output: 10, cache_read: 0.1 }] };

/** A store in `dir` made of log lines; test-a costs 1 USD per million input tokens and 10 per million output. */
export async function makeStore(dir: string, lines: string[], ...options: string[]): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const log = join(dir, 'access.log');
  const prices = join(dir, 'prices.json');
  const store = join(dir, 'store');
  writeFileSync(log, lines.join(''));
  writeFileSync(prices, JSON.stringify(PRICES));
  const ran = await run(['parse', '--log-path', log, '--output-dir', store, '--prices', prices, ...options]);
  if (ran.code !== 0) throw new Error(ran.err);
  return store;
}
