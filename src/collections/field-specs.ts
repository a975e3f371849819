import type {
  CollectionConfig,
  DenseVectorConfig,
  SparseVectorConfig,
  VectorFieldConfig,
} from '../core/collection-config.ts';
import type { FieldSpec } from '../segments/field-spec.ts';

/** How the vectors of a collection are held and indexed by segments that are made now. */
export function fieldSpecs(config: CollectionConfig): readonly FieldSpec[] {
  const { vectors, sparseVectors } = config.params;
  return [...vectors.map((vector) => denseSpec(vector, config)), ...sparseVectors.map(sparseSpec)];
}

export function fieldSpec(field: VectorFieldConfig, config: CollectionConfig): FieldSpec {
  return field.kind === 'dense' ? denseSpec(field, config) : sparseSpec(field);
}

/** A vector's own settings stand before the collection's. A memory tier stands before `on_disk`. */
function denseSpec(vector: DenseVectorConfig, { hnsw, quantization }: CollectionConfig): FieldSpec {
  const { name, size, distance, hnswConfig, datatype, memory, onDisk } = vector;
  return {
    kind: vector.multivector ? 'multi' : 'dense',
    name,
    dimension: size,
    distance,
    datatype: datatype ?? 'float32',
    m: hnswConfig?.m ?? hnsw.m,
    efConstruct: hnswConfig?.efConstruct ?? hnsw.efConstruct,
    quantization: vector.quantization ?? quantization ?? null,
    onDisk: memory === undefined ? onDisk === true : memory === 'cold',
  };
}

function sparseSpec({ name, index }: SparseVectorConfig): FieldSpec {
  return { kind: 'sparse', name, datatype: index?.datatype ?? 'float32' };
}
