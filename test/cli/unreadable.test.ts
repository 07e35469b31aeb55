import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, makeStore, run } from './run.ts';

/** A session that fails a call of bash and gets a 404, over two days. */
function failing(session: string, hour: number): string[] {
  const call = { id: 'c', type: 'function', function: { name: 'bash', arguments: '{}' } };
  const user = { role: 'user', content: 'go' };
  const calling = { role: 'assistant', content: '', tool_calls: [call] };
  const result = { role: 'tool', tool_call_id: 'c', content: `Error: ${session} failed` };
  const base = { session_id: session, model: 'test-a', input_token: 1, output_token: 1 };
  const at = (day: number): string => `2026-02-0${day}T${String(hour).padStart(2, '0')}:00:00Z`;
  return [
    line(at(1), { ...base, messages: [user], tool_calls: [call] }),
    line(at(2), { ...base, messages: [user, calling, result] }).replace('"200"', '"404"'),
  ];
}

let store = '';
beforeEach(async () => {
  store = await makeStore(makeFolder(), [...failing('one', 1), ...failing('two', 2)]);
  truncateSync(join(store, 'two.json'), 100);
});

const LEFT_OUT = '1 session could not be read and left out: see above';

async function report(...argv: string[]): Promise<{ code: number; out: string; errors: string[] }> {
  const { code, out, err } = await run([...argv, '--data-dir', store]);
  return { code, out, errors: err.trim().split('\n') };
}

describe('one damaged session', () => {
  const PERIOD = ['--since', '2026-02-02', '--timezone', 'UTC'];

  test.each([
    ['the failures of a tool', ['stats-tool', 'bash']],
    ['tools in a period', ['stats-tool', ...PERIOD]],
    ['sessions with a status', ['list', '--status', '404']],
  ])('is left out of %s, and the report says so', async (_, argv) => {
    const { code, out, errors } = await report(...argv);
    expect(out).toContain(argv.includes('bash') ? 'one failed' : argv[0] === 'list' ? 'one' : 'bash');
    expect(out).not.toContain('two');
    expect([code, errors.length]).toEqual([74, 2]);
    expect(errors[0]).toMatch(/two\.json is truncated/);
    expect(errors[1]).toContain(LEFT_OUT);
    const json = JSON.parse((await report(...argv, '--json')).out) as Record<string, unknown>;
    expect(json).toMatchObject({
      unreadable_sessions: [{ session_id: 'two', problem: expect.stringContaining('truncated') }],
    });
    if (argv[0] === 'list')
      expect(json).toMatchObject({ total: 1, undecided_sessions: 1, sessions: [{ session_id: 'one' }] });
    else if (argv.includes('bash')) expect(json).toMatchObject({ failures: [{ session_id: 'one' }] });
    else expect(json).toMatchObject({ rows: [{ tool: 'bash', sessions: 1, failed: 1 }] });
  });

  test('is no matter where the index tells', async () => {
    const { code, out } = await report('stats-tool', '--json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({ rows: [expect.objectContaining({ sessions: 2, failed: 2 })] }),
    ]);
    expect((await report('list', '--failed')).code).toBe(0);
  });

  test('compare goes on without it, as for costs', async () => {
    const { code, errors } = await report(
      'compare',
      '--period',
      '2026-02-01',
      '2026-02-02',
      '--timezone',
      'UTC',
    );
    expect([code, errors]).toEqual([0, [expect.stringContaining('two.json is truncated')]]);
  });
});
