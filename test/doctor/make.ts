import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, type Diagnosis } from '../../src/doctor/diagnose.ts';
import type { DiagnoseOptions } from '../../src/doctor/evidence.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { wordFindings, type WordedFinding } from '../../src/report/doctor/word-findings.ts';
import { aiLine, makeFolder, otherLine, run } from '../ingest/make.ts';

/** A gateway, a store and a crontab without any problem. */
export interface Place {
  folder: string;
  log: string;
  dir: string;
}

export const LINES = [aiLine('a', 0), otherLine(0), aiLine('a', 1), aiLine('b', 0)];

/** Writes the log, and parses it into a store unless asked not to. */
export async function makePlace(lines: string[] = LINES, parses = true): Promise<Place> {
  const folder = makeFolder();
  const place = { folder, log: join(folder, 'logs/access.log'), dir: join(folder, 'store') };
  mkdirSync(join(folder, 'logs'));
  writeFileSync(place.log, lines.join(''));
  if (parses) await run(place.dir, place.log);
  return place;
}

/** The findings in words, except the age of the built-in prices, which depends on the day of the test run. */
export async function look(
  { log, dir }: Place,
  rest: Partial<DiagnoseOptions> = {},
  files: Files = nodeFiles,
): Promise<Omit<Diagnosis, 'findings'> & { findings: WordedFinding[] }> {
  const text = `* * * * * monitor parse --log-path ${log} --output-dir ${dir} --quiet\n`;
  const diagnosis = await diagnose(files, {
    dir,
    logPaths: [log],
    schedules: [{ where: 'crontab -l', text }],
    program: { node: '/usr/bin/node', script: '/opt/monitor/bin/monitor.js' },
    now: Date.now(),
    ...rest,
  });
  const findings = diagnosis.findings.filter(({ code }) => code !== 'prices-old');
  return { ...diagnosis, findings: wordFindings(findings) };
}

/** `code severity` of every finding. */
export async function codesOf(place: Place, rest: Partial<DiagnoseOptions> = {}): Promise<string[]> {
  const { findings } = await look(place, rest);
  return findings.map(({ code, severity }) => `${code} ${severity}`);
}
