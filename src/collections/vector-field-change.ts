import type { CollectionConfig, CollectionParams, VectorFieldConfig } from '../core/collection-config.ts';
import { checkVectorFieldCount } from '../core/config-limits.ts';
import { badInput } from '../core/errors.ts';
import { fieldSpec } from './field-specs.ts';
import type { VectorFieldRecord } from './record.ts';

/** A configuration with a field of vectors more or less, and the change of every shard that makes it true. */
export interface VectorFieldChange {
  /** The old one itself where nothing changes. */
  readonly config: CollectionConfig;
  readonly record: VectorFieldRecord;
}

/** Throws bad_input where the name is taken by a field of another configuration. */
export function withVectorField(config: CollectionConfig, field: VectorFieldConfig): VectorFieldChange {
  const { params } = config;
  const dense = params.vectors.find(({ name }) => name === field.name);
  const sparse = params.sparseVectors.find(({ name }) => name === field.name);
  const record: VectorFieldRecord = { kind: 'create_vector_field', spec: fieldSpec(field, config) };
  if (field.kind === 'dense') {
    if (sparse !== undefined) throw badInput(`Vector \`${field.name}\` already exists as a sparse vector`);
    if (dense !== undefined) {
      const isSame =
        dense.size === field.size &&
        dense.distance === field.distance &&
        dense.multivector === field.multivector &&
        (dense.datatype ?? 'float32') === (field.datatype ?? 'float32');
      if (!isSame) throw different(field.name);
      return { config, record: { ...record, spec: fieldSpec({ kind: 'dense', ...dense }, config) } };
    }
    const { kind: _kind, ...added } = field;
    return { config: grown({ ...params, vectors: [...params.vectors, added] }, config), record };
  }
  if (dense !== undefined) throw badInput(`Vector \`${field.name}\` already exists as a dense vector`);
  if (sparse !== undefined) {
    const isSame =
      (sparse.modifier ?? 'none') === (field.modifier ?? 'none') && sparse.index?.datatype === field.index?.datatype;
    if (!isSame) throw different(field.name);
    return { config, record: { ...record, spec: fieldSpec({ kind: 'sparse', ...sparse }, config) } };
  }
  const { kind: _kind, ...added } = field;
  return { config: grown({ ...params, sparseVectors: [...params.sparseVectors, added] }, config), record };
}

export function withoutVectorField(config: CollectionConfig, name: string): VectorFieldChange {
  const { params } = config;
  const vectors = params.vectors.filter((field) => field.name !== name);
  const sparseVectors = params.sparseVectors.filter((field) => field.name !== name);
  const isThere = vectors.length < params.vectors.length || sparseVectors.length < params.sparseVectors.length;
  return {
    config: isThere ? { ...config, params: { ...params, vectors, sparseVectors } } : config,
    record: { kind: 'delete_vector_field', name },
  };
}

function grown(params: CollectionParams, config: CollectionConfig): CollectionConfig {
  checkVectorFieldCount(params.vectors.length + params.sparseVectors.length, params.shardNumber);
  return { ...config, params };
}

function different(name: string): Error {
  return badInput(`Vector \`${name}\` already exists with a different configuration`);
}
