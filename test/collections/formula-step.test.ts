import { deepStrictEqual } from 'node:assert/strict';
import test from 'ava';
import * as fc from 'fast-check';
import { type FormulaCandidate, scoreByFormula } from '../../src/collections/query/formula-step.ts';
import { present } from '../../src/base/invariant.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Condition, FieldPredicate, Filter } from '../../src/core/filter.ts';
import type { Expression } from '../../src/core/formula.ts';
import { idText, numberId, type PointId } from '../../src/core/ids.ts';
import type { JsonPath } from '../../src/core/json-path.ts';
import type { FieldType } from '../../src/core/payload-schema.ts';
import { type OracleIndex, indexedValues } from '../filters/indexed-oracle.ts';
import { type Json, valuesAt } from '../filters/oracle.ts';
import { randomPath } from '../filters/random-filters.ts';
import { field, must, pathOf } from './filled-collection.ts';
import { check } from './model-ground.ts';
import type { Change } from './point-model.ts';
import { anyChange, anyFilter, anyIndex, anyPoint, manyIndexes } from './random-changes.ts';
import { change, createIndex, type Ground, restart, withGround } from './shard-ground.ts';

const NEVER = new AbortController().signal;

const payload = (path: JsonPath): Expression => ({ kind: 'payload', path });
const condition = (condition: Condition): Expression => ({ kind: 'condition', condition });
const score = (index: number): Expression => ({ kind: 'score', index });

function candidates({ shard }: Ground, ids: readonly PointId[]): readonly FormulaCandidate[] {
  return ids.map((id, index) => {
    const { segment, row } = present(shard.find(id), 'a point of the shard');
    return { place: { id, shard, segment, row }, scores: [index, undefined] };
  });
}

/** The scores of points by an expression, or what is said instead. */
async function scoresOf(
  ground: Ground,
  expression: Expression,
  found: readonly FormulaCandidate[],
  defaults: Readonly<Record<string, string>> = {},
): Promise<readonly number[] | string> {
  const formula = { expression, defaults: new Map(Object.entries(defaults)) };
  try {
    return [...(await scoreByFormula(formula, ground.shard, found, NEVER))];
  } catch (error) {
    if (error instanceof VectorizerError && error.kind === 'bad_input') return error.message;
    throw error;
  }
}

function upsert(payloads: readonly string[]): Change {
  return {
    kind: 'upsert',
    points: payloads.map((text, index) => ({ id: numberId(BigInt(index)), vector: [1, 2, 3], payload: text })),
    mode: 'upsert',
    updateFilter: undefined,
  };
}

const ids = (count: number): readonly PointId[] => Array.from({ length: count }, (_, index) => numberId(BigInt(index)));

const wrong = (expected: string, path: string, error: string): string =>
  `Expected ${expected} value for ${path} in the payload and/or in the formula defaults. Error: ${error}`;
const MISSING = 'No value found in a payload nor defaults';

interface Value {
  readonly payload: string;
  readonly path?: string;
  readonly index?: FieldType;
  readonly defaultValue?: string;
  /** What it is as a number, a moment and metres from 0, 0; a text is the error. */
  readonly number?: number | string;
  readonly moment?: number | string;
  readonly metres?: number | string;
}

const DEGREE = Math.fround((Math.PI * 6371008.8) / 180);
const NOT_NUMBER = 'Value is not a number';
const NOT_DATE = (text: string): string =>
  `'${text}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`;
const NOT_GEO = (given: string): string => `invalid type: ${given}, expected struct GeoPointShadow`;
const NOT_TEXT = (given: string): string => `invalid type: ${given}, expected a string`;
const NOT_F64 = (given: string): string => `invalid type: ${given}, expected f64`;

const VALUES: readonly Value[] = [
  { payload: '{"a":5}', number: 5, moment: NOT_TEXT('integer `5`'), metres: NOT_GEO('integer `5`') },
  { payload: '{"a":-2.50}', number: -2.5, moment: NOT_TEXT('floating point `-2.5`') },
  { payload: '{"a":1e2}', number: 100, moment: NOT_TEXT('floating point `100.0`') },
  { payload: '{"a":9007199254740993}', number: 2 ** 53 },
  { payload: '{"a":[5]}', number: 5 },
  { payload: '{"a":[5,6]}', number: NOT_NUMBER, moment: NOT_TEXT('sequence') },
  { payload: '{"a":[[5]]}', number: NOT_NUMBER },
  { payload: '{"a":"5"}', number: NOT_NUMBER, moment: NOT_DATE('5'), metres: NOT_GEO('string "5"') },
  { payload: '{"a":true}', number: NOT_NUMBER, moment: NOT_TEXT('boolean `true`'), metres: NOT_GEO('boolean `true`') },
  { payload: '{"a":null}', number: NOT_NUMBER, moment: NOT_TEXT('null'), metres: NOT_GEO('null'), defaultValue: '1' },
  { payload: '{"a":{}}', number: NOT_NUMBER, moment: NOT_TEXT('map'), metres: 'missing field `lon`' },
  { payload: '', number: MISSING, moment: MISSING, metres: MISSING },
  { payload: '{"b":1}', number: MISSING, moment: MISSING, metres: MISSING },
  { payload: '{"a":[]}', number: MISSING },
  { payload: '{"a":[]}', defaultValue: '7', number: 7 },
  { payload: '{"b":1}', defaultValue: '[7]', number: NOT_NUMBER },
  { payload: '{"b":1}', defaultValue: '"7"', number: NOT_NUMBER },
  { payload: '{"a":1,"a":2}', number: 2 },
  { payload: '{"\\u0061":3}', number: 3 },
  { payload: '{"a":{"b":4}}', path: 'a.b', number: 4 },
  { payload: '{"a":[{"b":4},{"c":5}]}', path: 'a[].b', number: 4 },
  { payload: '{"a":[{"b":4},{"b":5}]}', path: 'a[].b', number: NOT_NUMBER },
  { payload: '{"a":[{"b":4},{"b":5}]}', path: 'a[1].b', number: 5 },
  { payload: '{"a":[{"b":4}]}', path: 'a.b', number: MISSING },
  { payload: '{"x y":{"z":4}}', path: '"x y"."z"', number: 4 },
  { payload: '{}', path: '"x y"."z"', number: MISSING },
  { payload: '{"a":"1970-01-01T00:00:01.5Z"}', moment: 1.5 },
  { payload: '{"a":["1970-01-02"]}', moment: 86_400 },
  { payload: '{"b":1}', defaultValue: '"1970-01-01 00:01"', moment: 60 },
  { payload: '{"a":{"lon":0,"lat":1}}', metres: DEGREE },
  { payload: '{"a":{"x":[],"lat":1.0,"lon":-0}}', metres: DEGREE },
  { payload: '{"a":[{"lon":1,"lat":0}]}', metres: DEGREE },
  { payload: '{"a":[{"lon":1,"lat":0},{"lon":1,"lat":0}]}', metres: NOT_F64('map') },
  { payload: '{"a":[0,1]}', metres: DEGREE },
  { payload: '{"a":[1]}', metres: NOT_GEO('integer `1`') },
  { payload: '{"a":[0,1,2]}', metres: 'invalid length 3, expected fewer elements in array' },
  {
    payload: '{"b":1}',
    defaultValue: '[]',
    metres: 'invalid length 0, expected struct GeoPointShadow with 2 elements',
  },
  { payload: '{"b":1}', defaultValue: '{"lon":1,"lat":0}', metres: DEGREE },
  { payload: '{"a":{"lon":1}}', metres: 'missing field `lat`' },
  { payload: '{"a":{"lon":1,"lat":"0"}}', metres: NOT_F64('string "0"') },
  {
    payload: '{"a":{"lon":181,"lat":0.5}}',
    metres: 'Wrong format of GeoPoint payload: expected `lat` = 0.5 within [-90;90] and `lon` = 181 within [-180;180]',
  },
  // Values that an index does not hold are none.
  { index: 'float', payload: '{"a":"5"}', number: MISSING },
  { index: 'float', payload: '{"a":[null,5,"x"]}', number: 5 },
  { index: 'float', payload: '{"a":null}', defaultValue: '1', number: 1 },
  { index: 'float', payload: '{"a":[1,2]}', number: NOT_NUMBER },
  { index: 'integer', payload: '{"a":5.0}', number: 5 },
  { index: 'integer', payload: '{"a":5.5}', number: MISSING },
  { index: 'integer', payload: '{"a":1e300}', number: MISSING },
  { index: 'integer', payload: '{"a":[5,5.5]}', number: 5 },
  { index: 'keyword', payload: '{"a":5}', number: MISSING },
  { index: 'keyword', payload: '{"a":["1970-01-02",5]}', moment: 86_400 },
  { index: 'bool', payload: '{"a":[5,true]}', number: NOT_NUMBER },
  { index: 'text', payload: '{"a":5}', number: 5 },
  { index: 'datetime', payload: '{"a":"1970-01-02"}', moment: 86_400, number: NOT_NUMBER },
  { index: 'datetime', payload: '{"a":"soon"}', moment: MISSING },
  { index: 'datetime', payload: '{"a":["soon","1970-01-02"]}', moment: 86_400 },
  { index: 'datetime', payload: '{"a":["1970-01-02","1970-01-03"]}', moment: NOT_TEXT('sequence') },
  { index: 'datetime', payload: '{"b":1}', defaultValue: '"1970-01-02"', moment: 86_400 },
  { index: 'integer', payload: '{"a":-9007199254740993}', number: -(2 ** 53) },
  { index: 'float', payload: '{"a":-2.5}', number: -2.5 },
  // The same value twice is two, as without an index.
  { payload: '{"a":[5,5.0]}', number: NOT_NUMBER },
  { index: 'float', payload: '{"a":[5,5.0]}', number: NOT_NUMBER },
  { index: 'integer', payload: '{"a":[5,5,"x"]}', number: NOT_NUMBER },
  { index: 'datetime', payload: '{"a":["1970-01-02","1970-01-02"]}', moment: NOT_TEXT('sequence') },
  { index: 'geo', payload: '{"a":{"lon":0,"lat":1}}', metres: DEGREE },
  { index: 'geo', payload: '{"a":{"lon":200,"lat":1}}', metres: MISSING },
  { index: 'geo', payload: '{"a":[0,1]}', metres: MISSING },
  { index: 'geo', payload: '{"a":[{"lon":0},{"lon":0,"lat":1}]}', metres: DEGREE },
];

test('values of payloads and defaults, with indexes and without', async (t) => {
  await withGround(async (ground) => {
    for (const given of VALUES) {
      const path = pathOf(given.path ?? 'a');
      const { index } = given;
      if (index !== undefined) await createIndex(ground, { path, schema: { type: index, params: undefined } });
      await change(ground, upsert([given.payload]));
      const defaults = given.defaultValue === undefined ? {} : { [path.text]: given.defaultValue };
      const shown = (given.path ?? 'a').replace('."z"', '.z');
      const ask = async (
        expected: number | string | undefined,
        name: string,
        expression: Expression,
      ): Promise<void> => {
        if (expected === undefined) return;
        const answer = await scoresOf(ground, expression, candidates(ground, ids(1)), defaults);
        t.deepEqual(
          answer,
          typeof expected === 'number' ? [expected] : wrong(name, shown, expected),
          JSON.stringify(given),
        );
      };
      await ask(given.number, 'number', payload(path));
      await ask(given.moment, 'datetime', { kind: 'datetime_key', path });
      await ask(given.metres, 'geo point', { kind: 'geo_distance', origin: { lon: 0, lat: 0 }, path });
      if (index !== undefined) {
        await (
          await ground.shard.update({ kind: 'delete_index', path })
        ).applied;
        ground.model.deleteIndex(path);
      }
    }
  });
});

test('scores of prefetches, also of points that one of them has not found', async (t) => {
  await withGround(async (ground) => {
    await change(ground, upsert(['', '', '']));
    const expression: Expression = { kind: 'sum', operands: [score(0), score(1)] };
    t.deepEqual(await scoresOf(ground, expression, candidates(ground, ids(3))), [0, 1, 2]);
    t.deepEqual(await scoresOf(ground, expression, candidates(ground, ids(3)), { '$score[1]': '5' }), [5, 6, 7]);
    t.deepEqual(await scoresOf(ground, expression, []), []);
  });
});

test('conditions on ids, vectors, elements and words', async (t) => {
  await withGround(async (ground) => {
    await change(ground, upsert(['{"a":[{"x":1,"y":1},{"x":2,"y":2}],"t":"Blue Sky"}', '{"a":[{"x":1,"y":2}]}', '{}']));
    const two = numberId(2n);
    await change(ground, { kind: 'delete_vectors', filter: undefined, ids: [two] });
    const ask = async (asked: Condition): Promise<unknown> =>
      scoresOf(ground, condition(asked), candidates(ground, ids(3)));
    const value = (at: bigint): FieldPredicate => ({ kind: 'value', value: at });
    t.deepEqual(await ask({ kind: 'has_id', ids: [two, numberId(77n)] }), [0, 0, 1]);
    t.deepEqual(await ask({ kind: 'has_vector', name: '' }), [1, 1, 0]);
    const filter = must(field('x', value(1n)), field('y', value(2n)));
    t.deepEqual(await ask({ kind: 'nested', path: pathOf('a[]'), filter }), [0, 1, 0]);
    const conditions: readonly Condition[] = [field('a[].x', value(2n)), field('t', { kind: 'text', text: 'blue' })];
    const some: Filter = { must: [], should: [], mustNot: [], minShould: { conditions, minCount: 1 } };
    t.deepEqual(await ask({ kind: 'filter', filter: some }), [1, 0, 0]);
    // Without an index a text is a part of another, with one it is words.
    t.deepEqual(await ask(field('t', { kind: 'text', text: 'sky blue' })), [0, 0, 0]);
    await createIndex(ground, { path: pathOf('t'), schema: { type: 'text', params: undefined } });
    t.deepEqual(await ask(field('t', { kind: 'text', text: 'sky blue' })), [1, 0, 0]);
    t.deepEqual(
      await scoresOf(ground, { kind: 'condition', condition: undefined }, candidates(ground, ids(3))),
      [1, 1, 1],
    );
  });
});

test('payloads that are in the store, more of them than are read at once', async (t) => {
  await withGround(async (ground) => {
    await change(ground, upsert(Array.from({ length: 100 }, (_, index) => `{"n":${index},"odd":${index % 2}}`)));
    await restart(ground);
    const odd = field('odd', { kind: 'value', value: 1n });
    const expression: Expression = { kind: 'mult', operands: [condition(odd), payload(pathOf('n'))] };
    for (const count of [1, 32, 100]) {
      const answer = await scoresOf(ground, expression, candidates(ground, ids(count)));
      t.deepEqual(
        answer,
        Array.from({ length: count }, (_, index) => (index % 2) * index),
      );
    }
  });
});

test('a point that is deleted meanwhile fails no request and scores nothing', async (t) => {
  await withGround(async (ground) => {
    await change(ground, upsert(['{"n":1}', '{"n":2}']));
    const found = candidates(ground, ids(2));
    await change(ground, { kind: 'delete', target: { ids: [numberId(0n)] } });
    t.deepEqual(await scoresOf(ground, payload(pathOf('n')), found), [-Infinity, 2]);
    t.deepEqual(await scoresOf(ground, condition({ kind: 'has_vector', name: '' }), found), [0, 1]);
  });
});

test('a request that is cancelled ends', async (t) => {
  await withGround(async (ground) => {
    await change(ground, upsert(['{"n":1}']));
    const formula = { expression: payload(pathOf('n')), defaults: new Map<string, string>() };
    const error = await t.throwsAsync(
      scoreByFormula(formula, ground.shard, candidates(ground, ids(1)), AbortSignal.abort()),
      { instanceOf: VectorizerError },
    );
    t.is(error?.kind, 'timeout');
  });
});

test('many variables and conditions over many points, in slices', async (t) => {
  await withGround(async (ground) => {
    await change(ground, upsert(Array.from({ length: 40 }, (_, index) => `{"n":${index},"m":1}`)));
    const terms = Array.from({ length: 2000 }, (_, index): Expression => {
      const asked = field(`c${index}`, { kind: 'is_empty', value: true });
      return index % 2 === 0 ? payload(pathOf(`v${index}`)) : condition(asked);
    });
    const defaults = Object.fromEntries(terms.map((_, index) => [`v${index}`, '2']));
    const expression: Expression = { kind: 'sum', operands: [payload(pathOf('n')), ...terms] };
    const answer = await scoresOf(ground, expression, candidates(ground, ids(40)), defaults);
    t.deepEqual(
      answer,
      ids(40).map((_, index) => index + 3000),
    );
  });
});

/** What a formula takes for the number at a path: one number, or nothing that fits. */
function numberAt(path: JsonPath, value: Json, indexes: readonly OracleIndex[]): number | undefined {
  const index = indexes.find((each) => JSON.stringify(each.path.steps) === JSON.stringify(path.steps));
  const elements = valuesAt(value, path.steps).flatMap((each) => (Array.isArray(each) ? (each as Json[]) : [each]));
  const counted =
    index === undefined || index.schema.type === 'text'
      ? elements
      : elements.flatMap((each) => indexedValues({ ...index, path: pathOf('x') }, { x: [each] }));
  const [only] = counted;
  return counted.length === 1 && (typeof only === 'number' || typeof only === 'bigint') ? Number(only) : undefined;
}

test('any condition and any path, over any points and indexes', async (t) => {
  const steps = fc.array(
    fc.oneof(
      anyChange,
      anyIndex.map((index) => ({ kind: 'create_index' as const, index })),
    ),
    { maxLength: 4 },
  );
  const points = fc.array(anyPoint, { minLength: 8, maxLength: 40 });
  const asked = fc.array(fc.tuple(anyFilter(2), randomPath), { minLength: 6, maxLength: 12 });
  await check(t, 40, fc.tuple(points, manyIndexes, steps, asked), async ([points, indexes, steps, asked]) => {
    await withGround(async (ground) => {
      await change(ground, { kind: 'upsert', points, mode: 'upsert', updateFilter: undefined });
      for (const index of indexes) await createIndex(ground, index);
      for (const step of steps) {
        if (step.kind === 'create_index') await createIndex(ground, step.index);
        else await change(ground, step);
      }
      const { model } = ground;
      const all = model.matching(undefined);
      const found = candidates(
        ground,
        all.map(({ id }) => id),
      );
      for (const [filter, path] of asked) {
        const matching = new Set(model.matching(filter).map(({ id }) => idText(id)));
        const told = await scoresOf(ground, condition({ kind: 'filter', filter }), found);
        deepStrictEqual(
          told,
          all.map(({ id }) => (matching.has(idText(id)) ? 1 : 0)),
        );
        for (const [index, point] of all.entries()) {
          const answer = await scoresOf(ground, payload(path), found.slice(index, index + 1));
          const number = numberAt(path, point.payload, model.indexes);
          if (number === undefined || !Number.isFinite(Math.fround(number))) deepStrictEqual(typeof answer, 'string');
          // An integer index knows no -0.
          else deepStrictEqual(Number(answer) + 0, Math.fround(number) + 0);
        }
      }
    });
  });
});
