/** What stands before a line, and when its writer took the line: ISO 8601, undefined where that is not said in full. */
interface Prefix {
  length: number;
  time: string | undefined;
}

const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`;
/** A time that is not the beginning of a container's line. */
const TIME = String.raw`(?:(${ISO}) (?!std(?:out|err) [PF]))?`;
const COLOUR = String.raw`(?:\x1b\[[\d;]{0,12}m)*`;
const WORD = String.raw`[\w.@:/-]{1,253}`;
const TAG = String.raw`[\w.@/()-]{1,64}(?:\[[\w.-]{1,20}\])?`;

/**
 * What tools put before each line of those whose output they mix:
 *
 * - `docker compose logs`: `higress-1  | ` (docker/compose, cmd/formatter/logs.go);
 * - `kubectl logs --prefix`: `[pod/NAME/CONTAINER] ` (kubernetes/kubectl, pkg/cmd/logs/logs.go);
 * - `stern`: `POD CONTAINER ` (stern/stern, README, --output default), behind the namespace with `-A`; a pod's name has a
 *   hyphen;
 * - a time alone: `docker logs -t`, `kubectl logs --timestamps`, CloudWatch's files; behind the others too;
 * - syslog, as rsyslog's two file formats, journalctl's short ones and RFC 5424 have it: time, host, tag;
 * - fluentd's out_file: time, tag and record between tabs; Fluent Bit's: `TAG: [TIME, RECORD]`.
 *
 * Nothing that a client can write stands in any of these: only what they name and no quote can come before the brace.
 */
const FORMS = [
  new RegExp(String.raw`^${COLOUR}[\w.-]{1,128}${COLOUR} {0,128}\|${COLOUR} ${COLOUR}${TIME}`),
  new RegExp(String.raw`^${COLOUR}\[(?:pod|job|deployment)/${WORD}\]${COLOUR} ${TIME}`),
  new RegExp(
    String.raw`^${COLOUR}(?:[a-z0-9][a-z0-9-]{0,62}${COLOUR} ${COLOUR})?(?=[\w.]{1,253}-)[a-z0-9][a-z0-9.-]{1,253}${COLOUR} ${COLOUR}[a-z0-9][a-z0-9.-]{0,253}${COLOUR} ${TIME}`,
  ),
  new RegExp(
    String.raw`^(?:<\d{1,3}>)?(?:(${ISO})|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ${WORD} ${TAG}: ?(?:@cee: ?)?`,
  ),
  new RegExp(
    String.raw`^<\d{1,3}>1 (?:(${ISO})|-) ${WORD} ${WORD} ${WORD} ${WORD} (?:-|(?:\[[\w@.-]{1,64}(?: [\w@.-]{1,64}="[\w@.:/ -]{0,256}"){0,16}\])+) (?:\xef\xbb\xbf)?`,
  ),
  new RegExp(String.raw`^(${ISO})\t${WORD}\t`),
  new RegExp(String.raw`^[\w.*/-]{1,253}: (?=\[)`),
  new RegExp(String.raw`^(${ISO})[ \t]`),
];

/** So much of a line's start can be a prefix. */
const LONGEST = 1024;
/** What can be read behind a prefix: an object, a list, or a line as a container's runtime keeps it. */
const OPENS = new RegExp(String.raw`^(?:[{[]|${ISO} std(?:out|err) [PF])`);

/** The prefix of a line behind which something begins that can be read; undefined where it has none that is known. */
export function prefixOf(line: Buffer): Prefix | undefined {
  const start = line.toString('latin1', 0, LONGEST);
  for (const form of FORMS) {
    const found = form.exec(start);
    if (!found || !OPENS.test(start.slice(found[0].length))) continue;
    return { length: found[0].length, time: found[1]?.replace(' ', 'T').replace(',', '.') };
  }
  return undefined;
}
