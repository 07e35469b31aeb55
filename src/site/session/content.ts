import type { Part } from '../../ai-log/message.ts';
import { mediaText } from '../../ai-log/media-text.ts';
import type { Budget } from './clip.ts';
import type { Content } from './view.ts';

/** The parts of a message that are shown in it. Calls and results have items of their own. */
export function contentOf(parts: readonly Part[], budget: Budget): Content[] {
  const { shown, more } = budget.first(parts.every(isShown) ? parts : parts.filter(isShown), 'part');
  const content = shown.map((part): Content => {
    switch (part.kind) {
      case 'text':
      case 'thinking':
      case 'refusal':
      case 'sources':
        return { kind: part.kind, clip: budget.take(part.text) };
      case 'media':
        return { kind: 'media', words: mediaText(part.media), url: part.media.url };
      case 'other':
        return { kind: 'data', clip: budget.take(part.json) };
      default:
        throw new Error(`a ${part.kind} is not content`);
    }
  });
  let left = more;
  for (const part of parts) if ('unread' in part) left += part.unread ?? 0;
  return left > 0 ? [...content, { kind: 'more', parts: left }] : content;
}

function isShown(part: Part): boolean {
  if ('text' in part) return part.text.trim() !== '' && !('unread' in part);
  return part.kind === 'media' || part.kind === 'other';
}

/** Characters that a message would take to show: is it worth a link instead? */
export function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => {
    if ('text' in part) return sum + part.text.length;
    if (part.kind === 'other') return sum + part.json.length;
    return part.kind === 'result' ? sum + lengthOf(part.result.parts) : sum;
  }, 0);
}
