import { cleanLine } from '../../platform/clean-text.ts';
import { exact } from '../../platform/count-text.ts';
import { durationText } from '../../platform/duration-text.ts';
import type { MissCause } from './cache-misses.ts';

/** What differs first from the round that a cache miss continues, in a sentence. `clip` shortens names of the log. */
export function causeText(
  cause: MissCause,
  after: number,
  clip: (text: string, length: number) => string,
): string {
  const before = `round ${exact(after)}`;
  if (cause.kind === 'model')
    return `The model changed: ${before} was of ${clip(cleanLine(cause.before), 60)}.`;
  if (cause.kind === 'system') return `The system prompt is not that of ${before}.`;
  if (cause.kind === 'none')
    return `It repeats all messages of ${before}, ${durationText(cause.afterMs)} later: the cache may have expired.`;
  if (cause.role === null) return `It ends before message ${exact(cause.at)} of ${before}.`;
  return `Message ${exact(cause.at)} (${clip(cleanLine(cause.role), 16) || '-'}) is the first that differs from ${before}.`;
}
