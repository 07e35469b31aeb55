import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { localTimeIn } from '../../../src/query/time-zone.ts';
import { conversationMarkdown } from '../../../src/report/export/conversation/markdown.ts';
import { fc } from '../../fast-check.ts';
import { roundsOf, type Said } from '../../site/session/make.ts';
import { assistant, chatCall, requests, toolSays, user } from '../../view/look.ts';

/** The file without its head and the facts of its rounds. */
function markdown(said: readonly Said[]): string {
  const pieces = conversationMarkdown({
    head: ['# Head'],
    id: 's',
    rounds: roundsOf(said),
    moneyOf: () => ({ price: 'free', cost: 0n, saved: 0n, currency: 'USD', inexact: [] }),
    withModel: false,
    local: localTimeIn('UTC'),
  });
  return [...pieces].join('').replaceAll(/^2026-.*\n\n/gm, '');
}

test('each message once; calls, results and reasoning are folded', () => {
  const call = chatCall('c1', 'edit', { path: 'a.ts', text: 'one\ntwo' });
  const said = requests(
    [
      [{ role: 'system', content: 'Be brief.' }, user('Please edit')],
      'I **edit**.',
      { tool_calls: [call], reasoning: 'hm' },
    ],
    [
      [assistant('I **edit**.', { tool_calls: [call] }), toolSays('c1', 'Error: exit code 2\n```')],
      'It failed: <b>',
    ],
  );
  expect(markdown(said)).toBe(`# Head

## Round 1

<details><summary>System prompt (9 characters)</summary>

> Be brief.

</details>

### User

> Please edit

### Assistant

<details><summary>Reasoning</summary>

> hm

</details>

> I **edit**.

<details><summary>Call: <code>edit</code> <code>a.ts</code></summary>

Argument \`path\`:

\`\`\`
"a.ts"
\`\`\`

Argument \`text\`:

\`\`\`
one
two
\`\`\`

</details>

## Round 2

<details><summary>❌ Result: <code>edit</code> <code>a.ts</code> (exit code 2)</summary>

\`\`\`\`
Error: exit code 2
\`\`\`
\`\`\`\`

</details>

### Assistant

\`\`\`markdown
It failed: <b>
\`\`\`
`);
});

test('what only the next request tells of an answer is with the answer, another answer is with the request', () => {
  const thought = { type: 'thinking', thinking: 'only later' };
  const said = requests(
    [[user('q1')], 'a1'],
    [[assistant([thought, { type: 'text', text: 'a1' }]), user('q2')], 'a2'],
    [[assistant('changed'), user('q3')], 'a3'],
  );
  expect(markdown(said)).toBe(`# Head

## Round 1

### User

> q1

### Assistant

<details><summary>Reasoning</summary>

> only later

</details>

> a1

## Round 2

### User

> q2

### Assistant

> a2

## Round 3

### Assistant: the answer of round 2, as the client sent it back

> changed

### User

> q3

### Assistant

> a3
`);
});

test('a rewritten history, a request sent again, a sub-agent and missing answers are said', () => {
  const system = { role: 'system', content: 'main' };
  const task = chatCall('t', 'Task', { prompt: 'Find all the bugs in alpha' });
  const said: Said[] = [
    { model: 'm', messages: [system, user('one')], code: 503 },
    { model: 'm', messages: [system, user('one')], answer: null, tool_calls: [task], output_token: 5 },
    {
      model: 'm',
      messages: [{ role: 'system', content: 'quite another' }, user('Find all the bugs in alpha')],
      answer: 'none',
    },
    {
      model: 'm',
      messages: [system, assistant(null, { tool_calls: [task] }), toolSays('t', 'none')],
      output_token: 5,
    },
  ];
  const text = markdown(said);
  expect(text).toContain('## Round 2\n\n_The same request, sent again._\n\n### Assistant\n\n<details>');
  expect(text).toContain('## Round 3 · Sub-agent 1\n');
  expect(text).toContain(
    '## Round 4\n\n_Earlier messages that this request no longer has: 1 (rewritten history)._\n',
  );
  expect(text).toMatch(/### Assistant\n\n_None in the log, and no call\._\n$/);
});

test('what the gateway cut of a request and of calls is folded, and the question is there', () => {
  const said: Said[] = [
    {
      model: 'm',
      messages: '[{"role": [truncated] x"}]',
      question: 'q',
      answer: 'a',
      tool_calls: '[{"id [truncated]',
    },
  ];
  const text = markdown(said);
  expect(text).toContain(
    '<details><summary>The request, cut by the gateway</summary>\n\n```\n[{"role": [trunc',
  );
  expect(text).toContain(
    '### User\n\n> q\n\n### Assistant\n\n> a\n\n<details><summary>Tool calls, cut by the',
  );
});

test('media are a line, other parts JSON, a long message that comes again names its round', () => {
  const long = 'word '.repeat(60).trim();
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const said = requests(
    [[user([picture, { type: 'text', text: long }, { type: 'odd', n: 1 }])], 'a'],
    [[assistant('a'), user([picture, { type: 'text', text: long }, { type: 'odd', n: 1 }])], 'b'],
  );
  expect(markdown(said)).toBe(`# Head

## Round 1

### User

Attached: \`[image png, 3 B]\`

> ${long}

<details><summary>Something else</summary>

\`\`\`json
{"type":"odd","n":1}
\`\`\`

</details>

### Assistant

> a

## Round 2

_The same message of User as in round 1._

### Assistant

> b
`);
});

const EVIL = [
  '</details></summary><script>alert(1)</script>',
  '```\n````\n</details>\n<img src=x onerror=1>',
  '\u001b]8;;https://evil.example\u0007x\u001b[2J\u202e<b>',
  '~~~\n# Heading\n[x]: https://evil.example\n![](https://evil.example/p.png)',
  '[x](javascript:alert(1))',
  '[x]( data:text/html,1 "t")',
  '> > - 1. <!-- ',
  '`` ` <i>',
  '\n\n\n    <p>\n\n',
  '</code></summary>',
  '<![CDATA[',
  '&lt;b&gt; &#96;&#96;&#96;',
  '\\',
  'fine **bold** text',
];

/** What an ordinary reader of Markdown, which lets HTML through, makes of it. */
function render(text: string): string {
  return new MarkdownIt({ html: true }).render(text);
}

const OURS =
  /^<\/?(?:h[1-6]|p|ul|ol|li|em|strong|s|hr|br|blockquote|pre|code|details|summary)(?: class="language-(?:json|markdown)")?>$/;

test('nothing in a text can leave its block', () => {
  const texts = fc.array(fc.constantFrom(...EVIL), { minLength: 1, maxLength: 4 });
  const joined = texts.map((list) => list.join('\n'));
  fc.assert(
    fc.property(fc.array(joined, { minLength: 6, maxLength: 6 }), ([a = '', b = '', c = '', d, e, f]) => {
      const call = chatCall('c', a, { [b]: c, other: `a\n${d}` });
      const odd = { type: 'odd', [a]: b };
      const file = { type: 'file', file: { filename: c, file_data: 'AAAA' } };
      const parts = [{ type: 'text', text: d }, odd, file, { type: 'text', text: e }];
      const said = requests(
        [
          [{ role: 'system', content: a }, { role: b, content: parts }, user(parts)],
          f,
          { tool_calls: [call], reasoning: e },
        ],
        [[assistant(f, { tool_calls: [call] }), toolSays('c', d), toolSays(b, e)], a],
        [[assistant(`${c} changed`)], b],
      );
      const text = markdown(said);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      const html = render(text);
      const tags = html.match(/<[^>]*>/g) ?? [];
      expect(tags.filter((tag) => !OURS.test(tag))).toEqual([]);
      const folds = tags.filter((tag) => tag.includes('details'));
      expect(folds).toEqual(folds.map((_, i) => (i % 2 === 0 ? '<details>' : '</details>')));
      expect(html.split('<h2>').length - 1).toBe(3);
    }),
    { numRuns: 60 },
  );
});

test('every text of a random conversation is in the file once', () => {
  const turn = fc.record({
    kind: fc.constantFrom('text', 'call', 'both'),
    results: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (turns) => {
      let count = 0;
      const word = (): string => `w${count++}w`;
      let sent: object[] = [];
      const rounds = turns.map(({ kind, results }): [object[], unknown, Said] => {
        const fresh = [...sent, user(word())];
        const text = kind === 'call' ? null : word();
        const calls =
          kind === 'text'
            ? []
            : Array.from({ length: results }, (_, i) =>
                chatCall(`id${count}-${i}`, 'tool', { note: `${word()}\n` }),
              );
        sent = [
          assistant(text, calls.length > 0 ? { tool_calls: calls } : {}),
          ...calls.map((call) => toolSays((call as { id: string }).id, word())),
        ];
        return [fresh, text, calls.length > 0 ? { tool_calls: calls } : {}];
      });
      const text = markdown(requests(...rounds, [[...sent, user(word())], word(), {}]));
      for (let i = 0; i < count; i++) {
        // A call's main argument is in its line and in those of its results too.
        const found = text.replaceAll(/<summary>.*<\/summary>/g, '').split(`w${i}w`).length - 1;
        expect([i, found]).toEqual([i, 1]);
      }
    }),
    { numRuns: 100 },
  );
});
