import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import type { DenseFieldOptions } from '../../src/vectors/dense-field.ts';
import { rescore, scanOriginals } from '../../src/vectors/rescore.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import type { VectorDatatype } from '../../src/core/vectors.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import { gaussianSource, uniformSource } from '../../scripts/bench/data.ts';
import { chooseCode } from '../../src/vectors/field-code.ts';
import { FieldMemory } from '../../src/vectors/field-memory.ts';
import { nearest, normalise } from './oracle.ts';
import { PLAIN_PARAMS } from '../../scripts/bench/engine/plain-field.ts';

/** Any order of appends, removals, builds, compactions and restarts, with and without filters, against a list of rows. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const DIMENSION = 6;
const { signal } = new AbortController();

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'remove'; readonly rows: readonly number[] }
  | { readonly kind: 'build' | 'compact' | 'restart' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 900 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('remove' as const), rows: fc.array(fc.nat(), { maxLength: 400 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('build' as const, 'compact' as const, 'restart' as const) }),
    },
  ),
  { minLength: 3, maxLength: 14 },
);

/** What the field should hold: coordinates of each row, and which rows are removed. */
class Model {
  rows: Float32Array[] = [];
  removed = new Set<number>();

  live(): number[] {
    return [...this.rows.keys()].filter((row) => !this.removed.has(row));
  }
}

class Trial {
  readonly options: DenseFieldOptions;
  readonly gaussian: () => number;
  readonly chance: () => number;
  model = new Model();
  field: DenseField;
  /** Whether remainders go before the last step. */
  readonly drops: boolean;
  /** Filters of the field, and the rows that each was made of. */
  held: { readonly filter: RowFilter; readonly rows: ReadonlySet<number> }[] = [];

  constructor(distance: Distance, kind: Kind, seed: number) {
    const { datatype, quantization, remainders } = kind;
    this.options = { datatype, quantization, remainders, dimension: DIMENSION, distance, m: 6, efConstruct: 40 };
    this.drops = kind.drops;
    this.gaussian = gaussianSource(seed);
    this.chance = uniformSource(seed);
    this.field = DenseField.open(compute, this.options, undefined);
  }

  random(): Float32Array {
    // A common mean, so that fields of more than a thousand rows centre their codes.
    const row = Float32Array.from({ length: DIMENSION }, () => this.gaussian() + 2);
    if (this.options.datatype === 'turbo4') return this.throughCode(row);
    if (this.options.datatype === 'uint8')
      return row.map((value) => Math.min(Math.max(Math.floor(value * 50), 0), 255));
    return this.options.distance === 'Cosine' ? normalise(row, DIMENSION) : row;
  }

  /** What a code of four bits makes of a row: rows of that datatype are such. */
  throughCode(row: Float32Array): Float32Array {
    const { distance } = this.options;
    const code = chooseCode(DIMENSION, 'turbo4', undefined);
    const shape = { dimension: DIMENSION, distance, m: 0, efConstruct: 1, code, remainders: false };
    const memory = new FieldMemory(compute.arenas.forField(), shape);
    memory.reserve(1, () => 0);
    memory.quantise(0, distance === 'Cosine' ? normalise(row, DIMENSION) : row, 1);
    const decoded = memory.dequantise(0);
    memory.close();
    return decoded;
  }

  async take(step: Step): Promise<void> {
    const { field, model } = this;
    if (step.kind === 'append') {
      const rows = Array.from({ length: step.count }, () => this.random());
      field.append(Float32Array.from(rows.flatMap((row) => [...row])), step.count);
      model.rows.push(...rows);
    } else if (step.kind === 'remove') {
      for (const number of step.rows) {
        if (model.rows.length === 0) continue;
        field.remove(number % model.rows.length);
        model.removed.add(number % model.rows.length);
      }
    } else if (step.kind === 'build') {
      await field.buildIndex({ signal });
    } else if (step.kind === 'compact') {
      await this.compact();
    } else {
      this.restart();
    }
  }

  async compact(): Promise<void> {
    const live = this.model.live();
    const target = DenseField.open(compute, this.options, undefined);
    await this.field.compactInto(target, Uint32Array.from(live), signal);
    const next = new Model();
    next.rows = live.map((row) => this.model.rows[row] ?? new Float32Array(DIMENSION));
    this.letGo();
    this.field.close();
    this.field = target;
    this.model = next;
  }

  restart(): void {
    const { chunks } = this.field.exportGraph();
    const graph = Buffer.concat([...chunks]);
    this.letGo();
    this.field.close();
    this.field = DenseField.open(compute, this.options, graph);
    for (const row of this.model.rows) this.field.append(row, 1);
    for (const row of this.model.removed) this.field.remove(row);
  }

  /** Holds a filter of some of the rows there are. */
  hold(): void {
    const share = [0, 0.01, 0.2, 0.6, 1][Math.floor(this.chance() * 5)] ?? 1;
    const rows = new Set([...this.model.rows.keys()].filter(() => this.chance() < share));
    const words = new Uint32Array(Math.ceil(this.model.rows.length / 32) + 2);
    for (const row of rows) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
    this.held.push({ filter: this.field.admit(words, this.model.rows.length), rows });
  }

  letGo(): void {
    for (const { filter } of this.held) filter.close();
    this.held = [];
  }

  /** What is wrong, or undefined. */
  async fault(): Promise<string | undefined> {
    const { field, model } = this;
    const live = model.live();
    if (field.liveCount !== live.length || field.rowCount !== model.rows.length) return 'counts';
    this.hold();
    const query = this.random();
    for (const { filter, rows } of [{ filter: undefined, rows: undefined }, ...this.held.slice(-3)]) {
      const candidates = rows === undefined ? live : live.filter((row) => rows.has(row));
      const fault = await this.faultUnder(filter, query, candidates);
      if (fault !== undefined) return `${rows === undefined ? '' : `under a filter of ${String(rows.size)}: `}${fault}`;
    }
    return undefined;
  }

  async faultUnder(
    filter: RowFilter | undefined,
    query: Float32Array,
    candidates: readonly number[],
  ): Promise<string | undefined> {
    const { distance, datatype } = this.options;
    const rows = Float32Array.from(this.model.rows.flatMap((row) => [...row]));
    const wholeCosine = datatype === 'uint8' && distance === 'Cosine';
    // Whole numbers keep their lengths: the oracle gets them normalised.
    const [oracleRows, oracleQuery] = wholeCosine
      ? [normalise(rows.slice(), DIMENSION), normalise(query.slice(), DIMENSION)]
      : [rows, query];
    const wanted = nearest({ distance, dimension: DIMENSION, rows: oracleRows, query: oracleQuery, candidates, k: 5 });
    const allowed = new Set(candidates);
    for (const exact of [true, false]) {
      const hits = await this.search(query, exact, filter);
      if (hits.rows.length !== wanted.length) return `${String(hits.rows.length)} of ${String(wanted.length)} rows`;
      for (const [at, row] of hits.rows.entries()) {
        if (!allowed.has(row)) return `row ${String(row)} may not be there`;
        const gap = Math.abs((hits.scores[at] ?? NaN) - (wanted[at]?.score ?? NaN));
        // Queries of that datatype are rounded to 16 bits, of which six coordinates feel each.
        const tolerance = datatype === 'turbo4' ? 1e-4 : 1e-5;
        if (exact && !(gap <= tolerance * Math.max(1, Math.abs(wanted[at]?.score ?? 0)))) return `score ${String(at)}`;
      }
    }
    return undefined;
  }

  /** As a segment searches: rows are scored again by their originals where the field has no exact scores. */
  async search(query: Float32Array, exact: boolean, filter: RowFilter | undefined): Promise<Hits> {
    const { field } = this;
    const read = (rows: Uint32Array): Float32Array =>
      Float32Array.from([...rows].flatMap((row) => [...(this.model.rows[row] ?? [])]));
    const common = { query, k: 5, indexedOnly: false, filter, signal };
    if (exact && field.needsFullRead) return scanOriginals(field, common, read);
    const hits = await field.search({ ...common, ef: 40, exact, quantization: PLAIN_PARAMS });
    return hits.approximate ? rescore(field, query, hits, 5, read) : hits;
  }
}

interface Kind {
  readonly name: string;
  readonly datatype: VectorDatatype;
  readonly quantization: QuantizationConfig | undefined;
  readonly remainders: boolean;
  readonly drops: boolean;
}

const SCALAR: QuantizationConfig = { kind: 'scalar', quantile: undefined, alwaysRam: undefined, memory: undefined };
const ASIDE = { alwaysRam: undefined, memory: undefined };
const BINARY: QuantizationConfig = { kind: 'binary', encoding: undefined, queryEncoding: undefined, ...ASIDE };
const TURBO = { kind: 'turbo', bits: 'bits4', ...ASIDE } as const;
const FLOATS = { datatype: 'float32', quantization: undefined, remainders: true, drops: false } as const;

const KINDS: readonly Kind[] = [
  { ...FLOATS, name: 'float32' },
  { ...FLOATS, name: 'float32 without remainders', remainders: false },
  { ...FLOATS, name: 'float32 that loses its remainders', drops: true },
  { ...FLOATS, name: 'scalar', quantization: SCALAR },
  { ...FLOATS, name: 'uint8', datatype: 'uint8' },
  { ...FLOATS, name: 'binary', quantization: BINARY },
  { ...FLOATS, name: 'binary without remainders', quantization: BINARY, remainders: false },
  { ...FLOATS, name: 'turbo', quantization: TURBO },
  { ...FLOATS, name: 'turbo without remainders', quantization: TURBO, remainders: false },
  {
    ...FLOATS,
    name: 'turbo, 2 bits, that loses its remainders',
    quantization: { ...TURBO, bits: 'bits2' },
    drops: true,
  },
  { ...FLOATS, name: 'whole numbers in binary codes', datatype: 'uint8', quantization: BINARY },
  { ...FLOATS, name: 'turbo4 as datatype', datatype: 'turbo4' },
];

const TRIALS = KINDS.flatMap((kind) =>
  (['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const).map((distance) => ({ kind, distance })),
);

for (const { kind, distance } of TRIALS) {
  test(`${kind.name}, ${distance}: after any steps exact searches equal the oracle, and no search is short or names a dead row`, async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), async (taken, seed) => {
        const trial = new Trial(distance, kind, seed);
        for (const [at, step] of taken.entries()) {
          if (trial.drops && at === taken.length - 1) trial.field.dropRemainders();
          await trial.take(step);
          const fault = await trial.fault();
          if (fault !== undefined) throw new Error(`${step.kind}: ${fault}`);
        }
        trial.letGo();
        trial.field.close();
      }),
      { numRuns: 12 },
    );
    t.pass();
  });
}
