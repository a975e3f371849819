import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { shardOf } from '../../src/collections/routing.ts';
import { joinFilters } from '../../src/core/filter.ts';
import { idText } from '../../src/core/ids.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { Fusion, Query, QueryStep } from '../../src/core/query.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { configOf, CONTEXT, deleteOf, idOf, PARAMS, queryOf, READ, type TestPoint, upsertOf } from './house.ts';
import { denseConfig } from './plain-vectors.ts';
import { collectionOf, filterOf, type VectorGround, withVectors } from './vector-ground.ts';

/** Trees of queries against a plain model of SEMANTICS.md 3.1; every query is asked again later, so that results are kept. */

interface ModelPoint {
  readonly id: number;
  readonly n: number;
  readonly near: readonly number[];
  readonly far: readonly number[];
}

type Found = readonly (readonly [id: number, score: number])[];

const DIMENSION = 3;
const BASE: QueryStep = {
  query: undefined,
  prefetch: [],
  using: '',
  lookupFrom: undefined,
  limit: 10,
  scoreThreshold: undefined,
  filter: undefined,
  params: { ...PARAMS, exact: true },
};

class TreeModel {
  readonly points = new Map<number, ModelPoint>();
  readonly shardCount: number;

  constructor(shardCount: number) {
    this.shardCount = shardCount;
  }

  run(request: QueryPoints): Found {
    const excluded = new Set(idsOf(request));
    const shards = Array.from({ length: this.shardCount }, (_, shard) =>
      [...this.points.values()].filter(({ id }) => shardOf(idOf(id), this.shardCount) === shard && !excluded.has(id)),
    );
    const { offset } = request;
    const root = { ...request, limit: request.limit + offset };
    const { query } = root;
    if (query?.kind === 'fusion') {
      const sources = root.prefetch.map((step) =>
        this.merge(
          shards.map((points) => this.find(step, points, root.filter)),
          step,
        ).slice(0, step.limit),
      );
      return this.fused(root, query.fusion, sources).slice(offset);
    }
    const lists = shards.map((points) => this.find(root, points, undefined));
    return this.merge(lists, root).slice(0, root.limit).slice(offset);
  }

  private find(step: QueryStep, points: readonly ModelPoint[], above: QueryStep['filter']): Found {
    const filter = joinFilters(above, step.filter);
    const sources = step.prefetch.map((source) => this.find(source, points, filter));
    const { query } = step;
    if (query?.kind === 'fusion') return this.fused(step, query.fusion, sources);
    const ids = new Set(sources.flat().map(([id]) => id));
    const among = points.filter(({ id, n }) => (sources.length > 0 ? ids.has(id) : matches(filter, n)));
    const scored = among.map(({ id, near, far }) => [id, this.score(step, near, far)] as const);
    return this.merge([scored], step)
      .filter(([, score]) => passes(step, score))
      .slice(0, step.limit);
  }

  private fused(step: QueryStep, fusion: Fusion, sources: readonly Found[]): Found {
    const scores = new Map<number, number>();
    sources.forEach((source, index) => {
      source.forEach(([id, score], rank) => {
        const part = fusion.kind === 'rrf' ? reciprocal(fusion, index, rank) : distributed(source, score);
        scores.set(id, (scores.get(id) ?? 0) + part);
      });
    });
    const { scoreThreshold = -Infinity } = step;
    return [...scores]
      .toSorted(([, a], [, b]) => b - a)
      .filter(([, score]) => score >= scoreThreshold)
      .slice(0, step.limit);
  }

  private score({ query, using }: QueryStep, near: readonly number[], far: readonly number[]): number {
    if (query === undefined) return 1;
    const vector = query.kind === 'nearest' ? this.vectorOf(query, using) : [];
    if (using === 'far') return Math.sqrt(far.reduce((sum, value, at) => sum + (value - (vector[at] ?? 0)) ** 2, 0));
    return near.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0);
  }

  private vectorOf({ example }: Query & { kind: 'nearest' }, using: string): readonly number[] {
    if (example.kind === 'vector') return Array.from(example.vector.values);
    const point = example.kind === 'id' ? this.points.get(Number(idText(example.id))) : undefined;
    return (using === 'far' ? point?.far : point?.near) ?? [];
  }

  private merge(lists: readonly Found[], { query, using }: QueryStep): Found {
    const all = lists.flat();
    if (query === undefined) return all.toSorted(([a], [b]) => a - b);
    // Ranks within shards make equal scores: larger ids first where larger scores are better.
    const sign = query.kind === 'nearest' && using === 'far' ? 1 : -1;
    return all.toSorted(([aId, a], [bId, b]) => sign * (a - b || aId - bId));
  }
}

function passes({ query, using, scoreThreshold }: QueryStep, score: number): boolean {
  if (scoreThreshold === undefined || query === undefined) return true;
  return using === 'far' ? score < scoreThreshold : score > scoreThreshold;
}

function matches(filter: QueryStep['filter'], n: number): boolean {
  return (filter?.must ?? []).every((condition) => {
    const predicate = condition.kind === 'field' ? condition.predicates[0] : undefined;
    return predicate?.kind === 'value' && predicate.value === BigInt(n);
  });
}

function reciprocal({ k, weights }: Fusion & { kind: 'rrf' }, index: number, rank: number): number {
  const weight = weights?.[index] ?? 1;
  return weight <= 0 ? 0 : 1 / ((rank + 1) / weight + k - 1);
}

function distributed(source: Found, score: number): number {
  const mean = source.reduce((sum, [, other]) => sum + other, 0) / source.length;
  const squares = source.reduce((sum, [, other]) => sum + (other - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (source.length - 1));
  return source.length < 2 || deviation === 0 ? 0.5 : (score - (mean - 3 * deviation)) / (6 * deviation);
}

function idsOf({ query, prefetch }: QueryStep): number[] {
  const own = query?.kind === 'nearest' && query.example.kind === 'id' ? [Number(idText(query.example.id))] : [];
  return [...own, ...prefetch.flatMap(idsOf)];
}

const component = fc.integer({ min: -10_000, max: 10_000 }).map((value) => Math.fround(value / 997));
const numbers = fc.array(component, { minLength: DIMENSION, maxLength: DIMENSION });
const filter = fc.option(
  fc.nat(2).map((n) => filterOf({ n })),
  { nil: undefined, freq: 2 },
);

/**
 * What may stand below the root. Fusion makes equal scores there, and what of them is cut is not told: dbsf of two points,
 * and equal ranks of several shards.
 */
type Below = readonly ('rrf' | 'dbsf')[];

function nearestStep(depth: number, below: Below): fc.Arbitrary<QueryStep> {
  return fc
    .record({
      vector: numbers,
      id: fc.integer({ min: 1, max: 40 }),
      byId: fc.boolean(),
      using: fc.constantFrom('', 'far'),
      limit: fc.integer({ min: 1, max: 20 }),
      scoreThreshold: fc.option(component, { nil: undefined, freq: 4 }),
      filter,
      prefetch: depth === 0 ? fc.constant([]) : fc.array(step(depth - 1, below, below), { maxLength: 3 }),
    })
    .map(({ vector, id, byId, ...others }) => {
      const values = Float32Array.from(vector);
      const example = byId
        ? ({ kind: 'id', id: idOf(id) } as const)
        : ({ kind: 'vector', vector: { kind: 'dense', values } } as const);
      return { ...BASE, ...others, query: { kind: 'nearest', example, mmr: undefined } };
    });
}

function fusionStep(depth: number, here: Below, below: Below): fc.Arbitrary<QueryStep> {
  return fc
    .record({
      prefetch: fc.array(step(depth - 1, below, below), { minLength: 1, maxLength: 3 }),
      weights: fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
      kind: fc.constantFrom(...here),
      limit: fc.integer({ min: 1, max: 20 }),
      filter,
    })
    .map(({ prefetch, weights, kind, ...others }) => {
      const fusion: Fusion =
        kind === 'rrf' ? { kind, k: 2, weights: weights.slice(0, prefetch.length).map(Math.fround) } : { kind };
      return { ...BASE, ...others, prefetch, query: { kind: 'fusion', fusion } };
    });
}

function step(depth: number, here: Below, below: Below): fc.Arbitrary<QueryStep> {
  const scroll = fc.record({ filter, limit: fc.integer({ min: 1, max: 9 }) }).map((given) => ({ ...BASE, ...given }));
  return depth === 0
    ? fc.oneof({ weight: 4, arbitrary: nearestStep(0, below) }, scroll)
    : fc.oneof(nearestStep(depth, below), ...(here.length > 0 ? [fusionStep(depth, here, below)] : []));
}

function requests(shardNumber: number): fc.Arbitrary<QueryPoints> {
  const root = step(2, ['rrf', 'dbsf'], shardNumber === 1 ? ['rrf'] : []);
  return fc.tuple(root, fc.nat(3)).map(([root, offset]) => ({ ...queryOf([]), ...root, offset }));
}

const points = fc.array(fc.record({ id: fc.integer({ min: 1, max: 60 }), n: fc.nat(2), near: numbers, far: numbers }), {
  minLength: 1,
  maxLength: 15,
});

type Move = { readonly upsert: readonly ModelPoint[] } | { readonly remove: number } | { readonly ask: QueryPoints };

function moves(shardNumber: number): fc.Arbitrary<readonly Move[]> {
  const move = fc.oneof(
    { weight: 2, arbitrary: points.map((upsert) => ({ upsert })) },
    { weight: 1, arbitrary: fc.integer({ min: 41, max: 60 }).map((remove) => ({ remove })) },
    { weight: 3, arbitrary: requests(shardNumber).map((ask) => ({ ask })) },
  );
  return fc.array(move, { minLength: 1, maxLength: 12 });
}

/** Ids 1 … 40 are always there: they are examples. */
const FIRST = Array.from({ length: 40 }, (_, index): ModelPoint => {
  const wave = (at: number): number => Math.fround(Math.sin(index * 7.3 + at * 1.7) * 9);
  return { id: index + 1, n: index % 3, near: [wave(0), wave(1), wave(2)], far: [wave(3), wave(4), wave(5)] };
});

async function upsertAll(ground: VectorGround, model: TreeModel, given: readonly ModelPoint[]): Promise<void> {
  for (const point of given) model.points.set(point.id, point);
  const rows = given.map(({ id, n, near, far }): TestPoint => ({ id, vectors: { '': near, far }, payload: { n } }));
  await collectionOf(ground).update(CONTEXT, upsertOf('c', rows));
}

async function check(t: ExecutionContext, ground: VectorGround, model: TreeModel, asked: QueryPoints): Promise<void> {
  const expected = model.run(asked);
  // Twice the same in one request: equal leaves run once.
  const both = await collectionOf(ground).query(CONTEXT, { collection: 'c', queries: [asked, asked], ...READ });
  for (const answer of both) {
    const found = answer.map(({ id, score }) => [Number(idText(id)), score] as const);
    t.is(found.length, expected.length);
    found.forEach(([id, score], rank) => {
      const [expectedId, expectedScore] = expected[rank] ?? [NaN, NaN];
      const isNear = Math.abs(score - expectedScore) <= 1e-4 * Math.max(1, Math.abs(expectedScore));
      if (id !== expectedId && !isNear) t.deepEqual(found, [...expected]);
      t.true(isNear, `${score} ${expectedScore}`);
    });
  }
}

for (const shardNumber of [1, 3]) {
  test(`${shardNumber} shards: any tree finds what the model finds, before and after writes`, async (t) => {
    t.timeout(180_000);
    const fields = [denseConfig('', DIMENSION, 'Dot'), denseConfig('far', DIMENSION, 'Euclid')];
    const config = configOf(fields, [], { shardNumber, maxOptimizationThreads: 0 });
    await withVectors(config, async (ground) => {
      const model = new TreeModel(shardNumber);
      await upsertAll(ground, model, FIRST);
      const asked: QueryPoints[] = [];
      await fc.assert(
        fc.asyncProperty(moves(shardNumber), async (given) => {
          for (const move of given) {
            if ('upsert' in move) await upsertAll(ground, model, move.upsert);
            else if ('remove' in move) {
              model.points.delete(move.remove);
              await collectionOf(ground).update(CONTEXT, deleteOf('c', [move.remove]));
            } else {
              asked.push(move.ask);
              await check(t, ground, model, move.ask);
            }
            for (const again of asked.slice(-3)) await check(t, ground, model, again);
          }
        }),
        {
          numRuns: Number(process.env['RUNS'] ?? 40),
          ...(process.env['SEED'] && { seed: Number(process.env['SEED']) }),
        },
      );
    });
  });
}

test('a step that fails leaves nothing open behind it: its collection can be deleted at once', async (t) => {
  t.timeout(60_000);
  await withVectors(
    configOf([denseConfig('', DIMENSION, 'Dot')], [], { maxOptimizationThreads: 0 }),
    async (ground) => {
      // So many that a thread looks for those that match.
      const many = Array.from({ length: 2000 }, (_, id) => ({ id, vectors: { '': [id, 2, 3] }, payload: { n: 1 } }));
      await collectionOf(ground).update(CONTEXT, upsertOf('c', many));
      const path = jsonPath('n');
      if (path === undefined) throw new Error('a path');
      const unordered = { kind: 'order_by', orderBy: { path, direction: 'asc', startFrom: undefined } } as const;
      const { query } = queryOf([1, 0, 0]);
      const prefetch = [
        { ...BASE, query: unordered },
        { ...BASE, query, filter: filterOf({ n: 1 }) },
        { ...BASE, query },
      ];
      const fusion = { kind: 'fusion', fusion: { kind: 'dbsf' } } as const;
      const queries = [{ ...queryOf([]), query: fusion, prefetch }];
      const failing = collectionOf(ground).query(CONTEXT, { collection: 'c', queries, ...READ });
      await t.throwsAsync(failing, { message: /^No range index/ });
      // Behind whatever still runs of it.
      const filtered = [queryOf([1, 0, 0], { filter: filterOf({ n: 1 }) })];
      await collectionOf(ground).query(CONTEXT, { collection: 'c', queries: filtered, ...READ });
      t.true(await ground.house.database.delete('c'));
    },
  );
});

test('more points than a request may hold are refused, whatever asks for them', async (t) => {
  t.timeout(60_000);
  await withVectors(
    configOf([denseConfig('', DIMENSION, 'Dot')], [], { maxOptimizationThreads: 0 }),
    async (ground) => {
      const many = Array.from({ length: 2000 }, (_, id) => ({ id, vectors: { '': [id, 2, 3] } }));
      await collectionOf(ground).update(CONTEXT, upsertOf('c', many));
      const ask = (...queries: readonly QueryPoints[]) =>
        collectionOf(ground).query(CONTEXT, { collection: 'c', queries, ...READ });
      const all = queryOf([1, 0, 0], { limit: Number.MAX_SAFE_INTEGER });
      t.is((await ask(all))[0]?.length, 2000);
      const message =
        'Limit exceeded 1002000 > 1000000 for "limit". Help: Reduce the "limit" parameter to or below 1000000.';
      await t.throwsAsync(ask(...Array.from({ length: 501 }, () => all)), { message });
      const prefetch = Array.from({ length: 500 }, () => ({ ...BASE, limit: 10_000 }));
      await t.throwsAsync(ask({ ...all, prefetch }), { message });
      const examples = Array.from({ length: 1_398_102 }, (_, at) => ({ kind: 'id', id: idOf(at % 2000) }) as const);
      const recommend = { kind: 'recommend', strategy: 'sum_scores', positive: examples, negative: [] } as const;
      await t.throwsAsync(ask({ ...queryOf([]), query: recommend }), {
        message:
          'Limit exceeded 4194306 > 4194304 for "values of examples". Help: Reduce the "values of examples" parameter to or below 4194304.',
      });
    },
  );
});
