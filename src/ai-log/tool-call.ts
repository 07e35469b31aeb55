import { idOf, isObject, printJson, textOr, wordsOf, type Json } from './message-json.ts';
import type { ToolCall } from './message-part.ts';

/** Whether a part or an item is a call: Claude's `tool_use`, Gemini's `functionCall`, an item of OpenAI Responses. */
export function isCall(part: Json): boolean {
  const { type } = part;
  if (typeof type === 'string') return type.endsWith('tool_use') || isCallItem(type);
  return GEMINI.some((key) => isObject(part[key])) || isObject(part['toolUse']);
}

const GEMINI = ['functionCall', 'function_call', 'executableCode', 'executable_code'];

/** `function_call`, `custom_tool_call`, `local_shell_call`, `web_search_call`, `mcp_call`, and those to come. */
function isCallItem(type: string): boolean {
  return type.endsWith('_call') || type === 'mcp_approval_request';
}

export function readCalls(calls: unknown): ToolCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((call: unknown) =>
    isObject(call) ? readCall(call) : { id: null, name: '?', arguments: wordsOf(call) },
  );
}

export function readCall(call: Json): ToolCall {
  const code = call['executableCode'] ?? call['executable_code'];
  if (isObject(code)) return { id: idOf(code['id']), name: 'code_execution', arguments: printJson(code) };
  const inner = [...GEMINI.map((key) => call[key]), call['toolUse'], call['function'], call['custom']].find(
    isObject,
  );
  const named = inner ?? call;
  const given = named['arguments'] ?? named['input'] ?? named['args'] ?? hostedArguments(call) ?? '';
  return {
    id: idOf(call['call_id'] ?? call['id'] ?? named['id'] ?? named['toolUseId']),
    name: nameOf(call, named),
    arguments: typeof given === 'string' ? withoutEmptyStart(given) : printJson(given),
  };
}

/** Hosted tools are named by their type, and those of an MCP server also by the server. */
function nameOf(call: Json, named: Json): string {
  const name = textOr(named['name'], '');
  const server = textOr(call['server_label'], '');
  if (name !== '') return server === '' ? name : `${server}.${name}`;
  const type = textOr(call['type'], '');
  return isCallItem(type) && type !== 'function_call' ? type.replace(/_call$/, '') : '?';
}

/** What is no argument of a hosted tool: names, states, and what it returned. */
const NO_ARGUMENTS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'call_id',
  'status',
  'name',
  'server_label',
  'output',
  'outputs',
  'result',
  'results',
  'error',
  'container_id',
  'pending_safety_checks',
  'approval_request_id',
  'created_by',
]);

/** `{"action": …}` of a shell, `{"code": …}` of an interpreter; undefined if it is no item of OpenAI Responses. */
function hostedArguments(call: Json): unknown {
  const { type } = call;
  if (typeof type !== 'string' || !isCallItem(type)) return undefined;
  const given = Object.entries(call).filter(([key, value]) => !NO_ARGUMENTS.has(key) && value !== null);
  const [only] = given;
  if (only && given.length === 1 && isObject(only[1])) return only[1];
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** A bug of the plugin: Claude's streamed arguments begin with the empty input of `content_block_start`. */
function withoutEmptyStart(text: string): string {
  return text.startsWith('{}{') ? text.slice(2) : text;
}
