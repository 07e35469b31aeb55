import type { LoggedCounts } from './counts.ts';
import type { ModelKind } from './model-kinds.ts';

/**
 * Parts of a round's tokens that have rates of their own, and what is billed beside tokens. Each is a part of its whole,
 * never more, and absent where the log does not say it.
 */
export interface UsageDetails {
  /** ⊂ cacheWrite: written for an hour, where the rest is written for five minutes */
  cacheWrite1h?: number;
  /** ⊂ input */
  inputAudio?: number;
  /** ⊂ input */
  inputImage?: number;
  /** ⊂ inputAudio, ⊂ cached */
  cachedAudio?: number;
  /** ⊂ inputImage, ⊂ cached */
  cachedImage?: number;
  /** ⊂ output */
  outputAudio?: number;
  /** ⊂ output */
  outputImage?: number;
  /** Web searches that are billed one by one; 0 says that there were none. */
  searches?: number;
}

/** Normalised token counts of one round: one meaning for every provider. */
export interface TokenUsage {
  /** All prompt tokens, cache reads and writes included. */
  input: number;
  /** All generated tokens, reasoning included. */
  output: number;
  /** ⊂ output */
  reasoning: number;
  /** ⊂ input, read from a cache */
  cached: number;
  /** ⊂ input, written to a cache */
  cacheWrite: number;
  /** Absent where the log says nothing of the kind, as it mostly does. */
  details?: UsageDetails;
}

/** As a stored round has them, in this order. */
export const STORED_DETAILS = [
  ['cacheWrite1h', 'cache_write_1h'],
  ['inputAudio', 'input_audio'],
  ['inputImage', 'input_image'],
  ['cachedAudio', 'cached_audio'],
  ['cachedImage', 'cached_image'],
  ['outputAudio', 'output_audio'],
  ['outputImage', 'output_image'],
  ['searches', 'searches'],
] as const satisfies readonly (readonly [keyof UsageDetails, string])[];

export type StoredUsageDetails = { [key in (typeof STORED_DETAILS)[number][1]]?: number };

/**
 * Rule 6: parts of the counts, none larger than what it is a part of; nothing where the log says nothing. What the log
 * has too much of is cut off and flagged.
 */
export function addDetails(usage: TokenUsage, counts: LoggedCounts, kind: ModelKind, flags: string[]): void {
  const isCut = makeParts(usage, counts, kind);
  if (usage.details?.outputImage) flags.push('image-output');
  if (counts.bad || isCut) flags.push('bad-count');
}

function makeParts(usage: TokenUsage, counts: LoggedCounts, kind: ModelKind): boolean {
  const { input, output, cached, cacheWrite } = usage;
  const images = counts.outputImage ?? imagesOf(usage, counts, kind);
  const speech = counts.outputAudio ?? (kind.audio === 'speech' ? output - (counts.outputText ?? 0) : 0);
  const searches = counts.searches ?? (kind.isDeepResearch ? counts.searchQueries : undefined);
  const {
    write1h = 0,
    write5m = 0,
    inputAudio = 0,
    inputImage = 0,
    cachedAudio = 0,
    cachedImage = 0,
  } = counts;
  if (
    images <= 0 &&
    speech <= 0 &&
    searches === undefined &&
    write1h === 0 &&
    inputAudio === 0 &&
    inputImage === 0
  ) {
    return write5m > cacheWrite || cachedAudio > 0 || cachedImage > 0;
  }
  let isCut = write1h + write5m > cacheWrite;
  const upTo = (count: number, most: number): number => {
    if (count > most) isCut = true;
    return Math.max(0, Math.min(count, most));
  };
  const audio = upTo(inputAudio, input);
  const image = upTo(inputImage, input - audio);
  // Told as text, all the rest of the cache is of the one other kind.
  const notText = counts.cachedText === undefined ? 0 : Math.max(0, cached - counts.cachedText);
  const readAudio = upTo(counts.cachedAudio ?? (image === 0 ? notText : 0), Math.min(audio, cached));
  const readImage = upTo(
    counts.cachedImage ?? (audio === 0 ? notText : 0),
    Math.min(image, cached - readAudio),
  );
  const spoken = upTo(speech, output);
  const details: UsageDetails = {};
  const add = (key: keyof UsageDetails, count: number): void => {
    if (count > 0) details[key] = count;
  };
  add('cacheWrite1h', upTo(write1h, cacheWrite));
  add('inputAudio', audio);
  add('inputImage', image);
  // What is no text and not fresh was read from the cache, whether the log says so or not.
  const fresh = input - cached - cacheWrite;
  const notFresh = Math.max(0, audio + image - readAudio - readImage - fresh);
  const moreAudio = Math.min(notFresh, audio - readAudio, cached - readAudio - readImage);
  const moreImage = Math.min(
    notFresh - moreAudio,
    image - readImage,
    cached - readAudio - readImage - moreAudio,
  );
  add('cachedAudio', readAudio + moreAudio);
  add('cachedImage', readImage + moreImage);
  add('outputAudio', spoken);
  add('outputImage', upTo(images, output - spoken));
  if (searches !== undefined) details.searches = searches;
  if (Object.keys(details).length > 0) usage.details = details;
  return isCut;
}

/** Image tokens of an output that the log does not divide: all that is neither reasoning nor said to be text. */
function imagesOf({ output, reasoning }: TokenUsage, counts: LoggedCounts, kind: ModelKind): number {
  if (kind.images === null) return 0;
  const rest = Math.max(0, output - reasoning - (counts.outputText ?? 0));
  // Not even the smallest image has so few.
  return rest < Math.min(...kind.imageSizes) && kind.imageSizes.length > 0 ? 0 : rest;
}
