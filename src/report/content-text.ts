import { mediaText } from '../ai-log/media-text.ts';
import { readCallList, readParts, type Part, type ToolResult } from '../ai-log/message.ts';
import { failureOf } from '../ai-log/tool-outcome.ts';
import { layOutJson, layoutText } from '../query/conversation/json-layout.ts';

/** A tool call, shown as `name(arguments)`. */
export interface CallText {
  name: string;
  arguments: string;
}

/** What is shown before a tool's result. */
export type HeadOf = (result: ToolResult) => string;

/** The text in logged JSON: a string, a list of parts, or anything else. Not yet cleaned for a terminal. */
export function textOfJson(json: string, headOf: HeadOf = plainHead): string {
  return partsText(readParts(json), headOf);
}

/** The tool calls in logged JSON; null if the gateway cut them, so that they are no longer a list. */
export function callsOfJson(json: string): CallText[] | null {
  return readCallList(json)?.map(({ name, arguments: given }) => ({ name, arguments: given })) ?? null;
}

/** `name(arguments)`; arguments with texts of several lines follow the name, laid out. */
export function callText(call: CallText): string {
  const layout = layOutJson(call.arguments);
  if (layout.kind === 'fields') return `${call.name}:\n${layoutText(layout)}`;
  if (layout.kind === 'text' && layout.text.includes('\n')) return `${call.name}:\n${layout.text}`;
  return `${call.name}(${layout.isAsSent ? call.arguments : layout.text})`;
}

export function partsText(parts: readonly Part[], headOf: HeadOf = plainHead): string {
  return parts
    .map((part) => partText(part, headOf))
    .filter((text) => text !== '')
    .join('\n');
}

/** What a tool returned; JSON whose texts are in escapes is laid out. */
export function resultBody(parts: readonly Part[]): string {
  const text = partsText(parts);
  return /^\s*[{["]/.test(text) && /\\[nu]/.test(text) ? layoutText(layOutJson(text)) : text;
}

function partText(part: Part, headOf: HeadOf): string {
  switch (part.kind) {
    case 'call':
      return callText(part.call);
    case 'result':
      return `${headOf(part.result)} ${resultBody(part.result.parts)}`;
    case 'media':
      return mediaText(part.media);
    case 'other':
      return part.json;
    case 'sources':
      return `[sources] ${part.text}`;
    case 'refusal':
      return `[refusal] ${part.text}`;
    default:
      return part.text;
  }
}

function plainHead(result: ToolResult): string {
  const failure = failureOf(result);
  return failure === null ? '[tool result]' : `[tool result, ${failure}]`;
}
