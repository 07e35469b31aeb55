// A baseline for `monitor parse`: DuckDB with two threads sums the input tokens of a log by model, and does nothing else.
//   node bench/duckdb-tokens.mjs LOG
import { DuckDBInstance } from '@duckdb/node-api';

const [log] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const quoted = `'${log.replaceAll("'", "''")}'`;
// A line of a long conversation can be of many MB.
const reader = await connection.runAndReadAll(`
  SELECT json_extract_string(ai_log, '$.model'), count(*), sum(json_extract(ai_log, '$.input_token')::BIGINT)
  FROM read_json(${quoted}, format = 'newline_delimited', columns = {ai_log: 'VARCHAR'}, maximum_object_size = 67108864)
  WHERE ai_log <> '-' GROUP BY 1`);
console.log(`${reader.getRows().length} models`);
