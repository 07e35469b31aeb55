// Parses a log into a new store, with every line on one of the two paths of docs/architecture.md. The program has no
// option for that, so cases/paths.mjs bundles this file with src and runs the bundle:
//   node BUNDLE LOG STORE fast|reference
import { parseLogs } from '../src/ingest/parse-logs.ts';
import { nodeFiles } from '../src/platform/files.ts';

const [log, dir, path] = process.argv.slice(2);
const road = { fast: 'fast', reference: 'plain' }[path];
if (road === undefined) throw new Error(`${path} is not a path: expected fast or reference`);
const { rounds } = await parseLogs(nodeFiles, { dir, logPaths: [log], filters: {}, now: Date.now, road });
if (rounds === 0) throw new Error(`${log}: no round was stored`);
