import { parseJson } from '../platform/json-spans.ts';
import { saysError, type Message, type Part, type ToolResult } from './message.ts';

/** A longer result is not a status: if it mentions an error, that is its subject. */
const LONGEST_STATUS = 200_000;
/** At the start of a result, or right after `Error:`. */
const EXIT_CODE =
  /^\s*(?:Error:\s*)?(?:Process exited with (?:exit )?code|Command failed with exit code|exit code:?)\s*(\d{1,10})\b/i;

/** The first words of a result that is an error: Claude's mark, and what most frameworks make of an exception. */
const ERROR = /^\s*(?:<tool_use_error>|Error: |Traceback \(most recent call last\):)/;

/** All results that a message brings. */
export function resultsOf({ parts, answers }: Message): ToolResult[] {
  const inside = parts.flatMap((part) => (part.kind === 'result' ? [part.result] : []));
  return answers ? [{ ...answers, parts }, ...inside] : inside;
}

export function resultText(parts: readonly Part[]): string {
  return parts
    .map(textOfPart)
    .filter((text) => text !== '')
    .join('\n');
}

function textOfPart(part: Part): string {
  if (part.kind === 'text' || part.kind === 'refusal') return part.text;
  return part.kind === 'other' ? part.json : '';
}

/** How many bytes of text a result adds to a request. Images and files are not text. */
export function resultBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + Buffer.byteLength(textOfPart(part)), 0);
}

/**
 * Why a tool's result counts as failed, in a word or two; null if it does not. OpenAI's tool messages do not say, so
 * these count besides `is_error` and Gemini's `error`: `<tool_use_error>`, `Error: ` or a Python traceback as the first
 * words, a nonzero exit code in the first words or in a JSON object (`exit_code`, `exitCode`, also under `metadata`), and a JSON object whose first key is a
 * nonempty `error`.
 */
export function failureOf(result: ToolResult): string | null {
  const text = resultText(result.parts);
  const code = result.exitCode ?? exitCodeOf(text);
  if (code !== null && code !== 0) return `exit code ${code}`;
  if (result.isError || ERROR.test(text)) return 'error';
  return hasErrorFirst(text) ? 'error' : null;
}

function exitCodeOf(text: string): number | null {
  const worded = EXIT_CODE.exec(text)?.[1];
  if (worded !== undefined) return Number(worded);
  const value = objectOf(text);
  if (!value) return null;
  const holders = [value, value['metadata']].filter(
    (holder) => typeof holder === 'object' && holder !== null,
  );
  for (const holder of holders as Record<string, unknown>[]) {
    const code = holder['exit_code'] ?? holder['exitCode'];
    if (typeof code === 'number' && Number.isSafeInteger(code)) return code;
  }
  return null;
}

function hasErrorFirst(text: string): boolean {
  const value = /^\s*\{\s*"error"/.test(text) ? objectOf(text) : undefined;
  return saysError(value?.['error']);
}

function objectOf(text: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(text) || text.length > LONGEST_STATUS) return undefined;
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
