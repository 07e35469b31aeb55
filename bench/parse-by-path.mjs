// Parses a log into a new store with every line on one of the two paths of docs/architecture.md. No option of the
// program asks for that, so cases/paths.mjs bundles this file with src and runs the bundle:
//   node BUNDLE LOG STORE fast|slow
import { parseLogs } from '../src/ingest/parse-logs.ts';
import { nodeFiles } from '../src/platform/files.ts';

const [log, dir, linePath] = process.argv.slice(2);
if (!['fast', 'slow'].includes(linePath)) throw new Error(`${linePath}: not a path; fast or slow`);
const { rounds } = await parseLogs(nodeFiles, { dir, logPaths: [log], filters: {}, now: Date.now, linePath });
if (rounds === 0) throw new Error(`${log}: no round was stored`);
