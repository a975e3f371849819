import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import { gaussianSource, uniformSource } from '../../scripts/bench/data.ts';
import { nearest, normalise } from './oracle.ts';

/** Any order of appends, removals, builds, compactions and restarts, with and without filters, against a list of rows. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const DIMENSION = 6;
const { signal } = new AbortController();

type Step =
  | { readonly kind: 'append' | 'absent'; readonly count: number }
  | { readonly kind: 'remove'; readonly rows: readonly number[] }
  | { readonly kind: 'build' | 'compact' | 'restart' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 900 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('absent' as const), count: fc.integer({ min: 1, max: 30 }) }),
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

/** What the field should hold: coordinates of each row (undefined: none), and which rows are removed. */
class Model {
  rows: (Float32Array | undefined)[] = [];
  removed = new Set<number>();

  live(): number[] {
    return [...this.rows.keys()].filter((row) => this.rows[row] !== undefined && !this.removed.has(row));
  }
}

class Trial {
  readonly options: {
    readonly dimension: number;
    readonly distance: Distance;
    readonly m: number;
    readonly efConstruct: number;
  };
  readonly gaussian: () => number;
  readonly chance: () => number;
  model = new Model();
  field: DenseField;
  /** Filters of the field, and the rows that each was made of. */
  held: { readonly filter: RowFilter; readonly rows: ReadonlySet<number> }[] = [];

  constructor(distance: Distance, seed: number) {
    this.options = { dimension: DIMENSION, distance, m: 6, efConstruct: 40 };
    this.gaussian = gaussianSource(seed);
    this.chance = uniformSource(seed);
    this.field = DenseField.open(compute, this.options, undefined);
  }

  random(): Float32Array {
    // A common mean, so that fields of more than a thousand rows centre their codes.
    const row = Float32Array.from({ length: DIMENSION }, () => this.gaussian() + 2);
    return this.options.distance === 'Cosine' ? normalise(row, DIMENSION) : row;
  }

  async take(step: Step): Promise<void> {
    const { field, model } = this;
    if (step.kind === 'append') {
      const rows = Array.from({ length: step.count }, () => this.random());
      field.append(Float32Array.from(rows.flatMap((row) => [...row])), step.count);
      model.rows.push(...rows);
    } else if (step.kind === 'absent') {
      field.appendAbsent(step.count);
      for (let index = 0; index < step.count; index += 1) model.rows.push(undefined);
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
    next.rows = live.map((row) => this.model.rows[row]);
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
    for (const row of this.model.rows) {
      if (row === undefined) this.field.appendAbsent(1);
      else this.field.append(row, 1);
    }
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
    const { distance } = this.options;
    const rows = Float32Array.from(this.model.rows.flatMap((row) => [...(row ?? new Float32Array(DIMENSION))]));
    const wanted = nearest({ distance, dimension: DIMENSION, rows, query, candidates, k: 5 });
    const allowed = new Set(candidates);
    for (const exact of [true, false]) {
      const hits = await this.field.search({ query, k: 5, ef: 40, exact, indexedOnly: false, filter, signal });
      if (hits.rows.length !== wanted.length) return `${String(hits.rows.length)} of ${String(wanted.length)} rows`;
      for (const [at, row] of hits.rows.entries()) {
        if (!allowed.has(row)) return `row ${String(row)} may not be there`;
        const gap = Math.abs((hits.scores[at] ?? NaN) - (wanted[at]?.score ?? NaN));
        if (exact && !(gap <= 1e-5 * Math.max(1, Math.abs(wanted[at]?.score ?? 0)))) return `score ${String(at)}`;
      }
    }
    return undefined;
  }
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  test(`${distance}: after any steps exact searches equal the oracle, and no search is short or names a dead row`, async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), async (taken, seed) => {
        const trial = new Trial(distance, seed);
        for (const step of taken) {
          await trial.take(step);
          const fault = await trial.fault();
          if (fault !== undefined) throw new Error(`${step.kind}: ${fault}`);
        }
        trial.letGo();
        trial.field.close();
      }),
      { numRuns: 25 },
    );
    t.pass();
  });
}
