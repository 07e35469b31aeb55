import { readCallList, readMessage, readParts, type Part } from '../ai-log/message.ts';

/** A tool call, shown as `name(arguments)`. */
export interface CallText {
  name: string;
  arguments: string;
}

/** A message to be shown. Not yet cleaned for a terminal. */
export interface MessageText {
  role: string;
  text: string;
  calls: CallText[];
}

/** The text in logged JSON: a string, a list of parts, or anything else. */
export function textOfJson(json: string): string {
  return partsText(readParts(json));
}

/** A logged message in the format of any provider: OpenAI, Claude, Gemini. */
export function messageText(json: string): MessageText {
  const { role, parts, calls } = readMessage(json);
  return { role, text: partsText(parts), calls: calls.map(nameAndArguments) };
}

/** The tool calls in logged JSON; null if the gateway cut them, so that they are no longer a list. */
export function callsOfJson(json: string): CallText[] | null {
  return readCallList(json)?.map(nameAndArguments) ?? null;
}

export function callText(call: CallText): string {
  return `${call.name}(${call.arguments})`;
}

function nameAndArguments({ name, arguments: given }: CallText): CallText {
  return { name, arguments: given };
}

function partsText(parts: readonly Part[]): string {
  return parts
    .map(partText)
    .filter((text) => text !== '')
    .join('\n');
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'call':
      return callText(part.call);
    case 'result':
      return `[tool result] ${partsText(part.result.parts)}`;
    case 'image':
      return part.url === null ? '[image]' : `[image ${part.url}]`;
    case 'other':
      return part.json;
    default:
      return part.text;
  }
}
