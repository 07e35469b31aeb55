/** Token counts with one meaning for every provider: of one round, or the sum of several. */
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
 * Parts of a round's tokens that can have rates of their own, and what is billed besides tokens. A part is never larger
 * than its whole, and is absent where the log does not give it.
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
  /** Web searches that are billed one by one; 0: the log says there were none. */
  searches?: number;
}

/** What one round used, as far as its price depends on it. */
export interface RoundUsage extends TokenUsage {
  /** Absent where the log gives no details, which is the usual case. */
  details?: TokenDetails | undefined;
  /** A service tier of the provider with rates of its own (`priority`, `flex`, `batch`); absent: the default tier. */
  serviceTier?: string | undefined;
}

/** `gateway-cache`: the gateway answered by itself, at no cost. `no-usage`: the tokens are unknown. */
export type UsageState = 'counted' | 'gateway-cache' | 'no-usage';
