import { isUtf8 } from 'node:buffer';
import type { Vector as WireVector } from '../../../generated/points.js';
import { WireFormatError } from '../../../generated/wire.js';
import { badInput } from '../../core/errors.ts';
import { CELLS_MAX } from '../../core/request-limits.ts';
import { ColumnBuilder } from '../../core/vector-columns.ts';
import type { DenseColumn, InferredVector, Vector, VectorColumn, VectorKind } from '../../core/vectors.ts';
import type { GivenVector } from './vectors.ts';

/** What a point has under a name: nothing, floats in the message, or a message in `given`, which may have no name. */
const NONE = 0;
const PACKED = 1;
const GIVEN = 2;
const GIVEN_UNNAMED = 3;

/** The vectors of one name; where those that are PACKED begin, and how many floats they have. */
interface NameVectors {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly counts: Uint32Array;
  readonly given: Map<number, WireVector>;
}

/**
 * The vectors of a list of points, by name. Dense ones stay where they are in the message until `finish`, which copies each
 * once. What is set twice counts as it was set last.
 */
export class VectorPlaces {
  readonly #bytes: Buffer;
  readonly #count: number;
  readonly #names: NameVectors[] = [];
  readonly #byName: Map<string, NameVectors> = new Map();
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
    const known = this.#byName.get(name);
    if (known !== undefined) return this.#names.indexOf(known);
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
      given: new Map(),
    };
    this.#names.push(opened);
    this.#byName.set(name, opened);
    return this.#names.length - 1;
  }

  /** A dense vector of `count` floats that begin at byte `start` of the message. */
  setPacked(point: number, nameNumber: number, start: number, count: number): void {
    const vectors = this.#names[nameNumber];
    if (vectors === undefined) return;
    vectors.kinds[point] = PACKED;
    vectors.starts[point] = start;
    vectors.counts[point] = count;
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
   * convert  makes what was given to `set` a vector; undefined where it is none.
   */
  finish(convert: ConvertVector): {
    readonly vectors: readonly VectorColumn[];
    readonly inferred: readonly InferredVector[];
  } {
    const vectors: VectorColumn[] = [];
    const inferred: InferredVector[] = [];
    for (const name of this.#names) {
      const converted = convertAll(name, convert);
      const ofKind = (kind: VectorKind): ReadonlyMap<number, Vector> => vectorsOfKind(converted, kind);
      const dense = ofKind('dense');
      if (name.kinds.includes(PACKED) || dense.size > 0) vectors.push(this.#denseColumn(name, dense));
      for (const kind of ['sparse', 'multi'] as const) {
        const found = ofKind(kind);
        if (found.size > 0) vectors.push(this.#column(name.name, kind, found));
      }
      converted.forEach((vector, pointIndex) => {
        if (vector.kind === 'inference') inferred.push({ pointIndex, name: name.name, object: vector.object });
      });
    }
    return { vectors, inferred };
  }

  /** others  dense vectors that are not PACKED. */
  #denseColumn({ name, kinds, starts: places, counts }: NameVectors, others: ReadonlyMap<number, Vector>): DenseColumn {
    const count = this.#count;
    const has = new Uint8Array(count);
    const starts = new Uint32Array(count + 1);
    let total = 0;
    for (let point = 0; point < count; point++) {
      if (kinds[point] === PACKED) {
        has[point] = 1;
        total += counts[point] as number;
      } else if (others.size > 0) {
        const other = others.get(point);
        has[point] = other === undefined ? 0 : 1;
        total += other?.values.length ?? 0;
      }
      starts[point + 1] = total;
    }
    const values = new Float32Array(total);
    const target = Buffer.from(values.buffer);
    for (let point = 0; point < count; point++) {
      if (kinds[point] !== PACKED) continue;
      const place = places[point] as number;
      this.#bytes.copy(target, (starts[point] as number) * 4, place, place + (counts[point] as number) * 4);
    }
    others.forEach((vector, point) => values.set(vector.values, starts[point]));
    return { kind: 'dense', name, has, starts, values };
  }

  #column(name: string, kind: VectorKind, vectors: ReadonlyMap<number, Vector>): VectorColumn {
    const builder = new ColumnBuilder(name, kind);
    for (let point = 0; point < this.#count; point++) builder.push(vectors.get(point));
    return builder.column();
  }
}

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

function vectorsOfKind(given: ReadonlyMap<number, GivenVector>, kind: VectorKind): ReadonlyMap<number, Vector> {
  const found = new Map<number, Vector>();
  given.forEach((vector, point) => {
    if (vector.kind === 'vector' && vector.vector.kind === kind) found.set(point, vector.vector);
  });
  return found;
}
