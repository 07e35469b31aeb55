/** What of the library's own notes says how sure a price is. */
interface Commented {
  id?: string;
  price_comments?: string | undefined;
}

/** The price was taken from another list, guessed from another price, or could not be read. */
const UNVERIFIED =
  /imported from openrouter|seen on openrouter|trusting (?:these|the original|open ?router)|verify against|can't find|could not be read|we assume|inferred/i;

/** The price stands for a range, and is its highest. */
const UPPER = /\bupper bound\b|\bhighest (?:price|rate)\b/i;

/**
 * Providers whose every price is in doubt by what the library says of the provider: it takes the dearest request of
 * Perplexity, and Zhipu's cheapest step, from RMB at a rate of its own.
 */
const PROVIDERS: ReadonlyMap<string, 'unverified' | 'upper'> = new Map([
  ['perplexity', 'upper'],
  ['zhipuai', 'unverified'],
]);

/** Names that DeepSeek's own service never had: whose price the library has for them, it doesn't say. */
const OTHERS_DEEPSEEK = /^deepseek-v3\.\d/;

/** Why a price of the library is not an exact one; undefined where its notes give no reason to doubt it. */
export function doubtOf(provider: { id: string }, model: Commented): 'unverified' | 'upper' | undefined {
  const comment = model.price_comments ?? '';
  if (UNVERIFIED.test(comment)) return 'unverified';
  if (UPPER.test(comment)) return 'upper';
  if (provider.id === 'deepseek' && OTHERS_DEEPSEEK.test(model.id ?? '')) return 'unverified';
  return PROVIDERS.get(provider.id);
}
