import { describe, expect, test } from 'vitest';
import { mediaText, sizeText, withoutFiles } from '../../src/ai-log/media-text.ts';
import { readParts } from '../../src/ai-log/message.ts';
import { titleOf } from '../../src/session-format/title.ts';
import { page, pageHtml, requests, terminal, user } from './look.ts';

// Media as one line with type and size, whatever the provider's form.

/** Base64 of `bytes` bytes, of many different letters. */
const base64 = (bytes: number): string =>
  Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 7919 + (i >> 3)) & 255)).toString('base64');
const DATA = base64(13_000);
const MIXED = base64(3_000);

/** A WAV file: its head, then `bytes` of sound. */
function wav(rate: number, bytes: number, said = bytes): string {
  const head = Buffer.alloc(44);
  head.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt32LE(rate, 28);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(said, 40);
  return Buffer.concat([head, Buffer.alloc(bytes, 7)]).toString('base64');
}

const line = (part: object): string =>
  readParts(JSON.stringify([part]))
    .map((one) => (one.kind === 'media' ? mediaText(one.media) : one.kind))
    .join(' ');

test.each<[object, string]>([
  [{ type: 'image_url', image_url: { url: `data:image/png;base64,${DATA}` } }, '[image png, 13 kB]'],
  [{ type: 'image_url', image_url: 'https://x.example/a.png' }, '[image https://x.example/a.png]'],
  [{ type: 'input_image', image_url: `data:image/webp;base64,${DATA}` }, '[image webp, 13 kB]'],
  [{ type: 'input_image', file_id: 'file-1' }, '[image file-1]'],
  [{ type: 'input_audio', input_audio: { data: wav(32_000, 12_800), format: 'wav' } }, '[audio wav, 0.4 s, 13 kB]'],
  [{ type: 'input_audio', input_audio: { data: base64(48_000), format: 'pcm16' } }, '[audio pcm16, 1 s, 48 kB]'],
  [{ type: 'audio_url', audio_url: { url: `data:audio/mpeg;base64,${DATA}` } }, '[audio mp3, 13 kB]'],
  [{ type: 'file', file: { filename: 'draft.pdf', file_data: `data:application/pdf;base64,${DATA}` } }, '[file draft.pdf, 13 kB]'],
  [{ type: 'file', file: { file_id: 'file-1' } }, '[file file-1]'],
  [{ type: 'input_file', filename: 'a.csv', file_data: `data:text/csv;base64,${DATA}` }, '[file a.csv, 13 kB]'],
  [{ type: 'input_file', file_url: 'https://x.example/a.pdf' }, '[file https://x.example/a.pdf]'],
  [{ type: 'video_url', video_url: { url: `data:video/mp4;base64,${DATA}` } }, '[video mp4, 13 kB]'],
  [{ type: 'video', video: [`data:image/jpeg;base64,${DATA}`, 'https://x.example/2.jpg'] }, '[image jpg, 13 kB] [image https://x.example/2.jpg]'],
  [{ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: DATA } }, '[image jpg, 13 kB]'],
  [{ type: 'image', source: { type: 'url', url: 'https://x.example/a.jpg' } }, '[image https://x.example/a.jpg]'],
  [{ type: 'document', title: 'Lease', source: { type: 'base64', media_type: 'application/pdf', data: DATA } }, '[file Lease (pdf), 13 kB]'],
  [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } }, '[file txt] text'],
  [{ type: 'document', source: { type: 'file', file_id: 'file_1' } }, '[file file_1]'],
  [{ inlineData: { mimeType: 'audio/wav', data: wav(16_000, 1_600_000) } }, '[audio wav, 1 min 40 s, 1.6 MB]'],
  [{ inline_data: { mime_type: 'video/mp4', data: DATA } }, '[video mp4, 13 kB]'],
  [{ fileData: { mimeType: 'application/pdf', fileUri: 'gs://b/x.pdf' } }, '[file pdf gs://b/x.pdf]'],
  [{ image: 'https://x.example/q.png' }, '[image https://x.example/q.png]'],
  [{ image: { format: 'png', source: { bytes: DATA } } }, '[image png, 13 kB]'],
  [{ document: { format: 'pdf', name: 'doc', source: { bytes: DATA } } }, '[file doc (pdf), 13 kB]'],
  [{ image: 'a cat', rows: 1 }, 'other'],
  // Mistral
  [{ type: 'document_url', document_url: `data:application/pdf;base64,${DATA}`, document_name: 'lease.pdf' }, '[file lease.pdf, 13 kB]'],
  [{ type: 'document_url', document_url: 'https://x.example/a.pdf' }, '[file https://x.example/a.pdf]'],
  [{ type: 'document_url', document_url: { url: `data:application/pdf;base64,${DATA}` } }, '[file pdf, 13 kB]'],
  [{ type: 'image_url', image_url: `data:image/png;base64,${DATA}` }, '[image png, 13 kB]'],
  [{ type: 'input_audio', input_audio: DATA }, '[audio, 13 kB]'],
  [{ type: 'input_audio', input_audio: 'https://x.example/a.mp3' }, '[audio https://x.example/a.mp3]'],
  // The AI SDK
  [{ type: 'image', image: `data:image/png;base64,${DATA}` }, '[image png, 13 kB]'],
  [{ type: 'image', image: DATA, mediaType: 'image/png' }, '[image png, 13 kB]'],
  [{ type: 'image', image: 'https://x.example/a.png' }, '[image https://x.example/a.png]'],
  [{ type: 'image', image: { type: 'Buffer', data: [1, 2] }, mediaType: 'image/png' }, '[image png]'],
  [{ type: 'file', data: DATA, mediaType: 'application/pdf', filename: 'a.pdf' }, '[file a.pdf, 13 kB]'],
  [{ type: 'media', data: DATA, mediaType: 'audio/wav' }, '[audio wav, 13 kB]'],
  [{ type: 'image-data', data: DATA, mediaType: 'image/png' }, '[image png, 13 kB]'],
  [{ type: 'file-url', url: 'https://x.example/a.pdf' }, '[file https://x.example/a.pdf]'],
  [{ type: 'file-id', fileId: 'f1' }, '[file f1]'],
  // The Model Context Protocol
  [{ type: 'resource', resource: { uri: 'file:///a.txt', mimeType: 'text/plain', text: 'hi' } }, '[file txt file:///a.txt] text'],
  [{ type: 'resource', resource: { uri: 'file:///a.png', mimeType: 'image/png', blob: DATA } }, '[image png file:///a.png, 13 kB]'],
  [{ type: 'resource_link', uri: 'file:///a.pdf', name: 'a.pdf', mimeType: 'application/pdf' }, '[file a.pdf file:///a.pdf]'],
  // LangChain, Bedrock, Cohere, and a client that sends base64 as an address
  [{ type: 'image', base64: DATA, mime_type: 'image/png' }, '[image png, 13 kB]'],
  [{ document: { format: 'pdf', name: 'd', source: { s3Location: { uri: 's3://b/d.pdf' } } } }, '[file d (pdf) s3://b/d.pdf]'],
  [{ type: 'document', document: { data: { title: 'T', text: 'words' } } }, 'text'],
  [{ type: 'document', document: { data: { text: 'words', page: 3 } } }, 'text other'],
  [{ type: 'image_url', image_url: { url: DATA } }, '[image, 13 kB]'],
  // Words, addresses and ids where others have base64
  [{ type: 'image', image: 'a cat on a mat' }, 'other'],
  [{ type: 'document', document: 'The lease ends in May.' }, 'text'],
  [{ type: 'document', document: { data: 'The lease ends in May.' } }, 'text'],
  [{ type: 'file', data: 'https://x.example/a.pdf', mediaType: 'application/pdf', filename: 'a.pdf' }, '[file a.pdf https://x.example/a.pdf]'],
  [{ type: 'image', image: '/files/a.png' }, '[image /files/a.png]'],
  [{ type: 'image', image: 'file-abc123' }, '[image file-abc123]'],
  [{ type: 'file-id', fileId: { openai: 'file-9' } }, '[file file-9]'],
  [{ type: 'image_url', image_url: DATA.replaceAll(/.{76}/g, '$&\r\n') }, '[image, 13 kB]'],
  [{ type: 'image_url', image_url: { url: DATA.replaceAll('+', '-').replaceAll('/', '_') } }, '[image, 13 kB]'],
  [{ image: DATA }, '[image, 13 kB]'],
  // Several in one part
  [{ text: 'look', image: 'https://x.example/a.png' }, 'text [image https://x.example/a.png]'],
  [{ type: 'text', text: 'look', image: `data:image/png;base64,${DATA}` }, 'text [image png, 13 kB]'],
  [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' }, text: 'a cat' }, 'text [image https://x.example/a.png]'],
  [{ type: 'image_url', image_url: ['https://x.example/a.png', 'https://x.example/b.png'] }, '[image https://x.example/a.png] [image https://x.example/b.png]'],
  [{ type: 'image_url', image_url: [{ url: 'https://x.example/a.png' }] }, '[image https://x.example/a.png]'],
  [{ video: ['https://x.example/1.jpg'] }, '[image https://x.example/1.jpg]'],
  [{ document: { format: 'txt', name: 'd', source: { text: 'The lease.' } } }, '[file d (txt)] text'],
  [{ type: 'image', source: { type: 'base64', media_type: 'evil] ignore [', data: DATA } }, '[image evilignore, 13 kB]'],
  [{ type: 'image_request', image: `data:image/png;base64,${DATA}` }, 'other'],
  [{ type: 'input_audio', input_audio: { data: wav(4_000_000_000, 10), format: 'wav' } }, '[audio wav, 54 B]'],
  [{ type: 'input_audio', input_audio: { data: wav(16_000, 16_000, 0xffff_ffff), format: 'wav' } }, '[audio wav, 1 s, 16 kB]'],
  [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }, '[audio wav, 4 B]'],
  [{ type: 'file', file: { filename: `\u202e${'n'.repeat(500)}`, file_data: 'AAAA' } }, `[file ${'n'.repeat(120)}…, 3 B]`],
])('form %#', (part, shown) => {
  expect(line(part)).toBe(shown);
}); // prettier-ignore

test('sizes', () => {
  expect([0, 999, 1000, 9_949, 9_950, 999_499, 999_500, 1_400_000, 2_000_000_000].map(sizeText)).toEqual(
    ['0 B', '999 B', '1 kB', '9.9 kB', '10 kB', '999 kB', '1 MB', '1.4 MB', '2 GB'],
  ); // prettier-ignore
});

describe('files in a text', () => {
  const url = `data:image/png;base64,${MIXED}`;
  test.each([
    [`see ![a shot](${url}) please`, 'see [image a shot (png), 3 kB] please'],
    [`see ![](${url})`, 'see [image png, 3 kB]'],
    [`<img src="${url}">`, '<img src="[image png, 3 kB]">'],
    [`${url} ${url}`, '[image png, 3 kB] [image png, 3 kB]'],
    [`data:audio/mpeg;rate=8000;base64,${MIXED}`, '[audio mp3, 3 kB]'],
    [`{"blob":"${MIXED}"}`, '{"blob":"[base64, 3 kB]"}'],
    [`x ${MIXED} y ${MIXED}`, 'x [base64, 3 kB] y [base64, 3 kB]'],
  ])('%#', (text, shown) => {
    expect(withoutFiles(text)).toBe(shown);
  });

  test.each([
    'what is data:text/plain;base64,SGVsbG8= ?',
    'a'.repeat(5_000),
    '0123456789'.repeat(500),
    'Word '.repeat(2_000),
    `${MIXED.slice(0, 1_990)} ${MIXED.slice(0, 1_990)}`,
    ';base64,'.repeat(500),
  ])('none in %#', (text) => {
    expect(withoutFiles(text)).toBe(text);
  });
});

test('no page and no terminal has the bytes of a file, and the question is reached', () => {
  const parts = [{ type: 'strange', blob: MIXED }, { type: 'text', text: `![x](data:image/png;base64,${MIXED}) why?` }];
  const said = requests(
    [[user(parts)], `like ![y](data:image/png;base64,${MIXED})`, { question: parts, reasoning: `hm ${MIXED}`, tool_calls: [{ id: 'c', function: { name: 'f', arguments: JSON.stringify({ image: MIXED, n: 1 }) } }] }],
  ); // prettier-ignore
  const shown = terminal(said).flat().join('\n');
  expect(shown).toContain('[image x (png), 3 kB] why?');
  expect(shown).toContain('f({"image":"[base64, 3 kB]","n":1})');
  for (const text of [shown, ...pageHtml(said)]) expect(text).not.toMatch(/[A-Za-z0-9+/]{100}/);
  expect(page(said)[0]?.[0]).toBe('User: {"type":"strange","blob":"[base64, 3 kB]"}\n[image x (png), 3 kB] why?');
  expect(titleOf(JSON.stringify(parts[1]?.text))).toBe('[image x (png), 3 kB] why?');
}); // prettier-ignore

test('an address of thousands of characters is shown, but is no link', () => {
  const image = (length: number): object => ({ type: 'image_url', image_url: { url: `https://x.example/${'a'.repeat(length - 18)}` } });
  const [html = ''] = pageHtml(requests([[user([image(2_000), image(2_001)])]]));
  const shown = `[image https://x.example/${'a'.repeat(102)}…]`;
  expect(html.match(/<p class="media">.*?<\/p>/g)).toEqual([
    `<p class="media"><a href="https://x.example/${'a'.repeat(1_982)}" rel="noopener nofollow noreferrer"><bdi>${shown}</bdi></a></p>`,
    `<p class="media"><bdi>${shown}</bdi>, an address of 2,001 characters</p>`,
  ]);
}); // prettier-ignore
