import { bareMediaOf, isWords, mediaAt, mediaListOf, mediaOf } from './media.ts';
import { idOf, isObject, printJson, textOr, type Json } from './message-json.ts';
import type { Part, ToolResult } from './message-part.ts';
import { isCall, readCall } from './tool-call.ts';

/** Contents nest, since a tool's result is itself a content. A hostile log may nest them without limit. */
const DEEPEST = 6;
/** A hostile log may also have any number of parts. Nobody reads more than this. */
const MOST_PARTS = 10_000;
const LEFT_OUT = { kind: 'text', text: '[…]' } as const;

export function readContent(content: unknown, depth: number): Part[] {
  if (content === null || content === undefined || content === '') return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (depth > DEEPEST) return [LEFT_OUT];
  if (Array.isArray(content)) {
    const parts = content.slice(0, MOST_PARTS).flatMap((part) => readContent(part, depth + 1));
    return [...parts, ...unreadOf(content)];
  }
  return isObject(content) ? readPart(content, depth) : [{ kind: 'other', json: printJson(content) }];
}

/** Stands for the parts of a list that are not read; empty if all are. */
function unreadOf(list: readonly unknown[]): Part[] {
  const unread = list.length - MOST_PARTS;
  return unread > 0 ? [{ ...LEFT_OUT, unread }] : [];
}

function readPart(part: Json, depth: number): Part[] {
  const { type, text, thinking, refusal } = part;
  if (typeof text === 'string') {
    const isThought = part['thought'] === true || type === 'reasoning_text' || type === 'reasoning.text';
    return [...textPart(isThought ? 'thinking' : 'text', text), ...mediaBeside(part), ...readSources(part)];
  }
  if (typeof thinking === 'string') return textPart('thinking', thinking);
  if (typeof refusal === 'string') return textPart('refusal', refusal);
  if (isCall(part)) return readCallPart(part, depth);
  const result = readResult(part, depth);
  if (result) return [{ kind: 'result', result }];
  const named = typeof type === 'string' ? NAMED[type]?.(part, depth) : bareParts(part);
  if (named) return named;
  const several = mediaListOf(part);
  if (several) return mediaList(several);
  const media = mediaOf(part);
  if (media) return [{ kind: 'media', media }];
  return [{ kind: 'other', json: printJson(part) }];
}

/** A picture with a caption, or a text with a picture. */
function mediaBeside(part: Json): Part[] {
  const media = mediaOf(part) ?? bareMediaOf(part);
  return media ? [{ kind: 'media', media }] : [];
}

function mediaList({ type, list }: NonNullable<ReturnType<typeof mediaListOf>>): Part[] {
  const some = list.slice(0, MOST_PARTS).flatMap((one): Part[] => {
    if (typeof one === 'string') return [{ kind: 'media', media: mediaAt(type, one) }];
    const media = isObject(one) ? mediaOf({ ...one, type }) : null;
    return media ? [{ kind: 'media', media }] : [];
  });
  return [...some, ...unreadOf(list)];
}

const MOST_SOURCES = 100;

/** Claude's `citations` and OpenAI's `annotations` of a text. */
export function readSources(holder: Json): Part[] {
  const cited = [holder['citations'], holder['annotations']].find(
    (list): list is unknown[] => Array.isArray(list) && list.length > 0,
  );
  if (!cited) return [];
  const lines = cited.slice(0, MOST_SOURCES).filter(isObject).map(sourceLine);
  const left = cited.length - MOST_SOURCES;
  const more = left > 0 ? [`… and ${left} more`] : [];
  const text = [...new Set([...lines, ...more])].filter((line) => line !== '').join('\n');
  return text === '' ? [] : [{ kind: 'sources', text }];
}

function sourceLine(given: Json): string {
  const source = isObject(given['url_citation']) ? given['url_citation'] : given;
  const names = [source['title'] ?? source['document_title'] ?? source['filename'], source['url']];
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ');
}

function textPart(kind: 'text' | 'thinking' | 'refusal', text: string): Part[] {
  return text === '' ? [] : [{ kind, text }];
}

/** Parts of a type that is read in a way of its own. */
const NAMED: Readonly<Record<string, (part: Json, depth: number) => Part[] | undefined>> = {
  __proto__: null as never,
  message: (part, depth) => readContent(part['content'], depth + 1),
  reasoning: (part, depth) => readReasoning(part, depth),
  'reasoning.summary': (part) => textPart('thinking', textOr(part['summary'], '')),
  'reasoning.encrypted': () => [],
  redacted_thinking: () => textPart('thinking', '[redacted by the provider]'),
  document: readDocument,
  resource: readResource,
  search_result: (part, depth) => [
    ...textPart(
      'text',
      [part['title'], part['source']].filter((word) => typeof word === 'string').join('\n'),
    ),
    ...readContent(part['content'], depth + 1),
  ],
  web_search_result: (part) =>
    textPart('text', [part['title'], part['url']].filter((word) => typeof word === 'string').join('\n')),
  web_fetch_result: (part, depth) => [
    ...textPart('text', textOr(part['url'], '')),
    ...readContent(part['content'], depth + 1),
  ],
  logs: (part) => (typeof part['logs'] === 'string' ? textPart('text', part['logs']) : undefined),
};

/** A summary, or the reasoning itself. What is encrypted cannot be shown. */
export function readReasoning(item: Json, depth: number): Part[] {
  const parts = [item['summary'], item['content']].flatMap((content) => readContent(content, depth + 1));
  return parts.map((part) => (part.kind === 'text' ? { ...part, kind: 'thinking' } : part));
}

/** Claude's documents may be plain text, or have contents of their own. Cohere's are text, or fields. */
function readDocument(part: Json, depth: number): Part[] | undefined {
  const { source, document } = part;
  const media = mediaOf(part);
  if (typeof document === 'string' && isWords(document)) return textPart('text', document);
  if (isObject(document) && typeof document['data'] === 'string' && isWords(document['data']))
    return textPart('text', document['data']);
  if (isObject(document) && isObject(document['data'])) {
    const { text, title, ...rest } = document['data'];
    if (typeof text !== 'string') return jsonPart(document['data']);
    return [
      ...textPart('text', [title, text].filter((one) => typeof one === 'string').join('\n')),
      ...(Object.keys(rest).length > 0 ? jsonPart(rest) : []),
    ];
  }
  if (!isObject(source) || !media) return undefined;
  const { type, data, content } = source;
  const head: Part = { kind: 'media', media: { ...media, data: null } };
  if (type === 'text' && typeof data === 'string') return [head, ...textPart('text', data)];
  return type === 'content' ? [head, ...readContent(content, depth + 1)] : undefined;
}

/** A resource of the Model Context Protocol: a text, or base64. */
function readResource({ resource }: Json): Part[] | undefined {
  if (!isObject(resource)) return undefined;
  const { text, ...rest } = resource;
  const media = mediaOf({ ...rest, type: 'file' });
  if (!media) return undefined;
  return [{ kind: 'media', media }, ...textPart('text', textOr(text, ''))];
}

/** Parts without a type: Bedrock's and DashScope's. */
function bareParts(part: Json): Part[] | undefined {
  const { reasoningContent: thought } = part;
  if (isObject(thought)) {
    const text = isObject(thought['reasoningText']) ? thought['reasoningText']['text'] : undefined;
    return textPart('thinking', textOr(text, '[redacted by the provider]'));
  }
  const { document } = part;
  if (!isObject(document) || !isObject(document['source'])) return undefined;
  const { text } = document['source'];
  const media = mediaOf(part);
  return media && typeof text === 'string'
    ? [{ kind: 'media', media }, ...textPart('text', text)]
    : undefined;
}

/** A call, and what it returned, if a hosted tool has that in the same item. */
function readCallPart(part: Json, depth: number): Part[] {
  const call = readCall(part);
  const result = inlineResult(part, depth);
  const made: Part = { kind: 'call', call };
  return result ? [made, { kind: 'result', result: { id: call.id, name: call.name, ...result } }] : [made];
}

function inlineResult(item: Json, depth: number): Pick<ToolResult, 'parts' | 'isError'> | null {
  const { type, error } = item;
  if (typeof type !== 'string' || !type.endsWith('_call')) return null;
  if (type === 'image_generation_call') {
    const media = typeof item['result'] === 'string' ? mediaOf(item) : null;
    return media && { parts: [{ kind: 'media', media: { ...media, url: null } }], isError: false };
  }
  const given = item['output'] ?? item['outputs'] ?? item['results'] ?? item['result'];
  const parts = [given, error].flatMap((value) => readContent(value, depth + 1));
  const isError = saysError(error) || item['status'] === 'failed';
  return parts.length === 0 && !isError ? null : { parts, isError };
}

/** Types of results. Those of OpenAI Responses end in `_output`. */
function isResult(type: unknown): boolean {
  return typeof type === 'string' && (type.endsWith('tool_result') || isResultItem(type));
}

/** `function_call_output`, `custom_tool_call_output`, `local_shell_call_output`, and those to come. */
export function isResultItem(type: string): boolean {
  return type.endsWith('_call_output') || type === 'mcp_approval_response';
}

/** A result in a content, or as an item of its own; null if the part is none. */
export function readResult(part: Json, depth: number): ToolResult | null {
  const { type } = part;
  if (isResult(type)) return typedResult(part, depth);
  if (typeof type === 'string') return null;
  const response = part['functionResponse'] ?? part['function_response'];
  if (isObject(response)) return geminiResult(response);
  const executed = part['codeExecutionResult'] ?? part['code_execution_result'];
  if (isObject(executed)) {
    const isError = textOr(executed['outcome'], 'OUTCOME_OK') !== 'OUTCOME_OK';
    return { id: null, name: 'code_execution', parts: readContent(executed['output'], depth + 1), isError };
  }
  const bedrock = part['toolResult'];
  if (!isObject(bedrock)) return null;
  const parts = readContent(bedrock['content'], depth + 1);
  return { id: idOf(bedrock['toolUseId']), name: null, parts, isError: bedrock['status'] === 'error' };
}

function typedResult(part: Json, depth: number): ToolResult {
  const id = idOf(part['tool_use_id'] ?? part['call_id'] ?? part['approval_request_id'] ?? part['id']);
  const content = part['content'] ?? part['output'];
  const ran = programOutput(content);
  const isError =
    part['is_error'] === true ||
    part['status'] === 'failed' ||
    part['approve'] === false ||
    (isObject(content) && textOr(content['type'], '').endsWith('_error'));
  const answer = typeof part['approve'] === 'boolean' ? (part['approve'] ? 'approved' : 'denied') : '';
  return {
    id,
    name: null,
    parts: ran?.parts ?? [...textPart('text', answer), ...readContent(content ?? part['reason'], depth + 1)],
    isError,
    ...(ran?.exitCode !== undefined && { exitCode: ran.exitCode }),
  };
}

/** What programs printed: Claude's code execution, and the list of OpenAI's shell. */
function programOutput(content: unknown): { parts: Part[]; exitCode?: number } | null {
  const list: readonly unknown[] = Array.isArray(content) ? content : [content];
  const runs = list.slice(0, MOST_PARTS).filter(isObject);
  if (runs.length === 0 || !runs.every((run) => 'stdout' in run || 'stderr' in run)) return null;
  const parts = runs.flatMap((run) => [run['stdout'], run['stderr']].flatMap((text) => readContent(text, 1)));
  const codes = runs.map((run) => {
    const { outcome } = run;
    return isObject(outcome) ? outcome['exit_code'] : (run['return_code'] ?? run['exit_code']);
  });
  const failed = codes.find((code) => typeof code === 'number' && code !== 0);
  return { parts: [...parts, ...unreadOf(list)], ...(typeof failed === 'number' && { exitCode: failed }) };
}

function geminiResult(given: Json): ToolResult {
  const { response } = given;
  const output = isObject(response)
    ? (response['output'] ?? response['result'] ?? response['error'])
    : response;
  const parts = typeof output === 'string' ? readContent(output, 0) : jsonPart(response);
  return {
    id: idOf(given['id']),
    name: textOr(given['name'], '?'),
    parts,
    isError: isObject(response) && saysError(response['error']),
  };
}

/** Whether an `error` in a result is really one: many tools have the key in every result. */
export function saysError(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== '';
}

function jsonPart(value: unknown): Part[] {
  return value === undefined || value === null ? [] : [{ kind: 'other', json: printJson(value) }];
}
