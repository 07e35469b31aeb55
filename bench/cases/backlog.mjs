// A first run over existing logs, compared with reading each line with JSON.parse and with other tools.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { against, compare, findProgram, monitor, peakOf, putAside } from '../measure.mjs';
import { makeEmptyLog, makeLog } from './data.mjs';

const LOOP = fileURLToPath(new URL('../double-parse.mjs', import.meta.url));
export const LOOP_TITLE = 'JSON.parse of line and ai_log';

export function loopOver(log) {
  return { name: LOOP_TITLE, command: [process.execPath, LOOP, log] };
}

/** `parse` of a log into a new store. */
export function parseIntoNew(log, store) {
  return {
    ...monitor('parse', '--log-path', log, '--output-dir', store, '--quiet'),
    prepare: () => putAside(store),
  };
}

export function* backlog({ folder, megabytes, otherMegabytes, seed, times, others }) {
  const store = join(folder, 'backlog');
  const log = makeLog(folder, 'backlog.log', { megabytes, seed });
  const parse = parseIntoNew(log.path, store);
  const [ours, loop] = compare([parse, loopOver(log.path)], times);
  const size = `${mb(log.bytes)}, ${log.rounds} rounds of ${log.sessions} sessions`;
  const peakMb = peakOf(parse);
  yield {
    name: 'first run',
    size,
    ...against(LOOP_TITLE, ours, loop),
    peakMb,
    promise: { ratio: 0.4, peakMb: 200 },
    // With a small log, most of the time is not spent on reading: prices, and a file for each session.
    bound: { ratio: 9, peakMb: 250 },
    note: `${rate(log.bytes, ours.ms)}; the loop takes ${peakOf(loopOver(log.path)).toFixed(0)} MB`,
  };
  if (others) {
    for (const other of otherTools(log.path)) yield* againstOther('first run', size, parse, other, times);
    const third = makeLog(folder, 'third.log', { megabytes: megabytes / 3, seed });
    yield {
      name: 'first run, a third of the log',
      size: mb(third.bytes),
      peakMb: peakOf(parseIntoNew(third.path, store)),
      promise: { peakMb: 200 },
      note: 'memory only',
    };
    rmSync(third.path);
  }
  rmSync(log.path);

  const plain = makeLog(folder, 'other.log', { megabytes: otherMegabytes, seed, 'only-other': true });
  const parseOther = parseIntoNew(plain.path, store);
  // The time to start the program does not count as reading speed.
  const [whole, empty, loopOther] = compare(
    [parseOther, parseIntoNew(makeEmptyLog(folder), store), loopOver(plain.path)],
    times,
  );
  yield {
    name: 'lines without AI calls',
    size: `${mb(plain.bytes)}, ${plain.lines} lines`,
    ...against(LOOP_TITLE, whole, loopOther),
    peakMb: peakOf(parseOther),
    promise: { gigabytesPerSecond: 1.5 },
    gigabytesPerSecond: plain.bytes / 1e6 / Math.max(1, whole.ms - empty.ms),
    bound: { ratio: 1.2 },
    note: `${rate(plain.bytes, whole.ms)} including the start`,
  };
  if (others) {
    const access = accessLogTool(plain.path, join(folder, 'goaccess.json'));
    yield* againstOther('lines without AI calls', mb(plain.bytes), parseOther, access, times);
  }
  rmSync(plain.path);
}

function* againstOther(name, size, parse, other, times) {
  if (findProgram(other.command[0]) === undefined) {
    process.stderr.write(`${name}: ${other.command[0]} is not installed\n`);
    return;
  }
  const [ours, theirs] = compare([parse, other], Math.min(3, times));
  const peak = peakOf(other);
  const note = peak === undefined ? '' : `${other.command[0]} takes ${peak.toFixed(0)} MB`;
  yield { name, size, ...against(other.name, ours, theirs), note };
}

/** Tools with which people might count tokens. They do less: they store nothing, and each run starts from scratch. */
function otherTools(log) {
  const filter = 'select(.ai_log != "-") | .ai_log | fromjson | [.session_id, .input_token]';
  const query = `
    SET threads = 2;
    SELECT json_extract_string(ai_log, '$.model'), count(*), sum(json_extract(ai_log, '$.input_token')::BIGINT)
    FROM read_json('${log}', format = 'newline_delimited', columns = {ai_log: 'VARCHAR'})
    WHERE ai_log <> '-' GROUP BY 1`;
  return [
    { name: 'jq: session and input tokens of each line', command: ['jq', '-c', filter, log] },
    { name: 'DuckDB: input tokens by model', command: ['duckdb', '-c', query] },
  ];
}

/** GoAccess splits lines into pieces of 4 KiB, so it cannot read the lines of AI calls, and gets only the others. */
function accessLogTool(log, report) {
  const fields = {
    bytes_sent: '%b',
    downstream_remote_address: '%h:%^',
    method: '%m',
    path: '%U',
    protocol: '%H',
    response_code: '%s',
    start_time: '%dT%t.%^',
    user_agent: '%u',
  };
  return {
    name: 'GoAccess: a report of the same lines',
    command: [
      'goaccess',
      log,
      '--no-global-config',
      '--no-progress',
      `--log-format=${JSON.stringify(fields)}`,
      '--date-format=%Y-%m-%d',
      '--time-format=%H:%M:%S',
      '-o',
      report,
    ],
  };
}

export function mb(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function rate(bytes, ms) {
  return `${(bytes / 1e3 / ms).toFixed(0)} MB/s`;
}
