import test from 'ava';
import fc from 'fast-check';
import { Arenas } from '../../src/compute/arenas.ts';
import { Workspace } from '../../src/compute/workspace.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import * as layout from '../../src/kernels/layout.ts';
import { compileKernels } from '../../src/kernels/load.ts';
import { FieldMemory } from '../../src/vectors/field-memory.ts';
import { gaussianSource } from '../../scripts/bench/data.ts';
import { rowAt, score } from '../vectors/oracle.ts';
import { coarse, quantise, restore } from './scalar-twins.ts';
import { plainShape } from '../../scripts/bench/engine/plain-field.ts';

const arena = new Arenas(compileKernels()).forField();

interface Bench {
  readonly memory: FieldMemory;
  readonly space: Workspace;
  readonly rows: Float32Array;
  readonly query: Float32Array;
  free(): void;
}

/** A field of random rows, and a random query that is the workspace's query. */
function fill(options: {
  dimension: number;
  count: number;
  seed: number;
  size: number;
  distance: Distance;
  mean?: Float32Array;
}): Bench {
  const { dimension, count, seed, size, distance, mean } = options;
  const gaussian = gaussianSource(seed);
  const rows = Float32Array.from(
    { length: dimension * count },
    (_, index) => gaussian() * size + (mean?.[index % dimension] ?? 0),
  );
  const query = Float32Array.from({ length: dimension }, (_, index) => gaussian() * size + (mean?.[index] ?? 0));
  const memory = new FieldMemory(arena, plainShape({ dimension, distance, m: 4, efConstruct: 10 }));
  if (mean !== undefined) memory.setMean(mean);
  memory.reserve(count, () => 0);
  memory.quantise(0, rows, count);
  const space = new Workspace(arena, { padded: memory.padded, rowCount: count, beam: 16, links: 64, top: 10 });
  const source = arena.allocateZeroed(memory.padded * 4);
  arena.f32.set(query, source / 4);
  arena.kernels.prepareQuery(memory.field, space.address, source);
  arena.free(source, memory.padded * 4);
  const free = (): void => {
    memory.close();
    space.free();
  };
  return { memory, space, rows, query, free };
}

/** Scores of rows 0 … count - 1 by codes. */
function scoresByCodes(bench: Bench, count: number): Float32Array {
  const rows = arena.allocate((count + 8) * 4);
  const scores = arena.allocate((count + 8) * 4);
  for (let row = 0; row < count; row += 1) arena.u32[rows / 4 + row] = row;
  arena.kernels.scoreRows(bench.memory.field, bench.space.address, rows, count, scores);
  const answer = arena.f32.slice(scores / 4, scores / 4 + count);
  arena.free(rows, (count + 8) * 4);
  arena.free(scores, (count + 8) * 4);
  return answer;
}

const cases = fc.record({
  dimension: fc.integer({ min: 1, max: 200 }),
  count: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer(),
  size: fc.constantFrom(1e-6, 0.03, 1, 250, 1e6),
});

test('codes and what they restore equal the scalar twin to the bit', (t) => {
  fc.assert(
    fc.property(cases, (options) => {
      const bench = fill({ ...options, distance: 'Dot' });
      const same = Array.from({ length: options.count }, (_, row) => {
        const twin = restore(quantise(rowAt(bench.rows, options.dimension, row)));
        const restored = bench.memory.dequantise(row);
        return twin.every((value, index) => value === restored[index]);
      });
      bench.free();
      return same.every(Boolean);
    }),
  );
  t.pass();
});

test('integers and short fractions survive exactly', (t) => {
  const row = Float32Array.from([1, -2, 3.5, 0, 1000.25, -1024, 0.125]);
  const memory = new FieldMemory(arena, plainShape({ dimension: 7, distance: 'Dot', m: 4, efConstruct: 10 }));
  memory.reserve(1, () => 0);
  memory.quantise(0, row, 1);
  t.deepEqual(memory.dequantise(0), row);
  memory.quantise(0, new Float32Array(7), 1);
  t.deepEqual(memory.dequantise(0), new Float32Array(7));
  memory.close();
});

for (const distance of ['Dot', 'Euclid', 'Manhattan'] as const) {
  test(`${distance}: scores by codes are those of the coarse rows, whatever the number of rows`, (t) => {
    fc.assert(
      fc.property(cases, (options) => {
        const bench = fill({ ...options, distance });
        const scores = scoresByCodes(bench, options.count);
        const unit = distance === 'Manhattan' ? options.size : options.size ** 2;
        const same = Array.from(scores, (found, row) => {
          const codes = coarse(quantise(rowAt(bench.rows, options.dimension, row)));
          // 1e-3: rounding of the query to 16 bits, over all coordinates.
          return Math.abs(found - score(distance, codes, bench.query)) <= 1e-3 * unit * Math.sqrt(options.dimension);
        });
        bench.free();
        return same.every(Boolean);
      }),
    );
    t.pass();
  });

  test(`${distance}: exact scores are those of the originals, with and without a mean`, (t) => {
    fc.assert(
      fc.property(cases, fc.boolean(), (options, centred) => {
        const mean = Float32Array.from({ length: options.dimension }, (_, index) => (index % 3) * options.size);
        const bench = fill({ ...options, distance, ...(centred ? { mean } : {}) });
        const unit = distance === 'Manhattan' ? options.size : options.size ** 2;
        const same = Array.from({ length: options.count }, (_, row) => {
          const found = arena.kernels.scoreExact(bench.memory.field, bench.space.address, row);
          const wanted = score(distance, rowAt(bench.rows, options.dimension, row), bench.query);
          return Math.abs(found - wanted) <= 2e-6 * (Math.abs(wanted) + unit * Math.sqrt(options.dimension));
        });
        bench.free();
        return same.every(Boolean);
      }),
    );
    t.pass();
  });
}

test('pairs of rows score as their coarse coordinates do; wide and Manhattan fields as the originals', (t) => {
  for (const [distance, wide] of [
    ['Dot', 0],
    ['Euclid', 0],
    ['Dot', 1],
    ['Euclid', 1],
    ['Manhattan', 0],
  ] as const) {
    const dimension = 40;
    const bench = fill({ dimension, count: 9, seed: 4, size: 1, distance });
    arena.u32[(bench.space.address + layout.SPACE_WAY) / 4] = wide === 1 ? layout.WAY_WIDE : layout.WAY_INT8;
    const rows = arena.allocate(64);
    const scores = arena.allocate(64);
    for (let row = 0; row < 9; row += 1) arena.u32[rows / 4 + row] = row;
    arena.kernels.scorePairs(bench.memory.field, bench.space.address, 8, rows, 9, scores);
    for (let row = 0; row < 9; row += 1) {
      const pair = [8, row].map((index) => rowAt(bench.rows, dimension, index));
      const [a = [], b = []] =
        wide === 1 || distance === 'Manhattan'
          ? pair
          : pair.map((values) => coarse(quantise(Float32Array.from(values))));
      t.true(
        Math.abs((arena.f32[scores / 4 + row] ?? NaN) - score(distance, a, b)) < 1e-4,
        `${distance} ${String(row)}`,
      );
    }
    bench.free();
  }
});

test('codes are measured: fine on ordinary data, poor where one coordinate outweighs the others', (t) => {
  const share = (weight: number): number => {
    const dimension = 64;
    const count = 1500;
    const gaussian = gaussianSource(6);
    const rows = Float32Array.from(
      { length: dimension * count },
      (_, index) => gaussian() * (index % dimension === 0 ? weight : 1),
    );
    const memory = new FieldMemory(arena, plainShape({ dimension, distance: 'Euclid', m: 4, efConstruct: 10 }));
    memory.reserve(count, () => 0);
    memory.quantise(0, rows, count);
    const space = new Workspace(arena, { padded: memory.padded, rowCount: 1, beam: 1, links: 1, top: 10 });
    const answer = arena.kernels.measureCodes(memory.field, space.address, count);
    arena.kernels.chooseCodes(memory.field, space.address, count, 0.95);
    t.is(memory.readWord(layout.FIELD_WIDE), weight === 1 ? 0 : 1);
    memory.close();
    space.free();
    return answer;
  };
  t.true(share(1) > 0.95);
  t.true(share(100) < 0.95);
});
