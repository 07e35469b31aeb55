import { boundOf, isReason, type BoundReason } from '../../pricing/bounds.ts';
import { boundWords } from '../../pricing/bound-words.ts';
import { costsText, usdFirst } from '../../pricing/money.ts';
import { StoredIndex } from '../../store/stored-index.ts';
import { cellsOf } from '../../store/usage-cube.ts';
import { findStore } from '../../store/store.ts';
import { readState } from '../../store/state.ts';
import { plural, type Finding } from './finding.ts';
import type { Check, Look } from './look.ts';

/** Below this share of the rounds that have a cost, a bound is an exception and no setting of the gateway. */
const SETTING = 0.1;

/** Why costs of the store may be wrong, and what ends that for new rounds. */
export const costBoundsCheck: Check = {
  codes: ['cost-bound'],
  find(look) {
    if (!look.store) return [];
    const { reasons, rounds } = sumOf(look);
    // The sample of the log says these already, with the setting that ends them.
    const { noUsage, cacheUnknown } = look.sample.tally;
    if (noUsage > 0) reasons.delete('usage-unlogged');
    if (cacheUnknown > 0) reasons.delete('cache-unknown');
    const most = [...reasons].toSorted(([, a], [, b]) => b.rounds - a.rounds);
    return most.map(([reason, sum]) => findingOf(reason, sum, rounds, look.dir));
  },
};

interface Sum {
  rounds: number;
  costs: Map<string, bigint>;
  models: Map<string, number>;
}

/** By reason, over all that the index counts. */
function sumOf({ files, dir }: Look): { reasons: Map<string, Sum>; rounds: number } {
  const reasons = new Map<string, Sum>();
  let rounds = 0;
  const store = findStore(files, dir);
  if (!store) return { reasons, rounds };
  const index = new StoredIndex(files, dir, readState(files, store.statePath, store.id).index);
  try {
    for (const cell of cellsOf(index.sessions)) {
      rounds += cell.rounds;
      if (cell.inexact === '') continue;
      for (const reason of cell.inexact.split(' ')) {
        const sum = reasons.get(reason) ?? { rounds: 0, costs: new Map(), models: new Map() };
        reasons.set(reason, sum);
        sum.rounds += cell.rounds;
        sum.costs.set(cell.currency, (sum.costs.get(cell.currency) ?? 0n) + cell.cost);
        sum.models.set(cell.model, (sum.models.get(cell.model) ?? 0) + cell.rounds);
      }
    }
  } finally {
    index.close();
  }
  return { reasons, rounds };
}

const WORDS = { lower: 'more than', upper: 'less than', either: 'more or less than' } as const;

function findingOf(reason: string, { rounds, costs, models }: Sum, all: number, where: string): Finding {
  const bound = boundOf([reason]) ?? 'either';
  const names = [...models].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const of = `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  const counted = `${rounds === 1 ? 'its' : 'their'} ${costsText(usdFirst(costs), 4)}`;
  return {
    code: 'cost-bound',
    area: 'prices',
    severity: rounds >= all * SETTING ? 'warning' : 'note',
    what: `${plural(rounds, 'round')} of ${of} may have cost ${WORDS[bound]} ${counted}: ${boundWords(reason)}.`,
    where,
    fix: isReason(reason) ? FIXES[reason] : 'docs/cost.md lists the reasons.',
  };
}

const MOST_NAMES = 3;

const OWN_PRICE = 'Add the model to your price file (parse --prices), then run monitor prices --refresh.';
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
  'service-tier-higher':
    'Add a price with "service_tiers" to your price file (parse --prices), then run monitor prices --refresh.',
  'service-tier-lower':
    'Add a price with "service_tiers" to your price file (parse --prices), then run monitor prices --refresh.',
  'service-tier-unknown':
    'Add a price with "service_tiers" to your price file (parse --prices), then run monitor prices --refresh.',
  'total-larger': NEWER_PLUGIN,
  'usage-unlogged':
    'Have clients send stream_options.include_usage with streams, and make sure ai-statistics is enabled for the route.',
};
