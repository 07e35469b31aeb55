import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ParseOptions } from '../../../src/ingest/options.ts';
import { parseLogs } from '../../../src/ingest/parse-logs.ts';
import type { ParseResult } from '../../../src/ingest/tally.ts';
import { MonitorError } from '../../../src/platform/errors.ts';
import { nodeFiles } from '../../../src/platform/files.ts';
import { readSnapshot } from '../../../src/store/read.ts';
import { cutLine, WRAPS } from '../../logs/wrap.ts';
import { SHIPPERS } from '../../logs/shippers.ts';
import { sumsOfRounds, totals } from '../../store/sums.ts';
import { Finding, type Case, type Random, type Target } from '../case.ts';
import { contentOf, expectSame, monitor, monitorJson } from '../monitor.ts';
import { mutateJson } from '../mutate-json.ts';
import { mutateText } from '../mutate-text.ts';

const LOGS = ['access.log', 'access.log.1'];
/** A case takes its lines from a stretch of a log, so that requests repeat history. */
const STRETCH = 24;
const NOW = Date.UTC(2026, 11, 1);

let logs: string[][] = [];

/** Lines of the gateway with members, types, numbers, texts and bytes changed. */
export const target: Target = {
  mostSteps: 16,
  prepare: async () => {
    logs = LOGS.map((name) => readFileSync(`fixtures/${name}`, 'utf8').split('\n').slice(0, -1));
    const plugin = readFileSync('fixtures/plugin-lines.jsonl', 'utf8').split('\n').slice(0, -1);
    logs.push(plugin.map((record) => (JSON.parse(record) as { line: string }).line));
  },
  run: runLines,
};

type Wrap = (line: string) => string;

/** How lines are collected: most logs are the gateway's own. */
function wrapOf(random: Random): { name: string; wrap: Wrap } {
  const isWrapped = random.chance(0.3);
  const runtime = random.pick(['docker', 'cri'] as const);
  const shipper = random.pick(SHIPPERS);
  const size = random.pick([16 << 10, 300]);
  if (!isWrapped) return { name: 'plain', wrap: (line) => line };
  if (random.chance(0.5)) return { name: shipper.name, wrap: shipper.wrap };
  const wrap: Wrap = (line) =>
    cutLine('stdout', Buffer.from(line), [size], runtime === 'docker')
      .map((piece) => WRAPS[runtime](piece).toString())
      .join('')
      .slice(0, -1);
  return { name: runtime, wrap };
}

function lineOf(
  random: Random,
  log: string[],
  from: number,
  { name, wrap }: { name: string; wrap: Wrap },
): string {
  let line = log[(from + random.int(0, STRETCH)) % log.length] ?? '';
  for (let i = random.pick([0, 0, 1, 1, 1, 2, 4]); i > 0; i--)
    line = random.chance(0.85) ? mutateJson(line, random) : mutateText(line, random);
  if (name !== 'plain' && line.includes('\n')) line = line.replaceAll('\n', '');
  try {
    line = wrap(line);
  } catch {
    // Some shippers parse the line.
  }
  if (name !== 'plain' && random.chance(0.15)) line = mutateJson(line, random);
  // Two lines in one: a line break got lost.
  return random.chance(0.03) ? line : `${line}\n`;
}

async function runLines({ folder, random, steps, note }: Case): Promise<void> {
  const log = random.pick(logs);
  const from = random.int(0, log.length - 1);
  const wrap = wrapOf(random);
  const isCompressed = random.chance(0.15);
  const options: Partial<ParseOptions> = {
    batchSize: random.pick([1 << 20, 1 << 20, 2000]),
    longestLine: random.pick([64 << 20, 64 << 20, 20_000]),
    filters: random.pick<ParseOptions['filters']>([{}, {}, {}, { no_content: true }, { redact: ['email'] }]),
  };
  const text = steps.map((step) => lineOf(step, log, from, wrap)).join('');
  const path = join(folder, isCompressed ? 'access.log.gz' : 'access.log');
  writeFileSync(path, isCompressed ? gzipSync(text) : text);
  note(`${wrap.name} ${path}, ${JSON.stringify(options)}`);
  if (steps.length <= 3) note(text.slice(0, 3000));

  const [fast, slow] = [join(folder, 'fast'), join(folder, 'slow')];
  const result = await parse(fast, path, { ...options, linePath: 'fast' });
  const other = await parse(slow, path, { ...options, linePath: 'slow' });
  if (typeof result === 'string' || typeof other === 'string') {
    if (result !== other)
      throw new Finding(`one path fails, or both differently: ${said(result)}; ${said(other)}`);
    return;
  }
  checkCounts(result, wrap.name === 'plain' && !isCompressed ? text : undefined);
  expectSame('the store of the slow path', storeOf(fast), storeOf(slow));

  const before = contentOf(fast);
  const again = await parse(fast, path, options);
  if (typeof again === 'string' || again.rounds > 0) throw new Finding(`a second run: ${said(again)}`);
  if (result.held === 0) expectSame('the store, by a second run,', before, contentOf(fast));

  const snapshot = readSnapshot(fast);
  const [index, rounds] = [totals(snapshot), sumsOfRounds(snapshot)].map(said);
  if (index !== rounds) throw new Finding(`the index says ${index}, the rounds say ${rounds}`);
  if (totals(snapshot).rounds !== result.rounds)
    throw new Finding(`${result.rounds} rounds, but stored: ${index}`);
  await readBack(fast, [...snapshot.sessions.keys()], random);
}

/** Reports are JSON, and print. */
async function readBack(dir: string, ids: string[], random: Random): Promise<void> {
  const at = ['--data-dir', dir];
  for (const command of [
    ['list', '--limit', '0'],
    ['stats-model'],
    ['stats-date', '--since', '1970-01-01'],
  ]) {
    if ((await monitorJson([...command, ...at])) === undefined) throw new Finding(`${command[0]} fails`);
    await monitor([...command, ...at]);
  }
  for (const id of ids.slice(0, 3)) {
    // An id may begin with a dash.
    const { code, err } = await monitor(['show', ...at, '--', id]);
    if (code !== 0) throw new Finding(`show ${JSON.stringify(id)} fails: ${err}`);
    if (!id.startsWith('-')) await monitorJson(['show', ...at, id]);
  }
  const format = random.pick(['json', 'csv', 'ndjson', 'focus', 'md']);
  const { code, err } = await monitor(['export', '-', '--format', format, ...at]);
  if (code !== 0) throw new Finding(`export as ${format} fails: ${err}`);
}

/** What a run did, or the error that a person can act on. */
async function parse(
  dir: string,
  log: string,
  options: Partial<ParseOptions>,
): Promise<ParseResult | string> {
  try {
    return await parseLogs(nodeFiles, { dir, logPaths: [log], filters: {}, now: () => NOW, ...options });
  } catch (error) {
    if (error instanceof MonitorError) return error.message;
    throw error;
  }
}

/** The program checks that each line counts once. Without a wrapping, it is also counted here. */
function checkCounts(result: ParseResult, plain: string | undefined): void {
  if (result.faults.length > 0) throw new Finding(`faults: ${result.faults.join('; ')}`);
  const { rounds, otherLines, rejectedLines, filteredRounds, knownRounds, importedBefore, held } = result;
  const counts = [rounds, otherLines, rejectedLines, filteredRounds, knownRounds, importedBefore, held];
  if (counts.some((count) => !Number.isSafeInteger(count) || count < 0)) throw new Finding(said(counts));
  if (plain === undefined) return;
  const ends = plain.split('\n');
  // Others may be a shipper's record, which can hold several lines.
  if (!ends.every((line) => line === '' || line.startsWith('{"ai_log":'))) return;
  // A last line without its end counts if it is whole.
  const open = ends.pop() === '' ? 0 : 1;
  const lines = ends.filter((line) => !/^\0*$/.test(line)).length;
  const sum = counts.reduce((all, count) => all + count, 0);
  if (sum !== lines && sum !== lines + open)
    throw new Finding(`${lines} lines, but ${sum} are counted: ${said(counts)}`);
}

/** A store without what differs between two stores of one log: its id, and the checksum over it. */
function storeOf(dir: string): Map<string, string> {
  const { store } = JSON.parse(readFileSync(join(dir, '.store.json'), 'utf8')) as { store: string };
  const names = readdirSync(dir).filter((name) => name !== '.store.json' && name !== '.lock');
  return new Map(
    names.map((name) => [
      name,
      readFileSync(join(dir, name), 'latin1')
        .replaceAll(store, 'ID')
        .replace(/,"crc":\d+\}\n$/, '}\n'),
    ]),
  );
}

const said = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
