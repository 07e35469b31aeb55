import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTimeIn } from '../../../src/query/time-zone.ts';
import * as english from '../../../src/texts/en.ts';
import { sessionPages } from '../../../src/site/session/pages.ts';
import { keptRounds } from '../../../src/site/session/source.ts';
import type { SiteContext } from '../../../src/site/site-context.ts';
import { session } from '../../report/make.ts';
import { textOf } from '../make.ts';
import { storedLines, Talk, type Said } from './make.ts';
import { outline } from './outline.ts';

const MOST = 1_000_000;

const SITE: SiteContext = {
  now: 0,
  local: localTimeIn('Asia/Shanghai'),
  language: 'en',
  texts: english,
  noContent: false,
  colours: { slotOf: () => 1 },
  moneyOf: () => ({
    price: 1,
    cost: 10n ** 15n,
    saved: 0n,
    currency: 'USD',
    inexact: ['cache-tokens-unknown'],
  }),
} as unknown as SiteContext;

/** The pages of a session by path. */
function pagesOf(said: readonly Said[], id = 's'): Map<string, string> {
  const lines = storedLines(said);
  const entry = session(id, [], { title: 'Prompt 0', rounds: said.length, end: 1, file: 's.json' });
  const pages = [...sessionPages({ entry, name: 's', ...keptRounds(lines) }, SITE)];
  return new Map(pages.map(({ path, render }) => [path, textOf(render())]));
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const text = (words: string): object => ({ type: 'text', text: words });
const call = (i: number, name: string, args: string): object => ({
  id: `c${i}`,
  type: 'function',
  function: { name, arguments: args },
});
const user = (content: unknown): object => ({ role: 'user', content });
const round = (rest: Said): Said => ({
  model: 'm',
  input_token: 9,
  output_token: 1,
  total_token: 10,
  ...rest,
});

/** Sessions with a long list, by what it is a list of: `n` elements, each with the words `w`. */
const SHAPES: Record<string, (n: number, w: string) => Said[]> = {
  'calls in an answer': (n, w) => [
    round({
      messages: [user('go')],
      answer: null,
      tool_calls: times(n, (i) => call(i, w, JSON.stringify({ a: w }))),
    }),
  ],
  'calls in a message': (n, w) => [
    round({
      messages: [{ role: 'assistant', content: w, tool_calls: times(n, (i) => call(i, 'run', w)) }],
      answer: w,
    }),
  ],
  'calls, and their results in the next request': (n, w) => [
    round({ messages: [user('go')], answer: null, tool_calls: times(n, (i) => call(i, 'run', '{}')) }),
    round({
      messages: [
        user('go'),
        { role: 'assistant', content: null, tool_calls: times(n, (i) => call(i, 'run', '{}')) },
        ...times(n, (i) => ({ role: 'tool', tool_call_id: `c${i}`, content: w })),
      ],
      answer: 'done',
    }),
  ],
  'results in a message': (n, w) => [
    round({
      messages: [
        user(times(n, (i) => ({ type: 'tool_result', tool_use_id: `x${i}`, content: [text(w), text(w)] }))),
      ],
      answer: w,
    }),
  ],
  'messages in a request': (n, w) => [
    round({ messages: times(n, (i) => ({ role: i % 2 ? 'user' : w, content: `${i} ${w}` })), answer: w }),
  ],
  'parts in a message': (n, w) => [
    round({ messages: [user(times(n, (i) => text(`${i} ${w}`)))], answer: w }),
  ],
  'parts in a result': (n, w) => [
    round({
      messages: [user([{ type: 'tool_result', tool_use_id: 'x', content: times(n, () => text(w)) }])],
      answer: w,
    }),
  ],
  images: (n, w) => [
    round({
      messages: [user(times(n, () => ({ type: 'image_url', image_url: { url: `https://a.example/${w}` } })))],
      answer: w,
    }),
  ],
  'parts of no known kind': (n, w) => [
    round({ messages: [user(times(n, () => ({ type: 'x', x: w })))], answer: w }),
  ],
  'parts of a system prompt': (n, w) => [
    round({ system: times(n, (i) => text(`${i} ${w}`)), messages: [user('go')], answer: w }),
  ],
  'parts of an answer': (n, w) => [
    round({ messages: [user('go')], answer: times(n, () => text(w)), reasoning: w }),
  ],
  'keys of arguments': (n, w) => [
    round({
      messages: [user('go')],
      answer: null,
      tool_calls: times(30, (i) =>
        call(i, 'run', JSON.stringify(Object.fromEntries(times(n, (k) => [`${w}${k}`, k])))),
      ),
    }),
  ],
  'nested arguments': (n) => [
    round({
      messages: [user('go')],
      answer: null,
      tool_calls: times(30, (i) => call(i, 'run', '[1,'.repeat(n) + '1' + ']'.repeat(n))),
    }),
  ],
  rounds: (n, w) =>
    times(n, (i) => round({ model: w, consumer: w, messages: [user(`${i} ${w}`)], answer: w, at: i * 4000 })),
  'rounds that repeat a conversation': (n, w) =>
    times(Math.min(n, 150), (i) =>
      round({
        model: `${i} ${w}`,
        messages: times(2 * i + 1, (m) => ({ role: m % 2 ? 'assistant' : 'user', content: `${m} ${w}` })),
        answer: `${2 * i + 1} ${w}`,
      }),
    ),
  'markup in an answer': (n, w) => [
    round({ messages: [user(`${w}`)], answer: `**${w}** `.repeat(n), reasoning: '- a\n'.repeat(n) }),
    round({ messages: [user('more')], answer: '```js\n' + '[1,"<"],'.repeat(n) + '\n```' }),
  ],
  'media, sources and refusals in an answer': (n, w) => [
    round({ messages: [user('go')], answer: null }),
    round({
      messages: [
        user('go'),
        {
          role: 'assistant',
          content: times(n, (i) =>
            i % 2
              ? { type: 'file', file: { filename: `${i}${w}`, file_id: w } }
              : { ...text(w), refusal: w, annotations: times(20, (k) => ({ title: w, url: `${w}${k}` })) },
          ),
          refusal: w,
        },
      ],
      answer: w,
    }),
  ],
  'calls of hosted tools, and what they returned': (n, w) => [
    round({ messages: [user('go')], answer: null }),
    round({
      messages: [
        user('go'),
        ...times(n, (i) => ({ type: 'web_search_call', id: `h${i}`, action: { query: w }, results: [w, w] })),
        {
          role: 'assistant',
          content: times(n, () => ({ type: 'mcp_call', name: w, arguments: w, output: w })),
        },
      ],
      answer: w,
    }),
  ],
  'results in a question': (n, w) => [
    round({
      question: times(n, (i) => ({ type: 'tool_result', tool_use_id: `${i}`, content: w })),
      answer: w,
    }),
  ],
  'fields of arguments': (n, w) => [
    round({
      messages: [user('go')],
      answer: null,
      tool_calls: times(200, (i) =>
        call(
          i,
          'run',
          JSON.stringify(Object.fromEntries(times(Math.min(n, 190), (k) => [`${w}${k}`, 'a\nb']))),
        ),
      ),
    }),
  ],
  'long words': (n, w) => [
    round({
      model: w.repeat(n),
      consumer: w.repeat(n),
      messages: [{ role: w.repeat(n), content: w.repeat(n) }],
      answer: w.repeat(n),
      tool_calls: [call(1, w.repeat(n), w.repeat(n))],
    }),
    round({
      messages: [user([{ type: 'image_url', image_url: { url: `https://a.example/${w.repeat(n)}` } }])],
    }),
  ],
};

const WORDS = [
  'x',
  '"',
  '&',
  '<',
  '你',
  '🚀 ',
  'two words',
  '`a` *b* [c](https://d.example) ',
  '\n',
  '{"a":"b"}',
];

describe('a page has at most 1 MB', () => {
  test.each(Object.keys(SHAPES))(
    'with any number of %s',
    (name) => {
      const shape = SHAPES[name] as (n: number, w: string) => Said[];
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 12 }),
          fc.constantFrom(...WORDS),
          fc.integer({ min: 1, max: 400 }),
          (exponent, word, repeat) => {
            // Up to 4,096 elements, and about 2 MB.
            const words = word.repeat(Math.min(repeat, Math.ceil(2_000_000 / word.length / 2 ** exponent)));
            for (const [path, html] of pagesOf(shape(2 ** exponent, words)))
              expect(Buffer.byteLength(html), path).toBeLessThanOrEqual(MOST);
          },
        ),
        { numRuns: 4 },
      );
    },
    60_000,
  );

  test('with all of them in one session', () => {
    const said = Object.values(SHAPES).flatMap((shape) => shape(900, '"quoted" & <b> '));
    for (const [path, html] of pagesOf(said, `${'<'.repeat(9000)}`))
      expect(Buffer.byteLength(html), path).toBeLessThanOrEqual(MOST);
  }, 60_000);
});

/** How often a piece of markup is in a page. */
const countIn = (html: string, piece: string): number => html.split(piece).length - 1;
const newest = (said: readonly Said[]): string => pagesOf(said).get('sessions/s.html') ?? '';
/** What a page says that it leaves out, with a link to the raw JSON. */
const leftOut = (html: string): string[] =>
  Array.from(
    html.matchAll(
      />([\d,]+ more [a-z ]+)(?:<\/bdi>|:)? <a href="\.\.\/api\/sessions\/s\.json">raw JSON<\/a>/g,
    ),
    ([, words = '']) => words,
  );

describe('what is left out is counted', () => {
  test('200,000 calls in one answer', () => {
    const tool_calls = times(200_000, (i) => call(i, 'run', `{"step":${i}}`));
    const html = newest([round({ messages: [user('go')], answer: 'on it', tool_calls })]);
    expect(leftOut(html)).toEqual(['199,800 more calls']);
    expect(countIn(html, '<bdi class="name">run</bdi>')).toBe(200);
    expect(html).toContain('<dt>Tool calls</dt><dd><span class="value" title="200,000">');
    expect(html).toContain('<p>on it</p>');
    expect(html.length).toBeLessThan(200_000);
  });

  test('results go to their calls, also to those without a place: a failure counts', () => {
    const tool_calls = times(300, (i) => call(i, 'run', '{}'));
    const messages = [
      user('go'),
      { role: 'assistant', content: null, tool_calls },
      ...times(300, (i) => ({
        role: 'tool',
        tool_call_id: `c${i}`,
        content: i > 297 ? 'exit code: 1' : `result ${i}`,
      })),
    ];
    const html = newest([
      round({ messages: messages.slice(0, 1), answer: null, tool_calls }),
      round({ messages, answer: 'done' }),
    ]);
    expect(leftOut(html)).toEqual(['100 more calls']);
    expect(countIn(html, '<code>result ')).toBe(200);
    expect(html).toContain('<a class="failed" href="#r-1" title="The first of them">2 failed</a>');
  });

  test('a result whose call has no place on its page is shown, once, where it comes on a later page', () => {
    const talk = new Talk();
    const calls = times(201, (i) => ({ id: `c${i}`, name: 'run', args: { i } }));
    const said = [talk.ask('go').answer(null, calls)];
    while (said.length < 79)
      said.push(talk.result('x', `${said.length}`).answer(null, [{ id: 'x', name: 'wait', args: {} }]));
    said.push(talk.result('c200', 'on the same page').answer(null, [{ id: 'x', name: 'wait', args: {} }]));
    said.push(talk.result('c200', 'once more').answer('end'));
    expect(outline(said).slice(-3)).toEqual([
      expect.stringMatching(/^#80 \[.*, 1 at calls\] wait\(\)$/),
      '----',
      '#81 [continued of #80: 160 repeated, -0 +1] result of run in #1: once more | answer: end',
    ]);
  });

  test.each<[Said, string[], piece: string, shown: number]>([
    [{ messages: times(700, (i) => user(`m ${i}`)) }, ['200 more messages of this request'], '<p>m ', 500],
    [{ messages: [user(times(12_000, (i) => text(`p ${i}`)))] }, ['11,500 more parts'], '<p>p ', 500],
    [
      {
        messages: [
          user(times(12_000, (i) => ({ type: 'tool_result', tool_use_id: `t${i}`, content: `r ${i}` }))),
        ],
      },
      ['9,800 more results of this request', '2,000 more parts'],
      '<code>r ',
      200,
    ],
    [
      {
        messages: [
          user([{ type: 'tool_result', tool_use_id: 't', content: times(501, (i) => text(`r ${i}`)) }]),
        ],
      },
      ['1 more part'],
      '<code>r ',
      500,
    ],
    [
      { system: times(600, (i) => text(`s ${i}`)), messages: [user('go')] },
      ['100 more parts'],
      '<div class="plain" dir="auto">s ',
      500,
    ],
    [
      {
        question: times(9_000, (i) => ({ type: 'tool_result', tool_use_id: `t${i}`, content: `r ${i}` })),
      },
      ['8,800 more results of this request'],
      '<code>r ',
      200,
    ],
    [
      { messages: [user([{ video: times(10_003, (i) => `https://a.example/${i}.png`) }])] },
      ['9,503 more parts'],
      '<p class="media">',
      500,
    ],
    [
      { messages: times(60, (m) => user(times(60, (i) => text(`p ${m} ${i}`)))) },
      ['40 more parts', '27 more messages of this request'],
      '<p>p ',
      1_940,
    ],
  ])('%#', (rest, said, piece, shown) => {
    const html = newest([round({ ...rest, answer: 'done' })]);
    expect([leftOut(html), countIn(html, piece), countIn(html, '<p>done</p>')]).toEqual([said, shown, 1]);
  });

  test('rows without room in a page: the largest', () => {
    const talk = new Talk();
    const said = times(6, (i) => talk.ask(`short ${i}`).answer(`*${i}* `.repeat(3_500 * (i + 1))));
    const html = newest(said);
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(MOST);
    // 53 to 315 kB of HTML, the plain texts included.
    expect(html.match(/<em>\d<\/em>/g)?.length).toBe(3_500 * (1 + 2 + 3 + 4 + 5));
    expect(leftOut(html)).toEqual(['1 more part of this round']);
    expect(html.indexOf('1 more part of this round')).toBeGreaterThan(html.indexOf('id="r-6"'));
    expect(times(6, (i) => countIn(html, `<p>short ${i}</p>`))).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
