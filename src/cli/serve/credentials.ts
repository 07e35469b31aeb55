import { createHash, timingSafeEqual } from 'node:crypto';
import { compare } from 'bcryptjs';
import { UsageError } from '../../platform/errors.ts';

/** Who may read the site. */
export interface Credentials {
  /** What the `Authorization` of a request is worth. */
  check: (header: string | undefined) => Promise<'allowed' | 'denied' | 'busy'>;
}

/** Short tokens can be guessed. */
const SHORTEST_TOKEN = 16;
/** Of passwords that were right: checking one again takes as long as guessing one. */
const REMEMBERED = 256;
/** Checks that wait at the same time. A check takes a tenth of a second. */
const MOST_WAITING = 8;

/**
 * A token, as `Authorization: Bearer`, or as the password of any name, which is what browsers ask for. Throws UsageError
 * if it is short.
 */
export function tokenCredentials(token: string): Credentials {
  if (token.length < SHORTEST_TOKEN)
    throw new UsageError(
      `the token in MONITOR_TOKEN is too short to be safe: it must have at least ${SHORTEST_TOKEN} characters`,
    );
  const right = digest(token);
  return {
    check: async (header) => {
      const bearer = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
      const given = bearer ?? basicOf(header)?.password;
      return given !== undefined && timingSafeEqual(digest(given), right) ? 'allowed' : 'denied';
    },
  };
}

/** Names and bcrypt hashes, as `htpasswd -B` writes them. Throws UsageError for a line that is something else. */
export function passwordCredentials(text: string, path: string): Credentials {
  const hashes = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', hash = ''] = /^([^:]+):(.*)$/.exec(line.trim()) ?? [];
    if (!/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash))
      throw new UsageError(
        `line ${i + 1} of ${path} is not a name and a bcrypt hash. Make the file with: htpasswd -B -c ${path} <name>`,
      );
    hashes.set(name, hash);
  }
  if (hashes.size === 0)
    throw new UsageError(`${path} has no password. Make the file with: htpasswd -B -c ${path} <name>`);
  return new Passwords(hashes);
}

/** Of random bytes: a name that is not known takes as long as one that is. */
const NO_HASH = '$2b$10$5XlmQfDuKGg3XciQbYxfDepBkeom.Q9XTsPUPl/aX/GA229NQ5mri';

class Passwords implements Credentials {
  readonly #hashes: ReadonlyMap<string, string>;
  readonly #right = new Set<string>();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(hashes: ReadonlyMap<string, string>) {
    this.#hashes = hashes;
  }

  async check(header: string | undefined): Promise<'allowed' | 'denied' | 'busy'> {
    const basic = basicOf(header);
    if (!basic) return 'denied';
    const key = digest(`${basic.name}:${basic.password}`).toString('hex');
    if (this.#right.has(key)) return 'allowed';
    if (this.#waiting >= MOST_WAITING) return 'busy';
    this.#waiting++;
    const turn = this.#last.then(() => compare(basic.password, this.#hashes.get(basic.name) ?? NO_HASH));
    this.#last = turn.catch(() => false);
    try {
      if (!(await turn)) return 'denied';
    } finally {
      this.#waiting--;
    }
    if (this.#right.size >= REMEMBERED) this.#right.clear();
    this.#right.add(key);
    return 'allowed';
  }
}

function basicOf(header: string | undefined): { name: string; password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
