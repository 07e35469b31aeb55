import type { RoundUsage, TokenDetails } from '../model/token-usage.ts';

/** A round's usage, with the names of its stored line. */
export interface StoredUsage {
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  /** Parts of these counts that have their own rates. */
  usage_details?: StoredDetails;
  /** Absent for the default tier. */
  service_tier?: string;
}

/** The stored name of each detail, in the order of writing. */
const DETAIL_NAMES = [
  ['cacheWrite1h', 'cache_write_1h'],
  ['inputAudio', 'input_audio'],
  ['inputImage', 'input_image'],
  ['cachedAudio', 'cached_audio'],
  ['cachedImage', 'cached_image'],
  ['outputAudio', 'output_audio'],
  ['outputImage', 'output_image'],
  ['searches', 'searches'],
] as const satisfies readonly (readonly [keyof TokenDetails, string])[];

export type StoredDetails = { [key in (typeof DETAIL_NAMES)[number][1]]?: number };

/** The usage of a stored round. */
export function usageOf(stored: StoredUsage): RoundUsage {
  return {
    input: stored.input_tokens,
    output: stored.output_tokens,
    reasoning: stored.reasoning_tokens,
    cached: stored.cached_tokens,
    cacheWrite: stored.cache_write_tokens,
    details: stored.usage_details && detailsOf(stored.usage_details),
    serviceTier: stored.service_tier,
  };
}

/** The reverse, without details and tier, which are written elsewhere in the line. */
export function storedCounts(usage: RoundUsage): Omit<StoredUsage, 'usage_details' | 'service_tier'> {
  return {
    input_tokens: usage.input,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    cached_tokens: usage.cached,
    cache_write_tokens: usage.cacheWrite,
  };
}

export function storedDetails(details: TokenDetails): StoredDetails {
  const stored: StoredDetails = {};
  for (const [detail, name] of DETAIL_NAMES) {
    const count = details[detail];
    if (count !== undefined) stored[name] = count;
  }
  return stored;
}

function detailsOf(stored: StoredDetails): TokenDetails {
  const details: TokenDetails = {};
  for (const [detail, name] of DETAIL_NAMES) {
    const count = stored[name];
    if (count !== undefined) details[detail] = count;
  }
  return details;
}
