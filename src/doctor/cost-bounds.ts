import { boundOf, isReason, type BoundReason } from '../pricing/bounds.ts';
import { boundClaim, boundWords } from '../pricing/bound-words.ts';
import { plural, type Finding } from '../model/finding.ts';
import type { BoundedRounds } from './look-at-store.ts';
import type { Check } from './look.ts';

/** Below this share of the rounds that have a cost, a bound is an exception and no setting of the gateway. */
const SETTING = 0.1;

/** Why costs of the store may be wrong, and what ends that for new rounds. */
export const costBoundsCheck: Check = {
  codes: ['cost-bound'],
  find(look) {
    if (!look.store) return [];
    const { bounded, countedRounds } = look.store;
    // The sample of the log says these already, with the setting that ends them.
    const { noUsage, cacheUnknown } = look.sample.tally;
    const isSaid = (reason: string): boolean =>
      (noUsage > 0 && reason === 'usage-unlogged') || (cacheUnknown > 0 && reason === 'cache-unknown');
    return [...bounded]
      .filter(([reason]) => !isSaid(reason))
      .toSorted(([, a], [, b]) => b.rounds - a.rounds)
      .map(([reason, sum]) => findingOf(reason, sum, countedRounds, look.dir));
  },
};

function findingOf(
  reason: string,
  { rounds, costs, models }: BoundedRounds,
  all: number,
  where: string,
): Finding {
  const bound = boundOf([reason]) ?? 'either';
  const names = [...models].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const of = `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  return {
    code: 'cost-bound',
    area: 'prices',
    severity: rounds >= all * SETTING ? 'warning' : 'note',
    what: `${plural(rounds, 'round')} of ${of} ${boundClaim(bound, rounds, costs)}: ${boundWords(reason)}.`,
    where,
    fix: isReason(reason) ? FIXES[reason] : 'docs/cost.md lists the reasons.',
  };
}

const MOST_NAMES = 3;

const OWN_PRICE = 'Add the model to your price file (parse --prices), then run monitor prices --refresh.';
const OWN_TIER =
  'Add a price with "service_tiers" to your price file (parse --prices), then run monitor prices --refresh.';
const NEWER_PLUGIN =
  'Have ai-statistics log the whole usage object (docs/usage-families.md has the setting), or use a newer ai-statistics.';

/** What ends each reason. */
const FIXES: Readonly<Record<BoundReason, string>> = {
  aborted: 'There is no fix: the client or the provider ended the stream. Only the bill says what it cost.',
  ambiguous: `Use a newer ai-proxy, which counts the cache once. ${NEWER_PLUGIN}`,
  'bad-count':
    'show --json has the counts as they were logged. Report them to the provider, or to whoever runs the proxy behind the gateway.',
  'cache-ttl-mixed': NEWER_PLUGIN,
  'cache-ttl-unlogged': `Log messages and system: the request says how long cache writes last. ${NEWER_PLUGIN}`,
  'cache-unknown': NEWER_PLUGIN,
  'cache-unlogged': NEWER_PLUGIN,
  'cache-write-unlogged': `OpenAI-compatible APIs may count cache reads and writes as one number, as Bedrock's does: use the provider's own protocol. ${NEWER_PLUGIN}`,
  'cached-kind-unlogged': NEWER_PLUGIN,
  'image-share-unlogged': NEWER_PLUGIN,
  'image-uncounted': `${NEWER_PLUGIN} If the provider bills per image, take the amount from the bill.`,
  'maybe-imported': 'If the logs are still there, parse them into a new store without the import.',
  'modality-unlogged': NEWER_PLUGIN,
  'price-lower': OWN_PRICE,
  'price-unverified': OWN_PRICE,
  'price-upper': OWN_PRICE,
  'rate-missing': OWN_PRICE,
  'reasoning-uncounted': NEWER_PLUGIN,
  'search-fee': `${NEWER_PLUGIN} Or set a fee per request ("requests") in your price file.`,
  'service-tier-higher': OWN_TIER,
  'service-tier-lower': OWN_TIER,
  'service-tier-unknown': OWN_TIER,
  'total-larger': NEWER_PLUGIN,
  'usage-unlogged':
    'Have clients send stream_options.include_usage with streams, and make sure ai-statistics is enabled for the route.',
};
