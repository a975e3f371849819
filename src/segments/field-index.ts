import type { Compute } from '../compute/compute.ts';
import { DenseField } from '../vectors/dense-field.ts';
import { MultiField } from '../vectors/multi-field.ts';
import { SparseField } from '../vectors/sparse-field.ts';
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
      const options = { dimension, distance, m, efConstruct, datatype, quantization, remainders: !spec.onDisk };
      return { kind: spec.kind, spec, field: DenseField.open(compute, options, graph) };
    }
    case 'multi': {
      const { dimension, distance, datatype, m } = spec;
      const quantization = spec.quantization ?? undefined;
      const options = { dimension, distance, datatype, quantization, remainders: !spec.onDisk, indexed: m > 0 };
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
