import { fc } from '../fast-check.ts';
import { expect, test } from 'vitest';
import { page, pageHtml, terminal } from './look.ts';

// Whatever a log says, a conversation is shown, and its words become no markup and no control sequence.

const key = fc.constantFrom(
  ...'type role content text thinking refusal name id call_id tool_call_id tool_use_id input arguments output function'.split(' '),
  ...'tool_calls function_call functionCall functionResponse inlineData source data url image_url file filename summary'.split(' '),
  ...'reasoning reasoning_content citations action error status result results outputs audio images parts approve stdout'.split(' '),
  ...'outcome code toolUse toolResult video __proto__ constructor'.split(' '),
); // prettier-ignore
const word = fc.constantFrom(
  ...'user assistant model tool system reasoning message tool_use tool_result function_call function_call_output'.split(' '),
  ...'web_search_call custom_tool_call custom_tool_call_output mcp_call mcp_approval_response image_generation_call'.split(' '),
  ...'shell_call shell_call_output image document video audio input_audio search_result redacted_thinking a call_0'.split(' '),
  'data:image/png;base64,AAAA', '{"a":"x\\ny"}', '"x"', '', '**a** `b`', '\u202e\u001b[31m', '𠮷', '\ud800', '<b onclick=x>',
); // prettier-ignore
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    word,
    fc.constantFrom(null, true, false, 0, 1.5),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map(Object.fromEntries),
  ),
})).value;
const message = fc
  .array(fc.tuple(key, value), { maxLength: 7 })
  .map((members) => Object.fromEntries([['role', 'assistant'], ...members]) as object);
const round = fc.record(
  {
    messages: fc.array(fc.oneof(message, value), { maxLength: 6 }),
    answer: value,
    tool_calls: value,
    reasoning: value,
    question: value,
  },
  { requiredKeys: [] },
);
const FOREIGN =
  /<(?!\/?(?:p|br|a|pre|code|div|details|summary|dl|dt|dd|bdi|span|strong|em|ul|ol|li|h\d|table|t[hdr]|thead|tbody|hr|blockquote|s|sub|sup|kbd)\b)/;

test('any conversation can be shown', () => {
  fc.assert(
    fc.property(fc.array(round, { minLength: 1, maxLength: 4 }), (rounds) => {
      const said = rounds.map((one) => ({ model: 'm', output_token: 9, ...one }));
      expect(terminal(said).flat().join('\n')).not.toMatch(/[\u202e\u001b]/);
      const html = pageHtml(said).join('');
      expect(html).not.toMatch(FOREIGN);
      expect(html).not.toMatch(/<[^>]*\son\w+=/);
      page(said);
    }),
    { numRuns: 150 },
  );
});
