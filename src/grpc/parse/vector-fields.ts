import type * as wire from '../../../generated/points.js';
import type { VectorFieldConfig } from '../../core/collection-config.ts';
import { badInput } from '../../core/errors.ts';
import { vectorNameFault } from '../../core/names.ts';
import type { CreateVectorField, DeleteVectorField } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { checkSparseDatatype, checkVectorSize } from './config-rules.ts';
import { modifierOf, sparseDatatypeOf } from './sparse-config.ts';
import { spaceOf } from './vectors-config.ts';
import { Violations } from './violations.ts';
import { writeOptionsOf } from './write-options.ts';

/** Throws INVALID_ARGUMENT for a broken rule and where no configuration is given. */
export function createVectorFieldOf(message: wire.CreateVectorNameRequest): CreateVectorField {
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  checkVectorName(message.vectorName, violations);
  const config = message.vectorConfig;
  if (config?.$case === 'denseConfig') checkVectorSize(config.value.size, 'vector_config.size', violations);
  if (config?.$case === 'sparseConfig') {
    checkSparseDatatype(config.value.datatype, 'vector_config.datatype', violations);
  }
  violations.finish();
  return { collection, ...writeOptionsOf(message), field: fieldOf(message.vectorName, config) };
}

/** Throws INVALID_ARGUMENT for a broken rule. */
export function deleteVectorFieldOf(message: wire.DeleteVectorNameRequest): DeleteVectorField {
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  checkVectorName(message.vectorName, violations);
  violations.finish();
  return { collection, ...writeOptionsOf(message), name: message.vectorName };
}

function checkVectorName(name: string, violations: Violations): void {
  const fault = vectorNameFault(name);
  if (fault !== undefined) violations.add('vector_name', fault);
}

/** Of a dense vector no more can be said than what cannot be changed later. */
function fieldOf(name: string, config: wire.CreateVectorNameRequest['vectorConfig']): VectorFieldConfig {
  switch (config?.$case) {
    case 'denseConfig':
      return {
        kind: 'dense',
        name,
        ...spaceOf(config.value),
        hnswConfig: undefined,
        quantization: undefined,
        onDisk: undefined,
        memory: undefined,
      };
    case 'sparseConfig': {
      if (name === '') throw badInput('Sparse vector name cannot be empty');
      const datatype = sparseDatatypeOf(config.value.datatype);
      const nothing = { fullScanThreshold: undefined, onDisk: undefined, memory: undefined };
      const index = datatype === undefined ? undefined : { ...nothing, datatype };
      return { kind: 'sparse', name, modifier: modifierOf(config.value.modifier), index };
    }
    case undefined:
      throw invalidArgument('vector_config is required (dense_config or sparse_config)');
  }
}
