import { rm } from 'node:fs/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import test, { type ExecutionContext } from 'ava';
import { ServerProcess, temporaryFolder, withServer } from './server-process.ts';

const DIMENSION = 32;
const COUNT = 300;

interface SentPoint {
  readonly id: number | string;
  readonly vector: number[];
  readonly payload: Record<string, unknown>;
}

/** Deterministic points with ids of both kinds; every float is exact in f32, so it must come back as it went. */
const POINTS: readonly SentPoint[] = Array.from({ length: COUNT }, (_, row) => ({
  id: row % 3 === 0 ? `00000000-0000-4000-8000-${String(row).padStart(12, '0')}` : row,
  vector: Array.from({ length: DIMENSION }, (_unused, column) => ((row * 31 + column * 17) % 257) / 256 - 0.5),
  payload: {
    row,
    title: `Bücher ${row} 📚`,
    tags: ['a', row % 2 === 0],
    nested: { none: null, deep: [{ x: row / 4 }] },
  },
}));

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** The oracle: scores of all points, best first. */
function scores(query: readonly number[], points: readonly SentPoint[]): readonly number[] {
  return points.map(({ vector }) => dot(vector, query)).toSorted((a, b) => b - a);
}

function isClose(score: number, expected: number): boolean {
  return Math.abs(score - expected) <= 1e-5 * Math.max(1, Math.abs(expected));
}

async function checkEverything(t: ExecutionContext, client: QdrantClient, points: readonly SentPoint[]): Promise<void> {
  t.is((await client.count('books', { exact: true })).count, points.length);
  const byId = new Map(points.map((point) => [point.id, point]));

  const found = await client.retrieve('books', { ids: [...byId.keys()], with_payload: true, with_vector: true });
  t.is(found.length, points.length);
  for (const { id, payload, vector } of found) t.like(byId.get(id), { payload, vector });

  const scrolled: (number | string)[] = [];
  let offset: number | string | undefined;
  do {
    const page = await client.scroll('books', {
      limit: 64,
      with_payload: false,
      ...(offset === undefined ? {} : { offset }),
    });
    scrolled.push(...page.points.map(({ id }) => id));
    offset = (page.next_page_offset ?? undefined) as number | string | undefined;
  } while (offset !== undefined);
  // Qdrant's order: all numbers, then all UUIDs. Both rise with the row here.
  const ids = [...byId.keys()];
  t.deepEqual(scrolled, [...ids.filter((id) => typeof id === 'number'), ...ids.filter((id) => typeof id === 'string')]);

  for (const row of [5, 100, 250]) {
    const query = POINTS[row]?.vector ?? [];
    const { points: hits } = await client.query('books', {
      query,
      limit: 10,
      params: { exact: true },
      with_payload: true,
    });
    t.is(hits.length, 10);
    const best = scores(query, points);
    for (const [rank, hit] of hits.entries()) {
      const sent = byId.get(hit.id);
      t.deepEqual(hit.payload, sent?.payload);
      t.true(isClose(hit.score, dot(query, sent?.vector ?? [])), `score of ${hit.id}`);
      t.true(isClose(hit.score, best[rank] ?? Number.NaN), `rank ${rank}`);
    }
  }
}

test('the official JavaScript client: create, upload, search, scroll, retrieve, delete, restart, all still there', async (t) => {
  const folder = temporaryFolder();
  let server = await ServerProcess.start({ folder });
  try {
    let client = new QdrantClient({ url: server.url });
    t.like(await client.versionInfo(), { version: '1.19.0' });
    t.true(await client.createCollection('books', { vectors: { size: DIMENSION, distance: 'Dot' } }));
    t.like(await client.collectionExists('books'), { exists: true });
    for (let start = 0; start < COUNT; start += 100) {
      const points = POINTS.slice(start, start + 100);
      t.like(await client.upsert('books', { wait: true, points: [...points] }), { status: 'completed' });
    }
    await checkEverything(t, client, POINTS);

    const deleted = POINTS.filter((_, row) => row % 10 === 0).map(({ id }) => id);
    t.like(await client.delete('books', { wait: true, points: deleted }), { status: 'completed' });
    const left = POINTS.filter(({ id }) => !deleted.includes(id));
    await checkEverything(t, client, left);

    t.like(await server.stop('SIGTERM'), { status: 0, signal: undefined });
    server = await ServerProcess.start({ folder });
    client = new QdrantClient({ url: server.url });
    t.deepEqual((await client.getCollections()).collections, [{ name: 'books' }]);
    await checkEverything(t, client, left);

    t.true(await client.deleteCollection('books'));
    t.deepEqual((await client.getCollections()).collections, []);
  } finally {
    await server.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('the client reaches the same server below a path prefix', async (t) => {
  await withServer({}, async (server) => {
    const client = new QdrantClient({ url: server.url, prefix: 'qdrant' });
    await client.createCollection('books', { vectors: { size: 2, distance: 'Cosine' } });
    t.deepEqual((await client.getCollections()).collections, [{ name: 'books' }]);
  });
});
