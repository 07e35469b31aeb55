import { expect, test } from 'vitest';
import { readMessage, readParts } from '../../src/ai-log/message.ts';
import { page, requests, terminal, user } from './look.ts';

// Items of OpenAI Responses, and of Gemini's and Bedrock's tools: calls, each with its result.

test.each<[name: string, items: object[], shown: string, heads: string[]]>([
  ['a custom tool', [{ type: 'custom_tool_call', call_id: 'k', name: 'apply_patch', input: '-a\n+b' }, { type: 'custom_tool_call_output', call_id: 'k', output: 'Exit code: 1' }],
    'apply_patch -a +b = Exit code: 1 (exit code 1)', ['[tool] ❌ apply_patch -a +b (k), exit code 1: Exit code: 1']],
  ['a local shell', [{ type: 'local_shell_call', id: 'i', call_id: 'l', status: 'completed', action: { type: 'exec', command: ['bash', '-lc', 'ls'] } }, { type: 'local_shell_call_output', call_id: 'l', output: '{"output":"x","metadata":{"exit_code":2}}' }],
    'local_shell bash -lc ls = {"output":"x","metadata":{"exit_code":2}} (exit code 2)', ['[tool] ❌ local_shell bash -lc ls (l), exit code 2:']],
  ['a shell with several commands', [{ type: 'shell_call', call_id: 's', action: { commands: ['make', 'ls'] } }, { type: 'shell_call_output', call_id: 's', output: [{ stdout: 'out', stderr: '', outcome: { type: 'exit', exit_code: 0 } }, { stdout: '', stderr: 'err', outcome: { type: 'exit', exit_code: 3 } }] }],
    'shell make ls = out\nerr (exit code 3)', ['[tool] ❌ shell make ls (s), exit code 3:']],
  ['a patch', [{ type: 'apply_patch_call', call_id: 'p', operation: { type: 'delete_file', path: 'a.py' } }, { type: 'apply_patch_call_output', call_id: 'p', status: 'failed', output: 'no such file' }],
    'apply_patch a.py = no such file (error)', ['[tool] ❌ apply_patch a.py (p), error: no such file']],
  ['a search of the web, which returns nothing', [{ type: 'web_search_call', id: 'w', status: 'completed', action: { type: 'search', query: 'lts' } }], 'web_search lts', []],
  ['a search of files', [{ type: 'file_search_call', id: 'f', queries: ['end'], results: [{ filename: 'a.pdf', text: 'In May' }] }], 'file_search end = In May', ['[tool] file_search end (f): In May']],
  ['an interpreter', [{ type: 'code_interpreter_call', id: 'c', code: 'print(1)', outputs: [{ type: 'logs', logs: '1' }], container_id: 'x' }], 'code_interpreter print(1) = 1', ['[tool] code_interpreter print(1) (c): 1']],
  ['a computer', [{ type: 'computer_call', id: 'i', call_id: 'cc', action: { type: 'wait' }, pending_safety_checks: [] }, { type: 'computer_call_output', call_id: 'cc', output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' } }],
    'computer wait = [image png, 3 B]', ['[tool] computer wait (cc): [image png, 3 B]']],
  ['a tool of an MCP server', [{ type: 'mcp_call', id: 'm', server_label: 'github', name: 'get', arguments: '{"n":1}', output: null, error: 'not found' }], 'github.get 1 = not found (error)', ['[tool] ❌ github.get 1 (m), error: not found']],
  ['an approval', [{ type: 'mcp_approval_request', id: 'r', server_label: 'github', name: 'drop', arguments: '{"n":1}' }, { type: 'mcp_approval_response', approval_request_id: 'r', approve: true }], 'github.drop 1 = approved', ['[tool] github.drop 1 (r): approved']],
  ['an image', [{ type: 'image_generation_call', id: 'g', status: 'completed', prompt: 'a cat', result: 'AAAA' }], 'image_generation a cat = [image, 3 B]', ['[tool] image_generation a cat (g): [image, 3 B]']],
  ['an item to come', [{ type: 'teleport_call', call_id: 't', place: 'x', status: 'completed' }, { type: 'teleport_call_output', call_id: 't', output: [{ type: 'input_text', text: 'there' }] }], 'teleport x = there', ['[tool] teleport x (t): there']],
])('%s', (_, items, shown, heads) => {
  const said = requests([[user('go'), ...items, user('next')], 'ok']);
  expect(page(said)[0]?.filter((line) => !/^(?:User|Answer)/.test(line))).toEqual([shown]);
  const lines = (terminal(said)[0] ?? []).map((line) => line.trim());
  expect(lines.filter((line) => line.startsWith('[tool]'))).toEqual(heads);
  expect(lines.filter((line) => line.startsWith('[assistant]'))).toHaveLength(1);
}); // prettier-ignore

test('a summary of reasoning and its text are thoughts; what is encrypted is not shown', () => {
  const item = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'S' }], content: [{ type: 'reasoning_text', text: 'T' }], encrypted_content: 'gAAA' };
  expect(readMessage(JSON.stringify(item)).parts).toEqual([{ kind: 'thinking', text: 'S' }, { kind: 'thinking', text: 'T' }]);
  expect(readMessage('{"type":"reasoning","summary":[],"encrypted_content":"gAAA"}').parts).toEqual([]);
}); // prettier-ignore

test('an item that is neither a call nor a message is shown as it is', () => {
  const item = '{"type":"mcp_list_tools","server_label":"github","tools":[]}';
  expect(readMessage(item)).toEqual({ role: 'mcp_list_tools', parts: [{ kind: 'other', json: item }], calls: [] });
  expect(readMessage('{"type":"compaction","id":"c","encrypted_content":"gAAA"}').parts).toEqual([
    { kind: 'other', json: '{"type":"compaction","id":"c"}' },
  ]);
}); // prettier-ignore

test.each<[object, object]>([
  [{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { kind: 'call', call: { id: null, name: 'code_execution', arguments: '{"language":"PYTHON","code":"print(1)"}' } }],
  [{ codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'boom' } }, { kind: 'result', result: { id: null, name: 'code_execution', parts: [{ kind: 'text', text: 'boom' }], isError: true } }],
  [{ toolUse: { toolUseId: 'b', name: 'f', input: { a: 1 } } }, { kind: 'call', call: { id: 'b', name: 'f', arguments: '{"a":1}' } }],
  [{ toolResult: { toolUseId: 'b', status: 'error', content: [{ text: 'no' }] } }, { kind: 'result', result: { id: 'b', name: null, parts: [{ kind: 'text', text: 'no' }], isError: true } }],
  [{ reasoningContent: { reasoningText: { text: 'HM' } } }, { kind: 'thinking', text: 'HM' }],
  [{ type: 'redacted_thinking', data: 'xx' }, { kind: 'thinking', text: '[redacted by the provider]' }],
  [{ type: 'search_result', title: 'T', source: 'S', content: [] }, { kind: 'text', text: 'T\nS' }],
])('of other providers: %j', (part, read) => {
  expect(readParts(JSON.stringify([part]))).toEqual([read]);
}); // prettier-ignore
