import test, { type ExecutionContext } from 'ava';
import { bitsOf } from '../../src/base/bitset.ts';
import type { FieldPredicate } from '../../src/core/filter.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { facetOf, openFieldIndex, orderOf } from '../../src/filters/open-field-index.ts';
import { IndexModel, shown } from './index-model.ts';

/** Indexes over so many points that they answer in the ways that pay only then. */
const COUNT = 3000;

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

/** Numbers that look random and are always the same: 0 … 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 4) / 2 ** 28;
  };
}

/** An index and its model over the same points; some have changed since the refresh. */
async function build(schema: FieldSchema, valueOf: (slot: number) => unknown): Promise<[FieldIndex, IndexModel]> {
  const path = pathOf('f');
  const index = openFieldIndex(path, schema, 5);
  const model = new IndexModel(path, schema);
  const put = (slot: number): void => {
    const payload = JSON.stringify({ f: valueOf(slot) });
    index.set(slot, Buffer.from(payload));
    model.payloads.set(slot, payload);
  };
  for (let slot = 0; slot < COUNT; slot++) put(slot);
  await index.refresh(() => Promise.resolve());
  for (let slot = 0; slot < COUNT; slot += 29) put(slot);
  return [index, model];
}

function check(
  t: ExecutionContext,
  [index, model]: readonly [FieldIndex, IndexModel],
  predicate: FieldPredicate,
): void {
  const words = new Uint32Array(Math.ceil(COUNT / 32));
  const leaf = index.leaf(predicate);
  leaf?.fill(words);
  const expected = model.matches(predicate) ?? [];
  t.deepEqual([...bitsOf(words)], expected);
  t.deepEqual(
    Array.from({ length: COUNT }, (_, slot) => slot).filter((slot) => leaf?.test(slot) === true),
    expected,
  );
  // How often words stand side by side is not known.
  if (predicate.kind === 'phrase') return;
  const estimate = leaf?.estimate ?? 0;
  t.true(
    estimate >= expected.length / 4 - 60 && estimate <= expected.length * 4 + 60,
    `${estimate}: ${expected.length}`,
  );
}

test('places are found by the cells of the earth', async (t) => {
  const random = randomNumbers(1);
  const place = (): { lon: number; lat: number } => {
    // Half of them in one town.
    if (random() < 0.5) return { lon: 13.3 + random() / 5, lat: 52.4 + random() / 5 };
    return { lon: random() * 360 - 180, lat: random() * 180 - 90 };
  };
  const points = await build({ type: 'geo', params: undefined }, (slot) =>
    slot % 10 === 0 ? [place(), place()] : place(),
  );
  const corners = [
    [-180, 90, 180, -90],
    [170, 60, -170, -60],
    [13.3, 52.5, 13.4, 52.45],
    [0, 10, 40, 0],
    [10, 0, 0, 10],
  ] as const;
  for (const [west, north, east, south] of corners) {
    check(t, points, { kind: 'geo_box', topLeft: { lon: west, lat: north }, bottomRight: { lon: east, lat: south } });
  }
  for (const radiusMetres of [1, 500, 5000, 1e6, 1.5e7, 3e7]) {
    for (const center of [
      { lon: 13.4, lat: 52.5 },
      { lon: 179.9, lat: 10 },
      { lon: 0, lat: 89.9 },
    ]) {
      check(t, points, { kind: 'geo_radius', center, radiusMetres });
    }
  }
  const ring = (side: number): { lon: number; lat: number }[] =>
    [
      [-1, -1],
      [1, -1],
      [0, 1],
      [-1, -1],
    ].map(([x, y]) => ({ lon: 13.4 + (x ?? 0) * side, lat: 52.5 + (y ?? 0) * side }));
  check(t, points, { kind: 'geo_polygon', exterior: ring(0.1), interiors: [ring(0.03)] });
  check(t, points, { kind: 'geo_polygon', exterior: ring(30), interiors: [ring(0.1)] });
});

test('places on the edge of a box that is the edge of cells are not in it', async (t) => {
  // The middle of the last of 2^20 columns of cells: a square that ends with it does not lie within the box.
  const lon = ((2 ** 20 * 2210 - 0.5) * 360) / 2 ** 32 - 180;
  const points = await build({ type: 'geo', params: undefined }, (slot) => ({ lon, lat: 50 + slot / 100_000 }));
  const box = (west: number, east: number): FieldPredicate => ({
    kind: 'geo_box',
    topLeft: { lon: west, lat: 60 },
    bottomRight: { lon: east, lat: 40 },
  });
  check(t, points, box(lon - 1, lon));
  check(t, points, box(lon, lon + 1));
  check(t, points, box(lon - 1, lon + 1));
});

test('words are looked for in the rarest list or in all of them', async (t) => {
  const random = randomNumbers(2);
  // Word n is in about one of n + 2 texts.
  const text = (): string =>
    Array.from({ length: 30 }, (_, word) => (random() < 1 / (word + 2) ? `w${word}` : ''))
      .sort(() => random() - 0.5)
      .join(' ');
  const params = { text: { phraseMatching: true } };
  const points = await build({ type: 'text', params }, (slot) => (slot % 7 === 0 ? [text(), text()] : text()));
  for (const kind of ['text', 'text_any', 'phrase'] as const) {
    for (const query of ['w0', 'w29', 'w0 w1', 'w0 w1 w2', 'w0 w25', 'w28 w27 w26', 'w1 w1', 'w3 none']) {
      check(t, points, { kind, text: query });
    }
  }
});

test('many values are looked for at once', async (t) => {
  const random = randomNumbers(3);
  const points = await build({ type: 'integer', params: undefined }, (slot) =>
    slot % 9 === 0 ? [Math.floor(random() * 300), Math.floor(random() * 300)] : Math.floor(random() * 300),
  );
  const values = Array.from({ length: 60 }, (_, index) => BigInt(index * 4));
  for (const kind of ['any', 'except'] as const) check(t, points, { kind, values: { type: 'integers', values } });
  const bounds = { gt: undefined, gte: 20, lt: 100, lte: undefined };
  check(t, points, { kind: 'range', bounds });
});

test('an order over many points visits each of them once for each value', async (t) => {
  const random = randomNumbers(4);
  const [index, model] = await build({ type: 'float', params: undefined }, (slot) =>
    slot % 9 === 0 ? [random() * 50, 7.5] : Math.floor(random() * 100) / 2,
  );
  const few = new Uint32Array(Math.ceil(COUNT / 32));
  few[3] = 0xf0f0;
  few[40] = 0x11;
  const many = new Uint32Array(Math.ceil(COUNT / 32)).fill(0x77777777);
  for (const words of [undefined, few, many]) {
    const isIn = (slot: number): boolean =>
      words === undefined || (((words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
    for (const direction of ['asc', 'desc'] as const) {
      const found: { value: number | bigint; slot: number }[] = [];
      const start = { kind: 'float', value: 7.5 } as const;
      for (const { value, slots } of orderOf(index)?.runs({ direction, start, words }) ?? []) {
        for (const slot of slots.slice().sort()) found.push({ value, slot });
      }
      const expected = model.ordered(isIn).filter(({ value }) => (direction === 'asc' ? value >= 7.5 : value <= 7.5));
      const side = direction === 'asc' ? 1 : -1;
      expected.sort((a, b) => side * (Number(a.value) - Number(b.value)) || a.slot - b.slot);
      t.deepEqual(found, expected);
    }
  }
});

test('a facet over many points counts each of them once for each value', async (t) => {
  const random = randomNumbers(5);
  const [index, model] = await build({ type: 'keyword', params: undefined }, () =>
    Array.from({ length: 3 }, () => `v${Math.floor(random() ** 3 * 200)}`),
  );
  const words = new Uint32Array(Math.ceil(COUNT / 32)).fill(0x0f0f0f0f);
  for (const within of [undefined, words]) {
    const counts = model.facet((slot) => within === undefined || (slot & 4) === 0);
    const best = facetOf(index)?.top(within, 20) ?? [];
    const expected = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 20);
    t.deepEqual(
      best.map(({ value, count }) => [shown(value), count]),
      expected,
    );
  }
});
