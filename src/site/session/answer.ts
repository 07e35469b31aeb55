import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../platform/json-spans.ts';
import { callsOf, type Message, type ToolCall } from '../../ai-log/message.ts';
import { cutHalves } from '../../session-format/cut-text.ts';
import type { RoundView } from './view.ts';

/** What a round answered, kept until the next request of its thread sends it back. */
export interface Answer {
  view: RoundView;
  page: number;
  /** null if the log has none. */
  text: string | null;
  /** null if the gateway truncated them. */
  calls: readonly ToolCall[] | null;
  /** Ids of its calls without a result so far. */
  open: Set<string>;
  /** It called tools, or may have, and no result has come yet. */
  isWaiting: boolean;
  /** Neither text nor calls were logged: the request failed or was aborted, or the log leaves answers out. */
  isMissing: boolean;
}

/** An answer as the next request sends it back: all messages that belong to it, joined. */
export interface Echo {
  text: string;
  calls: ToolCall[];
}

/**
 * `same`: there is nothing new to show. `completes`: the log had only part of the answer (Claude's calls are logged only
 * if the answer was streamed, and texts can be truncated). `differs`: the client sent something else back.
 */
export type EchoVerdict = 'same' | 'completes' | 'differs';

const SPAWNERS = /agent|task|delegat|spawn|dispatch|hand_?off/i;
/** How many characters of a task a call's arguments must contain to be taken as its origin. */
const TASK_LENGTH = 20;

/**
 * Whether an answer that waits for its tools may have started a sub-agent for `task`: through a tool with a telling name,
 * through arguments that contain the task, or through calls that the log does not show.
 */
export function spawns(answer: Pick<Answer, 'calls' | 'isWaiting' | 'isMissing'>, task: string): boolean {
  if (!answer.isWaiting) return false;
  if (answer.calls === null || answer.calls.length === 0) return true;
  const words = JSON.stringify(task.slice(0, 2 * TASK_LENGTH)).slice(1, -1);
  return answer.calls.some(
    (call) => SPAWNERS.test(call.name) || (words.length >= TASK_LENGTH && call.arguments.includes(words)),
  );
}

/** Whether a message can be part of an answer that is sent back. */
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

/** Clients trim answers and change line endings. */
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
