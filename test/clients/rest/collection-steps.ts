import { aliases, exists, integer, names, same, service } from './canonical.ts';
import { info } from './info.ts';
import { snapshotSteps } from './snapshot-steps.ts';
import { answers, type Body, type GrpcStep, reads, refusedByGrpc, type Step } from './step.ts';

const items: Body = {
  vectors: {
    dense: { size: 4, distance: 'Cosine' },
    rows: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
  },
  sparse_vectors: { words: { modifier: 'idf' } },
};

const plain: Body = { vectors: { size: 3, distance: 'Euclid' } };

/** Every section of a collection's configuration. */
const configured: Body = {
  vectors: {
    scalar: {
      size: 8,
      distance: 'Cosine',
      hnsw_config: { m: 8, ef_construct: 32, full_scan_threshold: 100, max_indexing_threads: 1, on_disk: false },
      quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
      on_disk: true,
      datatype: 'float16',
    },
    product: {
      size: 8,
      distance: 'Manhattan',
      quantization_config: { product: { compression: 'x8', always_ram: false } },
    },
    binary: {
      size: 8,
      distance: 'Dot',
      quantization_config: { binary: { always_ram: true, encoding: 'two_bits', query_encoding: 'scalar8bits' } },
    },
    multi: { size: 3, distance: 'Euclid', datatype: 'uint8', multivector_config: { comparator: 'max_sim' } },
  },
  sparse_vectors: {
    sparse: { index: { full_scan_threshold: 100, on_disk: false, datatype: 'float16' }, modifier: 'idf' },
  },
  shard_number: 1,
  replication_factor: 1,
  write_consistency_factor: 1,
  on_disk_payload: true,
  hnsw_config: {
    m: 24,
    ef_construct: 64,
    full_scan_threshold: 5000,
    max_indexing_threads: 1,
    on_disk: false,
    payload_m: 8,
  },
  wal_config: { wal_capacity_mb: 16, wal_segments_ahead: 1, wal_retain_closed: 2 },
  optimizers_config: {
    deleted_threshold: 0.25,
    vacuum_min_vector_number: 2000,
    default_segment_number: 2,
    max_segment_size: 50000,
    memmap_threshold: 60000,
    indexing_threshold: 15000,
    flush_interval_sec: 7,
    max_optimization_threads: 2,
  },
  quantization_config: { scalar: { type: 'int8', quantile: 0.95, always_ram: false } },
  strict_mode_config: {
    enabled: true,
    max_query_limit: 50,
    max_timeout: 60,
    unindexed_filtering_retrieve: true,
    unindexed_filtering_update: false,
    search_max_hnsw_ef: 256,
    search_allow_exact: true,
    search_max_oversampling: 4.5,
    upsert_max_batchsize: 100,
    max_collection_vector_size_bytes: 1000000,
    read_rate_limit: 10000,
    write_rate_limit: 10000,
    max_collection_payload_size_bytes: 2000000,
    max_points_count: 5000,
    filter_max_conditions: 30,
    condition_max_size: 40,
    max_payload_index_count: 9,
    multivector_config: { multi: { max_vectors: 16 } },
    sparse_config: { sparse: { max_length: 64 } },
  },
  metadata: {
    owner: 'team Ω',
    count: integer('9007199254740993'),
    ratio: 0.5,
    nested: { list: [1, null, true], empty: {} },
  },
};

/** Everything that may be changed of a collection. */
const changed: Body = {
  vectors: {
    scalar: { hnsw_config: { m: 12 }, quantization_config: 'Disabled', on_disk: false },
    product: { quantization_config: { binary: { always_ram: true } } },
  },
  sparse_vectors: { sparse: { index: { full_scan_threshold: 200 } } },
  params: { replication_factor: 1, write_consistency_factor: 1, read_fan_out_factor: 2, on_disk_payload: false },
  hnsw_config: { ef_construct: 80 },
  optimizers_config: { indexing_threshold: 12000, flush_interval_sec: 9 },
  quantization_config: { product: { compression: 'x16', always_ram: true } },
  strict_mode_config: { max_query_limit: 40 },
  metadata: { owner: null, added: 'later' },
};

export const firstSteps: readonly Step[] = [
  reads('health check', 'GET /', service),
  reads('list collections: none', 'GET /collections', names),
  answers('create items', 'PUT /collections/items', items, same),
  answers('create plain', 'PUT /collections/plain', plain, same),
  answers('create configured', 'PUT /collections/configured?timeout=30', configured, same),
  answers('create items again', 'PUT /collections/items', items, same),
  reads('list collections', 'GET /collections', names),
  reads('items exists', 'GET /collections/items/exists', exists),
  reads('nothing exists', 'GET /collections/nothing/exists', exists),
  reads('info of configured', 'GET /collections/configured', info),
  answers('update configured', 'PATCH /collections/configured?timeout=30', changed, same),
  reads('info of configured, updated', 'GET /collections/configured', info),
  reads('info of plain, empty', 'GET /collections/plain', info),
];

/** What came with Qdrant 1.18 and 1.19: not every client has it yet. */
const newest: Body = {
  vectors: {
    dense: {
      size: 4,
      distance: 'Dot',
      memory: 'cold',
      hnsw_config: { m: 4, memory: 'cached' },
      quantization_config: { turbo: { bits: 'bits2', memory: 'pinned' } },
    },
  },
  sparse_vectors: { words: { index: { memory: 'pinned' } } },
  payload: { memory: 'cold' },
  quantization_config: { scalar: { type: 'int8', memory: 'cached' } },
  optimizers_config: { prevent_unoptimized: true },
  strict_mode_config: { search_max_batchsize: 5 },
};

/** What takes a cluster, until the server has it (issue 7: UNIMPLEMENTED, never an empty OK). The code alone counts. */
const MISSING = ['cluster info', 'update cluster setup', 'create shard key', 'delete shard key', 'list shard keys'];

export const lastSteps: readonly (Step | GrpcStep)[] = [
  ...MISSING.map((name) => refusedByGrpc(name, 'UNIMPLEMENTED')),
  ...snapshotSteps,
  answers(
    'create vector name, dense',
    'PUT /collections/plain/vectors/extra?wait=true',
    { dense: { size: 5, distance: 'Dot' } },
    same,
  ),
  answers(
    'create vector name, sparse',
    'PUT /collections/plain/vectors/terms?wait=true',
    { sparse: { modifier: 'idf' } },
    same,
  ),
  reads('delete vector name', 'DELETE /collections/plain/vectors/terms?wait=true', same),
  answers('create newest', 'PUT /collections/newest', newest, same),
  reads('info of newest', 'GET /collections/newest', info),
  reads('delete newest', 'DELETE /collections/newest', same),
  reads('delete configured', 'DELETE /collections/configured?timeout=30', same),
  reads('delete plain', 'DELETE /collections/plain', same),
  reads('list aliases: gone with their collection', 'GET /aliases', aliases),
  reads('delete what is not there', 'DELETE /collections/nothing', same),
  reads('list collections: items', 'GET /collections', names),
];
