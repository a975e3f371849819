import test from 'ava';
import * as fc from 'fast-check';
import { bitsOf, hasBit } from '../../src/base/bitset.ts';
import type { Condition, FieldPredicate, Filter } from '../../src/core/filter.ts';
import { numberId, type PointId, sameId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldType } from '../../src/core/payload-schema.ts';
import { compileFilter, type FilterContext } from '../../src/filters/compile.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { openFieldIndex } from '../../src/filters/open-field-index.ts';
import { compilePayloadFilter } from '../../src/filters/payload-filter.ts';
import { sliceOf } from '../../src/filters/slice.ts';
import { payloadText, randomFilter, randomPath } from './random-filters.ts';

/** Points of a shard by slot; undefined: the slot is not in use. */
interface Ground {
  readonly points: readonly (PointState | undefined)[];
  readonly indexes: readonly FieldIndex[];
}

interface PointState {
  readonly id: PointId;
  readonly hasVector: boolean;
  readonly payload: Uint8Array;
}

function only(condition: Condition): Filter {
  return { must: [condition], should: [], mustNot: [], minShould: undefined };
}

function indexAt({ indexes }: Ground, path: JsonPath): FieldIndex | undefined {
  return indexes.find((index) => JSON.stringify(index.path.steps) === JSON.stringify(path.steps));
}

function contextOf(ground: Ground): FilterContext {
  const { points } = ground;
  const live = new Uint32Array(Math.ceil(points.length / 32) + 2);
  points.forEach((point, slot) => {
    if (point !== undefined) live[slot >>> 5] = (live[slot >>> 5] ?? 0) | (1 << (slot & 31));
  });
  const at = (slot: number): PointState => {
    const point = points[slot];
    if (point === undefined) throw new Error(`no point has slot ${slot}`);
    return point;
  };
  return {
    indexAt: (path) => indexAt(ground, path),
    slotOf: (id) => {
      const slot = points.findIndex((point) => point !== undefined && sameId(point.id, id));
      return slot < 0 ? undefined : slot;
    },
    idAt: (slot) => at(slot).id,
    hasVector: (slot, name) => name === '' && at(slot).hasVector,
    live,
    slotEnd: points.length,
    liveCount: points.filter((point) => point !== undefined).length,
  };
}

/** What compiling must not change: clause by clause, each condition by the index that serves it, else by the payload. */
function matches(filter: Filter, slot: number, point: PointState, ground: Ground): boolean {
  const holds = (condition: Condition): boolean => {
    switch (condition.kind) {
      case 'filter':
        return matches(condition.filter, slot, point, ground);
      case 'has_id':
        return condition.ids.some((id) => sameId(id, point.id));
      case 'has_vector':
        return condition.name === '' && point.hasVector;
      case 'slice':
        return sliceOf(point.id, condition.total) === condition.index;
      case 'nested':
        return compilePayloadFilter(only(condition))(point.payload);
      case 'field':
        return condition.predicates.some((each) => predicateHolds(condition.path, each));
      case 'is_empty':
      case 'is_null': {
        const leaf = indexAt(ground, condition.path)?.leaf({ kind: condition.kind, value: true });
        return leaf === undefined ? compilePayloadFilter(only(condition))(point.payload) : leaf.test(slot);
      }
    }
  };
  const predicateHolds = (path: JsonPath, predicate: FieldPredicate): boolean => {
    const leaf = indexAt(ground, path)?.leaf(predicate);
    return leaf === undefined
      ? compilePayloadFilter(only({ kind: 'field', path, predicates: [predicate] }))(point.payload)
      : leaf.test(slot);
  };
  const { must, should, mustNot, minShould } = filter;
  return (
    must.every(holds) &&
    (should.length === 0 || should.some(holds)) &&
    !mustNot.some(holds) &&
    (minShould === undefined || minShould.conditions.filter(holds).length >= minShould.minCount)
  );
}

const TYPES: readonly FieldType[] = ['keyword', 'integer', 'float', 'bool', 'datetime', 'geo', 'text', 'uuid'];

const point = fc.record({ hasVector: fc.boolean(), payload: payloadText });
const ground: fc.Arbitrary<Ground> = fc
  .record({
    points: fc.array(fc.option(point, { nil: undefined, freq: 5 }), { maxLength: 70 }),
    indexes: fc.uniqueArray(fc.record({ path: randomPath, type: fc.constantFrom(...TYPES) }), {
      selector: ({ path }) => JSON.stringify(path.steps),
      maxLength: 6,
    }),
  })
  .map(({ points, indexes }) => {
    const opened = indexes.map(({ path, type }) => openFieldIndex(path, { type, params: undefined }, 7));
    const states = points.map((state, slot): PointState | undefined => {
      if (state === undefined) return undefined;
      const payload = Buffer.from(state.payload);
      for (const index of opened) index.set(slot, payload);
      return { id: numberId(BigInt(slot)), hasVector: state.hasVector, payload };
    });
    return { points: states, indexes: opened };
  });

/** All from indexes over short paths, so that the exact part is large too. */
const anyFilter = fc.oneof(randomFilter(3, { points: true }), randomFilter(2, { points: true }));

function check(filter: Filter, shard: Ground, noise: number): void {
  const { points } = shard;
  const expected = points.flatMap((state, slot) =>
    state !== undefined && matches(filter, slot, state, shard) ? [slot] : [],
  );
  const compiled = compileFilter(filter, contextOf(shard));
  const candidates = compiled.candidates();
  const undecided = compiled.undecided();
  if (candidates.length !== Math.ceil(points.length / 32)) throw new Error('candidates: length');
  for (const slot of expected) if (!hasBit(candidates, slot)) throw new Error(`candidates: no ${slot}`);
  for (const slot of bitsOf(undecided)) if (!hasBit(candidates, slot)) throw new Error(`undecided: ${slot}`);
  const tests = compiled.residues.map(compilePayloadFilter);
  // Outside of what is undecided a residue's bitmap may say anything.
  const bitmaps = tests.map((passes) =>
    candidates.map((_, at) => {
      let word = Math.imul(noise + at, 0x9e3779b1) & ~(undecided[at] ?? 0);
      for (const bit of bitsOf(Uint32Array.of(undecided[at] ?? 0))) {
        if (passes(points[at * 32 + bit]?.payload ?? new Uint8Array(0))) word |= 1 << bit;
      }
      return word;
    }),
  );
  same([...bitsOf(compiled.resolve(bitmaps))], expected, 'resolve');
  if (compiled.residues.length === 0) same([...bitsOf(candidates)], expected, 'candidates');
  const tested = points.flatMap((state, slot) =>
    state !== undefined && compiled.test(slot, (residue) => tests[residue]?.(state.payload) === true) ? [slot] : [],
  );
  same(tested, expected, 'test');
  if (!(compiled.estimate >= 0 && compiled.estimate <= points.length)) throw new Error(`estimate ${compiled.estimate}`);
}

function same(found: readonly number[], expected: readonly number[], name: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${name}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
}

test('a compiled filter matches what its conditions match one by one', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(ground, anyFilter, fc.nat(), (shard, filter, noise) => check(filter, shard, noise)),
      {
        numRuns: 1500,
      },
    ),
  );
});

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

function field(path: string, predicate: FieldPredicate): Condition {
  return { kind: 'field', path: pathOf(path), predicates: [predicate] };
}

const indexed = (value: string): Condition => field('k', { kind: 'value', value });
const unindexed = (value: string): Condition => field('u', { kind: 'value', value });

function manyPoints(count: number): Ground {
  const index = openFieldIndex(pathOf('k'), { type: 'keyword', params: undefined }, 1);
  const points = Array.from({ length: count }, (_, slot): PointState => {
    const payload = Buffer.from(`{"k":"${slot % 10}","u":"${slot % 7}"}`);
    index.set(slot, payload);
    return { id: numberId(BigInt(slot)), hasVector: true, payload };
  });
  return { points, indexes: [index] };
}

test('what only payloads can tell of one filter is one residue', (t) => {
  const shard = manyPoints(100);
  const clause = (...conditions: Condition[]): Filter => ({
    must: [indexed('3'), ...conditions],
    should: conditions,
    mustNot: conditions,
    minShould: { conditions, minCount: 1 },
  });
  const conditions = [unindexed('1'), unindexed('2')];
  const { residues } = compileFilter(clause(...conditions), contextOf(shard));
  t.deepEqual(residues, [
    { must: conditions, should: conditions, mustNot: conditions, minShould: { conditions, minCount: 1 } },
  ]);
  t.deepEqual(compileFilter(only(unindexed('1')), contextOf(shard)).residues, [only(unindexed('1'))]);
  t.deepEqual(compileFilter(only(indexed('1')), contextOf(shard)).residues, []);
});

test('the candidates of a conjunction are few, however many residues it has', (t) => {
  const shard = manyPoints(1000);
  const filter: Filter = {
    must: [unindexed('1'), indexed('3')],
    should: [],
    mustNot: [unindexed('2')],
    minShould: undefined,
  };
  t.is([...bitsOf(compileFilter(filter, contextOf(shard)).candidates())].length, 100);
  t.is(compileFilter(filter, contextOf(shard)).estimate, 50);
});

test('a disjunction leaves undecided what the index has not decided', (t) => {
  const shard = manyPoints(1000);
  const filter: Filter = { must: [], should: [unindexed('1'), indexed('3')], mustNot: [], minShould: undefined };
  const compiled = compileFilter(filter, contextOf(shard));
  t.is([...bitsOf(compiled.candidates())].length, 1000);
  t.is([...bitsOf(compiled.undecided())].length, 900);
});

test('a compiled filter names the paths of its fields', (t) => {
  const nested: Condition = { kind: 'nested', path: pathOf('n[]'), filter: only(indexed('1')) };
  const filter: Filter = {
    must: [{ kind: 'filter', filter: only(unindexed('1')) }],
    should: [nested],
    mustNot: [{ kind: 'is_empty', path: pathOf('e') }],
    minShould: { conditions: [indexed('1')], minCount: 1 },
  };
  const { paths } = compileFilter(filter, contextOf(manyPoints(1)));
  t.deepEqual(
    paths.map(({ text }) => text),
    ['u', 'n[]', 'e', 'k'],
  );
});

test('fewer conditions than min_count match nothing', (t) => {
  const shard = manyPoints(10);
  const minShould = { conditions: [indexed('1'), unindexed('1')], minCount: 3 };
  const compiled = compileFilter({ must: [], should: [], mustNot: [], minShould }, contextOf(shard));
  t.deepEqual(compiled.residues, []);
  t.deepEqual([...bitsOf(compiled.candidates())], []);
});

test('results are arrays of the caller', (t) => {
  const shard = manyPoints(40);
  const context = contextOf(shard);
  const compiled = compileFilter({ must: [], should: [], mustNot: [], minShould: undefined }, context);
  compiled.candidates().fill(0);
  compiled.resolve([]).fill(0);
  t.is([...bitsOf(compiled.resolve([]))].length, 40);
  t.is([...bitsOf(context.live)].length, 40);
});
