import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { line, makeStore, run, type Ran } from '../run.ts';

const dir = mkdtempSync(join(tmpdir(), 'search-cli-'));
let store: string;

const CALL = {
  id: 'c1',
  type: 'function',
  function: { name: 'bash', arguments: '{"command":"kubectl get \\"pods\\""}' },
};
const FIRST = { role: 'user', content: 'Which pods does kubectl show?' };
const round = (id: string, rest: Record<string, unknown>): Record<string, unknown> => ({
  session_id: id,
  model: 'test-a',
  input_token: 10,
  output_token: 1,
  ...rest,
});

const LINES = [
  line(
    '2026-02-01T10:00:00Z',
    round('old', { messages: [FIRST], question: FIRST.content, tool_calls: [CALL] }),
  ),
  line(
    '2026-02-01T10:01:00Z',
    round('old', {
      messages: [
        FIRST,
        { role: 'assistant', content: null, tool_calls: [CALL] },
        { role: 'tool', tool_call_id: 'c1', content: 'no KUBECTL here' },
      ],
      question: FIRST.content,
      reasoning: 'kubectl is missing',
      answer: 'Install kubectl first.',
    }),
  ),
  line(
    '2026-02-01T10:02:00Z',
    round('old', {
      messages: [
        FIRST,
        { role: 'assistant', content: null, tool_calls: [CALL] },
        { role: 'tool', tool_call_id: 'c1', content: 'no KUBECTL here' },
        { role: 'assistant', content: ' Install kubectl first.\r\n' },
        { role: 'user', content: 'Thanks' },
      ],
      question: 'Thanks',
      answer: 'Welcome',
    }),
  ),
  line('2026-02-02T10:00:00Z', {
    ...round('new', {
      messages: [{ role: 'user', content: 'kubectl?' }],
      question: 'kubectl?',
      answer: 'What?',
    }),
    model: 'test-b',
    consumer: 'ci',
  }),
];

beforeAll(async () => {
  store = await makeStore(dir, LINES);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const search = (...args: string[]): Promise<Ran> => run(['search', '--data-dir', store, ...args]);

async function hitsOf(...args: string[]): Promise<unknown[][]> {
  const { code, out, err } = await search('--json', ...args);
  expect([code, err]).toEqual([0, '']);
  const { hits } = JSON.parse(out) as { hits: Record<string, unknown>[] };
  return hits.map(({ session_id, round, role, part, tool }) => [session_id, round, role, part, tool]);
}

const ALL = [
  ['new', 1, 'user', 'text', null],
  ['old', 1, 'user', 'text', null],
  ['old', 1, 'assistant', 'call', 'bash'],
  ['old', 2, 'tool', 'result', 'bash'],
  ['old', 2, 'assistant', 'text', null],
  ['old', 2, 'assistant', 'reasoning', null],
];

test('everything is found once, where it was said first, and the newest session comes first', async () => {
  expect(await hitsOf('kubectl')).toEqual(ALL);
});

test('on a terminal', async () => {
  const { out, err, code } = await search('kubectl', '--base-url', 'https://agents.example/x');
  expect(out).toBe(`new  kubectl?
  Round 1 @ 2026-02-02T18:00:00+08:00
  https://agents.example/x/sessions/new.html#r-1
    user: kubectl?

old  Which pods does kubectl show?
  Round 1 @ 2026-02-01T18:00:00+08:00
  https://agents.example/x/sessions/old.html#r-1
    user: Which pods does kubectl show?
    call of bash: {"command":"kubectl get \\"pods\\""}
  Round 2 @ 2026-02-01T18:01:00+08:00
  https://agents.example/x/sessions/old.html#r-2
    result of bash: no KUBECTL here
    assistant: Install kubectl first.
    assistant, reasoning: kubectl is missing

6 hits in 2 of 2 sessions (${/\((.*)\)/.exec(out.split('\n').at(-2) ?? '')?.[1]})
`);
  expect([code, err]).toEqual([0, '']);
});

test('the match has a colour, and nothing else is changed by it', async () => {
  const { out } = await search('GET', '--limit', '1', '--session', 'old', '--role', 'assistant');
  const coloured = await run(['search', '--data-dir', store, 'GET', '--role', 'assistant'], {
    colourLevel: 1,
  });
  expect(out).toContain('call of bash: {"command":"kubectl get \\"pods\\""}');
  expect(coloured.out).toContain('kubectl \u001b[31m\u001b[1mget\u001b[22m\u001b[39m \\"pods\\""}');
});

test('as JSON', async () => {
  const { out } = await search('get "pods"', '--json', '--base-url', 'https://agents.example');
  const { searched_bytes: bytes, ...document } = JSON.parse(out) as Record<string, unknown>;
  expect(bytes).toBeGreaterThan(1000);
  expect(document).toEqual({
    version: 1,
    text: 'get "pods"',
    regex: false,
    hits: [
      {
        session_id: 'old',
        round: 1,
        timestamp: '2026-02-01T10:00:00.000Z',
        role: 'assistant',
        part: 'call',
        tool: 'bash',
        matches: 1,
        before: 'kubectl ',
        match: 'get "pods"',
        after: '',
        more_before: false,
        more_after: false,
        url: 'https://agents.example/sessions/old.html#r-1',
      },
    ],
    total_hits: 1,
    limited: false,
    sessions: 2,
    searched_sessions: 2,
    sessions_with_hits: 1,
    unreadable_sessions: [],
    pruned_sessions: 0,
    no_content: false,
  });
});

test.each([
  [
    ['--role', 'user'],
    [ALL[0], ALL[1]],
  ],
  [
    ['--role', 'tool,user'],
    [ALL[0], ALL[1], ALL[3]],
  ],
  [['--role', 'system'], []],
  [
    ['--tool', 'BASH'],
    [ALL[2], ALL[3]],
  ],
  [['--tool', 'bash', '--role', 'tool'], [ALL[3]]],
  [['--model', 'test-b'], [ALL[0]]],
  [['--consumer', 'ci'], [ALL[0]]],
  [['--session', 'o*'], ALL.slice(1)],
  [['--where', 'model!=test-b'], ALL.slice(1)],
  [['--until', '2026-02-01'], ALL.slice(1)],
  [['--since', '2026-02-02'], [ALL[0]]],
  [['--days', '2'], [ALL[0]]],
])('%j', async (args, expected) => {
  expect(await hitsOf('kubectl', ...args)).toEqual(expected);
});

test('a round that is not meant still says that a later one repeats it', async () => {
  const lines = [0, 20, 40].map((minutes, i) =>
    line(
      new Date(Date.UTC(2026, 1, 1, 10, minutes)).toISOString(),
      round('s', {
        messages: [
          FIRST,
          ...(i === 0 ? [] : [{ role: 'assistant', content: 'The word is xyzzy.' }]),
          { role: 'user', content: `and ${i}` },
        ],
        answer: i === 0 ? 'The word is xyzzy.' : 'ok',
      }),
    ),
  );
  const other = await makeStore(join(dir, 'period'), lines);
  const found = async (...args: string[]): Promise<number> =>
    (
      JSON.parse((await run(['search', 'xyzzy', '--json', '--data-dir', other, ...args])).out) as {
        hits: unknown[];
      }
    ).hits.length;
  expect([await found(), await found('--since', '2026-02-01T18:15')]).toEqual([1, 0]);
});

describe('--limit', () => {
  test('stops, and says so', async () => {
    const { out } = await search('kubectl', '--limit', '2');
    expect(out).toMatch(
      /\n\nThe first 2 hits, in 2 sessions; searched 2 of 2 sessions \(.*\)\. --limit 0 finds all\.\n$/,
    );
    const json = JSON.parse((await search('kubectl', '--limit', '1', '--json')).out) as Record<
      string,
      unknown
    >;
    expect(json).toMatchObject({
      total_hits: 1,
      limited: true,
      sessions: 2,
      searched_sessions: 1,
      sessions_with_hits: 1,
    });
  });

  test('0 finds all, and as many as there are is not the whole truth', async () => {
    expect((await search('kubectl', '--limit', '0')).out).toContain('\n6 hits in 2 of 2 sessions (');
    expect((await search('kubectl', '--limit', '7')).out).toContain('\n6 hits in 2 of 2 sessions (');
    expect((await search('kubectl', '--limit', '6')).out).toContain('\nThe first 6 hits');
  });
});

test('no hit is no error', async () => {
  const { code, out, err } = await search('nixda');
  expect([code, out.replace(/\(.*\)/, ''), err]).toEqual([0, 'no hits in 2 sessions \n', '']);
  const json = await search('nixda', '--json');
  expect(json.out).toContain('"hits":[],"total_hits":0');
});

test('a name that the store does not have is reported', async () => {
  const { code, out, err } = await search('kubectl', '--model', 'test-c');
  expect([code, out, err]).toEqual([
    0,
    'no hits in 0 sessions (0 B)\n',
    "monitor: no model 'test-c' in the store. Did you mean 'test-a' or 'test-b'?\n",
  ]);
});

test('a tool that no session called is reported', async () => {
  const { code, out, err } = await search('kubectl', '--tool', 'bsh');
  expect([code, out.split(' (')[0]]).toEqual([0, 'no hits in 2 sessions']);
  expect(err).toBe("monitor: no call of a tool 'bsh' in these sessions. Did you mean 'bash'?\n");
  expect((await search('nixda', '--tool', 'BASH')).err).toBe('');
});

describe('--regex', () => {
  test('is an expression of RE2, in any case unless it says otherwise', async () => {
    expect(await hitsOf('--regex', 'kube[a-c]tl (is|first)')).toEqual(ALL.slice(4));
    expect(await hitsOf('--regex', '(?-i)KUBECTL')).toEqual([ALL[3]]);
    expect(await hitsOf('--regex', '^kubectl.$')).toEqual([ALL[0]]);
  });

  test.each([
    ['(a', 2, /^monitor: '\(a' is not a regular expression of RE2/],
    ['a(?=b)', 2, /^monitor: 'a\(\?=b\)' is not a regular expression of RE2/],
    ['a*', 2, /^monitor: the expression 'a\*' matches the empty string/],
  ])('%s is refused', async (expression, expected, message) => {
    const { code, out, err } = await search('--regex', expression);
    expect([code, out]).toEqual([expected, '']);
    expect(err).toMatch(message);
  });
});

test.each([
  [['']],
  [['x', '--role', 'boss']],
  [['x', '--role', '']],
  [['x', '--limit', '-1']],
  [['x', '--base-url', 'ftp://x']],
])('%j is a usage error', async (args) => {
  const { code, out } = await search(...args);
  expect([code, out]).toEqual([2, '']);
});

test('a filter by a dimension selects rounds, not whole sessions', async () => {
  const lines = ['x', 'y', 'x'].map((department, i) =>
    line(
      `2026-02-01T10:0${i}:00Z`,
      round('s', { department, messages: [{ role: 'user', content: `needle ${i}` }], answer: `plain ${i}` }),
    ),
  );
  const other = await makeStore(join(dir, 'tags'), lines, '--dimension', 'department');
  const found = async (where: string): Promise<unknown> => {
    const { code, out, err } = await run([
      'search',
      'needle',
      '--json',
      '--data-dir',
      other,
      '--where',
      where,
    ]);
    expect([code, err]).toEqual([0, '']);
    return (JSON.parse(out) as { hits: { round: number }[] }).hits.map((hit) => hit.round);
  };
  expect(await found('department=x')).toEqual([1, 3]);
  expect(await found('department!=x')).toEqual([2]);
});

test('hostile texts obey nobody', async () => {
  const evil = 'a\u001b[31mred\u001b]0;title\u0007 needle\u202e \u0000\u009b1m';
  const lines = [
    line(
      '2026-02-01T10:00:00Z',
      round('s\u001b[2J\u202e', { messages: [{ role: 'user\u001b[1m', content: evil }], question: evil }),
    ),
  ];
  const other = await makeStore(join(dir, 'hostile'), lines);
  for (const args of [['needle'], ['\u001b[31m'], ['needle', '--json'], ['a\u001b[31mr', '--json']]) {
    const { out, err, code } = await run(['search', '--data-dir', other, ...args]);
    expect(code).toBe(0);
    expect(out + err, JSON.stringify(args)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
  const { out } = await run(['search', '--data-dir', other, 'needle', '--json']);
  const [hit] = (JSON.parse(out) as { hits: Record<string, string>[] }).hits;
  expect(`${hit?.['before']}${hit?.['match']}${hit?.['after']}`).toBe(evil);
});

describe('a damaged session', () => {
  test('is reported, and the others are searched', async () => {
    const other = await makeStore(join(dir, 'damaged'), LINES);
    const name = readdirSync(other).find((file) => file.startsWith('new')) ?? '';
    const path = join(other, name);
    // A letter of a round in which the text does not occur.
    writeFileSync(path, readFileSync(path, 'utf8').replace('What?', 'Whas?'));
    const { code, out, err } = await run(['search', 'install', '--data-dir', other]);
    expect(code).toBe(74);
    expect(out).toContain('    assistant: Install kubectl first.\n');
    expect(err).toMatch(
      /^monitor: the session file .*new.* is .*\nmonitor: 1 of 2 sessions could not be searched to the end: see above\n$/,
    );
    const json = await run(['search', 'install', '--data-dir', other, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      total_hits: 1,
      unreadable_sessions: [{ session_id: 'new' }],
    });
    rmSync(path);
    const gone = await run(['search', 'install', '--data-dir', other, '--json']);
    expect(gone.code).toBe(74);
    expect(JSON.parse(gone.out)).toMatchObject({
      unreadable_sessions: [{ session_id: 'new', problem: 'is missing' }],
    });
  });
});

test('a store without texts says so', async () => {
  const other = await makeStore(join(dir, 'numbers'), LINES, '--no-content');
  const { code, out, err } = await run(['search', 'kubectl', '--data-dir', other]);
  expect([code, err]).toEqual([
    1,
    'monitor: the store keeps no texts (--no-content), so there is nothing to search\n',
  ]);
  expect(out).toBe('');
  const json = await run(['search', 'kubectl', '--data-dir', other, '--json']);
  expect([json.code, JSON.parse(json.out)]).toEqual([
    1,
    expect.objectContaining({ hits: [], no_content: true }),
  ]);
});

test('an empty store says how to fill it', async () => {
  const other = await makeStore(join(dir, 'empty'), []);
  const { code, out } = await run(['search', 'kubectl', '--data-dir', other]);
  expect([code, out]).toEqual([0, expect.stringContaining('no sessions yet')]);
});

test('pruned texts are counted', async () => {
  const other = await makeStore(join(dir, 'pruned'), LINES);
  const pruned = await run(['prune', '--data-dir', other, '--older-than', '1d', '--content']);
  expect(pruned.code, pruned.err).toBe(0);
  const { code, out } = await run(['search', 'kubectl', '--data-dir', other]);
  expect([code, out.split('\n').slice(-3)]).toEqual([
    0,
    [
      expect.stringMatching(/^1 hit in 1 of 2 sessions/),
      'Texts of 1 session were pruned and cannot be searched.',
      '',
    ],
  ]);
});

test('list says that it looks at titles and ids only', async () => {
  const { out, code } = await run(['list', '--search', "it's missing", '--data-dir', store]);
  expect(code).toBe(0);
  expect(out.replaceAll('\n', ' ')).toContain(
    "none of 2 sessions match --search looks at titles and ids only. To search what was said: monitor search 'it'\\''s missing'",
  );
  const json = await run(['list', '--search', '-x', '--json', '--data-dir', store]);
  expect(json.err).toBe(
    'monitor: --search looks at titles and ids only. To search what was said: monitor search -- -x\n',
  );
  expect((await run(['list', '--search', 'old', '--data-dir', store])).out).not.toContain('monitor search');
});
