import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { largerIsBetter } from '../../src/core/distances.ts';
import { idText } from '../../src/core/ids.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { seededRandom } from '../seeded-random.ts';
import { configOf, CONTEXT, NO_DIFF, queryOf, READ } from './house.ts';
import { denseConfig, sparseConfig } from './plain-vectors.ts';
import {
  checkContent,
  checkSearch,
  collectionOf,
  deletePoints,
  deleteVectors,
  restart,
  updateVectors,
  upsert,
  type VectorGround,
  withVectors,
} from './vector-ground.ts';
import type { GivenPoint } from './vector-model.ts';
import { vectorFor } from './vector-steps.ts';

/** Graphs of several fields, codes and rows of others: built behind the updates, compacted, saved, and used again. */

const SCALAR: QuantizationConfig = { kind: 'scalar', quantile: undefined, alwaysRam: undefined, memory: undefined };
const BINARY: QuantizationConfig = {
  kind: 'binary',
  encoding: undefined,
  queryEncoding: undefined,
  alwaysRam: undefined,
  memory: undefined,
};
const CONFIG = configOf(
  [
    denseConfig('', 16, 'Cosine'),
    denseConfig('small', 12, 'Euclid', { datatype: 'uint8' }),
    denseConfig('half', 16, 'Manhattan', { datatype: 'float16' }),
    denseConfig('quantised', 32, 'Dot', { quantization: SCALAR, onDisk: true }),
    denseConfig('rows', 8, 'Dot', { multivector: true }),
  ],
  [sparseConfig('words', { modifier: 'idf' })],
  { indexingThreshold: 30, vacuumMinVectorNumber: 100 },
);
const COUNT = 1500;

/** One in five lacks each of the vectors. */
function pointsOf({ model }: VectorGround, from: number, to: number, version: number): GivenPoint[] {
  return Array.from({ length: to - from }, (_, at) => {
    const id = from + at;
    const random = seededRandom(id * 7919 + version * 104_729 + 1);
    const vectors = model.fields.flatMap((field) => {
      const vector = vectorFor(field, random);
      return random() < 0.2 ? [] : [[field.name, vector] as const];
    });
    return { id, n: id % 4, vectors: Object.fromEntries(vectors) };
  });
}

async function write(ground: VectorGround, from: number, to: number, version: number): Promise<void> {
  const points = pointsOf(ground, from, to, version);
  for (let first = 0; first < points.length; first += 100) await upsert(ground, points.slice(first, first + 100));
}

async function green(ground: VectorGround): Promise<void> {
  const collection = collectionOf(ground);
  for (let turn = 0; turn < 600 && collection.info().status !== 'green'; turn++) await delay(50);
  const { status, optimizerError } = collection.info();
  if (status !== 'green') throw new Error(`the collection stays ${status}: ${optimizerError}`);
}

/** Rows in the graph of each dense field, of all segments. */
function graphSizes(ground: VectorGround): (readonly [string, number])[] {
  const fields = collectionOf(ground).shards.flatMap(({ segments }) => segments.flatMap((segment) => segment.fields));
  return fields.flatMap(({ name, index }) =>
    index.kind === 'dense' ? [[name, index.field.indexedCount] as const] : [],
  );
}

async function checkExact(ground: VectorGround): Promise<void> {
  await checkContent(ground);
  const random = seededRandom(1);
  for (const field of ground.model.fields) {
    for (const target of [undefined, { n: 1 }, { lacksVector: 'rows' }])
      await checkSearch(ground, { name: field.name, query: vectorFor(field, random), target, limit: 20, exact: true });
  }
}

/** Exact searches are brute force; default ones find nearly as much. */
async function checkFound(t: ExecutionContext, ground: VectorGround, what: string): Promise<void> {
  await checkExact(ground);
  const random = seededRandom(what.length);
  for (const field of ground.model.fields) {
    let found = 0;
    let wanted = 0;
    for (let round = 0; round < 8; round++) {
      const query = vectorFor(field, random);
      const best = ground.model.search(field.name, query, undefined);
      const queries = [queryOf(query, { using: field.name })];
      const [hits = []] = await collectionOf(ground).query(CONTEXT, { collection: 'c', queries, ...READ });
      const count = Math.min(10, best.length);
      t.is(hits.length, count, `${what}: as many as there are`);
      // Of equal scores any will do: what counts is the score of the last that belongs there.
      const [, last] = best[count - 1] ?? [0, { score: 0, tolerance: 0 }];
      const own = new Map(best);
      const sign = largerIsBetter(ground.model.distanceOf(field.name)) ? 1 : -1;
      const scores = hits.map(({ id }) => own.get(Number(idText(id)))?.score ?? -sign * Infinity);
      found += scores.filter((score) => sign * (score - last.score) >= -1e-6).length;
      wanted += count;
    }
    t.log(`${what}, ${field.name}: ${found} of ${wanted}`);
    t.true(found >= wanted * 0.95, `${what}, ${field.name}: ${found} of ${wanted}`);
  }
}

test('several fields in one collection: graphs, compactions, restarts, another quantisation', async (t) => {
  t.timeout(110_000);
  await withVectors(CONFIG, async (ground) => {
    await write(ground, 0, COUNT, 0);
    await green(ground);
    const indexed = collectionOf(ground).info().indexedVectorsCount;
    t.true(indexed > COUNT * 4, `${indexed} vectors are indexed`);
    await checkFound(t, ground, 'indexed');
    const graphs = graphSizes(ground);
    t.is(graphs.length, 4);
    await restart(ground);
    t.deepEqual(graphSizes(ground), graphs, 'no graph is built anew');
    await checkFound(t, ground, 'restarted');

    await write(ground, 0, 500, 1);
    await deletePoints(ground, { ids: Array.from({ length: 200 }, (_, at) => 600 + at) });
    await deleteVectors(ground, { ids: Array.from({ length: 60 }, (_, at) => 900 + at) }, ['', 'words']);
    const changed = pointsOf(ground, 900, 930, 2).filter(({ vectors }) => Object.keys(vectors).length > 0);
    await updateVectors(ground, changed);
    for (let round = 3; round < 6; round++) await write(ground, round * 50, round * 50 + 100, round);
    await green(ground);
    await checkFound(t, ground, 'compacted');

    const change = { hnswConfig: undefined, quantization: BINARY, memory: undefined, onDisk: false };
    await ground.house.database.update('c', { ...NO_DIFF, vectors: new Map([['quantised', change]]) });
    await write(ground, 0, 30, 9);
    await green(ground);
    // What is too small for an index stays as it was until it grows.
    const specs = collectionOf(ground)
      .shards.flatMap(({ segments }) => segments.flatMap((segment) => segment.fieldNamed('quantised') ?? []))
      .filter(({ field }) => field.indexedCount > 0)
      .map(({ spec }) => spec);
    t.true(specs.length > 0);
    for (const spec of specs) t.like(spec, { quantization: { kind: 'binary' }, onDisk: false });
    await restart(ground);
    await checkExact(ground);
  });
});
