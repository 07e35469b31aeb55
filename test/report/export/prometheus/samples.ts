/** A time series of a text file for Prometheus, as its own parser reads it. */
export interface ReadSample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The samples of a file. Throws at a line that is neither a comment nor a sample. */
export function readSamples(text: string): ReadSample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === '') throw new Error(`not a sample: ${line}`);
      const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
      const named = pairs.map(([, label = '', text = '']) => [label, unescaped(text)] as const);
      return { name, labels: Object.fromEntries(named), value: Number(value) };
    });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));
}

/** The sum of a metric's samples with these labels. */
export function sumOf(
  samples: readonly ReadSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
