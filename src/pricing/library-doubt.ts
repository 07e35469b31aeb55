/** The parts of a model in the library that tell how certain its price is. */
interface Commented {
  id?: string;
  price_comments?: string | undefined;
}

/** Comments that say that a price was taken from another list, guessed from another price, or could not be read. */
const UNVERIFIED =
  /imported from openrouter|seen on openrouter|trusting (?:these|the original|open ?router)|verify against|can't find|could not be read|we assume|inferred/i;

/** Comments that say that a price is the highest of several. */
const UPPER = /\bupper bound\b|\bhighest (?:price|rate)\b/i;

/**
 * Providers all of whose prices are uncertain. For Perplexity, the library has the most expensive request fee; for
 * Zhipu, the cheapest tier, converted from RMB at a rate of its own.
 */
const PROVIDERS: ReadonlyMap<string, 'unverified' | 'upper'> = new Map([
  ['perplexity', 'upper'],
  ['zhipuai', 'unverified'],
]);

/** Names that DeepSeek's own service never had. The library does not say whose price it has for them. */
const OTHERS_DEEPSEEK = /^deepseek-v3\.\d/;

/** Why a price of the library is uncertain; undefined if nothing in the library says so. */
export function doubtOf(provider: { id: string }, model: Commented): 'unverified' | 'upper' | undefined {
  const comment = model.price_comments ?? '';
  if (UNVERIFIED.test(comment)) return 'unverified';
  if (UPPER.test(comment)) return 'upper';
  if (provider.id === 'deepseek' && OTHERS_DEEPSEEK.test(model.id ?? '')) return 'unverified';
  return PROVIDERS.get(provider.id);
}
