/** What a tool put before a line. `time`: when the line was written, ISO 8601; undefined if not given in full. */
interface Prefix {
  length: number;
  time: string | undefined;
}

const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`;
/** A time that is not the start of a container's line. */
const TIME = String.raw`(?:(${ISO}) (?!std(?:out|err) [PF]))?`;
const COLOUR = String.raw`(?:\x1b\[[\d;]{0,12}m)*`;
const WORD = String.raw`[\w.@:/-]{1,253}`;
const TAG = String.raw`[\w.@/()-]{1,64}(?:\[[\w.-]{1,20}\])?`;

/**
 * What tools put before each line when they mix the output of several sources:
 *
 * - `docker compose logs`: `higress-1  | ` (docker/compose, cmd/formatter/logs.go);
 * - `kubectl logs --prefix`: `[pod/NAME/CONTAINER] ` (kubernetes/kubectl, pkg/cmd/logs/logs.go);
 * - `stern`: `POD CONTAINER ` (stern/stern, README, --output default), after the namespace with `-A`; the name of a pod
 *   has a hyphen;
 * - only a time: `docker logs -t`, `kubectl logs --timestamps`, CloudWatch files; also after the prefixes above;
 * - syslog, in rsyslog's two file formats, journalctl's short ones and RFC 5424: time, host, tag;
 * - fluentd's out_file: time, tag and record, separated by tabs; Fluent Bit's: `TAG: [TIME, RECORD]`.
 *
 * No client can write into any of these: only the items listed, and no quote, can come before the brace.
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

/** Longer prefixes are not recognised. */
const LONGEST = 1024;
/** What may follow a prefix: an object, an array, or a line as a container runtime writes it. */
const OPENS = new RegExp(String.raw`^(?:[{[]|${ISO} std(?:out|err) [PF])`);

/** The prefix of a line, if something readable follows it; undefined if there is no known prefix. */
export function prefixOf(line: Buffer): Prefix | undefined {
  const start = line.toString('latin1', 0, LONGEST);
  for (const form of FORMS) {
    const found = form.exec(start);
    if (!found || !OPENS.test(start.slice(found[0].length))) continue;
    return { length: found[0].length, time: found[1]?.replace(' ', 'T').replace(',', '.') };
  }
  return undefined;
}
