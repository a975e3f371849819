import type { Compute } from '../compute/compute.ts';
import { DenseField } from '../vectors/dense-field.ts';
import { MultiField } from '../vectors/multi-field.ts';
import { hasHalfArithmetic } from '../vectors/original-scores.ts';
import { SparseField } from '../vectors/sparse-field.ts';
import type { VectorField } from '../vectors/vector-field.ts';
import type { DenseSpec, FieldSpec, MultiSpec, SparseSpec } from './field-spec.ts';
import type { PackedVectors } from './vector-encoding.ts';

/** The index of a vector field, by kind. `field` of any of them is what segments ask of every kind. */
export type FieldIndex =
  | { readonly kind: 'dense'; readonly spec: DenseSpec; readonly field: DenseField }
  | { readonly kind: 'multi'; readonly spec: MultiSpec; readonly field: MultiField }
  | { readonly kind: 'sparse'; readonly spec: SparseSpec; readonly field: SparseField };

/** An empty index. graph: see DenseField.open; undefined for the other kinds. */
export function openFieldIndex(compute: Compute, spec: FieldSpec, graph: Uint8Array | undefined): FieldIndex {
  switch (spec.kind) {
    case 'dense': {
      const { dimension, distance, m, efConstruct, datatype } = spec;
      const quantization = spec.quantization ?? undefined;
      const options = { dimension, distance, m, efConstruct, datatype, quantization, remainders: scoresInMemory(spec) };
      return { kind: spec.kind, spec, field: DenseField.open(compute, options, graph) };
    }
    case 'multi': {
      const { dimension, distance, datatype, m } = spec;
      const quantization = spec.quantization ?? undefined;
      const remainders = scoresInMemory(spec);
      const options = { dimension, distance, datatype, quantization, remainders, indexed: m > 0 };
      return { kind: spec.kind, spec, field: MultiField.open(compute, options) };
    }
    case 'sparse':
      return { kind: spec.kind, spec, field: SparseField.open(compute, { datatype: spec.datatype }) };
  }
}

/** Adds vectors, searchable at once. Throws insufficient_storage; the field's rowCount tells what was added. */
export function appendTo(index: FieldIndex, { count, values, starts, indices }: PackedVectors): void {
  switch (index.kind) {
    case 'dense':
      index.field.append(values, count);
      return;
    case 'multi': {
      const { dimension } = index.spec;
      index.field.append(
        starts.map((start) => start / dimension),
        values,
        count,
      );
      return;
    }
    case 'sparse':
      index.field.append(starts, indices, values, count);
      return;
  }
}

/** Whether memory is to hold what exact scores come from. */
function scoresInMemory(spec: DenseSpec | MultiSpec): boolean {
  return !spec.onDisk && !hasHalfArithmetic(spec);
}

/** What every kind can be asked. */
export function fieldOf(index: FieldIndex): VectorField {
  return index.field;
}
