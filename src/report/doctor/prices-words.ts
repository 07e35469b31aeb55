import { exact, plural } from '../../platform/count-text.ts';
import { boundClaim, boundWords } from '../../query/bound-words.ts';
import { boundOf, isReason, type BoundReason } from '../../pricing/bounds.ts';
import { isNoModel } from '../../pricing/no-model.ts';
import { OLD_AFTER_DAYS } from '../../pricing/price-age.ts';
import { minuteOf } from '../price-file-text.ts';
import { firstOf, NAMED, share, verb } from './phrases.ts';
import type { Words, WordsByCode } from './words.ts';

export const PRICES_WORDS = {
  'unpriced-rounds': ({ rounds, models }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} no price (${firstOf(models)}) and ${verb(rounds.count, 'is', 'are')} missing from every total.`,
    ...unpricedFix(models.slice(0, NAMED).filter((model) => !isNoModel(model))),
  }),
  'prices-unreadable': ({ problem }) => ({
    what: `${problem}.`,
    fix: 'Fix the file: parse refuses to run with it. docs/cost.md describes its format.',
  }),
  'prices-changed': ({ path, since }) => ({
    what: `The store's price file has changed since ${minuteOf(since)}. The store still uses its copy of it.`,
    fix:
      `The next run with --prices ${path} uses the new prices for new rounds. ` +
      'To see what they would change for stored rounds, run monitor prices --refresh --dry-run with the same --prices.',
  }),
  'prices-damaged': ({ problem, path, isOriginalSame }) => ({
    what: `The store's copy of its price file ${problem}.`,
    fix: isOriginalSame
      ? `The next run that stores something writes it again from ${path}, which still has those prices.`
      : 'Name the prices for the next run: --prices <file>, or --prices none for the built-in prices only.',
  }),
  'cost-bound': ({ reason, rounds, costs, models }) => ({
    what: `${plural(rounds, 'round')} of ${firstOf(models)} ${boundClaim(boundOf([reason]) ?? 'either', rounds, costs)}: ${boundWords(reason)}.`,
    fix: isReason(reason) ? BOUND_FIXES[reason] : 'docs/cost.md lists the reasons.',
  }),
  'prices-old': ({ title, count, old, oldest }) => ({
    what:
      count === 1
        ? `The built-in prices (${title}) were last checked more than ${OLD_AFTER_DAYS} days ago, on ${oldest}.`
        : `${exact(old)} of ${plural(count, 'built-in price')} (${title}) ${verb(old, 'was', 'were')} last checked more than ${OLD_AFTER_DAYS} days ago, the oldest on ${oldest}.`,
    fix: 'Update monitor, or override the prices with your own price file (parse --prices).',
  }),
} satisfies Partial<WordsByCode>;

function unpricedFix(models: readonly string[]): Omit<Words, 'what'> {
  if (models.length === 0)
    return { fix: 'The log does not name their model, so no price file can help: have the model logged.' };
  const entries = models.map((name) => `{"match":${JSON.stringify(name)},"input":…,"output":…}`);
  return {
    fix:
      'Write a price file (docs/cost.md) with the prices in USD per million tokens, and name it once with parse --prices: later runs use it too. ' +
      'monitor prices --refresh --prices <file> prices the rounds that are already stored.',
    setting: `{"models":[${entries.join(',')}]}`,
  };
}

const OWN_PRICE = 'Add the model to your price file (parse --prices), then run monitor prices --refresh.';
const OWN_TIER =
  'Add a price with "service_tiers" to your price file (parse --prices), then run monitor prices --refresh.';
const NEWER_PLUGIN =
  'Have ai-statistics log the whole usage object (docs/usage-families.md has the setting), or use a newer ai-statistics.';

/** What fixes each reason for new rounds. */
const BOUND_FIXES: Readonly<Record<BoundReason, string>> = {
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
  'maybe-imported': 'If the logs still exist, parse them into a new store without the import.',
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
