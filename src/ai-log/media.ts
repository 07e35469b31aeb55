/** An image, a sound, a film or a file that a message brings. */
export interface Media {
  type: 'image' | 'audio' | 'video' | 'file';
  /** The file's name, or its title. */
  name: string | null;
  /** `png`, `wav`, `pdf` */
  format: string | null;
  /** Where it is, if it is not in the request: an address, or the id of an uploaded file. */
  url: string | null;
  /** Base64, with or without the head of a `data:` URL. It is measured, and never shown. */
  data: string | null;
}

type Json = Record<string, unknown>;
type MediaType = Media['type'];

/**
 * What names a part's kind: its type, or the only key of Gemini's and Bedrock's. Providers put `input_` or `output_` before
 * it, and `_url`, `_data`, `_file` or `_id` after it.
 */
const KINDS: Readonly<Record<string, MediaType>> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  document: 'file',
  file: 'file',
  media: 'file',
  computer_screenshot: 'image',
  image_generation_call: 'image',
  container_upload: 'file',
  resource_link: 'file',
};

/** `image` of `input_image`, `image_url` and the AI SDK's `image-data`; null for a type that is no media. */
function kindOf(type: string): string | null {
  const name = type
    .replaceAll('-', '_')
    .replace(/^(?:input|output)_/, '')
    .replace(/_(?:url|data|file|id)$/, '');
  return Object.hasOwn(KINDS, name) ? name : null;
}

const GEMINI = ['inlineData', 'inline_data', 'fileData', 'file_data'];
/** Parts without a type: `{"image": …}` of Bedrock and DashScope. */
const BARE = ['image', 'audio', 'video', 'document', 'file'];

/** Reads a part of a message as media; null if it is something else. */
export function mediaOf(part: Json): Media | null {
  const gemini = GEMINI.map((key) => part[key]).find(isObject);
  if (gemini) return fromHolders('file', [gemini, part]);
  const { type } = part;
  if (typeof type === 'string') {
    const kind = kindOf(type);
    if (
      kind === null ||
      [part[type], part[kind]].some((value) => typeof value === 'string' && isWords(value))
    )
      return null;
    return fromHolders(KINDS[kind] ?? 'file', [...holdersAt(part, [type, kind]), part]);
  }
  return bareMediaOf(part);
}

/** `{"image": …}`, also beside a text. */
export function bareMediaOf(part: Json): Media | null {
  const bare = BARE.find((key) => isHolder(part[key]));
  return bare === undefined ? null : fromHolders(KINDS[bare] ?? 'file', holdersAt(part, [bare]));
}

/** Several of one kind in a part, such as a film as a list of pictures: their addresses or base64; null if it is none. */
export function mediaListOf({ type, ...part }: Json): { type: MediaType; list: readonly unknown[] } | null {
  const kind = typeof type === 'string' ? kindOf(type) : null;
  if (kind === null) return Array.isArray(part['video']) ? { type: 'image', list: part['video'] } : null;
  const list = [part[type as string], part[kind]].find(Array.isArray);
  return list ? { type: kind === 'video' ? 'image' : (KINDS[kind] ?? 'file'), list } : null;
}

/** What a part has under the name of its type or kind: an object, or base64, an address or an id by itself. */
function holdersAt(part: Json, keys: readonly string[]): Json[] {
  return [...new Set(keys)].flatMap((key) => {
    const value = part[key];
    if (isObject(value)) return [value];
    if (typeof value !== 'string' || isWords(value)) return [];
    return [isBase64(value) ? { data: value } : { url: value }];
  });
}

/** Whether a text is neither base64 nor an address: some put a document's words where its file belongs. */
export function isWords(text: string): boolean {
  return /\s/.test(text.trim()) && !isBase64(text);
}

/** A `data:` URL or an address by itself, as in DashScope's lists of a video's pictures. */
export function mediaAt(type: MediaType, url: string): Media {
  return fromHolders(type, [{ url }]);
}

/** `{"image": …}` is media only if it holds an address or data: a tool's result may have such a key too. */
function isHolder(value: unknown): boolean {
  if (typeof value === 'string') return /^(?:data|https?|oss|file|gs|s3):/.test(value) || isBase64(value);
  return isObject(value) && isObject(value['source']) && typeof value['format'] === 'string';
}

/** In characters. */
const LEAST_BASE64 = 100;
const DATA = ['data', 'bytes', 'file_data', 'base64', 'blob', 'b64_json', 'result'];
const URLS = [
  'url',
  'image_url',
  'audio_url',
  'video_url',
  'file_url',
  'document_url',
  'fileUri',
  'file_uri',
  'uri',
];
const IDS = ['file_id', 'fileId', 'id'];
const FORMATS = [
  'media_type',
  'mediaType',
  'mimeType',
  'mime_type',
  'content_type',
  'format',
  'output_format',
];
const NAMES = ['filename', 'file_name', 'document_name', 'displayName', 'display_name', 'title', 'name'];

function fromHolders(type: MediaType, parts: readonly Json[]): Media {
  const holders = parts.flatMap((holder) => {
    const inside = [holder['source'], ...URLS.map((key) => holder[key])].filter(isObject);
    const stored = inside.map((source) => source['s3Location']).filter(isObject);
    return [...stored, ...inside, holder];
  });
  const of = (keys: readonly string[]): string | null => {
    for (const holder of holders) {
      for (const key of keys) {
        const value = holder[key];
        if (typeof value === 'string' && value !== '') return value;
      }
    }
    return null;
  };
  const given = of(DATA);
  const url =
    of(URLS) ?? (given !== null && /^[a-z][\w+.-]{1,20}:(?!.*;base64,)/i.test(given) ? given : null);
  const isData = url !== null && (url.startsWith('data:') || isBase64(url));
  const data = isData ? url : given === url ? null : given;
  const mime = dataHead(data) ?? of(FORMATS);
  return {
    type: type === 'file' ? typeOfMime(mime) : type,
    name: of(NAMES),
    format: mime === null ? null : formatOf(mime),
    url: isData ? null : (url ?? (data === null ? (of(IDS) ?? providersId(parts)) : null)),
    data,
  };
}

/** The AI SDK's ids are by provider: `{"openai": "file-9"}`. */
function providersId(parts: readonly Json[]): string | null {
  const ids = parts.map((part) => part['fileId']).find(isObject);
  return Object.values(ids ?? {}).find((value) => typeof value === 'string') ?? null;
}

/** Also with line breaks, or in the alphabet for addresses. Ids and addresses are shorter, or have other characters. */
function isBase64(text: string): boolean {
  if (text.length < LEAST_BASE64) return text.length >= 8 && /^[A-Za-z0-9+/]+={1,2}$/.test(text);
  return /^[A-Za-z0-9+/_\r\n-]+={0,2}\s*$/.test(text);
}

/** `image/png` in `data:image/png;base64,…` */
function dataHead(data: string | null): string | null {
  return data === null ? null : (/^data:([\w.+-]{1,60}\/[\w.+-]{1,80})[;,]/.exec(data)?.[1] ?? null);
}

export function typeOfMime(mime: string | null): MediaType {
  const [, type] = /^(image|audio|video)\//.exec(mime ?? '') ?? [];
  return (type as MediaType | undefined) ?? 'file';
}

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  'x-wav': 'wav',
  wave: 'wav',
  jpeg: 'jpg',
  plain: 'txt',
  markdown: 'md',
  quicktime: 'mov',
};

/** `png` of `image/png`, `svg` of `image/svg+xml` */
export function formatOf(mime: string): string {
  const name = mime
    .replaceAll(/[^\w.+/-]/g, '')
    .replace(/^\w+\//, '')
    .replace(/\+\w+$/, '')
    .replace(/^vnd\..*[.-](\w+)$/, '$1')
    .toLowerCase();
  if (mime.startsWith('video/') && name === 'mpeg') return 'mpeg';
  return (Object.hasOwn(FORMAT_NAMES, name) ? FORMAT_NAMES[name] : undefined) ?? name.slice(0, 24);
}

/** Where the base64 of some data starts. */
export function base64Start(data: string): number {
  return data.startsWith('data:') ? data.indexOf(',', 0) + 1 : 0;
}

/** How many bytes a stretch of base64 stands for. */
export function base64Bytes(data: string, start: number, end = data.length): number {
  let last = end;
  while (last > start && data.charCodeAt(last - 1) === 0x3d) last--;
  return Math.floor(((last - start) * 3) / 4);
}

/** How long a sound lasts, if its head says so: WAV, and OpenAI's PCM (24 kHz, 16 bits, one channel). */
export function secondsOf({ format, data }: Media): number | null {
  if (data === null || format === null) return null;
  const start = base64Start(data);
  const bytes = base64Bytes(data, start);
  if (format === 'pcm16') return bytes / 48_000;
  return format === 'wav' ? wavSeconds(Buffer.from(data.slice(start, start + HEAD), 'base64'), bytes) : null;
}

/** Characters of base64; a multiple of four. */
const HEAD = 4096;
const FASTEST = 768_000 * 4 * 32;

function wavSeconds(head: Buffer, bytes: number): number | null {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return null;
  let rate = 0;
  for (let at = 12; at + 8 <= head.length;) {
    const name = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    if (name === 'fmt ' && at + 20 <= head.length) rate = head.readUInt32LE(at + 16);
    if (name === 'data') {
      // A file that was streamed does not know its size.
      const length = Math.min(size, bytes - at - 8);
      return rate > 0 && rate <= FASTEST ? length / rate : null;
    }
    at += 8 + size + (size % 2);
  }
  return null;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
