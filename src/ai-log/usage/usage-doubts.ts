import type { LoggedCounts } from './counts.ts';
import type { ModelKind } from './model-kinds.ts';
import type { RoundUsage } from '../../model/token-usage.ts';

/** Whether the log says anything of a cache. */
export function hasCacheKey(counts: LoggedCounts): boolean {
  return (
    counts.cachedTokens !== undefined ||
    counts.cacheRead !== undefined ||
    counts.cacheCreation !== undefined ||
    counts.cacheWrite !== undefined ||
    counts.write5m !== undefined ||
    counts.write1h !== undefined
  );
}

/** Rule 7: what the log should say of a model like this, and does not. Of counted rounds. */
export function addDoubts(usage: RoundUsage, counts: LoggedCounts, kind: ModelKind, flags: string[]): void {
  if (isCacheUnlogged(usage, counts, kind)) flags.push('cache-unlogged');
  if (isWriteUnlogged(counts, kind)) flags.push('cache-write-unlogged');
  if (kind.images === 'only' && usage.output === 0) flags.push('image-uncounted');
  if (kind.images === 'also' && isImageShareUnlogged(usage, counts, kind)) flags.push('image-share-unlogged');
  if (isAudioUnlogged(usage, counts, kind)) flags.push('modality-unlogged');
  if (isCachedKindUnlogged(usage, counts)) flags.push('cached-kind-unlogged');
}

/** Audio or images, of which more may have been read from the cache than those that can't have been fresh. */
function isCachedKindUnlogged({ cached, details = {} }: RoundUsage, counts: LoggedCounts): boolean {
  const { inputAudio = 0, inputImage = 0, cachedAudio = 0, cachedImage = 0 } = details;
  const isTold =
    counts.cachedText !== undefined || counts.cachedAudio !== undefined || counts.cachedImage !== undefined;
  const most = Math.min(cached, inputAudio + inputImage);
  return !isTold && cachedAudio + cachedImage < most;
}

/** A response of Gemini's own names the cache where it read one, and the thoughts or tools say that this is one. */
function isCacheUnlogged(usage: RoundUsage, counts: LoggedCounts, kind: ModelKind): boolean {
  if (usage.output === 0 || usage.input < kind.cachesFrom || counts.isWhole) return false;
  const isGemini =
    counts.cachedContent !== undefined || counts.toolUse !== undefined || counts.thoughts !== undefined;
  return !isGemini && !hasCacheKey(counts);
}

/** On Bedrock reads and writes come as one count, and 0 says that there were neither. */
function isWriteUnlogged(counts: LoggedCounts, kind: ModelKind): boolean {
  if (!kind.isClaude && !kind.isBedrock) return false;
  const read = counts.cachedTokens ?? counts.cacheRead;
  if (read === undefined || counts.cacheCreation !== undefined || counts.cacheWrite !== undefined)
    return false;
  if (counts.write5m !== undefined || counts.write1h !== undefined) return false;
  return read > 0 || !kind.isBedrock;
}

/** Whole images of one size leave nothing for text. */
function isImageShareUnlogged(usage: RoundUsage, counts: LoggedCounts, kind: ModelKind): boolean {
  const images = usage.details?.outputImage ?? 0;
  if (images === 0 || counts.outputImage !== undefined || counts.outputText !== undefined) return false;
  return !kind.imageSizes.some((size) => images % size === 0);
}

function isAudioUnlogged(usage: RoundUsage, counts: LoggedCounts, kind: ModelKind): boolean {
  if (counts.audioSeconds !== undefined && counts.audioSeconds > 0) return true;
  if (kind.audio !== 'mixed' && kind.audio !== 'heard') return false;
  const knowsInput = counts.inputAudio !== undefined || counts.inputText === usage.input;
  const knowsOutput =
    kind.audio === 'heard' || counts.outputAudio !== undefined || counts.outputText === usage.output;
  return !knowsInput || (usage.output > 0 && !knowsOutput);
}
