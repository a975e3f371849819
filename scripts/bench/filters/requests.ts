/**
 * Requests with and around filters over REST, against Qdrant's rates and the door's own.
 * `npm run bench:requests -- [--rows 50000] [--dims 768] [--rounds 3] [--seconds 1] [--only NAME,…]`
 * Both cores are shared by server and generator; requests are made beforehand, 8 connections. Each round asks the server
 * and an idle door (the same requests, answered at once with as many bytes) in turn.
 */
import { parseArgs } from 'node:util';
import { cachedData } from '../engine/cached-data.ts';
import { compareWithIdle, endless, reportCompared } from '../server/against-idle.ts';
import { median } from '../server/at-recall.ts';
import { BenchServer, COLLECTION } from '../server/bench-server.ts';
import { isWanted, loadOptions } from '../server/load-options.ts';
import { IdleDoor } from './idle-door.ts';
import { INDEXES, openLibrary } from './library.ts';
import { requestCases } from './request-cases.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '50000', rounds: '3', seconds: '1' }),
    only: { type: 'string', default: '' },
  },
});
const rows = Number(values.rows);

const all = cachedData(100_000, Number(values.dims));
const { dimension, queries } = all;
const data = { ...all, rows, base: all.base.subarray(0, rows * dimension) };
const library = openLibrary(rows);
const cases = requestCases({ rows, queries, dimension, library }).filter(({ name }) => isWanted(name, values.only));
const sample = library.payload(17);
const server = new BenchServer();
const door = await IdleDoor.start(sample);
try {
  await load();
  const compared = await compareWithIdle(
    cases.map(({ name, qdrant, requests }) => ({ name, qdrant, next: endless(requests) })),
    {
      server: server.running,
      door,
      connections: Number(values.connections),
      rounds: Number(values.rounds),
      durationMs: Number(values.seconds) * 1000,
    },
  );
  reportCompared(compared, undefined);
} finally {
  door.stop();
  await server.discard();
}

async function load(): Promise<void> {
  await server.start();
  await server.createCollection(dimension);
  for (const [field_name, field_schema] of INDEXES) {
    await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, { field_name, field_schema });
  }
  await server.upload(data, 0, library.payload);
  await server.untilIndexed(rows);
  const bytes = Array.from({ length: 1000 }, (_, row) => Buffer.byteLength(library.payload(row)));
  console.log(
    `${rows} x ${dimension}, payloads of ${Math.round(median(bytes))} bytes, ${INDEXES.length} payload indexes`,
  );
}
