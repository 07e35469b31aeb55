import type { RoundUsage, TokenDetails } from '../../model/token-usage.ts';
import type { LoggedCounts } from './counts.ts';
import type { ModelKind } from './model-kinds.ts';

/**
 * Rule 6: parts of the counts, none larger than what it is a part of; nothing where the log says nothing. What the log
 * has too much of is cut off and flagged.
 */
export function addDetails(usage: RoundUsage, counts: LoggedCounts, kind: ModelKind, flags: string[]): void {
  const isCut = makeParts(usage, counts, kind);
  if (usage.details?.outputImage) flags.push('image-output');
  if (counts.bad || isCut) flags.push('bad-count');
}

function makeParts(usage: RoundUsage, counts: LoggedCounts, kind: ModelKind): boolean {
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
  const details: TokenDetails = {};
  const add = (key: keyof TokenDetails, count: number): void => {
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
function imagesOf({ output, reasoning }: RoundUsage, counts: LoggedCounts, kind: ModelKind): number {
  if (kind.images === null) return 0;
  const rest = Math.max(0, output - reasoning - (counts.outputText ?? 0));
  // Not even the smallest image has so few.
  return rest < Math.min(...kind.imageSizes) && kind.imageSizes.length > 0 ? 0 : rest;
}
