import { expect, test } from 'vitest';
import { saidIn } from '../../../src/query/search/said.ts';

/** What is said by messages, and by other values of a round. */
function said(messages: object[], values: Record<string, unknown> = {}): [string, string, readonly string[]][] {
  const texts = new Map(
    Object.entries({ new_messages: messages, ...values }).map(([key, value]) => [key, JSON.stringify(value)]),
  );
  return [...saidIn({ texts })].map(({ role, part, texts: found }) => [role, part, found]);
} // prettier-ignore

test('a refusal is found like a text', () => {
  const refusal = { type: 'refusal', refusal: 'I cannot help.' };
  expect(said([{ role: 'assistant', content: [refusal] }], { answer: [refusal] })).toEqual([
    ['assistant', 'text', ['I cannot help.']],
    ['assistant', 'text', ['I cannot help.']],
  ]);
});

test('names and addresses of media are found as they were logged, and their data is not', () => {
  const content = [
    { type: 'file', file: { filename: `${'long '.repeat(50)}.pdf`, file_data: 'QUJD' } },
    { type: 'image_url', image_url: { url: 'https://x.example/a.png' } },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
  ];
  expect(said([{ role: 'user', content }])).toEqual([
    ['user', 'text', [`${'long '.repeat(50)}.pdf\nhttps://x.example/a.png`]],
  ]);
});

test('what an answer cites is found', () => {
  const annotations = [{ type: 'url_citation', title: 'Prices', url: 'https://x.example/prices' }];
  expect(
    said([{ role: 'assistant', content: [{ type: 'output_text', text: 'Cheap.', annotations }] }]),
  ).toEqual([['assistant', 'text', ['Cheap.\nPrices https://x.example/prices']]]);
});

test('calls and results of OpenAI Responses', () => {
  const items = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'thought' }] },
    { type: 'custom_tool_call', call_id: 'c', name: 'apply_patch', input: '*** Begin' },
    { type: 'custom_tool_call_output', call_id: 'c', output: 'Done' },
    { type: 'mcp_list_tools', server_label: 'github', tools: ['x'] },
  ];
  expect(said(items)).toEqual([
    ['assistant', 'reasoning', ['thought']],
    ['assistant', 'call', ['apply_patch', '*** Begin']],
    ['tool', 'result', ['Done']],
    ['assistant', 'text', ['{"type":"mcp_list_tools","server_label":"github","tools":["x"]}']],
  ]);
});
