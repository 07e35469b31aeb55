import type { Said } from './make.ts';

/** Hostile texts for any field of a log. Each has a mark that shows whether it took effect. */
export const PAYLOADS = [
  '<img src=x onerror="alert(1)">',
  '</script><script>alert(2)</script>',
  '"><svg onload=alert(3)>',
  "' onmouseover='alert(4)",
  '{{constructor.constructor("alert(5)")()}}{{{x}}}',
  '</title></style></textarea><iframe src="javascript:alert(6)"></iframe>',
  '[click](javascript:alert(7)) [data](data:text/html,<script>alert(8)</script>) ![pic](https://tracker.example/p.png)',
  '[![in](http://x.example/i.png)](http://y.example "t\\" onclick=alert(9)")',
  '<style>body{display:none}</style><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
  '\u001b[2J\u001b]8;;https://evil.example\u0007link\u001b[31m',
  '\u202eevil\u2066 \u200f\u2069 right to left',
  '\0\u0001\u0008\u007f\ufeff\u2028\u2029',
  '&lt;b&gt; &#60;script&#62; %3Cscript%3E',
  '__proto__ constructor toString',
  '```js\n</code></pre><script>alert(10)</script>\n```',
  '| a | b |\n|:-:|--:|\n| <b onclick=alert(11)> | ` |',
  '<!-- <!doctype html> ]]> -->',
];

/** Rounds with a payload in every field, in every format of messages, and 5 MB without a space. */
export function hostileRounds(): Said[] {
  const rounds = PAYLOADS.map((evil, i): Said => ({
    model: `m ${evil}`,
    consumer: evil,
    api: evil,
    chat_id: evil,
    response_type: evil,
    input_token: 100 + i,
    output_token: 5,
    input_token_details: evil,
    system: [{ type: 'text', text: `${evil} ${i}`, cache_control: { type: evil } }],
    question: evil,
    messages: [
      { role: evil, content: evil },
      {
        role: 'user',
        name: evil,
        content: [
          { type: 'text', text: evil },
          { type: 'image_url', image_url: { url: evil } },
          { type: evil, x: evil },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning_content: evil,
        tool_calls: [{ id: evil, function: { name: evil, arguments: evil } }],
      },
      { role: 'tool', tool_call_id: evil, content: evil },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: `${evil}!`,
            is_error: true,
            content: [{ type: 'text', text: evil }],
          },
        ],
      },
      {
        role: 'model',
        parts: [
          { text: evil },
          { functionCall: { name: evil, args: { [evil]: evil } } },
          { functionResponse: { name: evil, response: { error: evil } } },
        ],
      },
    ],
    answer: evil,
    reasoning: evil,
    tool_calls: [
      {
        id: `${evil}#`,
        type: 'tool_use',
        function: { name: evil, arguments: JSON.stringify({ [evil]: evil, command: evil }) },
      },
    ],
  }));
  return [
    ...rounds,
    {
      model: 'x',
      messages: `${PAYLOADS.join('')} [truncated] `,
      answer: `${PAYLOADS[0]} [truncated] ${PAYLOADS[0]}`,
      tool_calls: PAYLOADS[1],
      code: 502,
    },
    {
      model: 'y'.repeat(5000),
      messages: [{ role: 'user', content: 'W'.repeat(5_000_000) }],
      answer: '<'.repeat(200_000),
      tool_calls: [{ function: { name: 'n'.repeat(3000), arguments: `{"a":"${'z'.repeat(100_000)}"}` } }],
    },
  ];
}
