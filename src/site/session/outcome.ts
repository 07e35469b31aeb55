import type { Part } from '../../ai-log/message.ts';
import { resultText } from '../../ai-log/tool-outcome.ts';
import { exact } from '../../platform/count-text.ts';
import { excerptOf } from '../../query/conversation/excerpt.ts';

/** Results up to this length are shown next to their call. */
const SHORT = 24;

/** What is shown next to a call: `84 lines`, `an image`, or a short result itself. */
export function resultSummary(parts: readonly Part[]): string {
  const text = resultText(parts).trim();
  if (text === '') return mediaSummary(parts);
  const lines = countLines(text);
  if (lines > 1) return `${exact(lines)} lines`;
  return text.length <= SHORT ? excerptOf(text) : `${exact(text.length)} characters`;
}

function mediaSummary(parts: readonly Part[]): string {
  const [first] = parts.flatMap((part) => (part.kind === 'media' ? [part.media] : []));
  return first === undefined ? 'nothing' : WORDS[first.type];
}

const WORDS = { image: 'an image', audio: 'audio', video: 'a video', file: 'a file' } as const;

function countLines(text: string): number {
  let lines = 1;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++;
  return lines;
}
