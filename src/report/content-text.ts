import { readCallList, readMessage, readParts, type Part } from '../ai-log/message.ts';

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

/** The text of a logged JSON text: a string, a list of parts, or whatever it is. */
export function textOfJson(json: string): string {
  return partsText(readParts(json));
}

/** A logged message of any provider: OpenAI's, Claude's, Gemini's. */
export function messageText(json: string): MessageText {
  const { role, parts, calls } = readMessage(json);
  return { role, text: partsText(parts), calls: calls.map(nameAndArguments) };
}

/** The tool calls of a logged JSON text; null where they are no list, but text that the gateway cut. */
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
