import type { MatchLogic, ModelInfo } from '@pydantic/genai-prices';

/**
 * Whether the library's match for a name is really that model. The library matches by prefix, substring and regular
 * expression, so it takes `deepseek-r1-distill-qwen-32b` for deepseek-reasoner, and `gemini-3.5-flash-8b` for
 * gemini-3.5-flash. We accept a match only if it covers the whole name, except for parts that name a release or a
 * region of the same model: a date, `-latest`, `-preview`, Google's `-001`, Bedrock's region and vendor before the
 * name, and the model's own version after it.
 */
export function isSameModel(name: string, model: ModelInfo): boolean {
  const asked = name.toLowerCase();
  if (asked === model.id.toLowerCase()) return true;
  return [asked, withDashedDate(asked)].some((spelling) =>
    covers(model.match, spelling).some(
      ([from, to]) => BEDROCK_PLACE.test(spelling.slice(0, from)) && to >= baseLength(spelling, model.id),
    ),
  );
}

const BEDROCK_PLACE = /^(?:[a-z]{2,6}(?:-gov)?\.)?(?:(?:amazon|anthropic)\.)?$/;

/**
 * `-2025-08-07`, `@20250929`, `-250615`, `-0709`, `-2407`, `-05-06`, `-09-2025`; and words (`@default` is Vertex's).
 */
const RELEASE = new RegExp(
  '(?:[-@](?:latest|preview|exp|0\\d\\d|20\\d\\d-?(?:0\\d|1[0-2])-?[0-3]\\d|2\\d(?:0\\d|1[0-2])(?:[0-3]\\d)?' +
    '|(?:0\\d|1[0-2])-?(?:[0-3]\\d|20\\d\\d))|-v\\d@20\\d{6}|@default)$',
);

/** How Bedrock marks a version: `-v1:0`, sometimes shortened to `-v1`. */
const VERSION = /(?:-v\d+)?(?::\d+)?$/;

/** A fine-tuned OpenAI model: the part after its base model is the customer's. */
const FINE_TUNE = /^(ft:[^:]+):.*$/;

type Span = [from: number, to: number];

/** The parts of the name that the library's rule matches; empty if it does not match. */
function covers(match: MatchLogic, name: string): Span[] {
  if ('or' in match) return match.or.flatMap((part) => covers(part, name));
  if ('and' in match) {
    const parts = match.and.map((part) => covers(part, name));
    return parts.every((spans) => spans.length > 0) ? parts.flat() : [];
  }
  if ('regex' in match) {
    const found = new RegExp(match.regex).exec(name);
    return found ? [[found.index, found.index + found[0].length]] : [];
  }
  if ('equals' in match) return name === match.equals.toLowerCase() ? [[0, name.length]] : [];
  const [words, from] =
    'starts_with' in match
      ? [match.starts_with.toLowerCase(), 0]
      : 'ends_with' in match
        ? [match.ends_with.toLowerCase(), name.length - match.ends_with.length]
        : [match.contains.toLowerCase(), name.indexOf(match.contains.toLowerCase())];
  return from >= 0 && name.startsWith(words, from) ? [[from, from + words.length]] : [];
}

/** The length of the name without the release at its end. */
function baseLength(name: string, id: string): number {
  let base = name.replace(FINE_TUNE, '$1');
  const version = VERSION.exec(base)?.[0] ?? '';
  const ownVersion = VERSION.exec(id)?.[0] ?? '';
  // Another version is another model: titan-embed-text-v2 is not titan-embed-text-v1.
  if (ownVersion.startsWith(version)) base = base.slice(0, base.length - version.length);
  while (RELEASE.test(base)) base = base.replace(RELEASE, '');
  return base.length;
}

/** The library also reads `-20250807` as `-2025-08-07`. */
function withDashedDate(name: string): string {
  return name.replace(/-(20\d\d)(\d\d)(\d\d)(?=-|:|$)/g, '-$1-$2-$3');
}
