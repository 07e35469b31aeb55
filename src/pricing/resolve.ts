import { isNoModel } from './no-model.ts';
import { askLibrary } from './library.ts';
import { findInPriceFile, type PriceFile } from './price-file.ts';
import type { PriceSchedule } from './schedule.ts';

export interface Resolution {
  schedule: PriceSchedule;
  source: string;
}

/** One place where a price was looked for, in words: `library, provider aws: anthropic.claude-…`. */
export interface ResolutionStep {
  tried: string;
  found: boolean;
  /** The source of what was found, or why nothing was. */
  answer: string;
}

export interface ResolvedPrice {
  /** Undefined: unpriced. */
  resolution: Resolution | undefined;
  steps: ResolutionStep[];
}

/**
 * Looks for a model's price in the order of docs/cost.md and takes the first that is the model's own. `files`
 * are asked in their order. Where a file's price begins on a date, what the later places know stands before it.
 */
export async function resolvePrice(model: string, files: readonly PriceFile[]): Promise<ResolvedPrice> {
  const steps: ResolutionStep[] = [];
  const found: Resolution[] = [];
  for (const place of placesOf(model.trim(), files)) {
    const { price, answer } = await place.ask();
    steps.push({ tried: place.tried, found: price !== undefined, answer });
    // A glob can find a name twice, whole and as its last path segment.
    if (!price || found.some((one) => one.source === price.source)) continue;
    found.push({ schedule: price.schedule, source: price.source });
    if (price.schedule.prices[0]?.from === undefined) break;
  }
  return { resolution: inOrderOfTime(found), steps };
}

/** resolvePrice with a memory, for a run over many rounds of few models. */
export function createPriceResolver(
  files: readonly PriceFile[],
): (model: string) => Promise<Resolution | undefined> {
  const known = new Map<string, Promise<Resolution | undefined>>();
  return (model) => {
    const remembered = known.get(model);
    if (remembered) return remembered;
    // A log can name a new model on every line.
    if (known.size >= 10_000) known.clear();
    const resolution = resolvePrice(model, files).then((resolved) => resolved.resolution);
    known.set(model, resolution);
    return resolution;
  };
}

interface Place {
  tried: string;
  ask: () => Promise<{ price: Resolution | undefined; answer: string }>;
}

/** The longest id in the library has 61 characters, an ARN some 150: what is longer is no name, and not searched. */
const LONGEST_NAME = 256;

const BEDROCK_ID =
  /^(?:[a-z]{2,6}(?:-gov)?\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\.[a-z0-9]/i;

function placesOf(model: string, files: readonly PriceFile[]): Place[] {
  if (isNoModel(model) || model.length > LONGEST_NAME) return [];
  const slash = model.indexOf('/');
  const last = model.slice(model.lastIndexOf('/') + 1);
  return [
    ...placesOfName(model, files),
    ...(slash > 0 ? [library(model.slice(slash + 1), model.slice(0, slash))] : []),
    ...(slash >= 0 && last !== '' ? placesOfName(last, files) : []),
    ...(/^text-embedding-/i.test(last) ? [library(last, 'openai')] : []),
  ];
}

function placesOfName(name: string, files: readonly PriceFile[]): Place[] {
  return [
    ...files.map((file) => priceFile(name, file)),
    library(name),
    ...(BEDROCK_ID.test(name) ? [library(name, 'aws')] : []),
  ];
}

function priceFile(name: string, file: PriceFile): Place {
  return {
    tried: `${file.title}: ${name}`,
    ask: () => {
      const price = findInPriceFile(file, name);
      return Promise.resolve({ price, answer: price?.source ?? 'no entry matches' });
    },
  };
}

function library(name: string, provider?: string): Place {
  return {
    tried: provider === undefined ? `library: ${name}` : `library, provider ${provider}: ${name}`,
    ask: async () => {
      const answer = await askLibrary(name, provider);
      return 'price' in answer
        ? { price: answer.price, answer: answer.price.source }
        : { price: undefined, answer: answer.reason };
    },
  };
}

/** The last condition that holds wins, so what was found first stands last. */
function inOrderOfTime(found: readonly Resolution[]): Resolution | undefined {
  if (found.length < 2) return found[0];
  return {
    schedule: { prices: found.toReversed().flatMap((price) => price.schedule.prices) },
    source: found.map((price) => price.source).join('; before that '),
  };
}
