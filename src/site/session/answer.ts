import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../platform/json-spans.ts';
import type { Message, Part, ToolCall } from '../../ai-log/message.ts';
import { cutHalves } from '../../session-format/cut-text.ts';
import type { RoundView } from './view.ts';

/** What a round answered, kept until the next request of its thread repeats it. */
export interface Answer {
  view: RoundView;
  page: number;
  /** null where the log has none. */
  text: string | null;
  /** null where the gateway cut them. */
  calls: readonly ToolCall[] | null;
  /** Ids of its calls that no result came for yet. */
  open: Set<string>;
  /** It may have called tools, and no result came yet. */
  isWaiting: boolean;
  /** Neither a text nor a call was logged: the request failed, was aborted, or its answer is not in the log. */
  isMissing: boolean;
}

/** An answer as the next request repeats it: the messages that come back, put together. */
export interface Echo {
  text: string;
  calls: ToolCall[];
}

/**
 * `same`: nothing is to be shown again. `completes`: the log had less of it (Claude's calls are logged only where the
 * answer was streamed; a text may be cut). `differs`: the client sent something else back.
 */
export type EchoVerdict = 'same' | 'completes' | 'differs';

const SPAWNERS = /agent|task|delegat|spawn|dispatch|hand_?off/i;
/** So much of a task must stand in a call's arguments to be what it asks for. */
const TELLING = 20;

/**
 * Whether an answer that waits for its tools may have asked for `task`: by a tool whose name says so, by the task's
 * words in its arguments, or by calls that the log does not show.
 */
export function spawns(answer: Pick<Answer, 'calls' | 'isWaiting' | 'isMissing'>, task: string): boolean {
  if (!answer.isWaiting) return false;
  if (answer.calls === null || answer.calls.length === 0) return true;
  const words = JSON.stringify(task.slice(0, 2 * TELLING)).slice(1, -1);
  return answer.calls.some(
    (call) => SPAWNERS.test(call.name) || (words.length >= TELLING && call.arguments.includes(words)),
  );
}

/** Whether a message can be (a part of) an answer that comes back. */
export function isAssistant({ role }: Message): boolean {
  return role === 'assistant' || role === 'model' || role === 'function_call' || role === 'reasoning';
}

export function echoOf(messages: readonly Message[]): Echo {
  return {
    text: messages
      .flatMap(({ parts }) => parts)
      .map((part) => (part.kind === 'text' ? part.text : ''))
      .filter((text) => text !== '')
      .join('\n'),
    calls: messages.flatMap(callsOf),
  };
}

/** All calls of a message, wherever they stand in it. */
export function callsOf({ parts, calls }: Message): ToolCall[] {
  return [...parts.flatMap((part: Part) => (part.kind === 'call' ? [part.call] : [])), ...calls];
}

export function compareEcho(answer: Pick<Answer, 'text' | 'calls'>, echo: Echo): EchoVerdict {
  const text = compareText(answer.text ?? '', echo.text);
  const calls = compareCalls(answer.calls, echo.calls);
  if (text === 'differs' || calls === 'differs') return 'differs';
  return text === 'completes' || calls === 'completes' ? 'completes' : 'same';
}

function compareText(logged: string, echoed: string): EchoVerdict {
  const a = plain(logged);
  const b = plain(echoed);
  if (a === b) return 'same';
  if (a === '') return 'completes';
  const halves = cutHalves(a);
  return halves && b.startsWith(halves.head) && b.endsWith(halves.tail) ? 'completes' : 'differs';
}

/** Clients trim answers, and change line ends. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

function compareCalls(logged: readonly ToolCall[] | null, echoed: readonly ToolCall[]): EchoVerdict {
  if (logged === null || logged.length === 0) return echoed.length > 0 ? 'completes' : 'same';
  if (logged.length !== echoed.length) return 'differs';
  return logged.every((call, i) => sameCall(call, echoed[i])) ? 'same' : 'differs';
}

function sameCall(a: ToolCall, b: ToolCall | undefined): boolean {
  if (!b || a.name !== b.name) return false;
  if (a.arguments === b.arguments) return true;
  const [first, second] = [parseJson(a.arguments || '{}'), parseJson(b.arguments || '{}')];
  return first !== undefined && isDeepStrictEqual(first, second);
}
