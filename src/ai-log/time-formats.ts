/**
 * Reads times in formats other than the usual one of ISO 8601: Envoy's START_TIME with a custom format (the fields of
 * strftime, with %f, %3f, %6f, %9f for fractions and %s for seconds since 1970:
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter), the
 * `01/Jun/2026:18:00:00 +0800` of nginx and Apache, RFC 2822, ctime, what Go and Java print, and numbers since 1970.
 *
 * Ambiguous times are not read: `06/01/2026`, two-digit years, zones as letters (CST can be China or Chicago).
 */

/** No format is longer. This, and a bound on every part of a pattern, keeps matching cheap. */
const LONGEST = 64;

/** Milliseconds since 1970 UTC; NaN if the text is not such a time. */
export function readOtherTime(given: string): number {
  if (given.length > LONGEST) return NaN;
  const inside = given.startsWith('[') && given.endsWith(']') ? given.slice(1, -1) : given;
  // %e and %k of strftime write a space for a leading zero, even at the very start.
  const text = inside.trim();
  const number = fromDigits(text);
  if (!Number.isNaN(number)) return number;
  return fromDate(text);
}

const YEAR = String.raw`(?<year>\d{4})`;
const NAMED =
  '(?:(?<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)' +
  '(?:(?<=jan)uary|(?<=feb)ruary|(?<=mar)ch|(?<=apr)il|(?<=jun)e|(?<=jul)y|(?<=aug)ust|(?<=sep)t(?:ember)?|(?<=oct)ober|(?<=nov|dec)ember)?)';
const DAY = String.raw`(?<day>\d{1,2})`;
const WEEKDAY = String.raw`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? {1,2})?`;
/** `18:00:00.123`, `18:00`, `06:00:00 PM`. A dot, a comma or a colon comes before a fraction. */
const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,:](?<fraction>\d{1,12}))?)?(?: ?(?<half>[AP]M))?`;
/** `Z`, `UTC`, `+0800`, `+08:00`, `+08`, `GMT+0800`, maybe after a space. Letters after an offset only repeat it. */
const ZONE = String.raw`(?: ?(?:(?<utc>Z|UTC|GMT|UT)|(?:UTC|GMT)?(?<sign>[+-])(?<zoneHour>\d{1,2})(?::?(?<zoneMinute>\d\d)(?::?00)?)?(?: [A-Z]{2,5}| \([A-Za-z ]{2,30}\))?)(?:\[[\w/+-]{2,32}\])?)?`;
/** The example in Envoy's documentation has the seconds since 1970 after the date: `%Y/%m/%dT%H:%M:%S%z %s`. */
const SECONDS = String.raw`(?: (?<since>\d{9,10})(?:\.(?<sinceFraction>\d{1,9}))?)?`;

const FORMS = [
  // 2026/06/01T18:00:00+0800, 2026-6-1 18:00, 2026.06.01 18:00:00, 2026-06-01_18:00:00
  String.raw`${YEAR}([-/.])(?<month>\d{1,2})\2${DAY}(?:[T_ ]|: ?| {2})${CLOCK}${ZONE}${SECONDS}`,
  // 2026-06-01T18-00-00, 2026-06-01_18.00.00
  String.raw`${YEAR}([-/._])(?<month>\d\d)\2(?<day>\d\d)[-T_ ](?<hour>\d\d)([-._])(?<minute>\d\d)\6(?<second>\d\d)(?:[.,](?<fraction>\d{1,12}))?${ZONE}`,
  // 20260601T180000Z, 20260601 18:00:00, 20260601180000.123
  String.raw`${YEAR}(?<month>\d\d)(?<day>\d\d)[-T_ ]?(?<hour>\d\d)(:?)(?<minute>\d\d)\5(?<second>\d\d)(?:[.,]?(?<fraction>\d{1,9}))?${ZONE}${SECONDS}`,
  // 2026年06月01日 18:00:00
  String.raw`${YEAR}\u5e74(?<month>\d{1,2})\u6708${DAY}\u65e5 ?${CLOCK}${ZONE}`,
  // 01/Jun/2026:18:00:00 +0800, Mon, 01 Jun 2026 18:00:00 GMT, 1-Jun-2026 18:00:00
  String.raw`${WEEKDAY}${DAY}([-/ ])${NAMED}\2${YEAR}[:T ]{1,2}${CLOCK}${ZONE}${SECONDS}`,
  // 2026 Jun 01 18:00:00, 2026/Jun/01:18:00:00
  String.raw`${WEEKDAY}${YEAR}([-/ ])${NAMED}\2${DAY}[:T ]${CLOCK}${ZONE}`,
  // Jun 1, 2026 18:00:00
  String.raw`${WEEKDAY}${NAMED} {1,2}${DAY},? ${YEAR}[:T, ]{1,2}${CLOCK}${ZONE}`,
  // Mon Jun  1 18:00:00 2026, Mon Jun  1 18:00:00 UTC 2026
  String.raw`${WEEKDAY}${NAMED} {1,2}${DAY} ${CLOCK}${ZONE} ${YEAR}`,
];

/** Compiled when first needed: most logs have no such times, and most runs read no line. */
let patterns: RegExp[] | undefined;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function fromDate(text: string): number {
  patterns ??= FORMS.map((form) => new RegExp(`^${form}$`, 'i'));
  for (const pattern of patterns) {
    const groups = pattern.exec(text)?.groups;
    if (groups) return timeOf(groups);
  }
  return NaN;
}

function timeOf(groups: Record<string, string | undefined>): number {
  const number = (name: string): number => Number(groups[name] ?? 0);
  const { name, half, since, sign } = groups;
  const month = name === undefined ? number('month') : MONTHS.indexOf(name.toLowerCase()) + 1;
  const [year, day, minute, second] = [number('year'), number('day'), number('minute'), number('second')];
  const hour = hourOf(number('hour'), half);
  const zoneHour = number('zoneHour');
  const zoneMinute = number('zoneMinute');
  const isTime = hour < 24 && minute < 60 && second < 61 && zoneHour < 24 && zoneMinute < 60;
  const midnight = Date.UTC(year, month - 1, day);
  const isDate = month >= 1 && month <= 12 && day >= 1 && new Date(midnight).getUTCDate() === day;
  if (!isTime || !isDate) return NaN;
  const ms = thousandths(groups['sinceFraction'] ?? groups['fraction']);
  const offset = (zoneHour * 60 + zoneMinute) * (sign === '-' ? -1 : 1);
  const time = midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
  // The seconds since 1970 are reliable; the date next to them may be in another time zone.
  return since === undefined ? time : Number(since) * 1000 + ms;
}

/** The milliseconds of a fraction of a second. Further digits are dropped. */
function thousandths(fraction = ''): number {
  return Number(fraction.padEnd(3, '0').slice(0, 3));
}

/** The hour on a 24-hour clock; NaN if a 12-hour clock cannot show it. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return NaN;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

/** `1780308000`, `1780308000.528`, `1780308000528`, `1780308000528123456` */
const DIGITS = /^(\d{9,20})(?:[.,](\d{1,12}))?$/;
/** `1.780308e+09`, as Go prints a number. */
const EXPONENT = /^\d\.\d{1,20}e\+?\d{1,2}$/i;
const LATEST = Date.UTC(2200, 0, 1);

/**
 * Seconds, milliseconds, microseconds or nanoseconds since 1970; the number of digits tells which. The text is cut, not
 * divided as a number, which could lose the last millisecond. NaN for `20260601180000`, which is a date.
 */
function fromDigits(text: string): number {
  const plain = EXPONENT.test(text) ? String(Math.floor(Number(text))) : text;
  const [, whole, fraction] = DIGITS.exec(plain) ?? [];
  if (whole === undefined) return NaN;
  const { length } = whole;
  const cut = length < 15 ? 0 : length < 18 ? 3 : 6;
  const ms =
    length < 12 ? Number(whole) * 1000 + thousandths(fraction) : Number(whole.slice(0, length - cut));
  return ms < LATEST ? ms : NaN;
}
