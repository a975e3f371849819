import { deepStrictEqual } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import * as fc from 'fast-check';
import type { Filter } from '../../src/core/filter.ts';
import { idText, numberId, type PointId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import { parsePayload } from '../filters/oracle.ts';
import { CONTEXT, queryOf, type RawPoint, READ, WAIT } from './house.ts';
import {
  answerOf,
  change,
  check,
  collectionOf,
  crash,
  fill,
  type Ground,
  restart,
  withGround,
} from './model-ground.ts';
import { toPlainVectors } from './plain-vectors.ts';
import { type Change, requestOf } from './point-model.ts';
import { anyChange, anyPoint } from './random-changes.ts';

/** All of them but those behind one that is refused. */
async function changeTogether(ground: Ground, changes: readonly Change[]): Promise<void> {
  const expected: unknown[] = [];
  let refusal: string | undefined;
  for (const one of changes) {
    refusal = ground.model.apply(one);
    if (refusal !== undefined) break;
    expected.push({ operationId: ground.model.answered, status: 'completed' });
  }
  const answer = await answerOf(
    collectionOf(ground).updateBatch(CONTEXT, { collection: 'c', changes: changes.map(requestOf), ...WAIT }),
  );
  deepStrictEqual(answer, refusal === undefined ? expected : `not_found: ${refusal}`, 'batch');
}

/** Payloads, vectors, and the versions that queries tell. */
async function checkAll(ground: Ground): Promise<void> {
  const collection = collectionOf(ground);
  const expected = ground.model.matching(undefined);
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 10_000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'all' },
    ...READ,
  });
  const seen = page.points.map(({ id, payload, vectors }) => ({
    id: idText(id),
    payload: parsePayload(Buffer.from(payload ?? []).toString()),
    vector: toPlainVectors(vectors)[''],
  }));
  deepStrictEqual(
    seen,
    expected.map(({ id, payload, vector }) => ({ id: idText(id), payload, vector })),
  );
  const queries = [queryOf([1, 1, 1], { limit: 10_000 })];
  const [hits = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
  const versions = new Map(hits.map(({ id, version }) => [idText(id), version]));
  deepStrictEqual(
    versions,
    new Map(expected.filter(({ vector }) => vector !== undefined).map(({ id, version }) => [idText(id), version])),
    'versions',
  );
}

/** Overwrites all points until rows enough are removed, and waits until they are gone. */
async function compact(ground: Ground): Promise<void> {
  const points = ground.model.matching(undefined).map(({ id, vector, payload }): RawPoint => ({
    id,
    vector,
    payload: JSON.stringify(payload, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  }));
  if (points.length === 0 || !ground.compacts) return;
  for (let rows = 0; rows < 40; rows += points.length)
    await change(ground, { kind: 'upsert', points, mode: 'upsert', updateFilter: undefined });
  const collection = collectionOf(ground);
  for (let turn = 0; turn < 600 && collection.info().status !== 'green'; turn++) await delay(20);
}

type Step =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'batch'; readonly changes: readonly Change[] }
  | { readonly kind: 'check' | 'restart' | 'crash' | 'compact' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('change'), change: anyChange }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('batch'), changes: fc.array(anyChange, { maxLength: 6 }) }) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'check' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'restart' }, { kind: 'crash' }, { kind: 'compact' }) },
);

async function take(ground: Ground, step: Step): Promise<void> {
  switch (step.kind) {
    case 'change':
      return change(ground, step.change);
    case 'batch':
      return changeTogether(ground, step.changes);
    case 'restart':
      return restart(ground);
    case 'crash':
      return crash(ground);
    case 'compact':
      return compact(ground);
    case 'check':
      return checkAll(ground);
  }
}

for (const [shardNumber, compacts] of [
  [1, false],
  [3, false],
  [1, true],
  [3, true],
] as const) {
  const how = compacts ? 'compacted all the time' : 'with crashes';
  test(`${shardNumber} shards, ${how}: any changes leave what the model says, with the versions of their operations`, (t) =>
    check(
      t,
      2,
      fc.record({
        points: fc.array(anyPoint, { minLength: 1, maxLength: 50 }),
        steps: fc.array(anyStep, { maxLength: 40, size: 'max' }),
      }),
      ({ points, steps }) =>
        withGround(
          shardNumber,
          async (ground) => {
            await change(ground, { kind: 'upsert', points, mode: 'upsert', updateFilter: undefined });
            for (const step of steps) await take(ground, step);
            for (const kind of ['check', 'restart', 'check', 'compact', 'check', 'crash', 'check'] as const)
              await take(ground, { kind });
          },
          compacts,
        ),
    ));
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

function idOf(value: number): PointId {
  return numberId(BigInt(value));
}

function pointsOf(count: number): RawPoint[] {
  return Array.from({ length: count }, (_, id) => ({
    id: idOf(id),
    vector: [id, 1, 2],
    payload: `{"n":${id},"k":"old"}`,
  }));
}

/** 100 ids; of the second chunk of 32 one is missing, and another one of the third. */
const LISTED = Array.from({ length: 100 }, (_, id) => idOf(id === 40 ? 1000 : id === 70 ? 1001 : id));
const target = { ids: LISTED };
const BY_LIST: readonly Change[] = [
  { kind: 'set_payload', target, payload: '{"k":"new"}', key: undefined },
  { kind: 'set_payload', target, payload: '{"k":"new"}', key: pathOf('deep.er') },
  { kind: 'overwrite_payload', target, payload: '{"k":null}' },
  { kind: 'delete_payload', target, keys: [pathOf('k')] },
  { kind: 'clear_payload', target },
  {
    kind: 'update_vectors',
    points: LISTED.map((id) => ({ id, vector: [7, 7, 7], payload: '' })),
    updateFilter: undefined,
  },
  { kind: 'delete_vectors', filter: undefined, ids: LISTED },
];

for (const shardNumber of [1, 3]) {
  for (const one of BY_LIST) {
    const place = 'key' in one && one.key !== undefined ? ` at ${one.key.text}` : '';
    test(`${shardNumber} shards: ${one.kind}${place} of a list with missing ids is carried out up to their chunk, and refused`, (t) =>
      withGround(shardNumber, async (ground) => {
        await fill(ground, pointsOf(120));
        await change(ground, one);
        await checkAll(ground);
        if (shardNumber === 1) {
          const versions = ground.model.matching(undefined).map(({ version }) => version);
          t.deepEqual(
            versions,
            Array.from({ length: 120 }, (_, id) => (id < 64 && id !== 40 ? 2 : 1)),
          );
        }
        await crash(ground);
        await checkAll(ground);
        t.pass();
      }));
  }
}

test('ids that are deleted need not exist', (t) =>
  withGround(1, async (ground) => {
    await fill(ground, pointsOf(50));
    await change(ground, { kind: 'delete', target });
    t.is(collectionOf(ground).pointCount, 1, 'point 40 is not in the list');
    await checkAll(ground);
  }));

const N_BELOW_10: Filter = {
  must: [
    {
      kind: 'field',
      path: pathOf('n'),
      predicates: [{ kind: 'range', bounds: { lt: 10, gt: undefined, lte: undefined, gte: undefined } }],
    },
  ],
  should: [],
  mustNot: [],
  minShould: undefined,
};

async function payloads(ground: Ground): Promise<Record<string, unknown>> {
  await checkAll(ground);
  return Object.fromEntries(ground.model.matching(undefined).map(({ id, payload }) => [idText(id), payload]));
}

test('a batch with a change that fails leaves those before it, and nothing of those behind', (t) =>
  withGround(1, async (ground) => {
    await fill(ground, pointsOf(3));
    const set = (ids: readonly number[], payload: string): Change => ({
      kind: 'set_payload',
      target: { ids: ids.map(idOf) },
      payload,
      key: undefined,
    });
    await changeTogether(ground, [
      set([0], '{"k":"first"}'),
      { kind: 'delete', target: { ids: [idOf(1)] } },
      set([2, 1], '{"k":"part"}'),
      set([2], '{"k":"never"}'),
    ]);
    t.deepEqual(await payloads(ground), { '0': { n: 0n, k: 'first' }, '2': { n: 2n, k: 'part' } });
    const operations = [...ground.model.operations];
    await changeTogether(ground, []);
    t.deepEqual(ground.model.operations, operations);
  }));

test('insert_only leaves what exists, update_only what does not, a filter what does not match', (t) =>
  withGround(1, async (ground) => {
    await fill(
      ground,
      [5, 15].map((id) => ({ id: idOf(id), vector: [1, 1, 1], payload: `{"n":${id}}` })),
    );
    const points = [5, 15, 25].map((id): RawPoint => ({
      id: idOf(id),
      vector: undefined,
      payload: '{"n":1,"new":true}',
    }));
    const again = async (
      mode: 'upsert' | 'insert_only' | 'update_only',
      updateFilter: Filter | undefined,
    ): Promise<string> => {
      await change(ground, { kind: 'upsert', points, mode, updateFilter });
      const changed = Object.entries(await payloads(ground)).filter(([, payload]) => 'new' in (payload as object));
      await change(ground, { kind: 'delete', target: { ids: points.map(({ id }) => id) } });
      await fill(
        ground,
        [5, 15].map((id) => ({ id: idOf(id), vector: [1, 1, 1], payload: `{"n":${id}}` })),
      );
      return changed.map(([id]) => id).join(' ');
    };
    t.is(await again('insert_only', undefined), '25');
    t.is(await again('insert_only', N_BELOW_10), '25', 'the filter is not looked at');
    t.is(await again('update_only', undefined), '5 15');
    t.is(await again('update_only', N_BELOW_10), '5');
    t.is(await again('upsert', N_BELOW_10), '5 25');
    t.is(await again('upsert', undefined), '5 15 25');
  }));

test('vectors are updated where points match, but a missing point is refused all the same', (t) =>
  withGround(1, async (ground) => {
    await fill(
      ground,
      [5, 15].map((id) => ({ id: idOf(id), vector: [1, 1, 1], payload: `{"n":${id}}` })),
    );
    const points = [5, 15].map((id): RawPoint => ({ id: idOf(id), vector: [2, 2, 2], payload: '' }));
    await change(ground, { kind: 'update_vectors', points, updateFilter: N_BELOW_10 });
    await checkAll(ground);
    t.deepEqual(
      ground.model.matching(undefined).map(({ version, vector }) => [version, vector?.[0]]),
      [
        [2, 2],
        [1, 1],
      ],
    );
    await change(ground, {
      kind: 'update_vectors',
      points: [...points, { id: idOf(6), vector: [3, 3, 3], payload: '' }],
      updateFilter: N_BELOW_10,
    });
    await checkAll(ground);
    const twice = [1, 2].map((value): RawPoint => ({ id: idOf(5), vector: [value, 0, 0], payload: '' }));
    await change(ground, { kind: 'update_vectors', points: twice, updateFilter: undefined });
    await checkAll(ground);
    t.deepEqual(ground.model.matching(undefined)[0]?.vector, [2, 0, 0]);
  }));

test('vectors are deleted by filter and by ids in two operations, of which the second may be refused', (t) =>
  withGround(1, async (ground) => {
    await fill(ground, pointsOf(20));
    await change(ground, { kind: 'delete_vectors', filter: N_BELOW_10, ids: [idOf(11)] });
    t.is(ground.model.answered, 3);
    await checkAll(ground);
    await change(ground, { kind: 'delete_vectors', filter: N_BELOW_10, ids: [idOf(12), idOf(77)] });
    await checkAll(ground);
    await restart(ground);
    await checkAll(ground);
    const without = ground.model.matching(undefined).filter(({ vector }) => vector === undefined);
    t.deepEqual(
      without.map(({ version }) => version),
      [...Array.from({ length: 10 }, () => 4), 3, 5],
    );
  }));

test('a change of a vector that the collection does not have is refused, and numbered', (t) =>
  withGround(1, async (ground) => {
    await fill(ground, pointsOf(2));
    const names = ['', 'image'];
    const unknown = collectionOf(ground).update(CONTEXT, {
      collection: 'c',
      change: { kind: 'delete_vectors', names, filter: N_BELOW_10, ids: undefined },
      ...WAIT,
    });
    await t.throwsAsync(unknown, { message: 'Not existing vector name error: image' });
    const nobody = collectionOf(ground).update(CONTEXT, {
      collection: 'c',
      change: { kind: 'delete_vectors', names: [''], filter: undefined, ids: undefined },
      ...WAIT,
    });
    await t.throwsAsync(nobody, { message: 'No filter or points provided' });
    ground.model.operations[0] = 2;
    await change(ground, { kind: 'clear_payload', target: { ids: [idOf(1)] } });
    await checkAll(ground);
  }));

test('a compaction keeps what changes meanwhile: payloads with the versions of their operations, points without vectors', (t) =>
  withGround(
    1,
    async (ground) => {
      const points = pointsOf(2000).map((point, at) => (at % 7 === 0 ? { ...point, vector: undefined } : point));
      await fill(ground, points);
      await fill(ground, points.slice(0, 900));
      let changes = 0;
      // From the moment that the rows to be copied are listed until they take the place of the others, and before and after.
      while (collectionOf(ground).info().status !== 'green' || changes < 50) {
        const ids = [idOf(changes % 2000), idOf(1999 - (changes % 100))];
        await change(ground, { kind: 'set_payload', target: { ids }, payload: `{"at":${changes}}`, key: undefined });
        changes++;
      }
      t.true(collectionOf(ground).info().segmentsCount <= 2);
      await checkAll(ground);
      await restart(ground);
      await checkAll(ground);
    },
    true,
  ));
