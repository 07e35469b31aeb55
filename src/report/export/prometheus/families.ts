/** A metric: what Prometheus calls a family of time series. */
export interface Family {
  name: string;
  /** One sentence, which monitoring tools show. */
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
}

/** One number of a family. `suffix`: of a histogram, which of its series it belongs to. */
export interface Sample {
  labels: readonly Label[];
  /** A number, or an exact decimal. */
  value: number | string;
  suffix?: '_bucket' | '_sum' | '_count';
}

export type Label = readonly [name: string, value: string];

/**
 * A family in Prometheus's text format (https://prometheus.io/docs/instrumenting/exposition_formats/). A family without
 * samples has its two comment lines, so that a reader of the file learns that it is there and empty.
 */
export function* familyText({ name, help, type }: Family, samples: Iterable<Sample>): Generator<string> {
  yield `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const { labels, value, suffix = '' } of samples)
    yield `${name}${suffix}${labelsText(labels)} ${value}\n`;
}

function labelsText(labels: readonly Label[]): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
