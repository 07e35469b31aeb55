import { isNoModel } from './no-model.ts';
import { askLibrary } from './library.ts';
import { findInPriceFile, type PriceFile } from './price-file.ts';
import type { PriceSchedule } from './schedule.ts';

export interface Resolution {
  schedule: PriceSchedule;
  source: string;
}

/** One place where a price was looked for, such as `library, provider aws: anthropic.claude-…`. */
export interface ResolutionStep {
  tried: string;
  found: boolean;
  /** The source of the price, or why there is none. */
  answer: string;
}

export interface ResolvedPrice {
  /** undefined if the model is unpriced. */
  resolution: Resolution | undefined;
  steps: ResolutionStep[];
}

/**
 * Looks for a model's price in the order of docs/cost.md, with `files` in the given order, and takes the first one. If
 * a price begins on a date, later places provide the prices before that date.
 */
export async function resolvePrice(model: string, files: readonly PriceFile[]): Promise<ResolvedPrice> {
  const steps: ResolutionStep[] = [];
  const found: Resolution[] = [];
  for (const place of placesOf(model.trim(), files)) {
    const { price, answer } = await place.ask();
    steps.push({ tried: place.tried, found: price !== undefined, answer });
    // A glob can match a name twice: the whole name, and its last path segment.
    if (!price || found.some((one) => one.source === price.source)) continue;
    const own = { schedule: price.schedule, source: price.source };
    found.push(place.isAnothers ? unverified(own) : own);
    if (price.schedule.prices[0]?.from === undefined) break;
  }
  return { resolution: inOrderOfTime(found), steps };
}

/** resolvePrice with a cache, for many rounds of few models. */
export function createPriceResolver(
  files: readonly PriceFile[],
): (model: string) => Promise<Resolution | undefined> {
  const known = new Map<string, Promise<Resolution | undefined>>();
  return (model) => {
    const remembered = known.get(model);
    if (remembered) return remembered;
    // A hostile log can name a new model on every line.
    if (known.size >= 10_000) known.clear();
    const resolution = resolvePrice(model, files).then((resolved) => resolved.resolution);
    known.set(model, resolution);
    return resolution;
  };
}

/**
 * Prefixes that name the maker of an open model when others host it. The maker's own service never uses such a name, so
 * the maker's price is only what it may cost.
 */
const ANOTHER_HOST = /^(?:accounts\/fireworks|deepseek-ai|minimaxai|thudm|zai-org)\//i;

function unverified({ schedule, source }: Resolution): Resolution {
  const prices = schedule.prices.map((price) =>
    price.free || price.inexact !== undefined ? price : { ...price, inexact: 'unverified' as const },
  );
  return { schedule: { prices }, source: `${source}; who serves it may ask for another price` };
}

interface Place {
  tried: string;
  ask: () => Promise<{ price: Resolution | undefined; answer: string }>;
  /** The user's price file, which is trusted for any host. */
  isUsers?: boolean;
  /** The price is the maker's, but the name is another host's. */
  isAnothers?: true;
}

/** Longer names are not looked up: the longest id in the library has 61 characters, and an ARN has about 150. */
const LONGEST_NAME = 256;

const BEDROCK_ID =
  /^(?:[a-z]{2,6}(?:-gov)?\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\.[a-z0-9]/i;

/** How LiteLLM marks an id of Bedrock: `bedrock/converse/us.anthropic.…`. */
const BEDROCK_PREFIX = /^bedrock\/(?:converse\/|invoke\/)?[^/]+$/i;

/** How Vertex AI marks a version: `claude-opus-4@20250514`. */
const VERTEX_ID = /@(?:20\d{6}|default)$/;

function placesOf(model: string, files: readonly PriceFile[]): Place[] {
  if (isNoModel(model) || model.length > LONGEST_NAME) return [];
  const slash = model.indexOf('/');
  const last = model.slice(model.lastIndexOf('/') + 1);
  const isMakers = MAKERS.test(model) || (BEDROCK_PREFIX.test(model) && BEDROCK_ID.test(last));
  return [
    ...placesOfName(model, files),
    ...(isMakers ? placesOfName(last, files, []) : []),
    ...(slash > 0 ? [library(model.slice(slash + 1), model.slice(0, slash))] : []),
    ...(slash >= 0 && last !== '' ? placesBehindSlash(model, last, isMakers ? [] : files) : []),
    ...(/^text-embedding-/i.test(last) ? [library(last, 'openai')] : []),
  ];
}

/** The prefix is the model's maker. So the price is that of the name without it, and files come before the library. */
const MAKERS =
  /^(?:alibaba|anthropic|dashscope|deepseek|gemini|google|minimax|mistral|mistralai|moonshot|moonshotai|openai|qwen|vertex_ai|volcengine|x-?ai|z-?ai)\/[^/]+$/i;

function placesBehindSlash(model: string, last: string, files: readonly PriceFile[]): Place[] {
  const places = placesOfName(last, files);
  if (!ANOTHER_HOST.test(model)) return places;
  return places.map((place) => (place.isUsers ? place : { ...place, isAnothers: true }));
}

function placesOfName(name: string, files: readonly PriceFile[], libraries = librariesOf(name)): Place[] {
  return [...files.map((file) => priceFile(name, file)), ...libraries];
}

function librariesOf(name: string): Place[] {
  return [
    library(name),
    ...(BEDROCK_ID.test(name) ? [library(name, 'aws')] : []),
    ...(VERTEX_ID.test(name) ? [library(name, 'google')] : []),
  ];
}

function priceFile(name: string, file: PriceFile): Place {
  return {
    tried: `${file.title}: ${name}`,
    isUsers: file.title.startsWith('price file '),
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

/** The last price whose conditions hold applies, so the one that was found first comes last. */
function inOrderOfTime(found: readonly Resolution[]): Resolution | undefined {
  if (found.length < 2) return found[0];
  return {
    schedule: { prices: found.toReversed().flatMap((price) => price.schedule.prices) },
    source: found.map((price) => price.source).join('; before that '),
  };
}
