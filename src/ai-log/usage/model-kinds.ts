/** What a model's name tells about its usage: which counts its log should have. */
export interface ModelKind {
  isClaude: boolean;
  isGemini: boolean;
  /** Its output costs more when it reasons. */
  isQwen: boolean;
  /** Bedrock through ai-proxy, whose cached tokens are reads and writes together. */
  isBedrock: boolean;
  /** The provider caches prompts of at least this many tokens unasked, and bills less for them. Infinity if not. */
  cachesFrom: number;
  /** `only`: its output is only images. `also`: images and text. */
  images: 'only' | 'also' | null;
  /** Tokens of one image, for each size; empty if not known. */
  imageSizes: readonly number[];
  /**
   * `speech`: all of its output is audio. `heard`: audio and text in, text out. `mixed`: audio and text, in and out.
   */
  audio: 'speech' | 'heard' | 'mixed' | null;
  /** It bills every search query that it makes, and the tokens that it cites. */
  isDeepResearch: boolean;
}

const KEPT = 1000;
const kinds = new Map<string, ModelKind>();

/** The kind of a model. Results are cached by name. */
export function kindOf(model: string): ModelKind {
  const known = kinds.get(model);
  if (known) return known;
  const kind = findKind(model);
  if (kinds.size >= KEPT) kinds.clear();
  kinds.set(model, kind);
  return kind;
}

/**
 * Models that cache unasked and bill cache reads for less, and how many tokens a prompt needs for that. They report the
 * reads in a field of which the plugin knows only some spellings. Not listed: models whose price list has no cheaper
 * rate (`-pro`, search, audio), and open models, wherever they are hosted. Minimum: OpenAI 1024, Gemini 1024, MiniMax
 * 512, DashScope 256 tokens. Sources:
 * https://platform.openai.com/docs/guides/prompt-caching, https://ai.google.dev/gemini-api/docs/caching,
 * https://platform.moonshot.ai/docs/api/chat, https://api-docs.deepseek.com/guides/kv_cache,
 * https://help.aliyun.com/zh/model-studio/context-cache, https://docs.bigmodel.cn/cn/guide/capabilities/cache,
 * https://docs.x.ai/docs/models, https://platform.minimax.io/docs/api-reference/text-prompt-caching
 */
const CACHING: readonly (readonly [RegExp, number])[] = [
  [/^(?:chatgpt-4o|gpt-(?:4o|4\.[1-9]|[5-9])|o[134])(?![a-z0-9])/, 1024],
  [/^gemini-(?:2\.5|[3-9]|flash-latest|pro-latest)/, 1024],
  [/^(?:kimi|moonshot)-/, 1],
  [/^deepseek-/, 1],
  [/^qwen(?:3(?:\.\d)?)?-(?:max|plus|flash|turbo|coder-plus|coder-flash|vl-max|vl-plus|vl-flash)/, 256],
  [/^glm-(?:4\.[5-9]|4-plus|[5-9])/, 1],
  [/^doubao-(?:seed-(?!dream|ance)|1[.-]5-)/, 1],
  [/^minimax-m[2-9]/, 512],
  [/^grok-(?:[3-9]|code)/, 1],
  [/^step-/, 1],
];
const NOT_CACHING =
  /audio|realtime|-live|search|transcribe|tts|image|embed|rerank|distill|^(?:gpt|o\d).*-pro(?:-|$)|^step-1x/;

const IMAGES_ONLY =
  /^(?:gpt-image|chatgpt-image|dall-e|imagen|qwen-image|z-image|wanx?[\d.-]|cogview|stable-diffusion|sd3|flux|kolors|hunyuan-image|recraft|ideogram|step-1x|step-image|image-01)|seedream|^grok-.*-image(?:-|$)|^titan-image|^nova-canvas/;

/** Each image size has a fixed number of tokens: https://ai.google.dev/gemini-api/docs/pricing */
const IMAGE_SIZES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^gemini-2\.5-flash-image/, [1290]],
  [/^gemini-3-pro-image/, [1120, 2000]],
  [/^gemini-3\.1-flash-image/, [747, 1120, 1680, 2520]],
];

const SPEECH = /(?:^|-)tts(?:-|$)|^cosyvoice|^sambert|^speech-\d/;
const HEARD_AUDIO = /-transcribe(?:-|$)/;
const MIXED_AUDIO = /^gpt-(?:4o-(?:mini-)?)?(?:audio|realtime)|-omni(?:-|$)|native-audio|^gemini-.*-live/;

function findKind(model: string): ModelKind {
  const whole = model.toLowerCase();
  // `openai/gpt-4o`; `us.anthropic.claude-…`, `amazon.nova-…`; `models/gemini-…`.
  const name = whole.slice(whole.lastIndexOf('/') + 1);
  const isBedrock = /(?:^|\.)(?:anthropic\.claude|amazon\.nova)/.test(name) || whole.startsWith('bedrock/');
  const caching = NOT_CACHING.test(name) ? undefined : CACHING.find(([pattern]) => pattern.test(name));
  const isGemini = name.includes('gemini');
  const images = IMAGES_ONLY.test(name.replace(/^amazon\./, ''))
    ? 'only'
    : isGemini && name.includes('image')
      ? 'also'
      : null;
  return {
    isClaude: name.includes('claude'),
    isGemini,
    isQwen: /^q(?:wen|wq|vq)/.test(name),
    isBedrock,
    cachesFrom: caching ? caching[1] : Infinity,
    images,
    imageSizes: IMAGE_SIZES.find(([pattern]) => pattern.test(name))?.[1] ?? [],
    audio: audioOf(name),
    isDeepResearch: name.includes('deep-research'),
  };
}

function audioOf(name: string): ModelKind['audio'] {
  if (SPEECH.test(name)) return 'speech';
  if (HEARD_AUDIO.test(name)) return 'heard';
  return MIXED_AUDIO.test(name) ? 'mixed' : null;
}
