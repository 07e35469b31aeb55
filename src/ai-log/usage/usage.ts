import type { RoundUsage, UsageState } from '../../model/token-usage.ts';
import { readCounts, type LoggedCounts } from './counts.ts';
import { kindOf, type ModelKind } from './model-kinds.ts';
import { addDetails } from './usage-details.ts';
import { addDoubts, hasCacheKey } from './usage-doubts.ts';

export interface NormalisedUsage {
  usage: RoundUsage;
  state: UsageState;
  flags: string[];
  /** Tokens were written to a cache, and the log does not say for how long: what was sent may. */
  asksWriteTime?: true;
  /** Audio costs more than text, and the log does not say what of the input it was: what was sent may. */
  asksAudio?: true;
}

/** Makes one meaning of what the providers send: the numbered rules of docs/cost.md, in their order. Never throws. */
export function normaliseUsage(aiLog: Readonly<Record<string, unknown>>): NormalisedUsage {
  const model = ownText(aiLog, 'model');
  const kind = kindOf(model);
  const counts = readCounts(aiLog);
  const fromGateway = ownText(aiLog, 'cache_status') === 'hit' || model === 'from-cache';
  const silent = !counts.input && !counts.output;
  const state = fromGateway ? 'gateway-cache' : silent && !counts.total ? 'no-usage' : 'counted';
  // Rule 1: a total alone is a rerank's, and all of it is input.
  const { usage, ambiguous } = silent ? inputOnly(counts.total ?? 0) : normaliseCounts(counts, kind);

  const total = counts.total ?? 0;
  const flags: string[] = [];
  if (total > 0 && total !== usage.input + usage.output) flags.push('total-mismatch');
  if (state === 'counted' && total > usage.input + usage.output) flags.push('total-larger');
  if (state === 'counted' && kind.isClaude && !hasCacheKey(counts)) flags.push('cache-unknown');
  if (ambiguous) flags.push('ambiguous');
  // Rules 6 and 7.
  addDetails(usage, counts, kind, flags);
  if (state === 'counted') addDoubts(usage, counts, kind, flags);
  const normalised: NormalisedUsage = { usage, state, flags };
  if (usage.cacheWrite > 0 && counts.write5m === undefined && counts.write1h === undefined)
    normalised.asksWriteTime = true;
  if (
    state === 'counted' &&
    kind.isGemini &&
    counts.inputAudio === undefined &&
    counts.inputText === undefined
  )
    normalised.asksAudio = true;
  return normalised;
}

interface Counted {
  usage: RoundUsage;
  ambiguous: boolean;
}

function inputOnly(input: number): Counted {
  return { usage: { input, output: 0, reasoning: 0, cached: 0, cacheWrite: 0 }, ambiguous: false };
}

function normaliseCounts(counts: LoggedCounts, kind: ModelKind): Counted {
  const gemini =
    counts.cachedContent !== undefined || counts.toolUse !== undefined || counts.thoughts !== undefined;
  return gemini ? geminiCounts(counts) : commonCounts(counts, kind);
}

/** Rule 2: tool use stands outside the prompt and thoughts outside the candidates, the cache inside the prompt. */
function geminiCounts(counts: LoggedCounts): Counted {
  const prompt = (counts.input ?? 0) + (counts.toolUse ?? 0);
  const cached = counts.cachedContent ?? 0;
  const reasoning = counts.thoughts ?? 0;
  const usage = {
    // A cache larger than the prompt is nonsense; as in rule 4 it then stands outside.
    input: cached > prompt ? prompt + cached : prompt,
    output: (counts.output ?? 0) + reasoning,
    reasoning,
    cached,
    cacheWrite: 0,
  };
  return { usage, ambiguous: false };
}

/** Rules 3 to 5. */
function commonCounts(counts: LoggedCounts, kind: ModelKind): Counted {
  const cached = counts.cachedTokens ?? counts.cacheRead ?? 0;
  const written = (counts.write5m ?? 0) + (counts.write1h ?? 0);
  const cacheWrite = counts.cacheCreation ?? counts.cacheWrite ?? written;
  const place = placeCache(counts, cached + cacheWrite);
  const input = (counts.input ?? 0) + (place === 'inside' ? 0 : cached + cacheWrite);
  const { output, reasoning } = placeReasoning(counts, input, kind);
  // Perplexity bills what it cites like the prompt, and counts it apart.
  const citations = kind.isDeepResearch ? (counts.citations ?? 0) : 0;
  const usage = { input: input + citations, output, reasoning, cached, cacheWrite };
  return { usage, ambiguous: place === 'outside, perhaps' };
}

/** Rule 4. `cache_creation_input_tokens` alone says nothing: DashScope sends it inside the input. */
function placeCache(counts: LoggedCounts, cache: number): 'inside' | 'outside' | 'outside, perhaps' {
  const input = counts.input ?? 0;
  if (cache > input) return 'outside';
  if (counts.cachedTokens !== undefined) {
    const reasoning = reasoningOf(counts);
    const gap = Math.max(0, (counts.total ?? 0) - input - (counts.output ?? 0));
    const proved = (gap === cache || gap === cache + reasoning) && gap !== reasoning;
    return proved ? 'outside' : 'inside';
  }
  if (counts.cacheRead === undefined) return 'inside';
  if (counts.cacheCreation !== undefined) return 'outside';
  // Nothing hangs on the place of no tokens.
  return counts.cacheWrite === undefined && cache > 0 ? 'outside, perhaps' : 'inside';
}

/** Rule 5, with the gap that rule 4 left. */
function placeReasoning(
  counts: LoggedCounts,
  input: number,
  kind: ModelKind,
): { output: number; reasoning: number } {
  const output = counts.output ?? 0;
  const reasoning = reasoningOf(counts);
  const gap = Math.max(0, (counts.total ?? 0) - input - output);
  if (reasoning > output || gap === reasoning) return { output: output + reasoning, reasoning };
  if (reasoning === 0 && kind.isGemini) return { output: output + gap, reasoning: gap };
  return { output, reasoning };
}

function reasoningOf(counts: LoggedCounts): number {
  return counts.reasoning ?? counts.thinking ?? 0;
}

function ownText(object: Readonly<Record<string, unknown>>, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : '';
  return typeof value === 'string' ? value : '';
}
