import { rm } from 'node:fs/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import test, { type ExecutionContext } from 'ava';
import { ServerProcess, temporaryFolder } from './server-process.ts';

const COUNT = 120;
const DIMENSION = 8;
const IDS = Array.from({ length: COUNT }, (_, id) => id);

/** Every number is exact in f32; no two points below 251 are alike. */
function vectorOf(id: number): number[] {
  return Array.from(
    { length: DIMENSION },
    (_, at) => ((id * id * 17 + id * 37 + id * at * 13 + at * 29) % 251) / 128 - 1,
  );
}

function colourOf(id: number): string {
  return `colour ${(id * 7) % 11}`;
}

function similarity(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

/** Of a point and a vector, or another point. */
function near(id: number, other: number | readonly number[]): number {
  return similarity(vectorOf(id), typeof other === 'number' ? vectorOf(other) : other);
}

function squash(x: number): number {
  return x / (1 + Math.abs(x));
}

function sigmoid(x: number): number {
  return 0.5 * (squash(x) + 1);
}

interface Found {
  readonly id: number | string;
  readonly score: number;
}

/** Checks that points are the best by a score, without those that are examples. */
function checkBest(
  t: ExecutionContext,
  found: readonly Found[],
  score: (id: number) => number,
  given: { readonly without: readonly number[]; readonly limit: number; readonly among?: readonly number[] },
): void {
  const ids = (given.among ?? IDS).filter((id) => !given.without.includes(id));
  const best = ids.map(score).toSorted((a, b) => b - a);
  t.is(found.length, Math.min(given.limit, ids.length));
  for (const [rank, hit] of found.entries()) {
    t.true(ids.includes(Number(hit.id)), `${hit.id} is not to be found`);
    t.true(Math.abs(hit.score - score(Number(hit.id))) < 1e-4, `score of ${hit.id}: ${hit.score}`);
    t.true(Math.abs(hit.score - (best[rank] ?? Number.NaN)) < 1e-4, `rank ${rank}: ${hit.score}`);
  }
}

const NAME = 'q';
const query = vectorOf(1_000);

/** The older methods, and the newer ones that ask for the same. */
async function checkExamples(t: ExecutionContext, client: QdrantClient): Promise<void> {
  const limit = 10;
  const direct = (id: number): number => near(id, query);
  checkBest(t, await client.search(NAME, { vector: query, limit }), direct, { without: [], limit });
  const [batched = []] = await client.searchBatch(NAME, { searches: [{ vector: query, limit: 3 }] });
  checkBest(t, batched, direct, { without: [], limit: 3 });

  const average = (id: number): number => near(id, 1) + near(id, 2) - near(id, 3);
  const wanted = { positive: [1, 2], negative: [3] };
  checkBest(t, await client.recommend(NAME, { ...wanted, limit }), average, { without: [1, 2, 3], limit });
  const { points } = await client.query(NAME, { query: { recommend: wanted }, limit });
  checkBest(t, points, average, { without: [1, 2, 3], limit });

  const best = (id: number): number => {
    const positive = Math.max(near(id, 1), near(id, query));
    return positive > near(id, 3) ? sigmoid(positive) : -sigmoid(near(id, 3));
  };
  const mixed = { positive: [1, query], negative: [3] };
  const strategies = [
    ['best_score', best],
    ['sum_scores', (id: number): number => near(id, 1) + near(id, query) - near(id, 3)],
  ] as const;
  for (const [strategy, score] of strategies) {
    const found = await client.recommend(NAME, { ...mixed, strategy, limit });
    checkBest(t, found, score, { without: [1, 3], limit });
    const [again = []] = await client.recommendBatch(NAME, { searches: [{ ...mixed, strategy, limit }] });
    checkBest(t, again, score, { without: [1, 3], limit });
  }

  const context = [
    { positive: 4, negative: 5 },
    { positive: query, negative: 6 },
  ];
  const signs = (id: number): number => Math.sign(near(id, 4) - near(id, 5)) + Math.sign(near(id, query) - near(id, 6));
  const discovered = (id: number): number => signs(id) + sigmoid(near(id, 7));
  const target = { target: 7, context, limit };
  checkBest(t, await client.discoverPoints(NAME, target), discovered, { without: [4, 5, 6, 7], limit });
  const [discovery = []] = await client.discoverBatchPoints(NAME, { searches: [target] });
  checkBest(t, discovery, discovered, { without: [4, 5, 6, 7], limit });
  const within = (id: number): number =>
    squash(Math.min(near(id, 4) - near(id, 5), 0)) + squash(Math.min(near(id, query) - near(id, 6), 0));
  checkBest(t, await client.discoverPoints(NAME, { context, limit }), within, { without: [4, 5, 6], limit });
}

/** Hits of each colour, best first, as they are to come. */
function expectedGroups(groupSize: number, limit: number): readonly { readonly id: string; readonly hits: number[] }[] {
  const ranked = IDS.toSorted((a, b) => near(b, query) - near(a, query));
  const colours = [...new Set(ranked.map(colourOf))].slice(0, limit);
  return colours.map((id) => ({ id, hits: ranked.filter((point) => colourOf(point) === id).slice(0, groupSize) }));
}

async function checkGroups(t: ExecutionContext, client: QdrantClient): Promise<void> {
  const shape = { group_by: 'colour', group_size: 3, limit: 4 };
  const asked = [
    await client.searchPointGroups(NAME, { vector: query, ...shape }),
    await client.queryGroups(NAME, { query, ...shape }),
    await client.recommendPointGroups(NAME, { positive: [query], ...shape }),
  ];
  for (const { groups } of asked) {
    const found = groups.map(({ id, hits }) => ({ id, hits: hits.map((hit) => hit.id) }));
    t.deepEqual(found as unknown, expectedGroups(3, 4));
    for (const { hits } of groups)
      for (const hit of hits) t.true(Math.abs(hit.score - near(Number(hit.id), query)) < 1e-4);
  }
  const named = {
    group_by: 'half',
    group_size: 1,
    limit: 2,
    with_lookup: { collection: NAME, with_payload: ['colour'] },
  };
  const { groups } = await client.queryGroups(NAME, { query, ...named });
  for (const { id, lookup } of groups) t.deepEqual(lookup, { id, payload: { colour: colourOf(Number(id)) } } as never);
}

async function checkMatrix(t: ExecutionContext, client: QdrantClient): Promise<void> {
  const some = [3, 5, 8, 13, 21, 34];
  const body = { sample: 50, limit: 2, filter: { must: [{ has_id: some }] } };
  const { pairs } = await client.searchMatrixPairs(NAME, body);
  t.deepEqual(
    pairs.map(({ a }) => a),
    some.flatMap((id) => [id, id]),
  );
  for (const id of some) {
    const found = pairs.filter(({ a }) => a === id).map(({ b, score }) => ({ id: b as number, score }));
    checkBest(t, found, (other) => near(id, other), { without: [id], limit: 2, among: some });
  }
  const { ids, offsets_row, offsets_col, scores } = await client.searchMatrixOffsets(NAME, body);
  t.deepEqual(ids as unknown, some);
  const again = scores.map((score, at) => ({ a: ids[offsets_row[at] ?? 0], b: ids[offsets_col[at] ?? 0], score }));
  t.deepEqual(again as unknown, pairs);
}

/** Kinds that only the newer form has. */
async function checkQueries(t: ExecutionContext, client: QdrantClient): Promise<void> {
  const ranked = (other: readonly number[]): number[] => IDS.toSorted((a, b) => near(b, other) - near(a, other));
  const [first, second] = [ranked(query).slice(0, 20), ranked(vectorOf(2_000)).slice(0, 20)];
  const reciprocal = (list: readonly number[], id: number): number =>
    list.includes(id) ? 1 / (list.indexOf(id) + 2) : 0;
  const prefetch = [
    { query, limit: 20 },
    { query: vectorOf(2_000), limit: 20 },
  ];
  const fused = await client.query(NAME, { prefetch, query: { fusion: 'rrf' }, limit: 10 });
  const among = [...new Set([...first, ...second])];
  const score = (id: number): number => reciprocal(first, id) + reciprocal(second, id);
  checkBest(t, fused.points, score, { without: [], limit: 10, among });

  const boosted = await client.query(NAME, {
    prefetch: { query, limit: 20 },
    query: { formula: { sum: ['$score', { mult: [2, { key: 'colour', match: { value: 'colour 3' } }] }] } },
    limit: 10,
  });
  const boost = (id: number): number => near(id, query) + (colourOf(id) === 'colour 3' ? 2 : 0);
  checkBest(t, boosted.points, boost, { without: [], limit: 10, among: first });

  const ordered = await client.query(NAME, { query: { order_by: { key: 'half', direction: 'desc' } }, limit: 2 });
  t.deepEqual(
    ordered.points.map((point) => point.order_value),
    [59, 59],
  );
  const { points } = await client.query(NAME, { query: { sample: 'random' }, limit: 30 });
  t.is(new Set(points.map(({ id }) => id)).size, 30);
  const diverse = await client.query(NAME, { query: { nearest: query, mmr: { diversity: 0, candidates_limit: 20 } } });
  t.deepEqual(
    diverse.points.map(({ id }) => id as number),
    first.slice(0, 10),
  );
  const answers = await client.queryBatch(NAME, { searches: [{ query, limit: 1 }, { query: 5, limit: 1 }, {}] });
  t.deepEqual(
    answers.map((answer) => answer.points.length),
    [1, 1, 10],
  );
}

async function checkRefusals(t: ExecutionContext, client: QdrantClient): Promise<void> {
  const refused = async (asked: Promise<unknown>): Promise<unknown> => {
    const error = await t.throwsAsync<Error & { readonly data?: { readonly status: { readonly error: string } } }>(
      asked,
    );
    return error?.data?.status.error;
  };
  const batch = client.recommendBatch(NAME, {
    searches: [
      { positive: [1], limit: 1 },
      { positive: [999], limit: 1 },
    ],
  });
  t.is(await refused(batch), 'Not found: No point with id 999 found');
  const groups = client.searchPointGroups(NAME, { vector: query, group_by: 'colour', group_size: 0, limit: 1 });
  const rule = '[search_group_request.group_request.group_size: value 0 invalid, must be 1 or larger]';
  t.is(await refused(groups), `Validation error in JSON body: ${rule}`);
  const lookup = client.queryGroups(NAME, { query, group_by: 'half', with_lookup: 'none' });
  t.is(await refused(lookup), 'Not found: Collection none not found');
  const keyed = client.discoverPoints(NAME, { target: 1, limit: 1, shard_key: 'a' });
  t.is(await refused(keyed), 'Bad request: Shard key "a" not found');
}

test('the official JavaScript client: every query, old and new, before and after a restart', async (t) => {
  t.timeout(60_000);
  const folder = temporaryFolder();
  let server = await ServerProcess.start({ folder, launcher: 'src' });
  try {
    let client = new QdrantClient({ url: server.url });
    await client.createCollection(NAME, { vectors: { size: DIMENSION, distance: 'Dot' } });
    const points = IDS.map((id) => ({
      id,
      vector: vectorOf(id),
      payload: { colour: colourOf(id), half: Math.floor(id / 2) },
    }));
    await client.upsert(NAME, { wait: true, points });
    await client.createPayloadIndex(NAME, { field_name: 'half', field_schema: 'integer', wait: true });
    for (let round = 0; round < 2; round++) {
      await checkExamples(t, client);
      await checkGroups(t, client);
      await checkMatrix(t, client);
      await checkQueries(t, client);
      await checkRefusals(t, client);
      if (round === 1) break;
      t.like(await server.stop('SIGTERM'), { status: 0, signal: undefined });
      server = await ServerProcess.start({ folder, launcher: 'src' });
      client = new QdrantClient({ url: server.url });
    }
  } finally {
    await server.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
