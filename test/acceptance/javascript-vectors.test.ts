import { rm } from 'node:fs/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import test, { type ExecutionContext } from 'ava';
import { ServerProcess, temporaryFolder } from './server-process.ts';

const COUNT = 60;

interface Sparse {
  readonly indices: number[];
  readonly values: number[];
}

interface Vectors {
  readonly dense: number[];
  readonly rows: number[][];
  readonly words: Sparse;
}

/** Deterministic vectors; every number is exact in f32, so it must come back as it went. */
function vectorsOf(id: number): Vectors {
  const number = (at: number): number => ((id * 37 + at * 23) % 101) / 64 - 0.75;
  return {
    dense: Array.from({ length: 8 }, (_, at) => number(at)),
    rows: Array.from({ length: 1 + (id % 4) }, (_, row) => [number(row), number(row + 7), number(row + 11)]),
    // Ascending, as they come back.
    words: { indices: [id % 7, 10 + (id % 5), 4_000_000_000 + (id % 3)], values: [1, number(1), 0.5] },
  };
}

const IDS = Array.from({ length: COUNT }, (_, id) => id);

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function maxSim(query: readonly number[][], rows: readonly number[][]): number {
  return query.reduce((sum, row) => sum + Math.max(...rows.map((other) => dot(row, other))), 0);
}

function sparseDot(a: Sparse, b: Sparse): number {
  return a.indices.reduce((sum, index, at) => {
    const other = b.indices.indexOf(index);
    return other < 0 ? sum : sum + (a.values[at] ?? 0) * (b.values[other] ?? 0);
  }, 0);
}

type Query = number[] | number[][] | Sparse;

/** Compares an answer with the scores of all points, best first. */
async function checkQuery(
  t: ExecutionContext,
  client: QdrantClient,
  { using, query, score }: { readonly using: string; readonly query: Query; readonly score: (id: number) => number },
): Promise<void> {
  const { points } = await client.query('v', { query, using, limit: 10, with_vector: [using] });
  const expected = IDS.map(score).toSorted((a, b) => b - a);
  t.is(points.length, 10, using);
  for (const [rank, hit] of points.entries()) {
    t.true(Math.abs(hit.score - (expected[rank] ?? Number.NaN)) < 1e-4, `${using}: rank ${rank}`);
    t.true(Math.abs(hit.score - score(Number(hit.id))) < 1e-4, `${using}: score of ${hit.id}`);
    t.deepEqual(hit.vector, { [using]: vectorsOf(Number(hit.id))[using as keyof Vectors] });
  }
}

async function checkAll(t: ExecutionContext, client: QdrantClient): Promise<void> {
  const found = await client.retrieve('v', { ids: IDS, with_vector: true });
  t.is(found.length, COUNT);
  for (const { id, vector } of found) t.deepEqual(vector as unknown, vectorsOf(Number(id)));
  const { dense, rows, words } = vectorsOf(1000);
  await checkQuery(t, client, { using: 'dense', query: dense, score: (id) => dot(dense, vectorsOf(id).dense) });
  await checkQuery(t, client, { using: 'rows', query: rows, score: (id) => maxSim(rows, vectorsOf(id).rows) });
  await checkQuery(t, client, { using: 'words', query: words, score: (id) => sparseDot(words, vectorsOf(id).words) });
}

test('the official JavaScript client: dense, multi and sparse vectors side by side, changed live and kept', async (t) => {
  const folder = temporaryFolder();
  let server = await ServerProcess.start({ folder, launcher: 'src' });
  try {
    let client = new QdrantClient({ url: server.url });
    await client.createCollection('v', {
      vectors: {
        dense: { size: 8, distance: 'Dot', quantization_config: { scalar: { type: 'int8' } } },
        rows: { size: 3, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
      },
      sparse_vectors: { words: {} },
    });
    const points = IDS.map((id) => ({ id, vector: { ...vectorsOf(id) } }));
    await client.upsert('v', { wait: true, points });
    await checkAll(t, client);

    await client.deleteVectors('v', { wait: true, points: [1, 2], vector: ['words', 'rows'] });
    const [bare] = await client.retrieve('v', { ids: [1], with_vector: true });
    t.deepEqual(bare?.vector as unknown, { dense: vectorsOf(1).dense });
    t.is((await client.count('v', { filter: { must: [{ has_vector: 'words' }] } })).count, COUNT - 2);
    const again = [1, 2].map((id) => ({ id, vector: { words: vectorsOf(id).words, rows: vectorsOf(id).rows } }));
    await client.updateVectors('v', { wait: true, points: again });
    await checkAll(t, client);

    await client.createVectorName('v', 'extra', { dense: { size: 2, distance: 'Euclid' } }, { wait: true });
    await client.updateVectors('v', { wait: true, points: [{ id: 7, vector: { extra: [3, 4] } }] });
    const near = await client.query('v', { query: [0, 0], using: 'extra' });
    t.like(near.points, [{ id: 7, score: 5 }]);
    await client.deleteVectorName('v', 'extra', { wait: true });
    await t.throwsAsync(client.query('v', { query: [0, 0], using: 'extra' }));
    await client.updateCollection('v', { vectors: { dense: { quantization_config: 'Disabled' } } });
    const { config } = await client.getCollection('v');
    t.deepEqual(config.params.vectors, {
      dense: { size: 8, distance: 'Dot' },
      rows: { size: 3, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
    });

    t.like(await server.stop('SIGTERM'), { status: 0, signal: undefined });
    server = await ServerProcess.start({ folder, launcher: 'src' });
    client = new QdrantClient({ url: server.url });
    await checkAll(t, client);
  } finally {
    await server.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
