/**
 * Query API over REST, against three times Qdrant's rates on the same machine (DESIGN.md section 8), or the door's own
 * ceiling where that is lower: the same requests, answered at once with as many bytes by a door over an idle house.
 * `npm run bench:query-requests -- [--rows 50000] [--rounds 3] [--seconds 1] [--only NAME,…] [--leaf-cache-bytes N]`
 * Both cores are shared by server and generator; requests are made beforehand, 8 connections. No request is sent twice, so
 * that nothing is answered by what the server keeps of earlier ones; the last lines measure that.
 */
import { parseArgs } from 'node:util';
import { IdleDoor } from '../filters/idle-door.ts';
import { compareWithIdle, reportCompared } from '../server/against-idle.ts';
import { BenchServer } from '../server/bench-server.ts';
import { isWanted, loadOptions } from '../server/load-options.ts';
import { leafCacheOf, measureLeafCache } from './leaf-cache.ts';
import { libraryPoints, loadLibrary } from './library-points.ts';
import { MachineSpeed } from './machine-speed.ts';
import { queryBodies } from './query-bodies.ts';
import { queryCases, servedCases } from './query-cases.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '50000', rounds: '3', seconds: '1' }),
    only: { type: 'string', default: '' },
    'leaf-cache-bytes': { type: 'string' },
  },
});
const CASES = [
  'nearest',
  'nearest, limit 100',
  'sparse, limit 100',
  'hybrid',
  'batch of 32',
  'recommend',
  'discover',
  'mmr of 100',
  'groups 10 x 3',
  'formula over 100',
  'matrix 200 x 5',
];
const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const points = libraryPoints(Number(values.rows), Number(values.dims));
const bodies = queryBodies(points);
const make = queryCases(bodies);
const wanted = CASES.filter((name) => isWanted(name, values.only));
const server = new BenchServer();
const door = await IdleDoor.start(points.library.payload(17));
const speed = new MachineSpeed();
try {
  const leafCache = leafCacheOf(values['leaf-cache-bytes']);
  await server.start({ environment: leafCache.environment });
  await loadLibrary(server, points);
  console.log(
    `${points.rows} x ${points.dense.dimension} dense and sparse, 3 payload indexes; ${leafCache.shown}, no request twice`,
  );
  const cases = await servedCases(
    server,
    wanted.flatMap((name) => make[name]?.() ?? []),
  );
  const compared = await compareWithIdle(
    cases.map(({ name, qdrant, requests }) => ({ name, qdrant, next: () => requests.next() })),
    {
      server: server.running,
      door,
      connections,
      rounds: Number(values.rounds),
      durationMs,
      afterRound: () => speed.measure(durationMs / 2),
    },
  );
  console.log(`this machine now: ${speed.share.toFixed(2)} of Qdrant's, by hnswlib-node ("tied": ratio over that)`);
  reportCompared(compared, speed.share);
  for (const { name, requests } of cases) {
    if (requests.hasRepeated && !name.startsWith('matrix')) console.log(`${name}: some requests were sent twice`);
  }
  if (cases.some(({ name }) => name === 'hybrid')) {
    await measureLeafCache({ server: server.running, bodies, connections, durationMs });
  }
} finally {
  speed.close();
  door.stop();
  await server.discard();
}
