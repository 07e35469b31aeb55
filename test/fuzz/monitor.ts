import { mkdirSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../src/cli/context.ts';
import { run, type Ran } from '../cli/run.ts';
import { Finding } from './case.ts';

const KNOWN_CODES: ReadonlySet<number> = new Set([0, 1, 2, 74, 75]);
/** What a terminal acts on, and what reorders the text around it. */
const HOSTILE = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/u;

/** Runs the program: it must end with a known exit code, and print nothing that a terminal acts on. */
export async function monitor(argv: string[], rest: Partial<Context> = {}): Promise<Ran> {
  const ran = await run(argv, rest);
  const command = `monitor ${argv.map((word) => JSON.stringify(word)).join(' ')}`;
  if (!KNOWN_CODES.has(ran.code)) throw new Finding(`exit code ${ran.code}\n${command}\n${ran.err}`);
  if (ran.code !== 0 && ran.code !== 1 && ran.err === '')
    throw new Finding(`exit code ${ran.code} without a message\n${command}`);
  for (const [name, text] of [
    ['stdout', ran.out],
    ['stderr', ran.err],
  ] as const) {
    const at = text.search(HOSTILE);
    if (at >= 0)
      throw new Finding(
        `${name} has a hostile character\n${command}\n${JSON.stringify(text.slice(at - 60, at + 60))}`,
      );
  }
  return ran;
}

/** The JSON that a command prints; undefined if it failed. */
export async function monitorJson(argv: string[]): Promise<unknown> {
  const { code, out } = await monitor([...argv, '--json']);
  if (code !== 0) return undefined;
  try {
    return JSON.parse(out);
  } catch (error) {
    throw new Finding(`${argv[0]} --json prints no JSON: ${String(error)}\n${out.slice(0, 300)}`, {
      cause: error,
    });
  }
}

/** Makes a folder of somebody else's. */
export function makeVictim(folder: string): string {
  const victim = join(folder, 'victim');
  mkdirSync(victim);
  writeFileSync(join(victim, 'file'), 'precious');
  writeFileSync(join(victim, 'a.json'), '{"precious":true}\n');
  return victim;
}

/** Everything in a folder, with its kind, mode and content. */
export function contentOf(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .toSorted()
      .map((name) => [name, describe(join(folder, name))]),
  );
}

function describe(path: string): string {
  const facts = lstatSync(path);
  if (facts.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return `${facts.mode} ${facts.isFile() ? readFileSync(path, 'latin1') : ''}`;
}

/** Fails if something is not as it was. */
export function expectSame(what: string, before: Map<string, string>, after: Map<string, string>): void {
  for (const name of new Set([...before.keys(), ...after.keys()]))
    if (before.get(name) !== after.get(name)) throw new Finding(`${what} changed: ${JSON.stringify(name)}`);
}
