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

/** What names a part's kind: the type of OpenAI's and Claude's parts, or the only key of Gemini's and Bedrock's. */
const TYPES: Readonly<Record<string, MediaType>> = {
  image: 'image',
  image_url: 'image',
  input_image: 'image',
  output_image: 'image',
  computer_screenshot: 'image',
  image_generation_call: 'image',
  audio: 'audio',
  audio_url: 'audio',
  input_audio: 'audio',
  output_audio: 'audio',
  video: 'video',
  video_url: 'video',
  input_video: 'video',
  document: 'file',
  file: 'file',
  file_url: 'file',
  input_file: 'file',
  container_upload: 'file',
};
const GEMINI = ['inlineData', 'inline_data', 'fileData', 'file_data'];
/** Parts without a type: `{"image": …}` of Bedrock and DashScope. */
const BARE = ['image', 'audio', 'video', 'document', 'file'];

/** Reads a part of a message as media; null if it is something else. */
export function mediaOf(part: Json): Media | null {
  const gemini = GEMINI.map((key) => part[key]).find(isObject);
  if (gemini) return fromHolders('file', [gemini, part]);
  const { type } = part;
  const known = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (known) {
    const inner = isObject(part[type as string]) ? [part[type as string] as Json] : [];
    return fromHolders(known, [...inner, part]);
  }
  const bare = typeof type === 'string' ? undefined : BARE.find((key) => isHolder(part[key]));
  if (bare === undefined) return null;
  const holder = part[bare];
  return fromHolders(TYPES[bare] ?? 'file', [isObject(holder) ? holder : { url: holder }]);
}

/** A `data:` URL or an address by itself, as in DashScope's lists of a video's pictures. */
export function mediaAt(type: MediaType, url: string): Media {
  return fromHolders(type, [{ url }]);
}

/** `{"image": …}` is media only if it holds an address or data: a tool's result may have such a key too. */
function isHolder(value: unknown): boolean {
  if (typeof value === 'string') return /^(?:data|https?|oss|file|gs|s3):/.test(value);
  return isObject(value) && isObject(value['source']) && typeof value['format'] === 'string';
}

const DATA = ['data', 'bytes', 'file_data', 'b64_json', 'result'];
const URLS = ['url', 'image_url', 'audio_url', 'video_url', 'file_url', 'fileUri', 'file_uri', 'uri'];
const IDS = ['file_id', 'fileId', 'id'];
const FORMATS = ['media_type', 'mimeType', 'mime_type', 'format', 'output_format'];
const NAMES = ['filename', 'file_name', 'displayName', 'display_name', 'title', 'name'];

function fromHolders(type: MediaType, given: readonly Json[]): Media {
  const holders = given.flatMap((holder) => {
    const inside = [holder['source'], ...URLS.map((key) => holder[key])].filter(isObject);
    return [...inside, holder];
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
  const url = of(URLS);
  const isData = url?.startsWith('data:') === true;
  const data = isData ? url : of(DATA);
  const mime = dataHead(data) ?? of(FORMATS);
  return {
    type: type === 'file' ? typeOfMime(mime) : type,
    name: of(NAMES),
    format: mime === null ? null : formatOf(mime),
    url: isData ? null : (url ?? (data === null ? of(IDS) : null)),
    data,
  };
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
