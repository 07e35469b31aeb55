import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bytes of every file of a store, but for its own id. */
export function bytesOf(dir: string): Record<string, string> {
  const { store } = JSON.parse(readFileSync(join(dir, '.store.json'), 'utf8')) as { store: string };
  const names = readdirSync(dir).filter((name) => name !== '.store.json' && name !== '.lock');
  return Object.fromEntries(
    names.map((name) => [name, withoutId(readFileSync(join(dir, name), 'latin1'), store)]),
  );
}

/** The state's checksum covers the store's id. */
function withoutId(text: string, store: string): string {
  return text.replaceAll(store, 'ID').replace(/,"crc":\d+\}\n$/, '}\n');
}
