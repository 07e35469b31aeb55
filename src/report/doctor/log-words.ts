import { cleanLine } from '../../platform/clean-text.ts';
import { exact, plural } from '../../platform/count-text.ts';
import { DOCKERS_PLACE, USUAL_PLACES, type UsualPlace } from '../../platform/log-places.ts';
import type { FactsByCode } from '../../doctor/checks.ts';
import * as en from '../../texts/en.ts';
import { duration, share, verb } from './phrases.ts';
import type { WordsByCode } from './words.ts';

const KINDS: Readonly<Record<string, string>> = en.failureKinds;

export const LOG_WORDS = {
  'failed-requests': ({ requests, classes }) => ({
    what: `${share(requests, 'request')} of the last 7 days failed: ${classes.map(([name, count]) => `${KINDS[name] ?? name} ${exact(count)}`).join(', ')}.`,
    fix: 'monitor stats-health --days 7 shows of which models, monitor list --failed --days 7 in which sessions, and monitor show <id> the requests.',
  }),
  'log-missing': ({ isFolder, isOwn, hasOthers }, where) => ({
    what:
      (isFolder
        ? `${where} is a folder: name the log in it. `
        : `There is no access log at ${where}, and no rotated one beside it. `) +
      `Higress writes its log to ${USUAL_PLACES.map(placeText).join(', ')}. ` +
      `Docker keeps the output of a container in ${placeText(DOCKERS_PLACE)}.`,
    fix:
      (isOwn ? 'The store was built from this log. ' : '') +
      'accessLogFile in the ConfigMap higress-config says where your gateway writes it. If the file exists, this user may not list its folder.' +
      (isOwn && hasOthers ? ' If this log is no longer used, name only the others with --log-path.' : ''),
  }),
  'log-unreadable': ({ folderProblem, isRotated }, where) =>
    folderProblem === null
      ? {
          what: isRotated
            ? 'This user may not read this rotated log, so parse leaves it out and reads the others.'
            : 'This user may not read the log.',
          fix: `Let the user who runs monitor read it, for example: setfacl -m u:USER:r ${where}`,
        }
      : {
          what: `The folder of the log could not be read: ${folderProblem}.`,
          fix: 'Let the user who runs monitor list the folder: that is how rotated logs are found.',
        },
  'log-lost': ({ reason }) => ({
    what: `This name of a log leads to no file: ${reason}.`,
    fix: 'If it is a link, let it lead to the log, or remove it. parse leaves it out and reads the other logs.',
  }),
  'log-damaged': () => ({
    what: 'The compressed log is incomplete, so it could not be checked.',
    fix: 'If it is still being written, run doctor again later. Otherwise restore it: parse reads it once it changes.',
  }),
  'log-empty': () => ({
    what: 'The log is empty.',
    fix: 'Send a request through the gateway. If the log stays empty, Envoy writes to another file (accessLogFile in the ConfigMap higress-config), or still to a renamed one: send it SIGUSR1 after each rotation.',
  }),
  'no-own-logs': ({ isStoreRead, dir }) => ({
    what: isStoreRead
      ? 'The store has not read a log yet, so doctor looked where Higress writes its log by default.'
      : 'The list of logs in the store could not be read, so doctor looked where Higress writes its log by default.',
    fix: `Name the log: monitor doctor --log-path <access.log> --data-dir ${dir}`,
  }),
  'log-gone': ({ bytes }) => ({
    what: `${plural(bytes, 'byte')} of a log ${verb(bytes, 'was', 'were')} unread after the last run, and no file has them any more.`,
    fix: 'If the log was moved, name it in the next parse with --log-path. Otherwise its rounds are lost: run parse more often, or keep more rotated logs.',
  }),
  'log-renamed': ({ laterMs }) => ({
    what: `A rotated log was written ${duration(laterMs)} later than the log itself: the gateway still writes to the renamed file.`,
    fix: 'Let logrotate tell Envoy to reopen its log (postrotate: send it SIGUSR1), or use copytruncate.',
  }),
  'log-idle': ({ idleMs }) => ({
    what: `Nothing was written to the log for ${duration(idleMs)}.`,
    fix: 'If the gateway has had requests since, it writes to another file: accessLogFile in the ConfigMap higress-config says which.',
  }),
  'line-open': ({ bytes, idleMs }) => ({
    what: `The last ${plural(bytes, 'byte')} of the log ${verb(bytes, 'has', 'have')} no line break after them, and nothing was written for ${duration(idleMs)}: parse waits for the rest of the line and does not count it.`,
    fix: 'If the line is complete, add a line break to the end of the file. If the gateway was killed while it wrote, the line is lost. A log without any line breaks (LF) cannot be read.',
  }),
  'unread-compressed': (facts) => {
    const { logs, bytes } = facts;
    const { reason, fix } = compressedWords(facts);
    if (facts.why === 'end')
      return {
        what: `${plural(bytes, 'byte')} at the end of ${plural(logs, 'compressed log')} ${verb(bytes, 'is', 'are')} not read: ${reason}.`,
        fix,
      };
    return {
      what: `${plural(logs, 'compressed log')} of ${plural(bytes, 'byte')} ${verb(logs, 'is', 'are')} not read: ${reason}. What was not read before compression is not counted.`,
      fix,
    };
  },
  'no-ai-log': ({ lines, isJson }) => ({
    what: `None of ${plural(lines, 'line')} ${isJson ? 'has the field ai_log' : "looks like a line of Higress's access log"}.`,
    fix: 'Put ai_log first in the access log format (ConfigMap higress-config, mesh.accessLogFormat, with accessLogEncoding: TEXT), and leave the rest as it is.',
    setting: '{"ai_log":"%FILTER_STATE(wasm.ai_log:PLAIN)%","authority":…',
  }),
  'no-ai-calls': ({ lines }) => ({
    what: `None of ${plural(lines, 'line')} is an AI call: ai_log is always empty.`,
    fix: 'Turn on the plugin ai-statistics for the routes of your models, and let it handle their paths.',
    setting: 'enable_path_suffixes: ["*"]',
  }),
  'no-session-id': ({ rounds }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} no session id and ${verb(rounds.count, 'goes', 'go')} into the session 'default'.`,
    fix: 'Let the agent send its session id in a header of every request, and name that header in the plugin ai-statistics, unless it is x-openclaw-session-key, x-clawdbot-session-key, x-moltbot-session-key or x-agent-session.',
    setting: 'session_id_header: x-session-id',
  }),
  'no-usage': ({ rounds, streams }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} no token counts${streams > 0 ? ` (${plural(streams, 'stream')})` : ''}, so the cost is not known.`,
    fix: "Ask the provider for the usage of streams in the request. For a protocol other than OpenAI's, tell the plugin ai-statistics where the counts are: attributes with the keys model, input_token and output_token.",
    setting: '"stream_options": {"include_usage": true}',
  }),
  'no-messages': ({ rounds }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} no messages: there is no conversation to read.`,
    fix: 'Let the plugin ai-statistics log them. If you do not want them, parse with --no-content.',
    setting: 'use_default_attributes: true',
  }),
  'cut-values': ({ rounds }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} a text that the gateway cut in the middle.`,
    fix: 'Set the limit of the plugin ai-statistics (4000 by default) above your longest request, in bytes.',
    setting: 'value_length_limit: 10485760',
  }),
  'cache-unknown': ({ rounds }) => ({
    what: `${share(rounds, 'round')} of Claude models ${verb(rounds.count, 'has', 'have')} no count of cached tokens, so the cost is a lower bound.`,
    fix: 'Have the plugin ai-statistics log the details of the usage. If you have attributes of your own, add the keys input_token_details and cached_tokens, with apply_to_log: true.',
    setting: 'use_default_response_attributes: true',
  }),
  'rejected-lines': ({ lines, mainReason }) => ({
    what: `${share(lines, 'line')} cannot be trusted and ${verb(lines.count, 'is', 'are')} not counted. Main reason: ${mainReason}.`,
    fix: "The store's .rejected.jsonl has the place of each line and the reason. Full disks and log shippers cut lines; an ai_log that is not the first field comes from another access log format.",
  }),
  'unknown-form': ({ lines, mainReason }) => ({
    what: `${share(lines, 'line')} ${verb(lines.count, 'holds', 'hold')} a call that could not be read. Main reason: ${mainReason}.`,
    fix: "The access log format may be right: something between the gateway and this file has wrapped its lines. Read the gateway's own file, or let the shipper write each event as one line of JSON. docs/higress.md lists the forms that are read.",
  }),
  'unread-times': ({ rounds, example }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} a time that cannot be read, such as ${JSON.stringify(cleanLine(example))}. Another time is used instead, with the flag time-missing.`,
    fix: 'Let the access log format write start_time as Envoy does by default, or in a form that docs/higress.md lists. A time that can mean two days, such as 06/01/2026, is not guessed.',
    setting: START_TIME,
  }),
  'no-times': ({ rounds }) => ({
    what: `${share(rounds, 'round')} ${verb(rounds.count, 'has', 'have')} no start_time. The time when the log was last written is used instead, with the flag time-missing.`,
    fix: 'Put start_time into the access log format.',
    setting: START_TIME,
  }),
  'not-utf8': ({ lines }) => ({
    what: `${share(lines, 'line')} ${verb(lines.count, 'holds', 'hold')} bytes that are not UTF-8, such as text in GBK or Latin-1. The numbers are read, but each such byte is stored as U+FFFD.`,
    fix: 'Have the client send UTF-8, as JSON requires.',
  }),
} satisfies Partial<WordsByCode>;

const START_TIME = '"start_time":"%START_TIME%"';

function placeText({ path, of }: UsualPlace): string {
  return of === '' ? path : `${path} (${of})`;
}

function compressedWords(facts: FactsByCode['unread-compressed']): { reason: string; fix: string } {
  switch (facts.why) {
    case 'program':
      return {
        reason: `the program ${facts.program} is missing`,
        fix: `Install it (on Debian and Ubuntu: apt-get install ${PACKAGES[facts.program] ?? facts.program}). The next run reads them.`,
      };
    case 'form':
      return {
        reason: `monitor cannot read ${facts.forms.join(', ')}`,
        fix: 'Unpack them beside the log, or rotate with gzip, zstd, xz or bzip2.',
      };
    case 'end':
      return {
        reason: 'they are not gzip, as what is left of a damaged part',
        fix: 'Replace them with complete files, if you have any. A file is read again when it changes.',
      };
    case 'damaged':
      return {
        reason: `${verb(facts.logs, 'it is', 'they are')} cut or damaged`,
        fix: 'Replace them with complete files, if you have any. A file is read again when it changes.',
      };
  }
}

/** Of Debian, where a program's package has another name. */
const PACKAGES: Partial<Record<string, string>> = { xz: 'xz-utils' };
