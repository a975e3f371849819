import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { SearchJob } from '../../src/compute/search-queue.ts';
import { SEARCH_DISTANCES } from '../../src/kernels/layout.ts';
import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { createDoor } from '../../src/rest/door.ts';
import { config, openHouse, removeFolder, temporaryFolder, upsertOf } from '../collections/house.ts';
import { request } from './client.ts';

const ROWS = 20_000;

/** Distances of each search whose task the threads have let go of, and whether it was cancelled. */
interface Searched {
  readonly distances: number;
  readonly failed: boolean;
}

test('a connection that closes ends its searches on the threads', async (t) => {
  const house = await openHouse(await temporaryFolder());
  const searched: Searched[] = [];
  const { compute } = house;
  const search = compute.search.bind(compute);
  let started = 0;
  compute.search = async (job: SearchJob): Promise<void> => {
    const word = (job.task + SEARCH_DISTANCES) / 4;
    job.arena.u32[word] = 0;
    started += 1;
    let failed = true;
    try {
      await search(job);
      failed = false;
    } finally {
      searched.push({ distances: job.arena.u32[word] ?? 0, failed });
    }
  };
  await house.database.create('c', config(4, 'Dot', { maxOptimizationThreads: 0 }));
  const points = Array.from({ length: ROWS }, (_, id) => ({ id, vector: [Math.sin(id), Math.cos(id), id % 7, 1] }));
  await house.database
    .collection('c')
    .update({ signal: new AbortController().signal, credential: undefined }, upsertOf('c', points));
  const limits = { maxRequestBytes: 1 << 20 };
  const door = createDoor({
    house,
    limits,
    cors: false,
    version: '1.19.0',
    logger: SILENT_LOGGER,
  });
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  const { port } = door.server.address() as AddressInfo;
  t.teardown(async () => {
    await door.close();
    await house.close();
    await removeFolder(house.folder);
  });
  // To answer all rows in order costs far more than to score them.
  const body = JSON.stringify({ query: [1, 2, 3, 4], limit: ROWS, params: { exact: true } });
  let waitMs = 5;
  let cancelled: Searched | undefined;
  for (let attempt = 0; attempt < 40 && cancelled === undefined; attempt++) {
    const [before, begun] = [searched.length, started];
    const socket = net.connect(port, '127.0.0.1');
    socket.write(request('POST', '/collections/c/points/query', body));
    while (started === begun) await delay(1);
    await delay(waitMs);
    socket.destroy();
    while (searched.length === before) await delay(1);
    const last = searched.at(-1);
    // One that was let go of when all was scored and nothing was answered yet came too late as well.
    if (last === undefined || !last.failed || last.distances === ROWS) waitMs /= 2;
    else if (last.distances === 0) waitMs *= 1.5;
    else cancelled = last;
  }
  t.true(cancelled !== undefined && cancelled.distances < ROWS, JSON.stringify(cancelled));
});
