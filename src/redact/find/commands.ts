import { shape, type PatternDraft, type Span } from '../pattern.ts';
import { isPlaceholder } from './values.ts';

const VALUE = String.raw`("[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s'"\`;&|<>()\u2000-\uFFFF]{1,200})`;

/** Short options that take a password, from the manual of each program. */
const OPTIONS: readonly (readonly [commands: string, option: string])[] = [
  [
    'mysql\\w*|mariadb[\\w-]*|mycli|mydumper|myloader|xtrabackup|mariabackup|innobackupex|pt-[\\w-]+',
    String.raw`\s-p(?=\S)${VALUE}`,
  ],
  ['sshpass', String.raw`\s-p\s?${VALUE}`],
  [
    '(?:docker|podman|nerdctl|helm|oras|skopeo|buildah|crane|az|oc|acr|cf|ibmcloud|tccli)(?=[^\\n;|]{0,60}\\blogin\\b)',
    String.raw`\s-p[\s=]${VALUE}`,
  ],
  ['mongo(?:sh|dump|restore|export|import|stat|top)?', String.raw`\s-p\s?${VALUE}`],
  ['(?:redis|keydb|valkey)-(?:cli|benchmark)', String.raw`\s-a\s?${VALUE}`],
  ['7z[ar]?|rar|unrar', String.raw`\s-p(?=\S)${VALUE}`],
  ['zip|unzip|sqlcmd|bcp|osql|isql|ipmitool|mosquitto_(?:pub|sub)|fping', String.raw`\s-P\s?${VALUE}`],
  ['ldap(?:search|modify|add|delete|whoami|passwd|compare)', String.raw`\s-w\s?${VALUE}`],
  ['snmp\\w+', String.raw`\s-[AX]\s?${VALUE}`],
  [
    'curl|wget|httpie|xh|https?',
    String.raw`\s(?:-u|-U|-a|--user|--proxy-user|--auth)[\s=]?["']?[^\s:"'@]{0,100}:${VALUE}`,
  ],
  ['ab|siege', String.raw`\s-A\s?[^\s:"']{1,100}:${VALUE}`],
  ['smbclient|rpcclient|winexe|smbmap|net', String.raw`\s-U\s?[^\s%"']{1,100}%${VALUE}`],
  ['sqlplus|sqlldr|[ei]mpdp|rman', String.raw`\s[\w$]{1,60}/([^\s"'@/]{1,200})(?=@|\s|$)`],
  ['htpasswd', String.raw`\s-\w{0,4}b\w{0,4}\s(?:-\w{1,9}\s){0,3}\S{1,100}\s\S{1,100}\s${VALUE}`],
  ['openssl', String.raw`\s(?:-pass(?:in|out)?\s["']?pass:|-k\s)${VALUE}`],
  ['xfreerdp|rdesktop', String.raw`\s(?:/p:|-p\s?)${VALUE}`],
  ['ssh-keygen', String.raw`\s-[NP]\s${VALUE}`],
  ['net\\s{1,3}user', String.raw`user\s{1,3}[^\s/]{1,60}\s${VALUE}`],
];
const COMMANDS = [
  ...OPTIONS.map(([commands, option]) => ({
    command: new RegExp(`(?<![\\w.-])(?:${commands})(?=\\s)`),
    option: new RegExp(option, 'g'),
  })),
  // `-u root -p…` of a program that is not listed.
  { command: /\s-u/, option: new RegExp(String.raw`\s-u\s?[\w.-]{1,60}\s{1,3}-p(?=\S)${VALUE}`, 'g') },
];
/** How much of a command's line is looked at. */
const LINE = 400;

/** `echo … | command`, where the command reads a password from its standard input. */
const ECHO =
  /\becho\s{1,3}(?:-\w{1,2}\s{1,2})?["']?(?:[\w.-]{1,60}:(?=[^\n|]{0,210}\|\s{0,3}(?:sudo\s)?chpasswd))?([^\s"'|$`]{3,200})["']?\s{0,3}\|\s{0,3}(?:sudo\s(?:-\w\s){0,3}(?:-S|--stdin)|(?:sudo\s)?(?:passwd|cryptsetup|chpasswd)(?!\w)|[\w-]{1,20}\s[^\n|;]{0,120}--password-stdin)/g;

/** The same as a here string. */
const HERE =
  /(?:\b(?:chpasswd|passwd|cryptsetup|sudo)\b[^\n;|<]{0,120}|--password-stdin[^\n;|<]{0,120})<<<\s{0,3}["']?(?:[\w.-]{1,60}:)?([^\s"'$`]{3,200})/g;

export const COMMAND_LINES: readonly PatternDraft[] = [
  { kind: 'password', find: findOptions },
  shape('password', HERE, ['<<<']),
  {
    kind: 'password',
    words: ['echo '],
    *find(text) {
      for (const { index, 0: all, 1: value = '' } of text.matchAll(ECHO)) {
        const from = index + all.lastIndexOf(value, all.indexOf('|'));
        if (!isPlaceholder(value)) yield [from, from + value.length];
      }
    },
  },
];

/** What a command with one of the options has; most lines do not. */
const HINT =
  /\s-(?:[pPawAXUukN](?=\s?[^\s-])|-(?:user|proxy-user|auth)(?!\w)|pass(?:in|out)?\s|\w{0,2}b\w{0,2}\s)|\s\/p:|sqlplus\s|sqlldr\s|[ei]mpdp\s|\bnet\s{1,3}user\s/g;

function* findOptions(text: string): Generator<Span> {
  HINT.lastIndex = 0;
  let end = 0;
  for (let match = HINT.exec(text); match; match = HINT.exec(text)) {
    const at = match.index;
    const before = text.slice(Math.max(end, at - LINE), at + 1);
    const start = Math.max(...['\n', ';', '|'].map((one) => before.lastIndexOf(one))) + 1;
    const from = at + 1 - before.length + start;
    const line = /^[^\n;|]*/.exec(text.slice(from, at + LINE))?.[0] ?? '';
    yield* findInLine(line, from);
    end = Math.max(at + match[0].length, from + line.length);
    HINT.lastIndex = end;
  }
}

function* findInLine(line: string, from: number): Generator<Span> {
  for (const { command, option } of COMMANDS) {
    if (!command.test(line)) continue;
    for (const { index, 0: all, 1: secret = '' } of line.matchAll(option)) {
      const bare = secret.replaceAll(/^["']|["']$/g, '');
      if (!isSecret(bare)) continue;
      const start = from + index + all.lastIndexOf(secret) + (bare === secret ? 0 : 1);
      yield [start, start + bare.length];
    }
  }
}

/** A port mapping (`-p 8080:80`) or the next option is none. */
function isSecret(value: string): boolean {
  return (
    value.length >= 3 &&
    !/^-|^\d{1,5}(?:[:-]\d{1,5})?(?:\/(?:tcp|udp))?$/.test(value) &&
    !isPlaceholder(value)
  );
}
