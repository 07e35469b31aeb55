import { InvalidArgumentError, Option, type Command } from 'commander';
import type { WantedStatus } from '../../query/outcome-filter.ts';

/** Options for what became of a request. All that are given must hold for one request. */
export interface OutcomeOptions {
  failed?: true;
  status?: WantedStatus[];
  /** In milliseconds. */
  slowerThan?: number;
}

export function addOutcomeOptions(command: Command): Command {
  return command
    .option('--failed', 'Only sessions with a failed request: status 0, or 400 and above')
    .addOption(
      new Option(
        '--status <statuses>',
        'Only sessions with a response of this status: 429, 5xx, 0 (no response), none (not logged), or several: 429,5xx',
      ).argParser(statusesOf),
    )
    .addOption(
      new Option(
        '--slower-than <time>',
        'Only sessions with a request that took at least so long: 500ms, 30s, 2m or 1h',
      ).argParser(millisecondsOf),
    );
}

function statusesOf(text: string): WantedStatus[] {
  return text.split(',').map((part) => statusOf(part.trim().toLowerCase()));
}

function statusOf(text: string): WantedStatus {
  if (text === 'none') return text;
  const [, digit] = /^([1-5])xx$/.exec(text) ?? [];
  if (digit !== undefined) return { class: Number(digit) as 1 | 2 | 3 | 4 | 5 };
  if (/^(?:0|[1-9]\d\d)$/.test(text)) return { code: Number(text) };
  throw new InvalidArgumentError(
    'It must be a status (429, 503), a class (1xx, 2xx, 3xx, 4xx, 5xx), 0 for no response, none for no logged status, or several of these, separated by commas.',
  );
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function millisecondsOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit as keyof typeof UNITS] ?? 0);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('It must be a time above 0, such as 500ms, 30s, 1.5s, 2m or 1h.');
}
