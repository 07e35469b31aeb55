import type { Media } from './media.ts';

/** A tool call in an assistant's message or in a round's `tool_calls`. */
export interface ToolCall {
  /** null if the provider gives none. */
  id: string | null;
  /** `?` if there is none. */
  name: string;
  /** As logged if that is a string, else as JSON. */
  arguments: string;
}

/** What a tool returned. */
export interface ToolResult {
  /** Id of the call that it answers. */
  id: string | null;
  /** For providers that name the tool instead of the call. */
  name: string | null;
  parts: Part[];
  isError: boolean;
  /** If the provider has it beside the text. */
  exitCode?: number;
}

/** A piece of a message. */
export type Part =
  /** `unread`: it stands for so many further parts. */
  | { kind: 'text' | 'thinking' | 'refusal'; text: string; unread?: number }
  | { kind: 'call'; call: ToolCall }
  | { kind: 'result'; result: ToolResult }
  | { kind: 'media'; media: Media }
  /** What a text before it cites, a line each. */
  | { kind: 'sources'; text: string }
  /** Anything else, as JSON without `cache_control`. */
  | { kind: 'other'; json: string };
