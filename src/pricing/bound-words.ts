import { type Bound, type BoundReason, isReason } from './bounds.ts';
import { costsText, usdFirst } from './money.ts';

export { boundMark } from './bound-mark.ts';

/** Why a cost may be wrong, as a clause that follows a number of rounds. */
const WORDS: Readonly<Record<BoundReason, string>> = {
  aborted: 'the stream ended before its last token count',
  ambiguous: 'the cached tokens may be counted twice',
  'bad-count': 'a token count in the log is not a number',
  'cache-ttl-mixed': 'some cache writes may be 5-minute writes, which cost less',
  'cache-ttl-unlogged': 'the log does not say how long cache writes last',
  'cache-unknown': 'the log does not say what was cached',
  'cache-unlogged': 'cached tokens cost less, and the log does not count them',
  'cache-write-unlogged': 'cache writes cost more, and the log does not count them',
  'cached-kind-unlogged': 'the log does not say which of the cached tokens were audio or images',
  'image-share-unlogged': 'some of the tokens priced as images may be text',
  'image-uncounted': 'the log does not count the images',
  'maybe-imported': 'the round may also have been imported, and be counted twice',
  'modality-unlogged': 'the log does not say which tokens are audio',
  'price-lower': 'the price leaves out a charge that the log does not count',
  'price-unverified': 'the price is not verified',
  'price-upper': 'the price is the highest of several that may apply',
  'rate-missing': 'the price has no rate for some of the tokens',
  'reasoning-uncounted': 'output costs more when the model reasons, and the log does not count its reasoning',
  'search-fee': 'the fee for web searches is not in the log',
  'service-tier-higher': 'the price has no rate for the service tier, which costs more',
  'service-tier-lower': 'the price has no rate for the service tier, which costs less',
  'service-tier-unknown': 'the price has no rate for the service tier',
  'total-larger': 'the total in the log includes tokens that no other count has',
  'usage-unlogged': 'the log has no token counts for an answer that may be billed',
};

export function boundWords(reason: string): string {
  return isReason(reason) ? WORDS[reason] : reason;
}

const CLAIMS: Readonly<Record<Bound, string>> = {
  lower: 'more than',
  upper: 'less than',
  either: 'more or less than',
};

/** The predicate for `rounds` rounds that are counted at `costs`: `may have cost more than their $0.5200`. */
export function boundClaim(bound: Bound, rounds: number, costs: ReadonlyMap<string, bigint>): string {
  const counted = `${rounds === 1 ? 'its' : 'their'} ${costsText(usdFirst(costs), 4)}`;
  return `may have cost ${CLAIMS[bound]} ${counted}`;
}
