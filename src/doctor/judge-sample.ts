import { plural, share, type Finding, type Severity } from '../model/finding.ts';
import { judgeEncoding } from './judge-encoding.ts';
import { judgeTimes } from './judge-times.ts';
import type { LineTally } from './line-tally.ts';
import type { Check } from './look.ts';

/** Below this share, a lack is an exception (a request that was cut off) and no setting. */
const SETTING = 0.1;
/** Embeddings and the like have no messages. */
const MOST = 0.5;

interface Advice {
  fix: string;
  setting?: string;
}

export const sampleCheck: Check = {
  codes: [
    'no-ai-log',
    'no-ai-calls',
    'no-session-id',
    'no-usage',
    'no-messages',
    'cut-values',
    'cache-unknown',
    'rejected-lines',
    'unknown-form',
    'unread-times',
    'no-times',
    'not-utf8',
  ],
  find: ({ sample, logPaths, store }) =>
    judgeSample(sample.tally, logPaths.join(', '), !(store?.noContent ?? false)),
};

/** What a sample of the log shows of the gateway's configuration. `where`: the path that was given. */
function judgeSample(tally: LineTally, where: string, wantsTexts: boolean): Finding[] {
  const { lines, named, rounds, rejected, answered } = tally;
  if (lines === 0) return [];
  const found: Finding[] = [];
  const add = (code: string, severity: Severity, what: string, advice: Advice): void => {
    found.push({ code, area: 'log', severity, what, where, ...advice });
  };
  const addShare = (code: string, severity: Severity, count: number, all: number, rest: string): void => {
    if (count === 0) return;
    const isSetting = count >= all * SETTING;
    add(
      code,
      isSetting ? severity : 'note',
      `${share(count, all, 'round')} ${rest}.`,
      ADVICE[code] ?? { fix: '' },
    );
  };
  const unread = [...tally.unread.values()].reduce((sum, count) => sum + count, 0);
  if (unread > 0) {
    const what = `${share(unread, lines, 'line')} hold a call that could not be read. Main reason: ${mostOf(tally.unread)}.`;
    add('unknown-form', named === 0 && unread >= lines * SETTING ? 'error' : 'warning', what, UNKNOWN_FORM);
  }
  if (named === 0 && unread >= lines * SETTING) return found;
  if (named === 0) {
    const what = tally.objects > 0 ? 'has the field ai_log' : "looks like a line of Higress's access log";
    add('no-ai-log', 'error', `none of ${plural(lines, 'line')} ${what}.`, FORMAT);
    return found;
  }
  if (rejected > 0) {
    const what = `${share(rejected, lines, 'line')} cannot be trusted and are not counted. Main reason: ${mostOf(tally.reasons)}.`;
    add('rejected-lines', 'warning', what, REJECTED);
  } else if (rounds === 0) {
    add(
      'no-ai-calls',
      'warning',
      `none of ${plural(lines, 'line')} is an AI call: ai_log is always empty.`,
      NO_CALLS,
    );
  }
  addShare(
    'no-session-id',
    'error',
    tally.noSession,
    rounds,
    "have no session id: they all go into the session 'default'",
  );
  const streams = tally.noUsageStreams > 0 ? ` (${plural(tally.noUsageStreams, 'stream')})` : '';
  addShare(
    'no-usage',
    'warning',
    tally.noUsage,
    answered,
    `have no token counts${streams}: what they cost is not known`,
  );
  if (wantsTexts && tally.noMessages > 0 && tally.noMessages >= rounds * MOST) {
    const what = `${share(tally.noMessages, rounds, 'round')} have no messages: there is no conversation to read.`;
    add('no-messages', 'warning', what, MESSAGES);
  }
  if (wantsTexts && tally.cut > 0) {
    const what = `${share(tally.cut, rounds, 'round')} have a text that the gateway has cut in the middle.`;
    add('cut-values', 'warning', what, LIMIT);
  }
  addShare(
    'cache-unknown',
    'warning',
    tally.cacheUnknown,
    rounds,
    "of Claude's have no count of cached tokens: what they cost is a lower bound",
  );
  found.push(...judgeTimes(tally.times, rounds, where), ...judgeEncoding(tally.notUtf8, lines, where));
  return found;
}

function mostOf(reasons: ReadonlyMap<string, number>): string {
  return [...reasons].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

const UNKNOWN_FORM: Advice = {
  fix: "The access log format may be right: something between the gateway and this file has wrapped its lines. Read the gateway's own file, or let the shipper write each event as one whole line of JSON; docs/higress.md says which forms are read.",
};
const FORMAT: Advice = {
  fix: 'Put ai_log first into the access log format (ConfigMap higress-config, mesh.accessLogFormat, with accessLogEncoding: TEXT), and leave the rest as it is.',
  setting: '{"ai_log":"%FILTER_STATE(wasm.ai_log:PLAIN)%","authority":…',
};
const NO_CALLS: Advice = {
  fix: 'Turn the plugin ai-statistics on for the routes of your models, and let it look at their paths.',
  setting: 'enable_path_suffixes: ["*"]',
};
const MESSAGES: Advice = {
  fix: 'Let the plugin ai-statistics log them. If they are not wanted, parse with --no-content.',
  setting: 'use_default_attributes: true',
};
const LIMIT: Advice = {
  fix: "Set the plugin ai-statistics' limit (4000 where none is set) above your longest request, in bytes.",
  setting: 'value_length_limit: 10485760',
};
const REJECTED: Advice = {
  fix: "The store's .rejected.jsonl names each line's place and the reason. Lines are cut by full disks and log shippers; an ai_log that does not come first is another access log format's.",
};
const ADVICE: Partial<Record<string, Advice>> = {
  'no-session-id': {
    fix: 'Let the agent send its session id in a header of every request, and name that header to the plugin ai-statistics, unless it is x-openclaw-session-key, x-clawdbot-session-key, x-moltbot-session-key or x-agent-session.',
    setting: 'session_id_header: x-session-id',
  },
  'no-usage': {
    fix: "Ask the provider for the usage of streams, in the request. For a protocol that is not OpenAI's, tell the plugin ai-statistics where the counts stand: attributes with the keys model, input_token and output_token.",
    setting: '"stream_options": {"include_usage": true}',
  },
  'cache-unknown': {
    fix: 'Have the plugin ai-statistics log the details of the usage. Beside attributes of your own, add the keys input_token_details and cached_tokens, with apply_to_log: true.',
    setting: 'use_default_response_attributes: true',
  },
};
