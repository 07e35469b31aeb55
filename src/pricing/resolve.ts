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
    const own = { schedule: price.schedule, source: price.source };
    found.push(place.isAnothers ? unverified(own) : own);
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

/**
 * How makers of open weights are called where others serve their models: such a name is never one of the maker's own
 * service, so the maker's price is only what it may cost.
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
  /** A price file of the user's, who knows what is paid. */
  isUsers?: boolean;
  /** The price is the maker's, and the name another host's. */
  isAnothers?: true;
}

/** The longest id in the library has 61 characters, an ARN some 150: what is longer is no name, and not searched. */
const LONGEST_NAME = 256;

const BEDROCK_ID =
  /^(?:[a-z]{2,6}(?:-gov)?\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\.[a-z0-9]/i;

/** How LiteLLM says that an id is Bedrock's: `bedrock/converse/us.anthropic.…`. */
const BEDROCK_PREFIX = /^bedrock\/(?:converse\/|invoke\/)?[^/]+$/i;

/** How Vertex AI names a version: `claude-opus-4@20250514`. */
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

/** Before the slash stands who made the model: its price is that of the bare name, and the files stand above the library. */
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

/** The last condition that holds wins, so what was found first stands last. */
function inOrderOfTime(found: readonly Resolution[]): Resolution | undefined {
  if (found.length < 2) return found[0];
  return {
    schedule: { prices: found.toReversed().flatMap((price) => price.schedule.prices) },
    source: found.map((price) => price.source).join('; before that '),
  };
}
