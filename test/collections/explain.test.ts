import test, { type ExecutionContext } from 'ava';
import type { Explanation, Loss } from '../../src/core/explanation.ts';
import type { Filter } from '../../src/core/filter.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { Query, QueryStep } from '../../src/core/query.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { configOf, CONTEXT, idOf, PARAMS, queryOf, READ, upsertOf } from './house.ts';
import { denseConfig, type PlainVector, sparseConfig, toVector } from './plain-vectors.ts';
import { collectionOf, filterOf, type VectorGround, withVectors } from './vector-ground.ts';

/** What `explain` tells of queries whose answers are known. */

const CONFIG = configOf([denseConfig('', 1, 'Dot'), denseConfig('far', 1, 'Euclid')], [sparseConfig('words')], {
  maxOptimizationThreads: 0,
});

/** Point n has the vectors [n]; n is even or odd; words only where it is even; 20 has no vector at all. */
const POINTS = Array.from({ length: 20 }, (_, index) => {
  const id = index + 1;
  const words = { indices: [id], values: [id] };
  const vectors = { '': [id], far: [id], ...(id % 2 === 0 && { words }) };
  return { id, vectors: id === 20 ? {} : vectors, payload: { n: id % 2 } };
});

function withPoints(t: ExecutionContext, run: (ground: VectorGround) => Promise<void>): Promise<void> {
  t.timeout(60_000);
  return withVectors(CONFIG, async (ground) => {
    await collectionOf(ground).update(CONTEXT, upsertOf('c', POINTS));
    await run(ground);
  });
}

async function explain(ground: VectorGround, query: QueryPoints, whyNot: readonly number[]): Promise<Explanation> {
  return collectionOf(ground).explainQuery(CONTEXT, { collection: 'c', query, whyNot: whyNot.map(idOf), ...READ });
}

/** Path and reason of every loss, with the clause where there is one. */
function reasons({ whyNot }: Explanation): readonly (readonly string[])[] {
  const text = ({ path, reason, clause }: Loss): string =>
    [path, reason, ...(clause === undefined ? [] : [clause])].join(' ');
  return whyNot.map(({ rank, lost }) => (rank === undefined ? lost.map(text) : [`rank ${rank}`]));
}

function step(query: Query | undefined, changes: Partial<QueryStep> = {}): QueryStep {
  const { limit, using, lookupFrom, scoreThreshold, filter } = queryOf([]);
  const params = { ...PARAMS, exact: true };
  return { query, prefetch: [], limit, using, lookupFrom, scoreThreshold, filter, params, ...changes };
}

function nearest(vector: PlainVector): Query {
  return { kind: 'nearest', example: { kind: 'vector', vector: toVector(vector) }, mmr: undefined };
}

test('a leaf: filters by clause, thresholds, limits, offsets, examples, vectors and points that are not there', (t) =>
  withPoints(t, async (ground) => {
    const odd = queryOf([1], { limit: 3, offset: 1, filter: filterOf({ n: 1 }), scoreThreshold: 4 });
    const told = await explain(ground, odd, [17, 19, 18, 11, 5, 3, 20, 77]);
    t.deepEqual(
      told.points.map(({ score }) => score),
      [17, 15, 13],
    );
    t.deepEqual(reasons(told), [
      ['rank 1'],
      ['query offset'],
      ['query filter must[0]: n'],
      ['query limit'],
      ['query limit'],
      ['query threshold'],
      ['query no_vector'],
      ['query no_point'],
    ]);
    t.is(told.query.shards[0]?.filter?.matched, 10);
    const byId = { ...odd, query: { kind: 'nearest', example: { kind: 'id', id: idOf(17) }, mmr: undefined } } as const;
    t.deepEqual(reasons(await explain(ground, byId, [17])), [['query example']]);
  }));

test('every kind of clause is named', (t) =>
  withPoints(t, async (ground) => {
    const path = jsonPath('n');
    if (path === undefined) throw new Error('a path');
    const is = (n: number) => ({ kind: 'field', path, predicates: [{ kind: 'value', value: BigInt(n) }] }) as const;
    const nothing: Filter = { must: [], should: [], mustNot: [], minShould: undefined };
    const clause = async (filter: Partial<Filter>): Promise<string | undefined> => {
      const told = await explain(ground, queryOf([1], { filter: { ...nothing, ...filter } }), [1]);
      return told.whyNot[0]?.lost[0]?.clause;
    };
    t.is(await clause({ must: [is(1), is(0)] }), 'must[1]: n');
    t.is(await clause({ should: [is(0), is(3)] }), 'should');
    t.is(await clause({ mustNot: [is(0), is(1)] }), 'must_not[1]: n');
    t.is(await clause({ minShould: { conditions: [is(1), is(0)], minCount: 2 } }), 'min_should');
    t.is(await clause({ must: [{ kind: 'has_id', ids: [idOf(2)] }] }), 'must[0]: has_id');
  }));

test('a tree: what lost a point at each leaf, and at the step above', (t) =>
  withPoints(t, async (ground) => {
    const prefetch = [
      step(nearest([1]), { limit: 4 }),
      step(nearest({ indices: [2, 4], values: [1, 1] }), { using: 'words', limit: 4 }),
    ];
    const fusion = { kind: 'fusion', fusion: { kind: 'rrf', k: 2, weights: [2, 1] } } as const;
    const told = await explain(ground, { ...queryOf([]), query: fusion, prefetch, limit: 3 }, [19, 2, 6, 1]);
    t.deepEqual(reasons(told), [
      ['rank 1'],
      ['prefetch[0] limit', 'query limit'],
      ['prefetch[0] limit', 'prefetch[1] no_overlap'],
      ['prefetch[0] limit', 'prefetch[1] no_vector'],
    ]);
    t.deepEqual(
      told.query.prefetch.map(({ path, kind, shards }) => [path, kind, shards[0]?.found]),
      [
        ['prefetch[0]', 'nearest', 4],
        ['prefetch[1]', 'nearest', 2],
      ],
    );
    const rescored = { ...queryOf([6], { using: 'far', limit: 2 }), prefetch: [prefetch[0] as QueryStep] };
    const again = await explain(ground, rescored, [17, 18, 19]);
    t.deepEqual(reasons(again), [['rank 2'], ['query limit'], ['query limit']]);
    t.deepEqual(
      again.whyNot.map(({ lost }) => [lost[0]?.rank, lost[0]?.score, lost[0]?.lastScore]),
      [
        [undefined, undefined, undefined],
        [3, 12, 11],
        [4, 13, 11],
      ],
    );
  }));

test('steps that compare nothing, and equal leaves', (t) =>
  withPoints(t, async (ground) => {
    t.deepEqual(reasons(await explain(ground, { ...queryOf([]), query: undefined, limit: 2 }, [2, 3])), [
      ['rank 2'],
      ['query limit'],
    ]);
    const sample = await explain(ground, { ...queryOf([]), query: { kind: 'sample' }, limit: 1 }, [1, 2]);
    const [first] = sample.points;
    const drawn = reasons(sample).filter(([reason]) => reason === 'rank 1').length;
    t.is(drawn, first !== undefined && first.id.word3 <= 2 ? 1 : 0);
    t.true(reasons(sample).some(([reason]) => reason === 'query chance'));
    const leaf = step(nearest([1]), { limit: 4 });
    const fusion = { kind: 'fusion', fusion: { kind: 'dbsf' } } as const;
    const twice = await explain(ground, { ...queryOf([]), query: fusion, prefetch: [leaf, leaf] }, []);
    t.deepEqual(
      twice.query.prefetch.map(({ shards }) => shards[0]?.reused),
      [false, true],
    );
  }));

test('the way that each kind of field was searched', (t) =>
  withPoints(t, async (ground) => {
    const way = async (query: QueryPoints): Promise<readonly unknown[]> => {
      const [segment] = (await explain(ground, query, [])).query.shards[0]?.segments ?? [];
      return [segment?.way, segment?.scanned, segment?.vectors, segment?.candidates];
    };
    t.deepEqual(await way(queryOf([1], { limit: 3 })), ['scan', 19, 19, 3]);
    t.deepEqual(await way(queryOf([1], { limit: 3, filter: filterOf({ n: 1 }) })), ['scan', 19, 19, 3]);
    const words = queryOf({ indices: [2], values: [1] }, { using: 'words', limit: 3 });
    t.deepEqual(await way(words), ['postings', 0, 9, 1]);
    const example = { kind: 'vector', vector: toVector([1]) } as const;
    const recommend = { kind: 'recommend', strategy: 'best_score', positive: [example], negative: [] } as const;
    t.deepEqual(await way({ ...queryOf([]), query: recommend, using: 'far', limit: 3 }), ['scan', 19, 19, 3]);
  }));
