/** Token counts of one round, or the sum of several. They mean the same for every provider. */
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
}

/**
 * Parts of a round's tokens that can have their own rates, and what is billed besides tokens. A part is never larger
 * than its whole, and is absent if the log does not give it.
 */
export interface TokenDetails {
  /** ⊂ cacheWrite: written for an hour; the rest is written for five minutes */
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
  /** Web searches that are billed one by one. 0 means that the log says there were none. */
  searches?: number;
}

/** Everything about a round's usage that its price depends on. */
export interface RoundUsage extends TokenUsage {
  /** Absent if the log gives no details, as most do not. */
  details?: TokenDetails | undefined;
  /** A service tier with its own rates (`priority`, `flex`, `batch`). Absent for the default tier. */
  serviceTier?: string | undefined;
}

/** `gateway-cache`: the gateway answered from its own cache, at no cost. `no-usage`: the tokens are unknown. */
export type UsageState = 'counted' | 'gateway-cache' | 'no-usage';
