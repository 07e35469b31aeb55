import manifest from '../../package.json' with { type: 'json' };
import { Fault } from '../platform/errors.ts';

/**
 * What a bug report needs: the versions, the error and its stack. Users paste it into public issues, so it shows no log
 * content and no path of their machine.
 */
export function faultReport(error: unknown): string {
  return [
    'monitor: internal error. This is a bug: please report it with the lines below, which contain no log content.',
    `monitor ${manifest.version}, Node ${process.version}, ${process.platform} ${process.arch}`,
    titleOf(error),
    ...(error instanceof Error ? framesOf(error) : []),
    '',
  ].join('\n');
}

/**
 * Messages of V8 that name only what stands in the source. Others can quote the value at hand, as JSON.parse does, and
 * so can the key behind "Cannot read properties of undefined".
 */
const SAFE_MESSAGES = [
  /^Cannot (?:read|set) properties of (?:undefined|null)/,
  /^(?:[\w$.#]|\((?:intermediate value|\.\.\.)\))+ is not (?:a function|a constructor|iterable|defined)$/,
  /^Cannot access '[\w$]+' before initialization$/,
  /^(?:Maximum call stack size exceeded|Invalid (?:string|array|typed array) length|Invalid time value)$/,
];

function titleOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${typeof error}`;
  const { name, message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  const shown = error instanceof Fault ? message : firstMatch(message);
  return `${name}${code}: ${shown ?? '(not shown, as it may quote a log)'}`;
}

function firstMatch(message: string): string | undefined {
  for (const pattern of SAFE_MESSAGES) {
    const match = pattern.exec(message);
    if (match) return match[0];
  }
  return undefined;
}

/** The lines of the stack behind the message, which may have several lines itself. */
function framesOf({ stack = '', message }: Error): string[] {
  const at = stack.indexOf(message);
  if (at < 0) return [];
  return stack
    .slice(at + message.length)
    .split('\n')
    .slice(1)
    .filter((line) => line.startsWith('    at '))
    .map(withoutFolders);
}

function withoutFolders(frame: string): string {
  const [, head, path] = /^(.*?\(|    at (?:async )?)((?:file:\/\/)?\/.*)$/.exec(frame) ?? [];
  if (head === undefined || path === undefined) return frame;
  const inPackage = /.*\/((?:dist|src)\/.*)$/.exec(path)?.[1];
  return head + (inPackage ?? path.slice(path.lastIndexOf('/') + 1));
}
