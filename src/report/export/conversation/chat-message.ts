import { base64Start, type Media } from '../../../ai-log/media.ts';
import type { Part, ToolResult } from '../../../ai-log/message.ts';
import { parseJson } from '../../../platform/json-spans.ts';
import { partsText } from '../../content-text.ts';

/** A message of OpenAI's Chat Completions. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string | ChatPart[] | null;
  refusal?: string;
  tool_calls?: ChatCall[];
  tool_call_id?: string;
}

export type ChatPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

export interface ChatCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** A text, or a list if there are pictures: those that OpenAI can load. Other media are a line of text. */
export function contentOf(parts: readonly Part[]): string | ChatPart[] {
  const shown = parts.map((part): ChatPart => {
    const url = part.kind === 'media' ? imageUrl(part.media) : null;
    return url === null
      ? { type: 'text', text: partsText([part]) }
      : { type: 'image_url', image_url: { url } };
  });
  if (shown.some(({ type }) => type === 'image_url')) return shown;
  return partsText(parts);
}

function imageUrl({ type, format, url, data }: Media): string | null {
  if (type !== 'image') return null;
  if (data !== null) {
    if (data.startsWith('data:')) return data;
    const mime = format === null ? null : format === 'jpg' ? 'jpeg' : format;
    return mime === null ? null : `data:image/${mime};base64,${data.slice(base64Start(data))}`;
  }
  return url !== null && /^https?:/i.test(url) ? url : null;
}

/** OpenAI's results do not say whether the tool failed. */
export function resultContent({ parts, isError }: ToolResult): string {
  const text = partsText(parts);
  return isError && !/error/i.test(text) ? `Error: ${text}` : text;
}

/** OpenAI takes up to 64 letters, digits, `_` and `-`. */
export function functionName(name: string): string {
  return name.replaceAll(/[^\w-]/g, '_').slice(0, 64) || '_';
}

/** The arguments as logged if they are an object; a custom tool's text is its `input`. */
export function argumentsOf(given: string): string {
  if (given.trim() === '') return '{}';
  const value = /^\s*\{/.test(given) ? parseJson(given) : undefined;
  return typeof value === 'object' ? given : JSON.stringify({ input: given });
}
