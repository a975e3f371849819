import { mkdtemp, readFile, rm, writeFile as writeBytes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { Bitset, bitsOf } from '../../src/base/bitset.ts';
import type { World } from '../../src/base/world.ts';
import type { FieldPredicate } from '../../src/core/filter.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import { FIELD_TYPES, type FieldSchema } from '../../src/core/payload-schema.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { encodeIndex, INDEX_KIND, type IndexPlaces, NO_SLOT, StoredIndex } from '../../src/filters/index-file.ts';
import { facetOf, openFieldIndex, orderOf } from '../../src/filters/open-field-index.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';
import { writeFile } from '../../src/storage/write-file.ts';
import { predicate as anyPredicate } from './random-filters.ts';

const PATH = pathOf('f');
const WORLD: World = { files: new NodeFiles(), nowMs: () => 0, random: () => 0.5 };

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

const SCHEMAS: readonly FieldSchema[] = [
  ...FIELD_TYPES.map((type) => ({ type, params: undefined })),
  { type: 'keyword', params: { prefix: true } },
  { type: 'integer', params: { range: false } },
  { type: 'text', params: { text: { phraseMatching: true } } },
];

/** Values of all types: each index takes what it can, and has a few hundred different ones. */
function payloadOf(seed: number): string {
  const number = (seed * 7919) % 523;
  const scalars = [
    `${number}`,
    `${number / 4}`,
    `"word${number} Größe"`,
    `"${'long '.repeat(number % 40)}"`,
    `"2020-01-01T00:00:${String(number % 60).padStart(2, '0')}Z"`,
    `"01234567-89ab-cdef-0123-${String(number).padStart(12, '0')}"`,
    `{"lon":${number / 4},"lat":${number / 8}}`,
    'true',
    'false',
    'null',
    '"The quick brown fox"',
    '"fox quick"',
  ];
  const one = scalars[seed % scalars.length] ?? 'null';
  const other = scalars[(seed * 31) % scalars.length] ?? 'null';
  const third = scalars[(seed * 17) % scalars.length] ?? 'null';
  return [`{"f":${one}}`, `{"f":[${one},${other},${third}]}`, '{}', `{"f":[${one}]}`, '{"f":[]}'][seed % 5] ?? '{}';
}

const PREDICATES: readonly FieldPredicate[] = [
  { kind: 'is_empty', value: true },
  { kind: 'is_empty', value: false },
  { kind: 'is_null', value: true },
  { kind: 'is_null', value: false },
  { kind: 'value', value: true },
  { kind: 'value', value: 12n },
  { kind: 'value', value: 'fox quick' },
  { kind: 'value', value: '01234567-89ab-cdef-0123-000000000144' },
  { kind: 'any', values: { type: 'integers', values: [1n, 2n, 3n, 500n] } },
  { kind: 'except', values: { type: 'strings', values: ['fox quick', 'none'] } },
  { kind: 'prefix', text: 'word1' },
  { kind: 'range', bounds: { lt: 200, gt: undefined, lte: undefined, gte: 20.5 } },
  { kind: 'datetime_range', bounds: { lt: 1577836830000000n, gt: undefined, lte: undefined, gte: undefined } },
  { kind: 'geo_box', topLeft: { lon: 10, lat: 40 }, bottomRight: { lon: 60, lat: 5 } },
  { kind: 'text', text: 'quick fox' },
  { kind: 'text_any', text: 'größe brown' },
  { kind: 'phrase', text: 'quick brown' },
  { kind: 'phrase', text: 'größe the' },
];

/** All that an index can be asked, in an order that does not depend on slots. */
function answers(index: FieldIndex, predicates: readonly FieldPredicate[], nameOf: (slot: number) => number): unknown {
  const named = (slots: Iterable<number>): number[] => Array.from(slots, nameOf).sort((a, b) => a - b);
  const leaves = predicates.map((predicate) => {
    const leaf = index.leaf(predicate);
    const words = new Uint32Array(400);
    leaf?.fill(words);
    return leaf === undefined ? undefined : named(bitsOf(words));
  });
  const order = orderOf(index);
  const singles: [number, number | undefined][] = [];
  const runs =
    order &&
    Array.from(order.runs({ direction: 'asc', start: undefined, words: undefined }), ({ value, slots }) => {
      for (const slot of slots) singles.push([nameOf(slot), order.single(slot)]);
      return [value, named(slots)];
    });
  singles.sort(([a], [b]) => a - b);
  return { leaves, runs, singles, facet: facetOf(index)?.top(undefined, 10_000), points: index.pointCount };
}

/** Slots by place. */
function placesOf(slots: readonly number[]): IndexPlaces {
  return {
    count: slots.length,
    read: (first, target) => {
      for (let at = 0; at < target.length; at++) target[at] = slots[first + at] ?? NO_SLOT;
    },
  };
}

const noWait = (): Promise<void> => Promise.resolve();

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-index-'));
  try {
    await run(join(folder, 'index.bin'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function save(
  index: FieldIndex,
  path: string,
  places: IndexPlaces,
  changed = new Bitset(),
  meanwhile = noWait,
): Promise<void> {
  const origin = { sequence: 7 };
  await writeFile(WORLD, path, INDEX_KIND, encodeIndex({ index, places, origin, changed }, meanwhile));
}

async function load(index: FieldIndex, path: string, places: IndexPlaces): Promise<Bitset> {
  const stored = await StoredIndex.open(WORLD, path);
  try {
    return await stored.load(index, places, noWait);
  } finally {
    await stored.close();
  }
}

/** Points 0 … count - 1 with gaps between their slots. */
function filledIndex(schema: FieldSchema, count: number, slotOf: (point: number) => number): FieldIndex {
  const index = openFieldIndex(PATH, schema, 1);
  for (let point = 0; point < count; point++) index.set(slotOf(point), Buffer.from(payloadOf(point)));
  return index;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

for (const schema of SCHEMAS) {
  const name = `${schema.type} ${JSON.stringify(schema.params ?? {})}`;

  test(`an index answers after loading as before, with other slots: ${name}`, (t) =>
    inFolder(async (path) => {
      const points = range(3000);
      const before = filledIndex(schema, points.length, (point) => point * 3 + 1);
      await before.refresh(noWait);
      // Some are deleted and changed behind the refresh.
      for (const point of points.slice(0, 900))
        if (point % 7 === 0) before.set(point * 3 + 1, Buffer.from(payloadOf(point + 1)));
      const gone = points.filter((point) => point % 11 === 0);
      for (const point of gone) before.clear(point * 3 + 1);
      const places = points.map((point) => (point % 11 === 0 ? NO_SLOT : point * 3 + 1));
      await save(before, path, placesOf(places));
      const after = openFieldIndex(PATH, schema, 2);
      const slots = points.map((point) => (point % 11 === 0 ? NO_SLOT : points.length - 1 - point));
      const loaded = await load(after, path, placesOf(slots));
      t.is(loaded.count, points.length - gone.length);
      const expected = answers(before, PREDICATES, (slot) => (slot - 1) / 3);
      t.deepEqual(
        answers(after, PREDICATES, (slot) => points.length - 1 - slot),
        expected,
      );
      await after.refresh(noWait);
      t.deepEqual(
        answers(after, PREDICATES, (slot) => points.length - 1 - slot),
        expected,
      );
      // It goes on as one that was never in a file: no value is left behind.
      for (const point of points) {
        before.clear(point * 3 + 1);
        after.clear(points.length - 1 - point);
      }
      t.deepEqual(answers(after, PREDICATES, Number), answers(before, PREDICATES, Number));
    }));

  test(`what changes while the file is written is left out, the rest is as it was: ${name}`, (t) =>
    inFolder(async (path) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.array(anyPredicate, { maxLength: 3 }), fc.nat(), async (from, more, seed) => {
          const count = 2500;
          const asked = [...PREDICATES, ...more];
          const writing = openFieldIndex(PATH, schema, seed);
          for (const point of range(count)) writing.set(point, Buffer.from(payloadOf(point + from)));
          await writing.refresh(noWait);
          const changed = new Bitset();
          let step = seed % 1000;
          await save(writing, path, placesOf(range(count)), changed, async () => {
            for (let each = 0; each < 20; each++) {
              step = (step * 1_103_515_245 + 12_345) % 2 ** 31;
              const slot = step % (count + 100);
              changed.add(slot);
              if (step % 5 === 0) writing.clear(slot);
              else writing.set(slot, Buffer.from(payloadOf(step % 100_000)));
            }
            if (step % 7 === 0 && writing.refreshIsDue) await writing.refresh(noWait);
          });
          const after = openFieldIndex(PATH, schema, seed + 1);
          const loaded = await load(after, path, placesOf(range(count)));
          const model = openFieldIndex(PATH, schema, seed + 2);
          for (const point of range(count)) {
            if (loaded.has(point)) model.set(point, Buffer.from(payloadOf(point + from)));
            else if (!changed.has(point)) throw new Error(`point ${point} is missing`);
          }
          t.true(loaded.count > count / 2 && loaded.count < count);
          t.deepEqual(answers(after, asked, Number), answers(model, asked, Number));
        }),
        { numRuns: 4 },
      );
    }));
}

test('a file holds what its owner says of it, and is refused as the file of another index', (t) =>
  inFolder(async (path) => {
    const index = filledIndex({ type: 'integer', params: undefined }, 10, Number);
    await save(index, path, placesOf(range(10)));
    const stored = await StoredIndex.open(WORLD, path);
    t.deepEqual(stored.origin, { sequence: 7 });
    t.is(stored.placeCount, 10);
    await stored.close();
    for (const schema of SCHEMAS.filter(({ type, params }) => type !== 'integer' || params !== undefined)) {
      await refused(t, load(openFieldIndex(PATH, schema, 0), path, placesOf(range(10))), path);
    }
    const elsewhere = openFieldIndex(pathOf('g'), { type: 'integer', params: undefined }, 0);
    await refused(t, load(elsewhere, path, placesOf(range(10))), path);
    const other = openFieldIndex(PATH, { type: 'integer', params: undefined }, 0);
    await refused(t, load(other, path, placesOf(range(11))), path);
  }));

test('values without a point are not kept, and an empty index is an index', (t) =>
  inFolder(async (path) => {
    for (const schema of SCHEMAS) {
      const index = filledIndex(schema, 50, Number);
      await save(index, path, placesOf(range(50)));
      const nobody = openFieldIndex(PATH, schema, 3);
      t.is((await load(nobody, path, placesOf(range(50).map(() => NO_SLOT)))).count, 0);
      const empty = openFieldIndex(PATH, schema, 4);
      t.deepEqual(answers(nobody, PREDICATES, Number), answers(empty, PREDICATES, Number));
      await save(empty, path, placesOf([]));
      t.is((await load(openFieldIndex(PATH, schema, 5), path, placesOf([]))).count, 0);
    }
  }));

test('a flipped bit anywhere, and a file that was cut, is data_damaged and names the file', (t) =>
  inFolder(async (path) => {
    const schema: FieldSchema = { type: 'keyword', params: undefined };
    const index = filledIndex(schema, 1500, Number);
    await save(index, path, placesOf(range(1500)));
    const sound = await readFile(path);
    for (let at = 0; at < sound.length; at += 97) {
      const damaged = Buffer.from(sound);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      await writeBytes(path, damaged);
      await refused(t, load(openFieldIndex(PATH, schema, 0), path, placesOf(range(1500))), path);
    }
    for (const length of [0, 40, sound.length / 2, sound.length - 1]) {
      await writeBytes(path, sound.subarray(0, length));
      await refused(t, load(openFieldIndex(PATH, schema, 0), path, placesOf(range(1500))), path);
    }
  }));

async function refused(t: ExecutionContext, loading: Promise<unknown>, path: string): Promise<void> {
  const error = await t.throwsAsync(loading, { message: /index\.bin/ });
  t.is((error as { readonly kind?: string } | undefined)?.kind, 'data_damaged', path);
}

test('values and lists longer than what is read at once are read whole', (t) =>
  inFolder(async (path) => {
    const schema: FieldSchema = { type: 'keyword', params: undefined };
    const index = openFieldIndex(PATH, schema, 1);
    const long = 'ß'.repeat(1_500_000);
    for (const slot of range(3)) index.set(slot, Buffer.from(`{"f":["${long}${slot}","x"]}`));
    await save(index, path, placesOf(range(3)));
    const after = openFieldIndex(PATH, schema, 2);
    await load(after, path, placesOf(range(3)));
    const asked: FieldPredicate[] = [
      { kind: 'value', value: `${long}1` },
      { kind: 'prefix', text: 'ß' },
    ];
    t.deepEqual(answers(after, asked, Number), answers(index, asked, Number));
  }));
