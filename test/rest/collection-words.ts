import {
  type CollectionConfig,
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  type DenseVectorConfig,
} from '../../src/core/collection-config.ts';
import { parseCreateCollection } from '../../src/rest/parse/collections.ts';
import { wire } from './parsing.ts';

/** Configurations of collections for tests: what there is where nothing was given. */

export const DEFAULTS: CollectionConfig = {
  params: {
    vectors: [],
    sparseVectors: [],
    shardNumber: 1,
    replicationFactor: 1,
    writeConsistencyFactor: 1,
    readFanOutFactor: undefined,
    readFanOutDelayMs: undefined,
    onDiskPayload: true,
    payloadMemory: undefined,
  },
  hnsw: DEFAULT_HNSW,
  optimizers: DEFAULT_OPTIMIZERS,
  wal: DEFAULT_WAL,
  quantization: undefined,
  strictMode: undefined,
  metadata: undefined,
};
/** A dense vector field without size and distance. */
export const PLAIN: Omit<DenseVectorConfig, 'size' | 'distance'> = {
  name: '',
  hnswConfig: undefined,
  quantization: undefined,
  onDisk: undefined,
  memory: undefined,
  datatype: undefined,
  multivector: false,
};
/** Of a quantisation. */
export const NO_PLACE: { readonly alwaysRam: undefined; readonly memory: undefined } = {
  alwaysRam: undefined,
  memory: undefined,
};

export function created(body: unknown): CollectionConfig {
  return parseCreateCollection(wire(body)).config;
}

export function withVectors(...vectors: CollectionConfig['params']['vectors']): CollectionConfig {
  return { ...DEFAULTS, params: { ...DEFAULTS.params, vectors } };
}
