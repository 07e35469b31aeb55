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
