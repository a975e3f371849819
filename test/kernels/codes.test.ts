import test from 'ava';
import fc from 'fast-check';
import { gaussianSource } from '../../scripts/bench/data.ts';
import * as layout from '../../src/kernels/layout.ts';
import { codeShape } from '../../src/vectors/code-shape.ts';
import { score } from '../vectors/oracle.ts';
import { coarseRow, dot, rotateTwin } from './code-twins.ts';
import { CodedField } from './coded-field.ts';
import type { CodedFieldOptions } from './coded-field.ts';

const KINDS = {
  turbo4: { code: layout.CODE_TURBO4, subspace: 0 },
  turbo2: { code: layout.CODE_TURBO2, subspace: 0 },
  turbo1_5: { code: layout.CODE_TURBO1_5, subspace: 0 },
  turbo1: { code: layout.CODE_TURBO1, subspace: 0 },
  binary1: { code: layout.CODE_BINARY1, subspace: 0 },
  binary1_5: { code: layout.CODE_BINARY1_5, subspace: 0 },
  binary2: { code: layout.CODE_BINARY2, subspace: 0 },
  'product x4': { code: layout.CODE_PRODUCT, subspace: 1 },
  'product x8': { code: layout.CODE_PRODUCT, subspace: 2 },
  'product x16': { code: layout.CODE_PRODUCT, subspace: 4 },
  'product x32': { code: layout.CODE_PRODUCT, subspace: 8 },
  'product x64': { code: layout.CODE_PRODUCT, subspace: 16 },
} as const;
const METRICS = { Dot: layout.METRIC_DOT, Euclid: layout.METRIC_EUCLID, Manhattan: layout.METRIC_MANHATTAN } as const;
const DIMENSIONS = [1, 3, 17, 100, 130, 768];

type Distance = keyof typeof METRICS;

function randomRows(count: number, dimension: number, seed: number, size = 1): Float32Array[] {
  const gaussian = gaussianSource(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: dimension }, () => gaussian() * size));
}

function withField<Answer>(options: CodedFieldOptions, use: (field: CodedField) => Answer): Answer {
  const field = new CodedField(options);
  try {
    return use(field);
  } finally {
    field.close();
  }
}

/** The score that codes aim at: of what a code stands for, Euclid with the true lengths. */
function aimed(distance: Distance, coarse: ArrayLike<number>, row: Float32Array, query: Float32Array): number {
  if (distance !== 'Euclid') return score(distance, coarse, query);
  return 2 * dot(coarse, query) - dot(row, row) - dot(query, query);
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? 0))));
}

for (const [name, kind] of Object.entries(KINDS)) {
  const bits = kind.code === layout.CODE_TURBO4 || kind.code === layout.CODE_PRODUCT ? [4] : [1, 4, 8];

  for (const [distance, metric] of Object.entries(METRICS) as [Distance, number][]) {
    test(`${name}, ${distance}: scores come near those of what the codes stand for, and bounds hold`, (t) => {
      for (const dimension of DIMENSIONS) {
        const rows = randomRows(21, dimension, dimension);
        rows[3] = new Float32Array(dimension);
        rows[4] = Float32Array.from({ length: dimension }, (_, index) => (index === 0 ? 5 : 0));
        const [query = new Float32Array(dimension)] = randomRows(1, dimension, dimension + 1);
        for (const queryBits of bits) {
          withField({ ...kind, dimension, metric, queryBits, rows }, (field) => {
            field.query(query);
            const found = field.scores([...rows.keys()]);
            // Tables of products have steps that suit the longest row.
            const longest = Math.sqrt(Math.max(...rows.map((values) => dot(values, values))) * dot(query, query));
            const tableError = kind.code === layout.CODE_PRODUCT ? 0.02 * longest : undefined;
            for (const [row, values] of rows.entries()) {
              const estimate = found[row] ?? Number.NaN;
              const coarse = field.decode(row);
              const length = Math.sqrt(dot(coarse, coarse) * dot(query, query));
              const share = queryBits === 1 ? 1 : queryBits === 4 ? 0.15 : 0.02;
              const gap = Math.abs(estimate - aimed(distance, coarse, values, query));
              const allowed = tableError ?? (distance === 'Manhattan' ? 1e-5 : share) * length;
              t.true(
                gap <= 2 * allowed + 1e-5,
                `${String(dimension)}, ${String(queryBits)}: row ${String(row)} is ${String(gap)} off`,
              );
              const [lowest, highest] = field.bounds(row, estimate);
              const exact = score(distance, values, query);
              const whole = score(distance, coarse, query);
              t.true(Math.abs(field.decodedScore(row) - whole) <= 1e-5 * (1 + Math.abs(whole)));
              t.true(lowest <= exact && exact <= highest, `${String(dimension)}: ${String([lowest, exact, highest])}`);
            }
          });
        }
      }
    });

    test(`${name}, ${distance}: rows against rows score as what their codes stand for`, (t) => {
      for (const dimension of DIMENSIONS) {
        const rows = randomRows(13, dimension, dimension + 7);
        withField({ ...kind, dimension, metric, queryBits: 4, rows }, (field) => {
          const coarse = rows.map((_, row) => field.decode(row));
          const base = rows[5] ?? new Float32Array();
          for (const count of [1, 2, 4, 7, 13]) {
            const listed = Array.from({ length: count }, (_, index) => (index * 5) % 13);
            const wanted = listed.map((row) => {
              const values = rows[row] ?? new Float32Array();
              if (distance !== 'Euclid') return score(distance, coarse[row] ?? [], coarse[5] ?? []);
              return 2 * dot(coarse[row] ?? [], coarse[5] ?? []) - dot(values, values) - dot(base, base);
            });
            t.true(furthest(field.pairScores(5, listed), wanted) <= 1e-5 * (1 + dimension * 4));
          }
        });
      }
    });
  }

  test(`${name}: scores do not depend on how many rows are asked for, nor on their order`, (t) => {
    const dimension = 100;
    const rows = randomRows(300, dimension, 5);
    const [query = new Float32Array(dimension)] = randomRows(1, dimension, 6);
    withField({ ...kind, dimension, metric: layout.METRIC_DOT, queryBits: 4, rows }, (field) => {
      field.query(query);
      const all = field.scores([...rows.keys()]);
      for (const listed of [
        [299],
        [7, 3],
        [256, 255, 0],
        [5, 4, 3, 2, 1, 5],
        Array.from({ length: 70 }, (_, at) => (at * 37) % 300),
      ]) {
        t.deepEqual(
          [...field.scores(listed)],
          listed.map((row) => all[row]),
        );
      }
    });
  });

  if (kind.code === layout.CODE_PRODUCT) continue;

  test(`${name}: codes stand for what the scalar twin makes of a row`, (t) => {
    for (const metric of Object.values(METRICS)) {
      for (const dimension of [...DIMENSIONS, 2, 64, 129, 511, 1000]) {
        const rows = randomRows(6, dimension, dimension + 11, 30);
        withField({ ...kind, dimension, metric, queryBits: 4, rows }, (field) => {
          // One or two coordinates are always levels of some scale, which the twin does not look for.
          if (kind.code === layout.CODE_TURBO4 && dimension < 3) return;
          for (const [row, values] of rows.entries()) {
            const gap = furthest(field.decode(row), coarseRow(kind.code, metric, values));
            t.true(gap <= 3e-3, `${String(dimension)}: row ${String(row)} is ${String(gap)} off`);
          }
        });
      }
    }
  });

  test(`${name}: a row of zeros stands for zeros`, (t) => {
    const dimension = 50;
    const rows = [new Float32Array(dimension)];
    withField({ ...kind, dimension, metric: layout.METRIC_DOT, queryBits: 4, rows }, (field) => {
      t.deepEqual(field.decode(0), new Float32Array(dimension));
      field.query(new Float32Array(dimension).fill(2));
      t.true(field.scores([0])[0] === 0);
      field.query(new Float32Array(dimension));
      t.true(field.scores([0])[0] === 0);
    });
  });
}

test('what four bits stand for has those four bits, and the same factor, in every metric', (t) => {
  const shapes = fc.record({
    dimension: fc.integer({ min: 1, max: 260 }),
    seed: fc.integer(),
    size: fc.constantFrom(1e-6, 0.03, 1, 250, 1e6),
    filled: fc.constantFrom(1, 0.3, 0.02),
    whole: fc.boolean(),
    metric: fc.constantFrom(...Object.values(METRICS)),
  });
  fc.assert(
    fc.property(shapes, ({ dimension, seed, size, filled, whole, metric }) => {
      const gaussian = gaussianSource(seed);
      const values = Float32Array.from({ length: dimension }, (_, index) => {
        const value = (index + seed) % 100 < filled * 100 ? gaussian() * size : 0;
        return whole ? Math.round(value) : value;
      });
      return withField({ ...KINDS.turbo4, dimension, metric, queryBits: 4, rows: [values] }, (field) => {
        const first = field.code(0);
        field.encode(0, field.decode(0));
        const second = field.code(0);
        return first.factor === second.factor && first.code.every((byte, at) => byte === second.code[at]);
      });
    }),
    { numRuns: 400 },
  );
  t.pass();
});

test('a rotation keeps lengths and products, and spreads a single coordinate', (t) => {
  for (const dimension of [1, 2, 3, 17, 100, 768]) {
    const [left = new Float32Array(), right = new Float32Array()] = randomRows(2, dimension, 3);
    t.true(Math.abs(dot(rotateTwin(left), rotateTwin(right)) - dot(left, right)) <= 1e-4 * Math.sqrt(dimension));
  }
  const single = rotateTwin(Float32Array.from({ length: 768 }, (_, index) => (index === 700 ? 1 : 0)));
  t.true(Math.max(...single.map(Math.abs)) <= 5 / Math.sqrt(768));
});

test('a row as query scores as its code does, where levels are what queries can be', (t) => {
  const dimension = 200;
  const rows = randomRows(9, dimension, 8);
  const listed = [...rows.keys()];
  for (const kind of [KINDS.turbo4, KINDS.turbo2, KINDS.turbo1, KINDS.binary1, KINDS.binary2]) {
    for (const metric of Object.values(METRICS)) {
      withField({ ...kind, dimension, metric, queryBits: 4, rows }, (field) => {
        field.query(2);
        const found = field.scores(listed);
        t.true(furthest(found, field.pairScores(2, listed)) <= 0.05);
      });
    }
  }
});

test('codes take the bytes that their names promise', (t) => {
  const bytes = Object.values(KINDS).map((kind) => codeShape(kind, 768).codeBytes);
  t.deepEqual(bytes, [384, 192, 144, 96, 96, 144, 192, 768, 384, 192, 96, 48]);
  t.deepEqual(
    Object.values(KINDS).map((kind) => codeShape(kind, 1).codeBytes),
    [16, 16, 24, 8, 8, 24, 16, 16, 16, 16, 16, 16],
  );
});
