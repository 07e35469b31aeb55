// Writes a Higress access log, and what parsing it must give. The same seed gives the same bytes.
//   node scripts/make-fixtures.mjs [--seed N] [--sessions N] [--rounds N] [--other N] [--out DIR]
import { parseArgs } from 'node:util';
import { makeFixtures } from './fixtures/main.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    sessions: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '4' },
    other: { type: 'string', default: '1' },
    out: { type: 'string', default: 'fixtures' },
  },
});
const { out, ...counts } = values;
for (const [name, text] of Object.entries(counts)) {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`);
}
const numbers = Object.fromEntries(Object.entries(counts).map(([name, text]) => [name, Number(text)]));
const { lines, bytes } = makeFixtures({ ...numbers, out });
console.log(`${out}: ${lines} lines, ${bytes} bytes`);
