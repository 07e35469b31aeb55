import { localTimeIn } from '../../src/query/time-zone.ts';
import { cell, session, usd } from './make.ts';

export const shanghai = localTimeIn('Asia/Shanghai');

/** 17:00 UTC on the first is one o'clock on the second in Shanghai. */
export const SESSIONS = [
  session('one', [
    cell('2026-02-01T01:30Z', 'Qwen3-rerank', {
      rounds: 5,
      input: 15_230,
      output: 9_840,
      reasoning: 150,
      cached: 1_024,
      cost: usd(0.0168),
    }),
    cell('2026-02-01T17:00Z', 'DeepSeek-R1', { rounds: 2, input: 8_450, output: 6_200, cost: usd(0.0106) }),
  ]),
  session('two', [
    cell('2026-02-01T17:00Z', 'qwen-max', {
      rounds: 40,
      input: 1_000_000,
      output: 234_567,
      price: 'unpriced',
    }),
    cell('2026-02-01T17:00Z', 'DeepSeek-R1', { rounds: 3, input: 845, output: 620, price: 'unpriced' }),
  ]),
];
