import { Compute } from '../../src/compute/compute.ts';
import type { SegmentPlan } from '../../src/core/plan.ts';
import type { DenseSpec, FieldSpec, MultiSpec, SparseSpec } from '../../src/segments/field-spec.ts';
import { type RowFilter, Segment, type SegmentOptions } from '../../src/segments/segment.ts';
import {
  type PlainVector,
  type PlainVectors,
  toPlainVectors,
  toVector,
  vectorColumns,
} from '../collections/plain-vectors.ts';

/** Segments on their own, filled by points that tests write plainly. */

export const PLAN: SegmentPlan = {
  k: 5,
  ef: 10,
  exact: true,
  indexedOnly: false,
  quantization: { ignore: false, rescore: undefined, oversampling: undefined },
};

export function denseSpec(name: string, dimension: number, changes: Partial<DenseSpec> = {}): DenseSpec {
  return {
    kind: 'dense',
    name,
    dimension,
    distance: 'Dot',
    datatype: 'float32',
    m: 8,
    efConstruct: 50,
    quantization: null,
    onDisk: false,
    ...changes,
  };
}

export function multiSpec(name: string, dimension: number, changes: Partial<MultiSpec> = {}): MultiSpec {
  return { ...denseSpec(name, dimension), kind: 'multi', ...changes };
}

export function sparseSpec(name: string, changes: Partial<SparseSpec> = {}): SparseSpec {
  return { kind: 'sparse', name, datatype: 'float32', ...changes };
}

export function optionsOf(compute: Compute, fields: readonly FieldSpec[]): SegmentOptions {
  return { compute, fields, seed: 7 };
}

export async function withCompute<T>(run: (compute: Compute) => Promise<T>): Promise<T> {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  try {
    return await run(compute);
  } finally {
    await compute.close();
  }
}

export async function withSegment(
  fields: readonly FieldSpec[],
  run: (segment: Segment, compute: Compute) => Promise<void>,
): Promise<void> {
  await withCompute((compute) => run(new Segment(1, optionsOf(compute, fields)), compute));
}

/** Appends a point for each id with its vectors; a point that is new to the segment gets slot id + 100. */
export function append(
  segment: Segment,
  points: readonly (readonly [id: number, vectors: PlainVectors])[],
  version = 1,
): void {
  const source = {
    flags: new Uint8Array(points.length),
    words: Uint32Array.from(points.flatMap(([id]) => [0, 0, 0, id])),
    first: 0,
    rowCount: points.length,
    versions: version,
    vectors: vectorColumns(points.map(([, vectors]) => vectors)),
  };
  segment.append(source, ({ word3 }) => word3 + 100);
}

/** Ids and raw scores, best first. */
export async function search(
  segment: Segment,
  name: string,
  query: PlainVector,
  changes: { readonly filter?: RowFilter | undefined; readonly plan?: Partial<SegmentPlan> } = {},
): Promise<(readonly [id: number, raw: number])[]> {
  const field = segment.fieldNamed(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  const { signal } = new AbortController();
  const plan = { ...PLAN, ...changes.plan };
  const target = { kind: 'nearest', vector: toVector(query) } as const;
  const given = { target, plan, filter: changes.filter, signal, exists: () => true };
  return (await segment.search(field, given)).map(({ id, raw }) => [id.word3, raw] as const);
}

export async function found(segment: Segment, name: string, query: PlainVector, filter?: RowFilter): Promise<number[]> {
  return (await search(segment, name, query, { filter })).map(([id]) => id);
}

/** All vectors of every live point, by id. */
export function content(segment: Segment): Map<number, PlainVectors> {
  return new Map(
    Array.from(segment.liveRows(), (row) => [segment.rows.idAt(row).word3, toPlainVectors(segment.vectorsAt(row))]),
  );
}
