// ClickHouse's HTTP interface over chdb, which is ClickHouse as a library: as much of it as the client uses.
// Arguments: the folder of the npm package chdb, a port, a folder for the data.
const { createServer } = require('node:http');

const [, , chdb, port, data] = process.argv;
const { Session } = require(chdb);
const session = new Session(data);
session.query('CREATE DATABASE IF NOT EXISTS default ENGINE = Atomic');
session.query('CREATE DATABASE IF NOT EXISTS empty ENGINE = Atomic');

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { searchParams } = new URL(request.url, 'http://localhost');
    const body = Buffer.concat(chunks).toString();
    const query = searchParams.get('query');
    const database = searchParams.get('database') ?? 'default';
    try {
      session.query(`USE \`${database}\``);
      for (const [name, value] of searchParams)
        if (!['query', 'database', 'query_id', 'wait_end_of_query'].includes(name))
          session.query(`SET ${name} = ${value}`);
      const text = session.query(query === null ? body : `${query}\n${body}`, 'TabSeparated');
      response.writeHead(200).end(text);
    } catch (error) {
      const [, code = '1'] = /Code: (\d+)/.exec(error.message) ?? [];
      response.writeHead(500, { 'X-ClickHouse-Exception-Code': code });
      response.end(error.message.replace(/^.*?(?=Code: )/s, ''));
    }
  });
}).listen(Number(port), '127.0.0.1');
