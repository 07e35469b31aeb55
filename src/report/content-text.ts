/** A tool call as it is shown: `name(arguments)`. */
export interface CallText {
  name: string;
  arguments: string;
}

/** A message as it is shown. Nothing is cleaned for a terminal yet. */
export interface MessageText {
  role: string;
  text: string;
  calls: CallText[];
}

/** Contents nest (a tool's result is a content again); a log can nest them for ever. */
const DEEPEST = 6;

/** The text of a logged JSON text: a string, a list of parts, or whatever it is. */
export function textOfJson(json: string): string {
  return contentText(parse(json), 0);
}

/** A logged message of any provider: OpenAI's, Claude's, Gemini's. */
export function messageText(json: string): MessageText {
  const message = parse(json);
  if (!isObject(message)) return { role: '?', text: contentText(message, 0), calls: [] };
  const role = typeof message['role'] === 'string' ? message['role'] : textOr(message['type'], '?');
  const content = message['content'] ?? message['parts'] ?? message['output'] ?? null;
  const calls = callsOf(message['tool_calls'] ?? (isCall(message) ? [message] : null));
  return { role, text: contentText(content, 0), calls };
}

/** The tool calls of a logged JSON text; null where they are no list, but text that the gateway cut. */
export function callsOfJson(json: string): CallText[] | null {
  const calls = parse(json);
  return Array.isArray(calls) ? callsOf(calls) : null;
}

function callsOf(calls: unknown): CallText[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((call: unknown) => {
    if (!isObject(call)) return { name: '?', arguments: contentText(call, 0) };
    const inner = isObject(call['function']) ? call['function'] : call;
    const given = inner['arguments'] ?? inner['input'] ?? '';
    return {
      name: textOr(inner['name'], '?'),
      arguments: typeof given === 'string' ? withoutEmptyStart(given) : print(given),
    };
  });
}

/** Claude's streamed arguments begin with the empty input of the block's start: a bug of the plugin. */
function withoutEmptyStart(text: string): string {
  return text.startsWith('{}{') ? text.slice(2) : text;
}

function contentText(content: unknown, depth: number): string {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  if (depth > DEEPEST) return '[…]';
  if (Array.isArray(content))
    return content
      .map((part) => contentText(part, depth + 1))
      .filter((text) => text !== '')
      .join('\n');
  return isObject(content) ? partText(content, depth) : print(content);
}

function partText(part: Record<string, unknown>, depth: number): string {
  if (typeof part['text'] === 'string') return part['text'];
  if (typeof part['thinking'] === 'string') return part['thinking'];
  if (isCall(part)) return callsOf([part]).map(callText).join('\n');
  if (part['type'] === 'tool_result' || part['type'] === 'function_call_output')
    return `[tool result] ${contentText(part['content'] ?? part['output'], depth + 1)}`;
  if (part['type'] === 'image_url' || part['type'] === 'image' || part['type'] === 'input_image')
    return `[image${imageSource(part)}]`;
  return print(part);
}

export function callText(call: CallText): string {
  return `${call.name}(${call.arguments})`;
}

function isCall(part: Record<string, unknown>): boolean {
  return part['type'] === 'tool_use' || part['type'] === 'function_call';
}

/** Where an image is; nothing for one that stands in the request itself. */
function imageSource(part: Record<string, unknown>): string {
  const holder = part['image_url'] ?? part['source'];
  const url = isObject(holder) ? holder['url'] : holder;
  return typeof url === 'string' && !url.startsWith('data:') ? ` ${url}` : '';
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Elements of a request are delimited and not checked when they are read: what is no JSON is shown as it is.
    return json;
  }
}

/** JSON of a value that was parsed. A value nested thousands of levels deep exhausts the stack of `stringify`. */
function print(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return '[…]';
    throw error;
  }
}
