import { stringEnd, type Span } from '../platform/json-spans.ts';

/** A message of nothing but texts and results of tools. */
export interface PlainMessage {
  role: string;
  /** Only a message from a tool has one: the id of the call that it answers. */
  callId: string | null;
  /** Its content: where the text is, or its blocks. */
  content: Span | PlainBlock[];
}

/** A text, or a result whose content is a text. */
interface PlainBlock extends Span {
  /** `text`, or `tool_result`. */
  type: string;
  callId: string | null;
}

/**
 * Reads a message without decoding it, in the forms that most messages have: those of OpenAI and Claude, with no spaces
 * between tokens. `text`: its JSON, which is valid. undefined if it has another form.
 */
export function readPlainMessage(text: string): PlainMessage | undefined {
  const head = HEAD.exec(text);
  if (!head) return undefined;
  const at = head[0].length;
  const blocks = text[at] === '[' ? readBlocks(text, at) : undefined;
  const end = blocks ? blocks.end : stringEnd(text, at);
  const tail = matchAt(TAIL, text, end);
  if (!tail || (text[at] !== '"' && !blocks)) return undefined;
  const [, role = tail[1], callId = tail[2]] = head;
  // Of a key that occurs twice, the last value counts.
  if (role === undefined || (head[1] && tail[1]) || (head[2] && tail[2])) return undefined;
  return { role, callId: callId ?? null, content: blocks?.list ?? { from: at + 1, to: end - 1 } };
}

function readBlocks(text: string, start: number): { list: PlainBlock[]; end: number } | undefined {
  const list: PlainBlock[] = [];
  let at = start;
  do {
    const head = matchAt(BLOCK_HEAD, text, at + 1);
    if (!head || list.length === MOST_BLOCKS) return undefined;
    const from = at + 1 + head[0].length;
    const end = stringEnd(text, from - 1);
    const tail = matchAt(BLOCK_TAIL, text, end);
    if (!tail) return undefined;
    const [, type = tail[2], callId = tail[1], key] = head;
    if ((head[1] && tail[2]) || (head[2] && tail[1])) return undefined;
    if (key !== (type === 'text' ? 'text' : 'content') || type === undefined) return undefined;
    list.push({ type, callId: callId ?? null, from, to: end - 1 });
    at = end + tail[0].length;
  } while (text[at] === ',');
  return text[at] === ']' ? { list, end: at + 1 } : undefined;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

const HEAD = /^\{(?:"role":"(\w+)",)?(?:"tool_call_id":"([\w-]+)",)?"content":/;
const TAIL = /(?:,"role":"(\w+)")?(?:,"tool_call_id":"([\w-]+)")?\}$/y;
/** Go sorts keys; most clients put the type first. */
const BLOCK_HEAD =
  /\{(?:"cache_control":\{"type":"ephemeral"\},)?(?:"type":"(text|tool_result)",)?(?:"tool_use_id":"([\w-]+)",)?"(content|text)":"/y;
const BLOCK_TAIL =
  /(?:,"tool_use_id":"([\w-]+)")?(?:,"type":"(text|tool_result)")?(?:,"is_error":false)?(?:,"cache_control":\{"type":"ephemeral"\})?\}/y;
/** The program does not read more parts of a message. */
const MOST_BLOCKS = 10_000;

/** What failureOf looks for at the start of a text, and white space before it. */
const MAY_FAIL =
  /[\s\\\xc2\xe1-\xe3\xef]|error:|process exited|command failed|exit code|<tool_use_error|traceback /iy;
/** What failureOf looks for in an object. */
const STATUS = /exit_code|exitCode|\\"error\\"|\\u/;

/**
 * The length of a result in UTF-8, given as the place of its string in JSON that has one character for each byte.
 * undefined if the result may have failed, or is not easy to measure.
 */
export function succeededBytes(json: string, { from, to }: Span): number | undefined {
  if (matchAt(MAY_FAIL, json, from)) return undefined;
  if (json[from] === '{' && STATUS.test(json.slice(from, to))) return undefined;
  let bytes = to - from;
  for (let at = json.indexOf('\\', from); at >= 0 && at < to;) {
    const isLong = json[at + 1] === 'u';
    if (isLong && !matchAt(ESCAPED_ASCII, json, at)) return undefined;
    const length = isLong ? LONG_ESCAPE : SHORT_ESCAPE;
    bytes -= length - 1;
    at = json.indexOf('\\', at + length);
  }
  return bytes;
}

const LONG_ESCAPE = String.raw`\u0000`.length;
const SHORT_ESCAPE = String.raw`\n`.length;
const ESCAPED_ASCII = /\\u00[0-7]/y;
