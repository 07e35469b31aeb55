import { parentPort, workerData } from 'node:worker_threads';
import type { SessionEntry } from '../model/session-entry.ts';
import { readStores } from '../query/stores/read-stores.ts';
import { readRoundLines } from '../store/read.ts';
import type { FamilyView } from './family-view.ts';
import type { Page } from './page.ts';
import { pagesOfSession } from './session-pages.ts';
import { textsIn } from '../texts/languages.ts';
import { siteContext, type SiteFacts } from './site-context.ts';

/** A session whose pages are to be made, except those whose key is `known`, by path. */
export interface SessionTask {
  entry: SessionEntry;
  family: FamilyView | null;
  known: ReadonlyMap<string, string>;
}

/** `content` is undefined if the page's key was known. */
export interface MadePage {
  path: string;
  key: string;
  content: Uint8Array<ArrayBuffer> | undefined;
  facts: string | undefined;
}

/** Runs in a worker: each message has some sessions, whose pages it makes in order. */
export async function servePages(): Promise<void> {
  const facts = workerData as SiteFacts;
  const site = siteContext(facts, await textsIn(facts.language));
  const linesOf = lineReader(facts);
  parentPort?.on('message', (tasks: readonly SessionTask[]) => {
    const made = tasks.map(({ entry, family, known }) =>
      Array.from(pagesOfSession(linesOf(entry), entry, family, site), (page) => makePage(page, known)),
    );
    const buffers = made.flat().flatMap(({ content }) => (content ? [content.buffer] : []));
    parentPort?.postMessage(made, buffers);
  });
}

/**
 * Reads the stored rounds of sessions. Several stores are opened anew. If one of them has another commit by now, this throws,
 * and the render makes the pages itself.
 */
function lineReader({ dirs, commits }: SiteFacts): (entry: SessionEntry) => Iterable<string> {
  const [dir = '', ...others] = dirs;
  if (others.length === 0) return (entry) => readRoundLines(dir, entry);
  const { stores, rounds } = readStores(dirs);
  if (stores.some(({ state }, i) => state.commit !== commits[i])) throw new Error('the stores have changed');
  return rounds;
}

function makePage({ path, key, render, facts }: Page, known: ReadonlyMap<string, string>): MadePage {
  return { path, key, facts, content: known.get(path) === key ? undefined : bytesOf(render()) };
}

const encoder = new TextEncoder();

/** The bytes have their own buffer, which can be handed over. */
function bytesOf(content: ReturnType<Page['render']>): Uint8Array<ArrayBuffer> {
  if (content instanceof Uint8Array) return hasOwnBuffer(content) ? content : new Uint8Array(content);
  return encoder.encode(typeof content === 'string' ? content : [...content].join(''));
}

function hasOwnBuffer(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength;
}
