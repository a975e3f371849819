/**
 * The door alone: `POST /points/query` with 768 floats over raw sockets against a house that answers at once, beside
 * bare node:http (reads the body, answers the same bytes) in the same run.
 *
 *     node scripts/bench/door.ts [--seconds 3] [--connections 8] [--dimension 768] [--rounds 3]
 *
 * The servers run in a child on one core, the load generator here on the other; prepared requests, no pipelining.
 * Prints requests a second and the server's processor time per request.
 */
import { fork } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import type { ScoredPoint } from '../../src/core/answers.ts';
import { numberId } from '../../src/core/ids.ts';
import type { House } from '../../src/operations/house.ts';
import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { createDoor } from '../../src/rest/door.ts';

const hits: ScoredPoint[] = Array.from({ length: 10 }, (_, index) => ({
  id: numberId(BigInt(index * 7919)),
  version: index,
  score: Math.fround(0.9 - index * 0.0123),
  payload: undefined,
  vectors: undefined,
}));

/** In the child: both servers; `cpu` messages are answered with the processor time used so far, in µs. */
function serve(): void {
  const collection = { query: (): Promise<unknown> => Promise.resolve([hits]) };
  const house = { database: { collection: () => collection } } as unknown as House;
  const door = createDoor({
    house,
    limits: { maxRequestBytes: 32 << 20 },
    cors: true,
    version: '1.19.0',
    logger: { ...SILENT_LOGGER, error: console.error },
  }).server;
  const points = hits.map(({ version, score }, index) => ({ id: index * 7919, version, score }));
  const body = JSON.stringify({ result: { points }, status: 'ok', time: 0.000123 });
  const bare = http.createServer((request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => {
      response.writeHead(200, ['content-type', 'application/json', 'content-length', String(body.length)]);
      response.end(body, 'latin1');
    });
  });
  let ready = 0;
  for (const server of [door, bare]) {
    server.listen(0, '127.0.0.1', () => {
      if (++ready === 2) process.send?.([door, bare].map((server) => (server.address() as net.AddressInfo).port));
    });
  }
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
}

/** Requests answered in `seconds` over `connections` sockets, each sending the next when it has its answer. */
async function load(port: number, request: Buffer, connections: number, seconds: number): Promise<number> {
  let answered = 0;
  let isOver = false;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
      socket.setNoDelay(true);
      socket.on('data', (chunk) => {
        // Every answer of this bench arrives in one piece and ends with a brace.
        if (chunk[chunk.length - 1] !== 125) return;
        answered++;
        if (isOver) socket.end(() => resolve());
        else socket.write(request);
      });
      socket.on('error', reject);
    });
  const all = Promise.all(Array.from({ length: connections }, one));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  isOver = true;
  await all;
  return answered;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '8' },
      dimension: { type: 'string', default: '768' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const seconds = Number(values.seconds);
  const query = Array.from({ length: Number(values.dimension) }, (_, index) => Math.sin(index * 12.9898) * 0.05);
  const body = JSON.stringify({ query, limit: 10, params: { hnsw_ef: 64 } });
  const head = `POST /collections/bench/points/query HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const request = Buffer.from(head + body);

  const child = fork(fileURLToPath(import.meta.url), ['--child'], { env: { ...process.env, BENCH_CHILD: '1' } });
  const next = <T>(): Promise<T> => new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  const cpu = async (): Promise<number> => {
    child.send('cpu');
    return next<number>();
  };
  const ports = await next<number[]>();
  console.log(`body ${body.length} bytes, ${values.connections} connections`);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [index, name] of ['door', 'bare node:http'].entries()) {
      const before = await cpu();
      const answered = await load(ports[index] ?? 0, request, Number(values.connections), round === 0 ? 1 : seconds);
      const used = (await cpu()) - before;
      if (round === 0) continue;
      const rate = (answered / seconds).toFixed(0).padStart(7);
      console.log(`${name.padEnd(15)} ${rate} requests/s, ${(used / answered).toFixed(1)} µs of processor time each`);
    }
  }
  child.kill();
}

if (process.env['BENCH_CHILD'] === '1') serve();
else await main();
