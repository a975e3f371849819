import type {
  CollectionConfig,
  DenseVectorConfig,
  Distance,
  VectorFieldConfig,
} from '../../src/core/collection-config.ts';
import { largerIsBetter } from '../../src/core/distances.ts';
import { shardOf } from '../../src/collections/routing.ts';
import { idOf } from './house.ts';
import type { PlainVector, PlainVectors } from './plain-vectors.ts';
import { type Expected, scoreDense, scoreSparse, type SparsePlain, stored } from './vector-oracle.ts';

/** Points by number, or by what they are: with a vector of this name, or with this `n` in their payload. */
export type VectorTarget =
  | { readonly ids: readonly number[] }
  | { readonly hasVector: string }
  | { readonly lacksVector: string }
  | { readonly n: number };

export interface GivenPoint {
  readonly id: number;
  readonly n: number;
  readonly vectors: PlainVectors;
}

export interface ModelPoint {
  readonly n: number;
  readonly vectors: ReadonlyMap<string, PlainVector>;
}

/** What a collection with any number of vector fields must hold: a map of maps. Every vector is as it is stored. */
export class VectorModel {
  readonly points: Map<number, ModelPoint> = new Map();
  readonly shardCount: number;
  fields: readonly VectorFieldConfig[];

  constructor({ params }: CollectionConfig) {
    this.shardCount = params.shardNumber;
    this.fields = [
      ...params.vectors.map((field): VectorFieldConfig => ({ kind: 'dense', ...field })),
      ...params.sparseVectors.map((field): VectorFieldConfig => ({ kind: 'sparse', ...field })),
    ];
  }

  fieldNamed(name: string): VectorFieldConfig | undefined {
    return this.fields.find((field) => field.name === name);
  }

  denseNamed(name: string): DenseVectorConfig | undefined {
    const field = this.fieldNamed(name);
    return field?.kind === 'dense' ? field : undefined;
  }

  upsert(points: readonly GivenPoint[]): void {
    for (const { id, n, vectors } of points) this.points.set(id, { n, vectors: this.kept(vectors) });
  }

  updateVectors(points: readonly GivenPoint[]): void {
    for (const { id, vectors } of points) {
      const point = this.points.get(id);
      if (point !== undefined)
        this.points.set(id, { ...point, vectors: new Map([...point.vectors, ...this.kept(vectors)]) });
    }
  }

  deleteVectors(target: VectorTarget, names: readonly string[]): void {
    for (const [id, point] of this.matching(target)) this.points.set(id, without(point, names));
  }

  delete(target: VectorTarget): void {
    for (const [id] of this.matching(target)) this.points.delete(id);
  }

  createField(field: VectorFieldConfig): void {
    if (this.fieldNamed(field.name) === undefined) this.fields = [...this.fields, field];
  }

  deleteField(name: string): void {
    this.fields = this.fields.filter((field) => field.name !== name);
    for (const [id, point] of this.points) this.points.set(id, without(point, [name]));
  }

  /** Of those that are named, the ones that are there. */
  matching(target: VectorTarget | undefined): readonly (readonly [number, ModelPoint])[] {
    const all = [...this.points].toSorted(([a], [b]) => a - b);
    if (target === undefined) return all;
    if ('ids' in target) return all.filter(([id]) => target.ids.includes(id));
    if ('hasVector' in target) return all.filter(([, { vectors }]) => vectors.has(target.hasVector));
    if ('lacksVector' in target) return all.filter(([, { vectors }]) => !vectors.has(target.lacksVector));
    return all.filter(([, { n }]) => n === target.n);
  }

  /** Every point that a search of a field may return, with its score, best first. */
  search(name: string, query: PlainVector, target: VectorTarget | undefined): readonly (readonly [number, Expected])[] {
    const field = this.fieldNamed(name);
    if (field === undefined) throw new Error(`no field ${name}`);
    const asked = stored(query, field.kind === 'dense' ? field : undefined);
    const scored = this.matching(target).flatMap(([id, { vectors }]): [number, Expected][] => {
      const vector = vectors.get(name);
      if (vector === undefined) return [];
      if (field.kind === 'dense') return [[id, scoreDense(asked, vector, field)]];
      const weightOf = (index: number): number => (field.modifier === 'idf' ? this.rarity(name, index, id) : 1);
      const expected = scoreSparse(asked as SparsePlain, vector as SparsePlain, weightOf);
      return expected === undefined ? [] : [[id, expected]];
    });
    const sign = largerIsBetter(this.distanceOf(name)) ? -1 : 1;
    return scored.toSorted(([, a], [, b]) => sign * (a.score - b.score));
  }

  distanceOf(name: string): Distance {
    return this.denseNamed(name)?.distance ?? 'Dot';
  }

  /** Inverse document frequency within the shard of a point. */
  private rarity(name: string, index: number, id: number): number {
    const shard = shardOf(idOf(id), this.shardCount);
    const vectors = [...this.points].flatMap(([other, point]) => {
      const vector = point.vectors.get(name) as SparsePlain | undefined;
      return vector === undefined || vector.indices.length === 0 || shardOf(idOf(other), this.shardCount) !== shard
        ? []
        : [vector];
    });
    const frequency = vectors.filter(({ indices }) => indices.includes(index)).length;
    return Math.log((vectors.length - frequency + 0.5) / (frequency + 0.5) + 1);
  }

  private kept(vectors: PlainVectors): Map<string, PlainVector> {
    return new Map(Object.entries(vectors).map(([name, plain]) => [name, stored(plain, this.denseNamed(name))]));
  }
}

function without({ n, vectors }: ModelPoint, names: readonly string[]): ModelPoint {
  return { n, vectors: new Map([...vectors].filter(([name]) => !names.includes(name))) };
}
