import { isUtf8 } from 'node:buffer';
import type { Vector as WireVector } from '../../../generated/points.js';
import { WireFormatError } from '../../../generated/wire.js';
import { badInput } from '../../core/errors.ts';
import { CELLS_MAX } from '../../core/request-limits.ts';
import { ColumnBuilder } from '../../core/vector-columns.ts';
import { sortSparse } from '../../core/vector-rules.ts';
import type {
  DenseColumn,
  InferredVector,
  SparseColumn,
  Vector,
  VectorColumn,
  VectorKind,
} from '../../core/vectors.ts';
import { IndexList } from './index-list.ts';
import type { GivenVector } from './vectors.ts';

/**
 * What a point has under a name: nothing, a dense vector whose floats lie in the message, a sparse one whose values do, or a
 * message in `given`, which may have no name.
 */
const NONE = 0;
const DENSE = 1;
const SPARSE = 2;
const GIVEN = 3;
const GIVEN_UNNAMED = 4;

/**
 * The vectors of one name.
 * starts, counts  where the floats lie in the message, and how many they are.
 * firsts          where the indices of a SPARSE one lie in `indices`.
 */
interface NameVectors {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly counts: Uint32Array;
  firsts: Uint32Array;
  readonly indices: IndexList;
  readonly given: Map<number, WireVector>;
}

/** Where a sparse vector lies in the message. */
export interface SparsePlace {
  /** Its floats begin here, so many. */
  readonly values: number;
  readonly count: number;
  /** Its packed indices. */
  readonly indices: number;
  readonly end: number;
}

/**
 * The vectors of a list of points, by name. Dense ones stay where they are in the message until `finish`, which copies each
 * once. What is set twice counts as it was set last.
 */
export class VectorPlaces {
  readonly #bytes: Buffer;
  readonly #count: number;
  readonly #names: NameVectors[] = [];
  readonly #numbers: Map<string, number> = new Map();
  #fault: Error | undefined = undefined;

  /** count  points. */
  constructor(bytes: Buffer, count: number) {
    this.#bytes = bytes;
    this.#count = count;
  }

  /** Says that the points have too many names, where they do. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * The number of the name whose text lies at `start` … `end`; -1 where there are too many.
   * position  among the names of its point: points mostly have the same names in the same order.
   */
  nameAt(start: number, end: number, position: number): number {
    const bytes = this.#bytes;
    const guess = this.#names[position]?.nameBytes;
    if (guess?.length === end - start && guess.compare(bytes, start, end) === 0) return position;
    if (!isUtf8(bytes.subarray(start, end))) {
      throw new WireFormatError('invalid string value: data is not UTF-8 encoded');
    }
    return this.named(bytes.toString('utf8', start, end));
  }

  /** The number of a name; -1 where there are too many. */
  named(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const count = this.#count;
    if (this.#names.length > 0 && this.#names.length * count > CELLS_MAX) {
      const words = `${count} points with more than ${this.#names.length} names of vectors are too many for one request`;
      this.#fault ??= badInput(`${words} in this version of Vectorizer`);
      return -1;
    }
    const opened: NameVectors = {
      name,
      nameBytes: Buffer.from(name),
      kinds: new Uint8Array(count),
      starts: new Uint32Array(count),
      counts: new Uint32Array(count),
      firsts: NO_PLACES,
      indices: new IndexList(),
      given: new Map(),
    };
    const nameNumber = this.#names.push(opened) - 1;
    this.#numbers.set(name, nameNumber);
    return nameNumber;
  }

  /** A dense vector of `count` floats that begin at byte `start` of the message. */
  setDense(point: number, nameNumber: number, start: number, count: number): void {
    const vectors = this.#names[nameNumber];
    if (vectors === undefined) return;
    vectors.kinds[point] = DENSE;
    vectors.starts[point] = start;
    vectors.counts[point] = count;
  }

  /** A sparse vector. False where its indices are not as many as its values, or no indices at all; nothing is set then. */
  setSparse(point: number, nameNumber: number, { values, count, indices, end }: SparsePlace): boolean {
    const vectors = this.#names[nameNumber];
    if (vectors === undefined) return false;
    const first = vectors.indices.count;
    if (vectors.indices.add(this.#bytes, indices, end) !== count) return false;
    if (vectors.firsts.length === 0) vectors.firsts = new Uint32Array(this.#count);
    vectors.kinds[point] = SPARSE;
    vectors.starts[point] = values;
    vectors.counts[point] = count;
    vectors.firsts[point] = first;
    return true;
  }

  /** Any other vector; isNamed: whether it stands in a map by names. */
  set(point: number, nameNumber: number, message: WireVector, isNamed: boolean): void {
    const vectors = this.#names[nameNumber];
    if (vectors === undefined) return;
    vectors.kinds[point] = isNamed ? GIVEN : GIVEN_UNNAMED;
    vectors.given.set(point, message);
  }

  /** The point has no vectors. */
  clear(point: number): void {
    for (const { kinds } of this.#names) kinds[point] = NONE;
  }

  /**
   * A column for each name and kind that is there, and what a model has to make first.
   * convert   makes what was given to `set` a vector; undefined where it is none.
   * repeated  hears of points with a sparse vector in which an index stands twice.
   */
  finish(convert: ConvertVector, repeated: (point: number) => void): PointVectors {
    const vectors: VectorColumn[] = [];
    const inferred: InferredVector[] = [];
    for (const name of this.#names) {
      const converted = convertAll(name, convert);
      const dense = vectorsOfKind(converted, 'dense');
      const sparse = vectorsOfKind(converted, 'sparse');
      const multi = vectorsOfKind(converted, 'multi');
      if (name.kinds.includes(DENSE) || dense.size > 0) vectors.push(this.#denseColumn(name, dense));
      if (name.kinds.includes(SPARSE) || sparse.size > 0) vectors.push(this.#sparseColumn(name, sparse, repeated));
      if (multi.size > 0) vectors.push(this.#multiColumn(name, multi));
      converted.forEach((vector, pointIndex) => {
        if (vector.kind === 'inference') inferred.push({ pointIndex, name: name.name, object: vector.object });
      });
    }
    return { vectors, inferred };
  }

  /** others  dense vectors that are not DENSE here. */
  #denseColumn(vectors: NameVectors, others: VectorsByPoint): DenseColumn {
    const places = this.#places(vectors, DENSE, others);
    return {
      kind: 'dense',
      name: vectors.name,
      ...places,
      values: this.#values(vectors, DENSE, places.starts, others),
    };
  }

  #sparseColumn(vectors: NameVectors, others: VectorsByPoint, repeated: (point: number) => void): SparseColumn {
    const { name, kinds, firsts, counts } = vectors;
    const { has, starts } = this.#places(vectors, SPARSE, others);
    const values = this.#values(vectors, SPARSE, starts, others);
    const indices = new Uint32Array(values.length);
    for (let point = 0; point < this.#count; point++) {
      if (kinds[point] !== SPARSE) continue;
      const start = starts[point] as number;
      const end = starts[point + 1] as number;
      const own = indices.subarray(start, end);
      vectors.indices.copy(firsts[point] as number, counts[point] as number, own);
      if (!sortSparse(own, values.subarray(start, end))) repeated(point);
    }
    others.forEach((vector, point) => {
      if (vector.kind === 'sparse') indices.set(vector.indices, starts[point]);
    });
    return { kind: 'sparse', name, has, starts, values, indices };
  }

  #multiColumn({ name }: NameVectors, vectors: VectorsByPoint): VectorColumn {
    const builder = new ColumnBuilder(name, 'multi');
    for (let point = 0; point < this.#count; point++) builder.push(vectors.get(point));
    return builder.column();
  }

  /** Which points have a vector of a kind, and where each lies in its column. */
  #places({ kinds, counts }: NameVectors, kind: number, others: VectorsByPoint): Pick<DenseColumn, 'has' | 'starts'> {
    const has = new Uint8Array(this.#count);
    const starts = new Uint32Array(this.#count + 1);
    let total = 0;
    for (let point = 0; point < this.#count; point++) {
      if (kinds[point] === kind) {
        has[point] = 1;
        total += counts[point] as number;
      } else if (others.size > 0) {
        const other = others.get(point);
        has[point] = other === undefined ? 0 : 1;
        total += other?.values.length ?? 0;
      }
      starts[point + 1] = total;
    }
    return { has, starts };
  }

  /** The floats of a column, copied out of the message. */
  #values(vectors: NameVectors, kind: number, starts: Uint32Array, others: VectorsByPoint): Float32Array {
    const { kinds, counts, starts: places } = vectors;
    const values = new Float32Array(starts[this.#count] as number);
    const target = Buffer.from(values.buffer);
    for (let point = 0; point < this.#count; point++) {
      if (kinds[point] !== kind) continue;
      const place = places[point] as number;
      this.#bytes.copy(target, (starts[point] as number) * 4, place, place + (counts[point] as number) * 4);
    }
    others.forEach((vector, point) => values.set(vector.values, starts[point]));
    return values;
  }
}

export interface PointVectors {
  readonly vectors: readonly VectorColumn[];
  readonly inferred: readonly InferredVector[];
}

type VectorsByPoint = ReadonlyMap<number, Vector>;

const NO_PLACES = new Uint32Array(0);

export type ConvertVector = (message: WireVector, point: number, isNamed: boolean) => GivenVector | undefined;

/** In the order of the points; messages that others replaced are left out. */
function convertAll({ kinds, given }: NameVectors, convert: ConvertVector): ReadonlyMap<number, GivenVector> {
  const converted = new Map<number, GivenVector>();
  given.forEach((message, point) => {
    const kind = kinds[point] as number;
    const vector = kind < GIVEN ? undefined : convert(message, point, kind === GIVEN);
    if (vector !== undefined) converted.set(point, vector);
  });
  return converted;
}

function vectorsOfKind(given: ReadonlyMap<number, GivenVector>, kind: VectorKind): VectorsByPoint {
  const found = new Map<number, Vector>();
  given.forEach((vector, point) => {
    if (vector.kind === 'vector' && vector.vector.kind === kind) found.set(point, vector.vector);
  });
  return found;
}
