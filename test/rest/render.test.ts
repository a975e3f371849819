import test from 'ava';

import { DEFAULT_HNSW, DEFAULT_OPTIMIZERS, DEFAULT_WAL, NO_HNSW_DIFF } from '../../src/core/collection-config.ts';
import type { ExplainedStep, Explanation } from '../../src/core/explanation.ts';
import { numberId, parseUuidId } from '../../src/core/ids.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import type { NamedVector } from '../../src/core/vectors.ts';
import { parseCreateCollection } from '../../src/rest/parse/collections.ts';
import { renderCollectionInfo } from '../../src/rest/render/collections.ts';
import { renderExplanation } from '../../src/rest/render/explanation.ts';
import { renderMatrixOffsets, renderMatrixPairs } from '../../src/rest/render/matrix.ts';
import {
  renderFacet,
  renderGroups,
  renderQueried,
  renderQueriedBatch,
  renderRecords,
  renderScrollPage,
  renderSearched,
  renderSearchedBatch,
  renderUpdateResult,
  renderUpdateResults,
} from '../../src/rest/render/points.ts';
import { writer } from '../../src/rest/render/writer.ts';
import { wire } from './parsing.ts';

function rendered(render: () => void): string {
  render();
  return writer.take().toString();
}

const uuid = parseUuidId('EDDD5F3B-0341-4ACF-A413-9D612B965A08') ?? numberId(0n);
const hit = { id: uuid, version: 3, score: Math.fround(0.1), payload: undefined, vectors: undefined };
const HIT = '{"id":"eddd5f3b-0341-4acf-a413-9d612b965a08","version":3,"score":0.1}';

const MATRIX = {
  ids: [numberId(2n ** 64n - 1n), uuid],
  rows: Uint32Array.of(0, 1),
  columns: Uint32Array.of(1, 0),
  scores: Float32Array.of(0.1, -2),
};
const NO_MATRIX = { ids: [], rows: new Uint32Array(0), columns: new Uint32Array(0), scores: new Float32Array(0) };

const INFO = {
  status: 'yellow' as const,
  optimizerError: 'no "space"',
  indexedVectorsCount: 1,
  pointsCount: 2,
  segmentsCount: 3,
  updateQueueLength: 4,
  payloadSchema: [],
};

test('answers are written as Qdrant writes them', (t) => {
  const bare = { id: numberId(1n), payload: undefined, vectors: undefined };
  const record = { id: numberId(2n ** 64n - 1n), payload: Buffer.from('{"a" :1}'), vectors: [] };
  const cases: readonly (readonly [() => void, string])[] = [
    [() => renderUpdateResult({ operationId: undefined, status: 'acknowledged' }), '{"status":"acknowledged"}'],
    [
      () => renderUpdateResult({ operationId: 7, status: 'wait_timeout' }),
      '{"operation_id":7,"status":"wait_timeout"}',
    ],
    [() => renderRecords([record]), '[{"id":18446744073709551615,"payload":{"a" :1},"vector":{}}]'],
    [() => renderRecords([]), '[]'],
    [
      () => renderScrollPage({ points: [], nextPageOffset: uuid }),
      '{"points":[],"next_page_offset":"eddd5f3b-0341-4acf-a413-9d612b965a08"}',
    ],
    [() => renderQueried([]), '{"points":[]}'],
    [() => renderQueried([[hit, hit]]), `{"points":[${HIT},${HIT}]}`],
    [() => renderQueriedBatch([[hit], []]), `[{"points":[${HIT}]},{"points":[]}]`],
    [() => renderSearched([]), '[]'],
    [() => renderSearched([[hit]]), `[${HIT}]`],
    [() => renderSearchedBatch([[], [hit]]), `[[],[${HIT}]]`],
    [() => renderGroups([]), '{"groups":[]}'],
    [
      () =>
        renderGroups([
          { id: 'é"', hits: [hit, hit], lookup: undefined },
          { id: 2n ** 64n - 1n, hits: [], lookup: record },
          { id: -(2n ** 63n), hits: [{ ...hit, payload: Buffer.from('{}') }], lookup: bare },
        ]),
      `{"groups":[{"hits":[${HIT},${HIT}],"id":"é\\""},{"hits":[],"id":18446744073709551615,"lookup":{"id":18446744073709551615,"payload":{"a" :1},"vector":{}}},` +
        `{"hits":[${HIT.slice(0, -1)},"payload":{}}],"id":-9223372036854775808,"lookup":{"id":1}}]}`,
    ],
    [
      () => renderMatrixPairs(MATRIX),
      '{"pairs":[{"a":18446744073709551615,"b":"eddd5f3b-0341-4acf-a413-9d612b965a08","score":0.1},{"a":"eddd5f3b-0341-4acf-a413-9d612b965a08","b":18446744073709551615,"score":-2.0}]}',
    ],
    [
      () => renderMatrixOffsets(MATRIX),
      '{"offsets_row":[0,1],"offsets_col":[1,0],"scores":[0.1,-2.0],"ids":[18446744073709551615,"eddd5f3b-0341-4acf-a413-9d612b965a08"]}',
    ],
    [() => renderMatrixPairs(NO_MATRIX), '{"pairs":[]}'],
    [() => renderMatrixOffsets(NO_MATRIX), '{"offsets_row":[],"offsets_col":[],"scores":[],"ids":[]}'],
    [() => renderUpdateResults([]), '[]'],
    [() => renderFacet([]), '{"hits":[]}'],
    [
      () =>
        renderFacet([
          { value: 'é"', count: 3 },
          { value: 9_007_199_254_740_993n, count: 2 },
          { value: false, count: 1 },
        ]),
      '{"hits":[{"value":"é\\"","count":3},{"value":9007199254740993,"count":2},{"value":false,"count":1}]}',
    ],
    [
      () => renderRecords([1.82, 5, -9_007_199_254_740_993n, 1e300].map((orderValue) => ({ ...bare, orderValue }))),
      '[{"id":1,"order_value":1.82},{"id":1,"order_value":5.0},{"id":1,"order_value":-9007199254740993},{"id":1,"order_value":1e300}]',
    ],
    [() => renderSearched([[{ ...hit, orderValue: 7n }]]), `[${HIT.slice(0, -1)},"order_value":7}]`],
  ];
  for (const [render, expected] of cases) t.is(rendered(render), expected);
});

test('an explanation is written as it is: ids whole, scores as scores, nothing that is undefined', (t) => {
  const segment = {
    segment: 0,
    vectors: 5,
    indexed: 4,
    way: 'walk' as const,
    scanned: 1,
    ef: 64,
    candidates: 3,
    ms: 0.25,
  };
  const leaf: ExplainedStep = {
    path: 'prefetch[0]',
    kind: 'nearest',
    using: 'é',
    examples: 1,
    limit: 100,
    scoreThreshold: Math.fround(0.1),
    shards: [
      { shard: 0, found: 3, ms: 1 / 3, reused: false, filter: { estimated: 2, matched: 1 }, segments: [segment] },
    ],
    prefetch: [],
  };
  const root: ExplainedStep = {
    ...leaf,
    path: 'query',
    kind: 'fusion',
    using: undefined,
    examples: undefined,
    limit: 10,
    scoreThreshold: undefined,
    shards: [{ shard: 0, found: 0, ms: 0, reused: true, filter: undefined, segments: [] }],
    prefetch: [leaf],
  };
  const score = Math.fround(0.3);
  const loss = { path: 'query', reason: 'filter' as const, clause: 'must[0]', score, rank: 7, lastScore: -2 };
  const explanation: Explanation = {
    points: [{ id: numberId(2n ** 64n - 1n), score: 1 }],
    stages: { resolveMs: 0, searchMs: 12.34567, hydrateMs: 1e-9 },
    query: root,
    whyNot: [
      { id: uuid, rank: undefined, lost: [loss] },
      { id: numberId(1n), rank: 1, lost: [] },
    ],
  };
  const leafText =
    '{"path":"prefetch[0]","kind":"nearest","using":"é","examples":1,"limit":100,"score_threshold":0.1,"shards":[{"shard":0,"found":3,"ms":0.333,"reused":false,"filter":{"estimated":2,"matched":1},' +
    '"segments":[{"segment":0,"vectors":5,"indexed":4,"way":"walk","scanned":1,"ef":64,"candidates":3,"ms":0.25}]}],"prefetch":[]}';
  t.is(
    rendered(() => renderExplanation(explanation)),
    '{"points":[{"id":18446744073709551615,"score":1.0}],"stages":{"resolve_ms":0,"search_ms":12.346,"hydrate_ms":0},' +
      `"query":{"path":"query","kind":"fusion","limit":10,"shards":[{"shard":0,"found":0,"ms":0,"reused":true,"segments":[]}],"prefetch":[${leafText}]},` +
      '"why_not":[{"id":"eddd5f3b-0341-4acf-a413-9d612b965a08","lost":[{"path":"query","reason":"filter","clause":"must[0]","score":0.3,"rank":7,"last_score":-2.0}]},{"id":1,"rank":1,"lost":[]}]}',
  );
});

test('vectors are written by kind, and by name unless the only one has none', (t) => {
  const dense = { kind: 'dense' as const, values: Float32Array.of(1, 0.1) };
  const sparse = { kind: 'sparse' as const, indices: Uint32Array.of(3, 2 ** 32 - 1), values: Float32Array.of(0.5, -2) };
  const empty = { kind: 'sparse' as const, indices: new Uint32Array(0), values: new Float32Array(0) };
  const multi = { kind: 'multi' as const, dimension: 2, values: Float32Array.of(1, 2, 3, 4) };
  const cases: readonly (readonly [readonly NamedVector[], string])[] = [
    [[], '{}'],
    [[{ name: '', vector: dense }], '[1.0,0.1]'],
    [[{ name: '', vector: multi }], '[[1.0,2.0],[3.0,4.0]]'],
    [[{ name: 'a"é', vector: dense }], '{"a\\"é":[1.0,0.1]}'],
    [
      [
        { name: '', vector: dense },
        { name: 's', vector: sparse },
        { name: 'e', vector: empty },
        { name: 'm', vector: multi },
      ],
      '{"":[1.0,0.1],"s":{"indices":[3,4294967295],"values":[0.5,-2.0]},"e":{"indices":[],"values":[]},"m":[[1.0,2.0],[3.0,4.0]]}',
    ],
  ];
  for (const [vectors, expected] of cases) {
    const point = { id: numberId(1n), payload: undefined, vectors };
    t.is(
      rendered(() => renderRecords([point])),
      `[{"id":1,"vector":${expected}}]`,
    );
  }
});

test('quantisations are described as they were given', (t) => {
  const place = { alwaysRam: undefined, memory: undefined };
  const base = { hnswConfig: undefined, onDisk: undefined, memory: undefined, datatype: undefined, multivector: false };
  const cases: readonly (readonly [QuantizationConfig, string])[] = [
    [{ kind: 'scalar', quantile: undefined, ...place }, '{"scalar":{"type":"int8"}}'],
    [
      { kind: 'product', compression: 'x16', ...place, alwaysRam: false },
      '{"product":{"compression":"x16","always_ram":false}}',
    ],
    [
      { kind: 'binary', encoding: 'two_bits', queryEncoding: 'scalar8bits', ...place },
      '{"binary":{"encoding":"two_bits","query_encoding":"scalar8bits"}}',
    ],
    [{ kind: 'turbo', bits: undefined, ...place }, '{"turbo":{}}'],
  ];
  for (const [quantization, expected] of cases) {
    const vectors = [{ name: '', size: 4, distance: 'Dot' as const, quantization, ...base }];
    const config = parseCreateCollection(wire({})).config;
    const info = { ...INFO, config: { ...config, params: { ...config.params, vectors } } };
    t.true(
      rendered(() => renderCollectionInfo(info)).includes(
        `{"vectors":{"size":4,"distance":"Dot","quantization_config":${expected}},"shard_number"`,
      ),
      expected,
    );
  }
});

test('the description of a collection leaves out what was not given and prints the rest', (t) => {
  const params = {
    shardNumber: 1,
    replicationFactor: 1,
    writeConsistencyFactor: 1,
    readFanOutFactor: 2,
    readFanOutDelayMs: 3,
    onDiskPayload: true,
    payloadMemory: 'cold' as const,
  };
  const named = {
    name: 'a',
    size: 2,
    distance: 'Dot' as const,
    hnswConfig: { ...NO_HNSW_DIFF, m: 4 },
    quantization: { kind: 'scalar' as const, quantile: Math.fround(0.95), alwaysRam: true, memory: undefined },
    onDisk: false,
    memory: 'cached' as const,
    datatype: 'float16' as const,
    multivector: true,
  };
  const index = { fullScanThreshold: 5, onDisk: true, memory: 'pinned' as const, datatype: 'uint8' as const };
  const sparse = { name: 's', modifier: 'idf' as const, index };
  const config = {
    params: { ...params, vectors: [named], sparseVectors: [sparse, { ...sparse, name: 'é', index: undefined }] },
    hnsw: DEFAULT_HNSW,
    optimizers: { ...DEFAULT_OPTIMIZERS, maxSegmentSize: 5 },
    wal: DEFAULT_WAL,
    quantization: { kind: 'turbo' as const, bits: 'bits2' as const, alwaysRam: undefined, memory: 'cold' as const },
    strictMode: '{"enabled":true,"max_timeout":18446744073709551615}',
    metadata: '{"a": 1.0000000000000000001, "é": null}',
  };
  const info = { ...INFO, config };
  const optimizers =
    '{"deleted_threshold":0.2,"vacuum_min_vector_number":1000,"default_segment_number":0,"max_segment_size":5,"memmap_threshold":null,"indexing_threshold":10000,"flush_interval_sec":5,"max_optimization_threads":null,"prevent_unoptimized":null}';
  const configText =
    '{"params":{"vectors":{"a":{"size":2,"distance":"Dot","hnsw_config":{"m":4},"quantization_config":{"scalar":{"type":"int8","quantile":0.95,"always_ram":true}},"on_disk":false,"memory":"cached","datatype":"float16","multivector_config":{"comparator":"max_sim"}}},' +
    '"shard_number":1,"replication_factor":1,"write_consistency_factor":1,"read_fan_out_factor":2,"read_fan_out_delay_ms":3,"on_disk_payload":true,"payload":{"memory":"cold"},' +
    '"sparse_vectors":{"s":{"index":{"full_scan_threshold":5,"on_disk":true,"memory":"pinned","datatype":"uint8"},"modifier":"idf"},"é":{"modifier":"idf"}}},' +
    '"hnsw_config":{"m":16,"ef_construct":100,"full_scan_threshold":10000,"max_indexing_threads":0,"on_disk":false},' +
    `"optimizer_config":${optimizers},"wal_config":{"wal_capacity_mb":32,"wal_segments_ahead":0,"wal_retain_closed":1},` +
    '"quantization_config":{"turbo":{"memory":"cold","bits":"bits2"}},"strict_mode_config":{"enabled":true,"max_timeout":18446744073709551615},"metadata":{"a": 1.0000000000000000001, "é": null}}';
  t.is(
    rendered(() => renderCollectionInfo(info)),
    `{"status":"yellow","optimizer_status":{"error":"no \\"space\\""},"indexed_vectors_count":1,"points_count":2,"segments_count":3,"config":${configText},"payload_schema":{},"update_queue":{"length":4}}`,
  );
});
